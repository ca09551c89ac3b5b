"""How a task is taken, held and given back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from catalog_common.contract.journal import JournalEntry
from catalog_common.contract.messages import ContractError, Items, Message, Range
from catalog_common.contract.values import (
    Count,
    Epoch,
    Id,
    Name,
    PythonVersion,
    Seconds,
)

Kind = Literal["deployment", "call"]
MAX_WAIT = 20.0
"""Seconds for which a claim may wait for a task."""


@dataclasses.dataclass(frozen=True)
class Engine(Message):
    """Who claims: ``name`` is unique among engines and outlives a restart."""

    name: Name
    host: Name
    python_version: PythonVersion
    language_revision: Count
    pid: Count | None = None


@dataclasses.dataclass(frozen=True)
class ClaimRequest(Message):
    """``POST /v1/claims``: a free slot asks for a task, and waits so long when there is none."""

    engine: Engine
    kinds: Annotated[tuple[Kind, ...], Items(2, 1)] = ("call", "deployment")
    wait: Annotated[float, Range(0, MAX_WAIT)] = 0.0


@dataclasses.dataclass(frozen=True)
class ClaimedTask(Message):
    """The answer to a claim: a task, the right to it, and what earlier attempts recorded.

    ``lease_seconds`` count from before the claim was asked for. ``deadline`` is a moment of the
    database's clock. ``packages`` maps package names to the versions that the journal names.
    """

    task_id: Id
    kind: Kind
    attempt: Count
    claim: Id
    lease_seconds: Seconds
    seed: Id
    project_id: str
    user_id: str
    model: Mapping[str, Any]
    environment_id: Id | None = None
    action: Mapping[str, Any] | None = None
    trust_id: str | None = None
    token: str | None = None
    deadline: Epoch | None = None
    journal: tuple[JournalEntry, ...] = ()
    packages: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def check(self) -> None:
        """A call has an action."""
        if self.kind == "call" and self.action is None:
            raise ContractError("a call needs an action")


@dataclasses.dataclass(frozen=True)
class Held(Message):
    """``POST …/lease``: who holds the task says so."""

    claim: Id


@dataclasses.dataclass(frozen=True)
class Release(Held):
    """``POST …/release``: another attempt may follow at once.

    ``failed``: this one came to nothing by itself, and counts; otherwise its engine ends.
    """

    failed: bool = False


@dataclasses.dataclass(frozen=True)
class Lease(Message):
    """The answer to a renewal: so long from before it was asked for; ``cancel`` when to stop."""

    lease_seconds: Seconds
    cancel: bool = False


@dataclasses.dataclass(frozen=True)
class Wake(Message):
    """``POST /v1/wake``: a task was queued, or is to be cancelled."""

    task_id: Id
