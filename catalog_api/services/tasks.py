"""Tasks: their states as data, and the transactions that move them from one to the next."""

from __future__ import annotations

import dataclasses
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from catalog_api.db.models import Attempt, JournalEntry, Task

QUEUED, RUNNING, ENDED = "queued", "running", "ended"

TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "claim": (frozenset({QUEUED}), RUNNING),
    "renew": (frozenset({RUNNING}), RUNNING),
    "lose": (frozenset({RUNNING}), QUEUED),
    "release": (frozenset({RUNNING}), QUEUED),
    "fail": (frozenset({RUNNING}), QUEUED),
    "finish": (frozenset({RUNNING}), ENDED),
    "give up": (frozenset({QUEUED, RUNNING}), ENDED),
}
"""Event: the states it is allowed in, and the one it leads to."""

HELD = (
    Task.id, Task.kind, Task.environment_id, Task.project_id, Task.state, Task.claim,
    Task.claimed_by, Task.attempt, Task.attempts_without_result, Task.lease_expires,
    Task.cancel_requested, Task.trust_id, Task.deadline,
)  # fmt: skip
"""What most calls need of a task; its model may be large and has to be decrypted."""


class Refused(Exception):
    """A call is refused; ``type`` is its stable code, the text says why and what to do."""

    type = "refused"


class UnknownTask(Refused):
    """There is no such task."""

    type = "not_found"

    def __init__(self, task_id: str) -> None:
        super().__init__(f"There is no task {task_id[:64]}.")


class ClaimLost(Refused):
    """The caller does not hold the task (any more)."""

    type = "claim_lost"


class TaskEnded(Refused):
    """The task is over."""

    type = "task_ended"


@dataclasses.dataclass(frozen=True)
class LeaseRules:
    """How long tasks are held, and when one is given up."""

    lease: timedelta
    request_timeout: timedelta
    attempts_limit: int


def enqueue(
    session: Session, *, kind: str, project_id: str, user_id: str, action: Any,
    task_id: str | None = None, environment_id: str | None = None, model: Any = None,
    trust_id: str | None = None, token: str | None = None, deadline: datetime | None = None,
) -> Task:  # fmt: skip
    """Insert a task, in the transaction that accepts what it is for.

    :param kind: ``deployment`` or ``call``.
    :param task_id: id of its deployment, which is the task's as well.
    :param token: the caller's, for calls; it is erased at their end.
    """
    task = Task(
        kind=kind, environment_id=environment_id, project_id=project_id, user_id=user_id,
        action=action, model=model, trust_id=trust_id, token=token, deadline=deadline,
        state=QUEUED, **({} if task_id is None else {"id": task_id}),
    )  # fmt: skip
    session.add(task)
    session.flush()
    return task


