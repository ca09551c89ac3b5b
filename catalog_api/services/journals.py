"""Journals of tasks: recorded in one total order, within bounds, large values once."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db import models
from catalog_api.services import tasks
from catalog_common import canonical
from catalog_common.contract.journal import JournalEntry
from catalog_common.contract.models import compose

OVERHEAD = 100
"""Bytes that an entry counts beside its values."""

APART = ("request", "value", "error")
"""Members of an entry that are stored apart when they are large."""


class JournalOrder(tasks.Refused):
    """The entries do not follow the recorded ones."""

    type = "journal_order"


class JournalFull(tasks.Refused):
    """The journal's bounds are reached."""

    type = "journal_full"


@dataclasses.dataclass(frozen=True)
class Bounds:
    """How much one task may record, and from which size a value is stored apart."""

    entries: int
    bytes: int
    value_bytes: int


def record(
    session: Session, task: models.Task, entries: Sequence[JournalEntry], bounds: Bounds
) -> int:
    """Append entries to the journal of a task that is locked; the next sequence number.

    :raises JournalOrder: they do not start where the journal ends, or tell another attempt.
    :raises JournalFull: they would exceed ``bounds``; nothing is recorded.
    """
    following, total = _end(session, task.id)
    if entries[0].sequence != following:
        raise JournalOrder(
            f"The journal of task {task.id} goes on with entry {following}, not"
            f" {entries[0].sequence}."
        )
    known = set(
        session.scalars(
            sa.select(models.JournalValue.digest).where(models.JournalValue.task_id == task.id)
        )
    ) if _may_repeat(entries) else set()  # fmt: skip
    for entry in entries:
        if entry.attempt != task.attempt:
            raise JournalOrder(
                f"Entry {entry.sequence} tells attempt {entry.attempt}, but this is attempt"
                f" {task.attempt} of task {task.id}."
            )
        members, large, size = _split(session, task.id, entry, bounds, known)
        total += size
        if entry.sequence >= bounds.entries or total > bounds.bytes:
            raise JournalFull(
                f"The journal of task {task.id} may have {bounds.entries} entries and"
                f" {bounds.bytes} bytes; an application that loops over the cloud needs more. The"
                " limits are [conductor] journal_entries_limit and journal_bytes_limit."
            )
        body = {"entry": members, "large": large, "total": total}
        session.add(
            models.JournalEntry(task_id=task.id, sequence=entry.sequence, key=entry.key, body=body)
        )
    if any(entry.kind == "result" for entry in entries):
        tasks.progressed(session, task.id)
    _keep_packages(session, task.id, entries)
    session.flush()
    return following + len(entries)


def read(session: Session, task_id: str) -> tuple[JournalEntry, ...]:
    """All entries of a task, whole, in order."""
    large = session.execute(
        sa.select(models.JournalValue.digest, models.JournalValue.body).where(
            models.JournalValue.task_id == task_id
        )
    )
    values = {row.digest: row.body for row in large}
    bodies = session.scalars(
        sa.select(models.JournalEntry.body)
        .where(models.JournalEntry.task_id == task_id)
        .order_by(models.JournalEntry.sequence)
    )
    entries = []
    for body in bodies:
        whole = {name: values[digest]["value"] for name, digest in body["large"].items()}
        entries.append(JournalEntry.from_dict({**body["entry"], **whole}))
    return tuple(entries)


def left_behind(session: Session, task_id: str) -> dict[str, Any]:
    """The model that a task leaves behind which ends without a worker's result."""
    model = session.execute(
        sa.select(models.Task.model).where(models.Task.id == task_id)
    ).scalar_one()
    return compose(model or {}, read(session, task_id))


def _end(session: Session, task_id: str) -> tuple[int, int]:
    """Where the journal goes on, and its bytes so far."""
    last = session.execute(
        sa.select(models.JournalEntry.sequence, models.JournalEntry.body)
        .where(models.JournalEntry.task_id == task_id)
        .order_by(models.JournalEntry.sequence.desc())
        .limit(1)
    ).one_or_none()
    return (0, 0) if last is None else (last.sequence + 1, int(last.body["total"]))


def _may_repeat(entries: Iterable[JournalEntry]) -> bool:
    return any(getattr(entry, name) is not None for entry in entries for name in APART)


def _split(
    session: Session, task_id: str, entry: JournalEntry, bounds: Bounds, known: set[str]
) -> tuple[dict[str, Any], dict[str, str], int]:
    """The entry without its large values, their digests, and the bytes that it adds."""
    members = {name: value for name, value in entry.to_dict().items() if value is not None}
    large: dict[str, str] = {}
    size = OVERHEAD
    for name in APART:
        if name not in members:
            continue
        text = canonical.dumps(members[name])
        if len(text) <= bounds.value_bytes:
            size += len(text)
            continue
        value, digest = members.pop(name), hashlib.sha256(text.encode()).hexdigest()
        large[name] = digest
        if digest not in known:
            known.add(digest)
            size += len(text)
            session.add(models.JournalValue(task_id=task_id, digest=digest, body={"value": value}))
    return members, large, size


def _keep_packages(session: Session, task_id: str, entries: Iterable[JournalEntry]) -> None:
    """Note the packages that a running deployment resolved, so that their archives stay."""
    found = {
        (entry.value["name"], entry.value["version"]): entry.value["digest"]
        for entry in entries
        if entry.kind == "package" and entry.error is None
    }
    if found:
        keep_packages(session, task_id, found)


def keep_packages(session: Session, deployment_id: str, found: dict[tuple[str, str], str]) -> None:
    """Note packages of a deployment by name and version; none for one that was removed."""
    if session.get(models.Deployment, deployment_id) is None:
        return
    rows = session.scalars(
        sa.select(models.DeploymentPackage).where(
            models.DeploymentPackage.deployment_id == deployment_id
        )
    )
    for row in rows:
        digest = found.pop((row.name, row.version), None)
        if digest is not None:
            row.digest = digest
    for (name, version), digest in found.items():
        session.add(
            models.DeploymentPackage(
                deployment_id=deployment_id, name=name, version=version, digest=digest
            )
        )
