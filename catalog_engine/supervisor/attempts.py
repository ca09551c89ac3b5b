"""One attempt of one task: a worker, its journal and lease, to a result or to a release."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from catalog_common.contract.claims import ClaimedTask
from catalog_common.contract.journal import JournalEntry
from catalog_common.contract.messages import ContractError
from catalog_common.contract.results import ActionResult, PackageUse, TaskResult
from catalog_engine.host.messages import FrameError, Request
from catalog_engine.supervisor.conductors import Claim, Conductor, Refused, Unreachable
from catalog_engine.supervisor.dispatcher import Deadlock, Dispatcher
from catalog_engine.supervisor.journal import Bounds, Journal, JournalClosed, JournalFull
from catalog_engine.supervisor.lease import Lease, LeaseClosed
from catalog_engine.supervisor.replay import Replay, ReplayMismatch
from catalog_engine.supervisor.reporting import Reporter
from catalog_engine.supervisor.workers import Exit, ForkServer, Worker
from catalog_engine.supervisor.world import TaskWorld

LOG = logging.getLogger(__name__)
EXIT_SECONDS = 10.0
RENEW_SHARE = 3
"""A lease is renewed when a third of it has passed."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one task may use.

    :ivar language: limits that the language counts, by name.
    :ivar memory: bytes. :ivar cpu_seconds: CPU time.
    :ivar wall_seconds: time from the claim on after which the task is stopped.
    :ivar allowance: seconds for cleaning up after a stop.
    """

    language: Mapping[str, int]
    memory: int
    cpu_seconds: int
    wall_seconds: float
    allowance: float
    journal: Bounds = dataclasses.field(default_factory=Bounds)

    @property
    def process(self) -> dict[str, int]:
        """Limits of the worker's process."""
        return {"memory": self.memory, "cpu_seconds": self.cpu_seconds}


class Ended(Exception):
    """The attempt is over; ``result`` says how the task ends, None that another goes on with it."""

    def __init__(self, result: TaskResult | None, reason: str) -> None:
        super().__init__(reason)
        self.result = result


