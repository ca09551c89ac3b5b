"""Questions to engines that a request waits for: static actions and schemas of classes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Lock
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from catalog_api.db.database import Database
from catalog_api.db.models import Package, Task
from catalog_api.services import tasks
from catalog_api.services.callers import Caller
from catalog_api.services.errors import (
    BadRequest,
    CatalogError,
    Failed,
    NotFound,
    TimedOut,
    Unavailable,
)
from catalog_common.versions import VersionError, VersionSpec

WAIT_SECONDS: Final = 15.0
_FIRST_PAUSE, _LAST_PAUSE = 0.01, 0.2
_MISSING: Final = frozenset(
    ("NoClassFound", "NoMethodFound", "NoPackageFound", "NoPackageForClassFound",
     "MethodNotExposed", "NoMatchingMethodException")
)  # fmt: skip
_WRONG: Final = frozenset(("ContractViolationException", "VersionError"))


def check_version(text: Any) -> str:
    """A version specification as it was given.

    :raises BadRequest: it is none.
    """
    try:
        return str(VersionSpec(text)) if text else ""
    except VersionError as error:
        raise BadRequest(f"classVersion: {error}") from error


def ask(
    database: Database, caller: Caller, action: Mapping[str, Any], wake: Callable[[str], None]
) -> Any:
    """Have an engine do something for the caller, with the caller's token; its answer.

    :param wake: told of the task, so that an engine takes it at once.
    :raises NotFound: there is no such class, method or package.
    :raises BadRequest: the arguments do not fit.
    :raises TimedOut: no engine answered in time.
    :raises Failed: the code failed.
    """
    seconds = timedelta(seconds=WAIT_SECONDS)

    def queue(session: Session) -> str:
        return tasks.enqueue(
            session, kind="call", project_id=caller.project_id, user_id=caller.user_id,
            action=dict(action), token=caller.token, deadline=database.now(session) + seconds,
        ).id  # fmt: skip

    task_id = database.transact(queue)
    wake(task_id)
    return _answer(_ended(database, task_id))


def _ended(database: Database, task_id: str) -> Task:
    until = time.monotonic() + WAIT_SECONDS
    pause = _FIRST_PAUSE
    while True:
        with database.reader() as session:
            found = session.get(
                Task, task_id, options=[load_only(Task.state, Task.outcome, Task.result)]
            )
        if found is not None and found.state == tasks.ENDED:
            return found
        if time.monotonic() > until:
            raise TimedOut(f"No engine answered in {WAIT_SECONDS:.0f} s")
        time.sleep(pause)
        pause = min(pause * 1.5, _LAST_PAUSE)


def _answer(task: Task) -> Any:
    answer = task.result or {}
    if not answer.get("isException"):
        return answer.get("result")
    told = answer.get("result") or {}
    if task.outcome in ("lost", "cancelled"):
        raise TimedOut(str(told.get("message")))
    raise _error(told.get("names") or (), str(told.get("message")))


def _error(names: Any, message: str) -> CatalogError:
    words = {str(name).rpartition(".")[2] for name in names}
    if words & _MISSING:
        return NotFound(message)
    if words & _WRONG:
        return BadRequest(message)
    return Failed(message)


# ---------------------------------------------------------------- schemas


class Schemas:
    """Schemas of classes, remembered until a package that the project sees is changed."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._known: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = Lock()

    def get(
        self, database: Database, caller: Caller, action: Mapping[str, Any],
        wake: Callable[[str], None],
    ) -> Any:  # fmt: skip
        """The schemas that an action asks for.

        :raises CatalogError: as :func:`ask`.
        """
        with database.reader() as session:
            state = _packages_state(session, caller)
        methods = action["schema"]
        key = (
            caller.project_id, action["class_name"], action["class_version"], action["pkg_name"],
            None if methods is None else tuple(methods), state,
        )  # fmt: skip
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        try:
            found = ask(database, caller, action, wake)
        except Failed as error:
            raise Unavailable(str(error)) from error
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found


def _packages_state(session: Session, caller: Caller) -> tuple[Any, ...]:
    """Changes whenever a package that the project sees is added, changed or removed."""
    visible = sa.or_(Package.owner_id == caller.project_id, Package.is_public.is_(True))
    row = session.execute(
        sa.select(sa.func.count(), sa.func.max(Package.updated)).where(visible)
    ).one()
    return (row[0], str(row[1]))
