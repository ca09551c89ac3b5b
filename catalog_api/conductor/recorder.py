"""What engines ask of a conductor, each as one transaction that may be repeated."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from catalog_api.services import (
    archives,
    calls,
    dispatch,
    guests,
    instances,
    journals,
    outcomes,
    reports,
    tasks,
    watch,
)
from catalog_api.services.records import UNREADABLE, Database, Task
from catalog_common.contract.claims import ClaimedTask, ClaimRequest, Held, Lease, Release
from catalog_common.contract.instances import InstanceAnswer, InstanceRequest
from catalog_common.contract.journal import JournalAnswer, JournalBatch, JournalEntry
from catalog_common.contract.reports import ReportAnswer, ReportBatch
from catalog_common.contract.results import ResultAnswer, ResultRequest

LOG = logging.getLogger(__name__)
UNREADABLE_PAUSE = timedelta(seconds=60)
"""For how long a task is left alone that a conductor could not read."""


@dataclasses.dataclass(frozen=True)
class Rules:
    """What a conductor holds engines to."""

    leases: tasks.LeaseRules
    limits: dispatch.Limits
    bounds: journals.Bounds

    @classmethod
    def of(cls, options: Any) -> Rules:
        """From the configuration section ``[conductor]``."""
        return cls(
            tasks.LeaseRules(
                timedelta(seconds=options.lease_seconds),
                timedelta(seconds=options.request_timeout),
                options.attempts_limit,
            ),
            dispatch.Limits(options.project_tasks_limit),
            journals.Bounds(
                options.journal_entries_limit, options.journal_bytes_limit,
                options.journal_value_limit,
            ),
        )  # fmt: skip


Numbered = JournalBatch | ReportBatch | InstanceRequest | ResultRequest


class Recorder:
    """Answers engines over one database."""

    def __init__(self, database: Database, rules: Rules):
        self._database = database
        self._rules = rules

    # ------------------------------------------------------------ claims and leases

    def claim(self, request: ClaimRequest) -> ClaimedTask | None:
        """A task for an engine, or None when none is waiting."""
        with self._database.reader() as session:
            if not dispatch.is_waiting(session, request, self._database.now(session)):
                return None
        while True:
            found = self._database.transact(lambda session: self._claim(session, request))
            if found is None:
                return None
            try:
                return self._claimed(*found)
            except UNREADABLE:
                LOG.exception("task %s cannot be read; it waits for another conductor", found[0])
                self._put_off(*found)

    def seen(self, request: ClaimRequest) -> None:
        """An engine asked for work; remember it."""
        self._database.transact(
            lambda session: dispatch.saw(session, request, self._database.now(session))
        )

    def _claim(self, session: Session, request: ClaimRequest) -> tuple[str, str] | None:
        now = self._database.now(session)
        return dispatch.claim_next(session, request, now, self._rules.leases, self._rules.limits)

    def _claimed(self, task_id: str, claim: str) -> ClaimedTask:
        """What an engine is given of a task that it has got; its journal may take a while."""
        with self._database.reader() as session:
            task = tasks.read(session, task_id)
            tasks.check_claim(task, claim)
            journal = journals.read(session, task_id)
        return ClaimedTask(
            task_id=task.id, kind=task.kind, attempt=task.attempt, claim=claim,  # type: ignore[arg-type]
            lease_seconds=self._rules.leases.lease.total_seconds(), seed=task.seed,
            project_id=task.project_id, user_id=task.user_id, model=task.model or {},
            environment_id=task.environment_id, action=task.action, trust_id=task.trust_id,
            token=task.token, deadline=_epoch(task.deadline), journal=journal,
            packages=_packages(journal),
        )  # fmt: skip

    def _put_off(self, task_id: str, claim: str) -> None:
        """Leave a task that cannot be read alone for a while, so that others are not kept back."""

        def work(session: Session) -> None:
            task = tasks.lock(session, task_id)
            if task.claim == claim:
                now = self._database.now(session)
                tasks.requeue(session, task, "release", now, now + UNREADABLE_PAUSE)

        self._database.transact(work)

    def renew(self, task_id: str, held: Held) -> Lease:
        """Extend a lease."""

        def work(session: Session) -> bool:
            now = self._database.now(session)
            return tasks.renew(session, task_id, held.claim, now, self._rules.leases)

        cancel = self._database.transact(work)
        return Lease(self._rules.leases.lease.total_seconds(), cancel)

    def release(self, task_id: str, release: Release) -> None:
        """Give a task back; repeated, it is no error."""

        def work(session: Session) -> None:
            watch.give_back(
                session, task_id, release.claim, release.failed, self._database.now(session),
                self._rules.leases,
            )  # fmt: skip

        self._database.transact(work)

    # ------------------------------------------------------------ numbered calls

    def record_journal(self, task_id: str, batch: JournalBatch) -> Mapping[str, Any]:
        """Append to a journal."""

        def work(session: Session, task: Task) -> Mapping[str, Any]:
            following = journals.record(session, task, batch.entries, self._rules.bounds)
            return JournalAnswer(following).to_dict()

        return self._numbered(task_id, batch, work)

    def record_reports(self, task_id: str, batch: ReportBatch) -> Mapping[str, Any]:
        """Record lines of progress."""

        def work(session: Session, task: Task) -> Mapping[str, Any]:
            return ReportAnswer(reports.record(session, task.id, batch.reports)).to_dict()

        return self._numbered(task_id, batch, work)

    def record_instance(self, task_id: str, request: InstanceRequest) -> Mapping[str, Any]:
        """Begin or end to count an instance."""

        def work(session: Session, task: Task) -> Mapping[str, Any]:
            now = self._database.now(session)
            changed = instances.record(session, task.environment_id, request.instance, now)
            return InstanceAnswer(changed).to_dict()

        return self._numbered(task_id, request, work)

    def record_result(self, task_id: str, request: ResultRequest) -> Mapping[str, Any]:
        """End a task with what its worker says."""
        given = request.result
        ending = outcomes.Ending(given.outcome, given.result, given.model, given.packages)

        def work(session: Session, task: Task) -> Mapping[str, Any]:
            now = self._database.now(session)
            outcomes.conclude(session, task, "finish", ending, now)
            return ResultAnswer(given.outcome).to_dict()

        return self._numbered(task_id, request, work)

    def _numbered(
        self, task_id: str, call: Numbered, work: Callable[[Session, Task], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Do what a numbered call asks, or give the answer it got the first time."""

        def once(session: Session) -> Mapping[str, Any]:
            task = tasks.lock(session, task_id)
            known = calls.answered(session, task_id, call.claim, call.number)
            if known is not None:
                return known
            tasks.check_claim(task, call.claim)
            answer = work(session, task)
            calls.keep(session, task_id, call.claim, call.number, answer)
            return answer

        return self._database.transact(once)

    # ------------------------------------------------------------ guests and archives

    def guest(self, name: str) -> Mapping[str, Any] | None:
        """What is remembered of a guest."""
        with self._database.reader() as session:
            found = guests.get(session, name)
        return None if found is None else {"environment_id": found[0], "record": found[1]}

    def remember_guest(
        self, name: str, environment_id: str, record: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Remember a guest; what is remembered already stays."""
        kept = self._database.transact(
            lambda session: guests.put(session, name, environment_id, record)
        )
        return {"environment_id": kept[0], "record": kept[1]}

    def archive(self, digest: str) -> bytes | None:
        """The bytes of an archive, or None."""
        with self._database.reader() as session:
            return archives.body(session, digest)

    def check(self) -> None:
        """Fail unless the database answers."""
        with self._database.reader() as session:
            self._database.now(session)


def _packages(journal: tuple[JournalEntry, ...]) -> dict[str, list[str]]:
    """Versions of packages that a journal names."""
    found: dict[str, list[str]] = {}
    for entry in journal:
        if entry.kind == "package" and entry.error is None:
            versions = found.setdefault(entry.value["name"], [])
            if entry.value["version"] not in versions:
                versions.append(entry.value["version"])
    return found


def _epoch(moment: datetime | None) -> float | None:
    return None if moment is None else moment.replace(tzinfo=UTC).timestamp()