class Attempt:
    """Runs one claimed task.

    :param engine_name: for reports.
    :param make_world: makes the adapters of the task.
    :param asked_at: monotonic time from before the claim was asked for.
    """

    def __init__(
        self, task: ClaimedTask, asked_at: float, *, engine_name: str, conductor: Conductor,
        workers: ForkServer, limits: Limits, make_world: Callable[[ClaimedTask], TaskWorld],
    ) -> None:  # fmt: skip
        self._task = task
        self._engine_name = engine_name
        self._workers = workers
        self._limits = limits
        self._make_world = make_world
        self._over = threading.Event()
        self._claim = Claim(conductor, task, self._over)
        self._lease = Lease()
        self._lease.renewed(asked_at, task.lease_seconds)
        self._failure: list[BaseException] = []
        self._replay = Replay(task.journal)
        self._journal = Journal(
            self._record, self._replay.next_sequence, task.attempt, limits.journal
        )
        self._reporter = Reporter(self._claim.report)
        self._worker: Worker | None = None
        self._dispatcher: Dispatcher | None = None
        self._deadline = asked_at + limits.wall_seconds
        self._abandoned = False

    # ------------------------------------------------------------ from outside

    def abandon(self) -> None:
        """The engine ends: give the task to another one."""
        self._abandoned = True
        self._stop_worker()

    def run(self) -> None:
        """Run to the end; never raises."""
        renewing = threading.Thread(target=self._renew, name="lease", daemon=True)
        renewing.start()
        try:
            result = self._run()
            if result is not None:
                self._finish(result)
        except (Refused, Unreachable, LeaseClosed, JournalClosed) as error:
            LOG.warning("task %s is another's now: %s", self._task.task_id, error)
        except Exception:
            LOG.exception("task %s failed in the engine; it is given back", self._task.task_id)
            self._release()
        finally:
            self._over.set()
            self._lease.close()
            self._journal.close(LeaseClosed())
            self._reporter.close()
            renewing.join(10)

    # ------------------------------------------------------------ the course of an attempt

    def _run(self) -> TaskResult | None:
        """The result of the task; None when it was given back."""
        if self._task.attempt > 1:
            self._reporter.report(
                f"Engine {self._engine_name} goes on with attempt {self._task.attempt};"
                f" {len(self._task.journal)} recorded steps are replayed."
            )
        world = self._make_world(self._task)
        try:
            with_worker = self._workers.fork(self._limits.process)
            self._worker = with_worker
            self._dispatcher = Dispatcher(
                self._task.task_id, self._journal, self._replay, self._lease, world,
                self._answer, self._reporter.on_request, self._fail, self._deadline,
                self._limits.allowance,
            )  # fmt: skip
            result = self._converse(with_worker, self._dispatcher)
            self._journal.flush()
            return result
        except Ended as end:
            LOG.info("task %s: %s", self._task.task_id, end)
            if end.result is None:
                self._release()
            else:
                self._journal.flush()
            return end.result
        finally:
            self._end_worker()
            world.close()

    def _converse(self, worker: Worker, dispatcher: Dispatcher) -> TaskResult:
        worker.channel.send(self._order())
        while True:
            try:
                message = worker.channel.receive()
                if message is None:
                    raise self._worker_ended(worker)
                result = self._on_message(dispatcher, message)
            except ConnectionError as error:
                raise self._worker_ended(worker) from error
            except (ReplayMismatch, Deadlock, JournalFull, FrameError) as error:
                raise self._broken(error) from error
            if result is not None:
                return result

    def _order(self) -> dict[str, Any]:
        task = self._task
        return {
            "type": "start",
            "task": {
                "id": task.task_id, "kind": task.kind, "attempt": task.attempt, "seed": task.seed,
                "project_id": task.project_id, "user_id": task.user_id,
                "environment_id": task.environment_id, "model": dict(task.model),
                "action": task.action, "packages": dict(task.packages),
            },
            "limits": dict(self._limits.language), "allowance": self._limits.allowance,
        }  # fmt: skip

    def _on_message(self, dispatcher: Dispatcher, message: Mapping[str, Any]) -> TaskResult | None:
        kind = message["type"]
        if kind == "idle":
            dispatcher.on_idle()
        elif kind == "result":
            dispatcher.on_result()
            return self._result_of(dispatcher, message)
        elif kind in ("call", "notice"):
            request = _request(message)
            number = message.get("number")
            if not isinstance(number, int):
                raise FrameError("a frame has no number")
            if kind == "notice":
                dispatcher.on_notice(number, request)
            else:
                dispatcher.on_call(str(message.get("branch")), number, request)
        else:
            raise FrameError(f"a worker does not say {str(kind)[:40]!r}")
        return None

    def _result_of(self, dispatcher: Dispatcher, message: Mapping[str, Any]) -> TaskResult:
        packages = [
            {"name": name, "version": version, "digest": digest}
            for (name, version), digest in sorted(dispatcher.packages.items())
        ]
        try:
            return TaskResult.from_dict(
                {
                    "outcome": message.get("outcome"), "result": message.get("result"),
                    "model": message.get("model"), "packages": packages,
                }
            )  # fmt: skip
        except ContractError as error:
            raise FrameError(f"the worker's result is malformed: {error}") from error

    # ------------------------------------------------------------ how attempts end early

    def _worker_ended(self, worker: Worker) -> Ended:
        if self._failure:
            error = self._failure[0]
            if isinstance(error, ReplayMismatch | Deadlock | JournalFull | FrameError):
                return self._broken(error)
            raise error
        if self._abandoned or not self._lease.is_open:
            return Ended(None, "the worker was ended by its engine")
        how = worker.wait(EXIT_SECONDS)
        if how is None or (how.is_foreign and not how.hit_cpu_limit(self._limits.cpu_seconds)):
            return Ended(None, f"the worker was killed by somebody else ({how})")
        return Ended(self._failed(self._limit_text(how)), f"the worker ended: {how}")

    def _limit_text(self, how: Exit) -> str:
        if how.killed:
            return (
                f"The deployment ran longer than {self._limits.wall_seconds:.0f} seconds and did"
                " not end when it was stopped ([engine] limit_wall_seconds)."
            )
        if how.hit_cpu_limit(self._limits.cpu_seconds):
            return (
                f"The deployment used more than {self._limits.cpu_seconds} seconds of CPU time"
                " ([engine] limit_cpu_seconds)."
            )
        return (
            "The deployment's process ended without a result (it may have used more memory than"
            f" [engine] limit_memory_mb, {self._limits.memory >> 20}); exit code {how.code},"
            f" signal {how.signal}."
        )

    def _broken(self, error: Exception) -> Ended:
        details = getattr(error, "details", None) or str(error)
        text = str(error)
        if isinstance(error, Deadlock):
            text = "Every branch of the deployment waits for another one; it cannot go on."
        return Ended(self._failed(text, details), f"the worker cannot go on: {text}")

    def _failed(self, text: str, details: str | None = None) -> TaskResult:
        """The task fails; the conductor composes what is left from the journal."""
        self._reporter.report(text, "error", self._task.environment_id, details)
        return TaskResult(
            "failed", ActionResult({"message": text, "details": details or text}, True), None,
            self._packages(),
        )  # fmt: skip

    def _packages(self) -> tuple[PackageUse, ...]:
        if self._dispatcher is None:
            return ()
        return tuple(
            PackageUse(name, version, digest)
            for (name, version), digest in sorted(self._dispatcher.packages.items())
        )

    def _finish(self, result: TaskResult) -> None:
        self._reporter.flush()
        self._claim.finish(result)
        LOG.info("task %s %s", self._task.task_id, result.outcome)

    def _release(self) -> None:
        try:
            self._claim.release()
        except (Refused, Unreachable) as error:
            LOG.warning("task %s was not given back: %s", self._task.task_id, error)

    # ------------------------------------------------------------ helpers

    def _answer(
        self, branch: str, number: int, value: Any, error: Mapping[str, Any] | None
    ) -> None:
        worker = self._worker
        if worker is None:
            return
        message = {
            "type": "answer", "branch": branch, "number": number, "value": value, "error": error,
        }  # fmt: skip
        try:
            worker.channel.send(message)
        except OSError:
            LOG.debug("the worker of task %s is gone", self._task.task_id)

    def _record(self, entries: Sequence[JournalEntry]) -> None:
        # What was reported before comes before: a successor reports it no more.
        self._reporter.flush()
        self._claim.record(entries)

    def _fail(self, error: BaseException) -> None:
        """Something went wrong on another thread: end the conversation."""
        self._failure.append(error)
        self._stop_worker()

    def _stop_worker(self) -> None:
        if self._worker is not None:
            self._worker.close()

    def _end_worker(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.close()
        if self._worker is not None:
            self._worker.close()
            if self._worker.wait(1.0) is None:
                self._worker.kill()

    # ------------------------------------------------------------ the lease

    def _renew(self) -> None:
        """Renew the lease, look at the clock, pass on a wish to cancel."""
        interval = max(0.1, self._task.lease_seconds / RENEW_SHARE)
        while not self._over.wait(interval):
            asked_at = time.monotonic()
            try:
                lease = self._claim.renew()
            except Unreachable as error:
                LOG.warning("the lease of task %s: %s", self._task.task_id, error)
            except Refused as error:
                LOG.warning("the lease of task %s is lost: %s", self._task.task_id, error)
                self._lease.close()
                self._over.set()
                self._fail(error)
                return
            else:
                self._lease.renewed(asked_at, lease.lease_seconds)
                if lease.cancel and self._dispatcher is not None:
                    self._dispatcher.stop("cancelled")
            self._look_at_clock()

    def _look_at_clock(self) -> None:
        dispatcher, worker = self._dispatcher, self._worker
        if dispatcher is None or worker is None:
            return
        if not self._lease.is_open:
            dispatcher.lease_ended()
        late = time.monotonic() - self._deadline
        if late >= 0:
            dispatcher.stop("deadline")
        if late >= self._limits.allowance:
            worker.kill()


def _request(message: Mapping[str, Any]) -> Request:
    port, operation, arguments = (
        message.get("port"), message.get("operation"), message.get("arguments")
    )  # fmt: skip
    if not (isinstance(port, str) and isinstance(operation, str) and isinstance(arguments, dict)):
        raise FrameError("a frame lacks port, operation or arguments")
    return Request(port, operation, arguments)
