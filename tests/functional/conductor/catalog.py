"""A catalog as its API fills it and engines empty it: what tests of the conductor's parts say."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from catalog_api.conductor.recorder import Recorder, Rules
from catalog_api.db import models
from catalog_api.db.database import Database
from catalog_api.services import deployments, dispatch, environments, journals, sessions, tasks
from catalog_api.services.callers import Caller
from catalog_common.contract.claims import ClaimedTask, ClaimRequest, Held, Release
from catalog_common.contract.instances import InstanceRequest
from catalog_common.contract.journal import JournalBatch
from catalog_common.contract.reports import ReportBatch
from catalog_common.contract.results import ResultRequest

KEY = "ZmVybmV0LWtleS1mb3ItdGVzdHMtMzItYnl0ZXMhISE="
RULES = Rules(
    tasks.LeaseRules(timedelta(seconds=20), timedelta(seconds=30), 3),
    dispatch.Limits(),
    journals.Bounds(entries=50, bytes=20_000, value_bytes=100),
)


@dataclasses.dataclass
class Catalog:
    """What the API accepts and a conductor records, at the database's time and later."""

    database: Database
    rules: Rules = RULES

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.database, self.rules)
        self._numbers = itertools.count(1)

    # ------------------------------------------------------------ what the API does

    def environment(self, project: str = "p") -> str:
        """An environment with a component and a trust."""

        def work(session: Any) -> str:
            caller = Caller("user", project)
            made = environments.create(session, caller, {"name": models.new_id()})
            return made.id

        return self.database.transact(work)

    def deploy(self, environment_id: str | None = None, project: str = "p", **given: Any) -> str:
        """Accept a deployment of a draft with one component; its id."""
        environment_id = environment_id or self.environment(project)

        def work(session: Any) -> str | None:
            environment = session.get(models.Environment, environment_id, with_for_update=True)
            model = given.get("model") or environment.description
            if given.get("delete"):
                model = {**environment.description, "Objects": None}
            draft = sessions.opened(session, environment, "user", model)
            return deployments.accept(
                session, Caller("user", project), environment, draft, given.get("trust", "trust"),
                given.get("action"),
            )  # fmt: skip

        task_id = self.database.transact(work)
        assert task_id is not None
        return task_id

    def call(self, project: str = "p", **given: Any) -> str:
        """Queue a call; its id."""
        action = {"class_name": "c", "method": "m", "args": {}}
        return self.database.transact(
            lambda session: (
                tasks.enqueue(
                    session, kind="call", project_id=project, user_id="user", action=action,
                    token="token", **given,
                ).id
            )
        )  # fmt: skip

    def cancel(self, task_id: str) -> None:
        self.database.transact(lambda session: tasks.request_cancel(session, task_id))

    # ------------------------------------------------------------ what engines do

    def claim(
        self, engine: str = "engine-1", python: str = "3.11", revision: int = 1, **given: Any
    ) -> ClaimedTask | None:
        return self.recorder.claim(request(engine, python, revision, **given))

    def claimed(self, engine: str = "engine-1") -> ClaimedTask:
        task = self.claim(engine)
        assert task is not None
        return task

    def journal(self, task: ClaimedTask, *entries: dict[str, Any], **given: Any) -> Any:
        """Append entries; kind, key, sequence and attempt are filled in."""
        first = given.get("first", len(self.entries(task.task_id)))
        rows = [
            {"sequence": first + index, "key": f"0:{first + index}", "kind": "result",
             "attempt": task.attempt, **entry}
            for index, entry in enumerate(entries)
        ]  # fmt: skip
        batch = {"claim": task.claim, "number": given.get("number", next(self._numbers)),
                 "entries": rows}  # fmt: skip
        return self.recorder.record_journal(task.task_id, JournalBatch.from_dict(batch))

    def report(self, task: ClaimedTask, *texts: str, level: str = "info", **given: Any) -> Any:
        rows = [{"text": text, "level": level, "object_id": given.get("object")} for text in texts]
        batch = {"claim": task.claim, "number": given.get("number", next(self._numbers)),
                 "reports": rows}  # fmt: skip
        return self.recorder.record_reports(task.task_id, ReportBatch.from_dict(batch))

    def count(self, task: ClaimedTask, instance: str, change: str = "track", **given: Any) -> Any:
        """Begin or end to count an instance; how many were changed."""
        number = given.pop("number", None) or next(self._numbers)
        row = {"change": change, "instance_id": instance, "instance_type": 200,
               "type_name": "io.test.Server", **given}  # fmt: skip
        body = {"claim": task.claim, "number": number, "instance": row}
        return self.recorder.record_instance(task.task_id, InstanceRequest.from_dict(body))

    def finish(self, task: ClaimedTask, outcome: str = "succeeded", **given: Any) -> Any:
        result = {
            "outcome": outcome,
            "result": {"result": given.get("result"), "isException": outcome != "succeeded"},
            "model": given.get("model"), "packages": given.get("packages", []),
        }  # fmt: skip
        body = {"claim": task.claim, "number": given.get("number", next(self._numbers)),
                "result": result}  # fmt: skip
        return self.recorder.record_result(task.task_id, ResultRequest.from_dict(body))

    def renew(self, task: ClaimedTask) -> Any:
        return self.recorder.renew(task.task_id, Held(task.claim))

    def release(self, task: ClaimedTask, *, failed: bool = False) -> None:
        self.recorder.release(task.task_id, Release(task.claim, failed))

    # ------------------------------------------------------------ what there is

    def now(self, later: float = 0.0) -> datetime:
        """The database's time, or so many seconds later."""
        with self.database.reader() as session:
            return self.database.now(session) + timedelta(seconds=later)

    def task(self, task_id: str) -> models.Task:
        with self.database.reader() as session:
            return tasks.read(session, task_id)

    def head(self, task_id: str) -> models.Task:
        """A task without what would have to be decrypted."""
        with self.database.reader() as session:
            columns = (*tasks.HELD, models.Task.available_at)
            query = sa.select(models.Task).where(models.Task.id == task_id)
            return session.scalars(query.options(load_only(*columns))).one()

    def row(self, kind: type, key: Any) -> Any:
        with self.database.reader() as session:
            return session.get(kind, key)

    def rows(self, kind: type, *conditions: Any) -> list[Any]:
        with self.database.reader() as session:
            return list(session.scalars(sa.select(kind).where(*conditions)))

    def entries(self, task_id: str) -> list[Any]:
        with self.database.reader() as session:
            return list(journals.read(session, task_id))

    def texts(self, task_id: str) -> list[str]:
        with self.database.reader() as session:
            query = sa.select(models.Report).where(models.Report.deployment_id == task_id)
            return [row.text for row in session.scalars(query.order_by(models.Report.number))]

    def status(self, task_id: str) -> str:
        """Status of the environment of a deployment."""
        with self.database.reader() as session:
            environment_id = tasks.read(session, task_id).environment_id
            assert environment_id is not None
            return environments.status(session, environment_id)

    def environment_of(self, task_id: str) -> models.Environment | None:
        return self.row(models.Environment, self.task(task_id).environment_id)


def request(engine: str, python: str = "3.11", revision: int = 1, **given: Any) -> ClaimRequest:
    """A question for a task."""
    return ClaimRequest.from_dict(
        {"engine": {"name": engine, "host": "h", "python_version": python,
                    "language_revision": revision}, **given}
    )  # fmt: skip


def clear(database: Database) -> None:
    """Forget all that is in a database."""
    with database.writer() as session:
        for table in reversed(models.Base.metadata.sorted_tables):
            session.execute(sa.delete(table))
