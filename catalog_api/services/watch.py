"""Looking after tasks that no engine ends: leases that ran out, tasks that nobody took.

What is to be done is found first, and done a task at a time: each in a transaction of its own
that looks again, so that one task that cannot be helped does not keep others waiting.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import Task
from catalog_api.services import outcomes, reports, tasks
from catalog_common.contract.results import ActionResult

CANCELLED_TEXT = "The deployment was cancelled before an engine took it."
LATE_TEXT = "No engine answered in time."
INTERRUPTED_TEXT = "The engine that answered this call ended; ask again."
_HOW = {"lose": "lost its lease in", "fail": "failed in", "release": "gave back"}


def lapsed(session: Session, now: datetime) -> list[str]:
    """Running tasks whose lease has ended."""
    return list(
        session.scalars(
            sa.select(Task.id)
            .where(Task.state == tasks.RUNNING, Task.lease_expires < now)
            .order_by(Task.lease_expires, Task.id)
        )
    )


def take_back(session: Session, task_id: str, now: datetime, rules: tasks.LeaseRules) -> bool:
    """Take a task from an engine whose lease has ended; whether it is queued again."""
    task = tasks.lock(session, task_id)
    if task.state != tasks.RUNNING or task.lease_expires is None or task.lease_expires >= now:
        return False
    if task.kind == "call":
        give_up(session, task, now)
        return False
    return _again(session, task, "lose", now, rules)


def give_back(
    session: Session, task_id: str, claim: str, failed: bool, now: datetime,
    rules: tasks.LeaseRules,
) -> bool:  # fmt: skip
    """Take a task that its engine gives back; whether it is queued again. Repeated, no error.

    :param failed: this attempt came to nothing by itself, and counts.
    :raises UnknownTask: there is none.
    :raises ClaimLost: another attempt may hold it.
    :raises TaskEnded: it is over.
    """
    task = tasks.lock(session, task_id)
    if task.state == tasks.QUEUED:
        return False
    tasks.check_claim(task, claim)
    if task.kind == "call":
        give_up(session, task, now)
        return False
    return _again(session, task, "fail" if failed else "release", now, rules)


def give_up(session: Session, task: Task, now: datetime) -> None:
    """End a task whose attempts come to nothing."""
    text = LATE_TEXT if task.claim is None else INTERRUPTED_TEXT
    if task.kind == "deployment":
        text = outcomes.LOST_TEXT.format(count=task.attempts_without_result)
        reports.add(session, task.id, text, "error")
    _end(session, task, "lost", text, now)


def unwanted(session: Session, now: datetime) -> list[str]:
    """Queued tasks to end: cancelled before their first attempt, and calls nobody waits for."""
    never = sa.and_(Task.cancel_requested.is_(True), Task.attempt == 0)
    late = sa.and_(Task.kind == "call", Task.deadline.is_not(None), Task.deadline < now)
    return list(
        session.scalars(
            sa.select(Task.id).where(Task.state == tasks.QUEUED, sa.or_(never, late))
        )
    )  # fmt: skip


def end_unwanted(session: Session, task_id: str, now: datetime) -> None:
    """End a task that was found unwanted, unless an engine has it by now."""
    task = tasks.lock(session, task_id)
    if task.state != tasks.QUEUED:
        return
    if task.cancel_requested and task.attempt == 0:
        text = CANCELLED_TEXT
        reports.add(session, task.id, text, "warning")
    elif task.kind == "call" and task.deadline is not None and task.deadline < now:
        text = LATE_TEXT
    else:
        return
    _end(session, task, "cancelled", text, now)


def _again(
    session: Session, task: Task, event: str, now: datetime, rules: tasks.LeaseRules
) -> bool:
    """Queue a task again after an attempt without a result, or give it up; whether it is queued."""
    what = f"Engine {task.claimed_by} {_HOW[event]} attempt {task.attempt}"
    if event != "release" and task.attempts_without_result >= rules.attempts_limit:
        reports.add(session, task.id, f"{what}.")
        give_up(session, task, now)
        return False
    available_at = None
    if event == "lose" and task.lease_expires is not None:
        available_at = task.lease_expires + rules.request_timeout
    if not tasks.requeue(session, task, event, now, available_at):
        return False
    reports.add(session, task.id, f"{what}; the task is queued again.")
    return True


def _end(session: Session, task: Task, outcome: str, text: str, now: datetime) -> None:
    failed = ActionResult({"message": text, "details": text}, True)
    outcomes.conclude(session, task, "give up", outcomes.Ending(outcome, failed), now)
