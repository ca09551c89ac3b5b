"""How a task ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from catalog_common.contract.messages import ContractError, Items, Message, Text
from catalog_common.contract.values import Count, Digest, Id

Outcome = Literal["succeeded", "failed", "cancelled"]


@dataclasses.dataclass(frozen=True)
class PackageUse(Message):
    """A package that the task used."""

    name: Annotated[str, Text(255, 1)]
    version: Annotated[str, Text(64, 1)]
    digest: Digest


@dataclasses.dataclass(frozen=True)
class ActionResult(Message):
    """What the action returned, or ``{"message", "details"}`` when it failed."""

    result: Any = None
    isException: bool = False


@dataclasses.dataclass(frozen=True)
class TaskResult(Message):
    """The end of a task as its worker (or its supervisor) tells it.

    Without a model the conductor composes one from the task's own model and its journal, so
    that nothing that was made is forgotten.
    """

    outcome: Outcome
    result: ActionResult = ActionResult()
    model: Mapping[str, Any] | None = None
    packages: Annotated[tuple[PackageUse, ...], Items(10_000)] = ()

    def check(self) -> None:
        """Outcome and exception agree; a model says what became of the objects."""
        if (self.outcome == "succeeded") == self.result.isException:
            raise ContractError(
                f"outcome {self.outcome} does not agree with isException {self.result.isException}"
            )
        if self.model is not None and "Objects" not in self.model:
            raise ContractError("a model has Objects (null when all of them are gone)")


@dataclasses.dataclass(frozen=True)
class ResultRequest(Message):
    """``POST …/result``."""

    claim: Id
    number: Count
    result: TaskResult


@dataclasses.dataclass(frozen=True)
class ResultAnswer(Message):
    """The task has ended; with which outcome."""

    outcome: Literal["succeeded", "failed", "cancelled", "lost"]