def transition(
    session: Session, event: str, task_id: str, values: Mapping[str, Any], *conditions: Any
) -> bool:
    """Move a task by an event of ``TRANSITIONS``, setting ``values`` with it.

    Compare and swap: False when the task is in another state by now, or a condition fails.
    """
    sources, target = TRANSITIONS[event]
    moved = session.execute(
        sa.update(Task)
        .where(Task.id == task_id, Task.state.in_(sources), *conditions)
        .values(state=target, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def lock(session: Session, task_id: str, *columns: Any) -> Task:
    """The task, locked to the end of the transaction; UnknownTask when there is none."""
    task = session.execute(
        sa.select(Task)
        .where(Task.id == task_id)
        .options(load_only(*(columns or HELD)))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if task is None:
        raise UnknownTask(task_id)
    return task


def read(session: Session, task_id: str) -> Task:
    """A task with everything that an engine is given of it, as it is now."""
    return session.execute(
        sa.select(Task).where(Task.id == task_id).execution_options(populate_existing=True)
    ).scalar_one()


def check_claim(task: Task, claim: str) -> None:
    """ClaimLost unless ``claim`` is the one that holds the task; TaskEnded when it is over."""
    if task.state == ENDED:
        raise TaskEnded(f"Task {task.id} has ended.")
    if (
        task.state != RUNNING
        or task.claim is None
        or not hmac.compare_digest(task.claim.encode(), claim.encode())
    ):
        raise ClaimLost(
            f"This claim does not hold task {task.id}: another attempt may. Start no effect, and"
            " end the worker."
        )


def claim(
    session: Session, task_id: str, engine: str, language: tuple[int, str], now: datetime,
    rules: LeaseRules,
) -> str | None:  # fmt: skip
    """Give a queued task to an engine: the new claim token, None when it is gone.

    :param language: revision of the language and Python version of the engine; they stay with
        the task once it has a journal.
    """
    token = secrets.token_hex(16)
    moved = transition(
        session, "claim", task_id,
        {
            "claim": token,
            "claimed_by": engine,
            "lease_expires": now + rules.lease,
            "attempt": Task.attempt + 1,
            "attempts_without_result": Task.attempts_without_result + 1,
            "started": sa.func.coalesce(Task.started, now),
            "available_at": None,
            "language_revision": language[0],
            "python_version": language[1],
        },
    )  # fmt: skip
    if not moved:
        return None
    number = session.execute(sa.select(Task.attempt).where(Task.id == task_id)).scalar_one()
    session.add(Attempt(task_id=task_id, number=number, engine=engine, claimed_at=now))
    session.flush()
    return token


def renew(session: Session, task_id: str, claim: str, now: datetime, rules: LeaseRules) -> bool:
    """Extend the lease; whether the task is to be cancelled.

    :raises UnknownTask: there is none.
    :raises ClaimLost: another attempt may hold it.
    :raises TaskEnded: it is over.
    """
    task = lock(session, task_id)
    check_claim(task, claim)
    transition(session, "renew", task_id, {"lease_expires": now + rules.lease})
    return task.cancel_requested


def requeue(
    session: Session, task: Task, event: str, now: datetime, available_at: datetime | None
) -> bool:
    """Take a running task from its engine: ``lose``, ``fail``, ``release``. False if it changed.

    A released attempt is not counted. Without a journal any engine may have the task next.
    """
    values: dict[str, Any] = {
        "claim": None, "claimed_by": None, "lease_expires": None, "available_at": available_at,
    }  # fmt: skip
    if event == "release":
        values["attempts_without_result"] = max(0, task.attempts_without_result - 1)
    if not has_journal(session, task.id):
        values |= {"language_revision": None, "python_version": None}
    if not transition(session, event, task.id, values, Task.claim == task.claim):
        return False
    outcome = {"lose": "lease lost", "fail": "failed", "release": "released"}[event]
    end_attempt(session, task, outcome, now)
    return True


def end(
    session: Session, task: Task, event: str, outcome: str, now: datetime, result: Any = None
) -> bool:
    """End a task: ``finish`` by its holder, ``give up`` by the conductor. False if it has."""
    moved = transition(
        session, event, task.id,
        {
            "claim": None, "claimed_by": None, "lease_expires": None, "available_at": None,
            "outcome": outcome, "ended": now, "result": result, "token": None,
        },
    )  # fmt: skip
    if moved and task.claim is not None:
        end_attempt(session, task, "result" if event == "finish" else "given up", now)
    return moved


def end_attempt(session: Session, task: Task, outcome: str, now: datetime) -> None:
    """Record how the latest attempt ended."""
    session.execute(
        sa.update(Attempt)
        .where(
            Attempt.task_id == task.id, Attempt.number == task.attempt, Attempt.ended_at.is_(None)
        )
        .values(ended_at=now, outcome=outcome)
        .execution_options(synchronize_session=False)
    )


def progressed(session: Session, task_id: str) -> None:
    """The attempt recorded the result of an effect: it, and those before, do not count."""
    session.execute(
        sa.update(Task)
        .where(Task.id == task_id, Task.attempts_without_result != 0)
        .values(attempts_without_result=0)
        .execution_options(synchronize_session=False)
    )


def request_cancel(session: Session, task_id: str) -> None:
    """Ask for a task to be cancelled; one that has ended stays as it is.

    A running one hears of it with its next lease, one that was never claimed is ended by the
    conductor. UnknownTask when there is none.
    """
    task = lock(session, task_id)
    if task.state != ENDED:
        session.execute(
            sa.update(Task)
            .where(Task.id == task_id)
            .values(cancel_requested=True)
            .execution_options(synchronize_session=False)
        )


def cancel_all(session: Session, environment_id: str) -> None:
    """Ask for all tasks of an environment to be cancelled."""
    session.execute(
        sa.update(Task)
        .where(Task.environment_id == environment_id, Task.state != ENDED)
        .values(cancel_requested=True)
        .execution_options(synchronize_session=False)
    )


def has_journal(session: Session, task_id: str) -> bool:
    """Whether any entry is recorded."""
    return bool(
        session.execute(sa.select(sa.exists().where(JournalEntry.task_id == task_id))).scalar()
    )
