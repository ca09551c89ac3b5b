"""How an attempt ends without a worker's result, and what people are told of it."""

from __future__ import annotations

from catalog_common.contract.messages import ContractError
from catalog_common.contract.results import ActionResult, PackageUse, TaskResult
from catalog_engine.host.messages import FrameError
from catalog_engine.supervisor.conductors import Refused
from catalog_engine.supervisor.dispatcher import Deadlock
from catalog_engine.supervisor.journal import JournalFull
from catalog_engine.supervisor.limits import Limits
from catalog_engine.supervisor.replay import ReplayMismatch
from catalog_engine.supervisor.workers import Exit

INTERRUPTED = "The engine that answered this call ended, or its worker was killed; ask again."


class Ended(Exception):
    """The attempt is over.

    :ivar text: what people are told when the task ends with it.
    :ivar outcome: how the task ends; None when another attempt follows.
    :ivar counts: whether the attempt came to nothing by itself, so that too many end the task.
    """

    def __init__(
        self, text: str, outcome: str | None = None, *, details: str | None = None,
        counts: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(text)
        self.text = text
        self.outcome = outcome
        self.details = details or text
        self.counts = counts

    def result(self, packages: tuple[PackageUse, ...]) -> TaskResult:
        """The result; the conductor composes the model from the journal."""
        said = {"message": self.text, "details": self.details}
        outcome = "cancelled" if self.outcome == "cancelled" else "failed"
        return TaskResult(outcome, ActionResult(said, True), None, packages)  # type: ignore[arg-type]


def of_error(error: BaseException) -> Ended | None:
    """The end of a task that cannot go on for its own fault; None when it is not its fault."""
    if isinstance(error, Deadlock):
        return Ended(
            "Every branch of the deployment waits for another one; it cannot go on.", "failed"
        )
    if isinstance(error, Refused):
        if error.is_lost:
            return None
        return Ended(f"The conductor refuses what the deployment recorded: {error}", "failed")
    if isinstance(error, ReplayMismatch):
        return Ended(str(error), "failed", details=error.details)
    if isinstance(error, FrameError | ContractError):
        return Ended(f"The deployment's process broke the engine's protocol: {error}", "failed")
    if isinstance(error, JournalFull):
        return Ended(str(error), "failed")
    return None


def of_worker(how: Exit | None, limits: Limits, stop: str | None) -> Ended:
    """The end of a task whose worker ended.

    :param how: None when it closed its socket and went on.
    :param stop: why it was killed here, or None.
    """
    if how is None:
        return Ended("The deployment's process broke off and had to be killed.", "failed")
    if stop is not None:
        return _of_stop(limits, stop)
    if how.hit_cpu_limit(limits.cpu_seconds):
        return Ended(
            f"The deployment used more than {limits.cpu_seconds} seconds of CPU time"
            " ([engine] limit_cpu_seconds).", "failed",
        )  # fmt: skip
    if how.is_foreign:
        return Ended(f"its worker was killed by somebody else ({how})", counts=True)
    return Ended(
        "The deployment's process ended without a result (it may have used more memory than"
        f" [engine] limit_memory_mb, {limits.memory >> 20}); exit code {how.code}, signal"
        f" {how.signal}.", "failed",
    )  # fmt: skip


def _of_stop(limits: Limits, stop: str) -> Ended:
    why = "was cancelled"
    if stop == "deadline":
        why = f"ran longer than {limits.wall_seconds:.0f} seconds ([engine] limit_wall_seconds)"
    return Ended(
        f"The deployment {why}, and did not end within the {limits.allowance:.0f} seconds that"
        " cleaning up may take ([engine] cleanup_seconds); it was killed.", "cancelled",
    )  # fmt: skip
