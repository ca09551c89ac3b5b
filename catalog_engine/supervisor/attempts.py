"""One attempt of one task: a worker, its journal and lease, to a result or to a release."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from catalog_common.contract.claims import ClaimedTask
from catalog_common.contract.journal import JournalEntry
from catalog_common.contract.results import PackageUse, TaskResult
from catalog_engine.host.messages import FrameError
from catalog_engine.supervisor import endings, frames
from catalog_engine.supervisor.calls import World
from catalog_engine.supervisor.conductors import Claim, Conductor, Refused, Unreachable
from catalog_engine.supervisor.dispatcher import Dispatcher
from catalog_engine.supervisor.endings import Ended
from catalog_engine.supervisor.journal import Journal, JournalClosed
from catalog_engine.supervisor.lease import Lease, LeaseClosed
from catalog_engine.supervisor.limits import Limits
from catalog_engine.supervisor.renewal import Renewal
from catalog_engine.supervisor.replay import Replay
from catalog_engine.supervisor.reporting import Reporter
from catalog_engine.supervisor.workers import ForkServer, Worker, WorkersUnavailable

LOG = logging.getLogger(__name__)
EXIT_SECONDS = 10.0
KILL_GRACE = 5.0
"""Seconds beyond the allowance, in which a worker whose calls are all struck can still end."""
ENGINE_ENDS = "its engine ends"


class TaskPorts(World, Protocol):
    """All adapters of one task, to be closed after it."""

    def close(self) -> None:
        """The task has ended here."""


MakeWorld = Callable[[ClaimedTask, Claim], TaskPorts]


class Attempt:
    """Runs one claimed task.

    :param asked_at: monotonic time from before the claim was asked for.
    :param engine_name: for reports.
    :param make_world: makes the adapters of the task, with the claim's calls to the conductor.
    """

    def __init__(
        self, task: ClaimedTask, asked_at: float, *, engine_name: str, conductor: Conductor,
        workers: ForkServer, limits: Limits, make_world: MakeWorld,
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
        self._renewal = Renewal(
            self._claim, self._lease, task.lease_seconds, self._over, failed=self._lost,
            cancel=self._cancel, tick=self._look_at_clock,
        )  # fmt: skip
        self._replay = Replay(task.journal)
        self._journal = Journal(
            self._record, self._replay.next_sequence, task.attempt, limits.journal
        )
        self._reporter = Reporter(self._claim.report)
        self._deadline = time.monotonic() + limits.wall_seconds
        self._failures: list[BaseException] = []
        self._worker: Worker | None = None
        self._dispatcher: Dispatcher | None = None
        self._killed_for: str | None = None
        self._abandoned = False

    # ------------------------------------------------------------ from outside

    def abandon(self) -> None:
        """The engine ends: give the task to another one."""
        self._abandoned = True
        self._stop_worker()

    def run(self) -> bool:
        """Run to the end; never raises. False when this host could not even begin."""
        self._renewal.start()
        could_begin = True
        try:
            result = self._run()
            if result is not None:
                self._finish(result)
        except (Refused, Unreachable, LeaseClosed, JournalClosed) as error:
            LOG.warning("task %s is another's now: %s", self._task.task_id, error)
        except WorkersUnavailable as error:
            LOG.error("task %s was not begun: %s", self._task.task_id, error)
            could_begin = False
            self._release(counts=False)
        except Exception:
            LOG.exception("task %s failed in the engine; it is given back", self._task.task_id)
            self._release(counts=True)
        finally:
            self._over.set()
            self._lease.close()
            self._journal.close(LeaseClosed())
            self._reporter.close()
            self._renewal.join()
        return could_begin

    # ------------------------------------------------------------ the course of an attempt

    def _run(self) -> TaskResult | None:
        """The result of the task; None when it was given back."""
        task = self._task
        if task.attempt > 1:
            self._reporter.report(
                f"Engine {self._engine_name} goes on with attempt {task.attempt};"
                f" {len(task.journal)} recorded steps are replayed."
            )
        if self._abandoned:
            self._release(counts=False)
            return None
        world = self._make_world(task, self._claim)
        try:
            worker = self._worker = self._workers.fork(self._limits.process)
            dispatcher = self._dispatcher = self._dispatch(world)
            result = self._converse(worker, dispatcher)
            self._journal.flush()
            return result
        except Ended as end:
            return self._after(end)
        except Refused as error:
            # The conductor takes no more of the journal.
            refused = endings.of_error(error)
            if refused is None:
                raise
            return self._after(refused)
        finally:
            self._end_worker()
            world.close()

    def _dispatch(self, world: World) -> Dispatcher:
        return Dispatcher(
            self._task.task_id, self._journal, self._replay, self._lease, world, self._answer,
            self._reporter.on_request, self._fail, self._deadline, self._limits.allowance,
        )  # fmt: skip

    def _converse(self, worker: Worker, dispatcher: Dispatcher) -> TaskResult:
        try:
            if self._abandoned or self._failures:
                raise self._worker_ended(worker)
            worker.channel.send(self._order())
            while (message := worker.channel.receive()) is not None:
                result = self._on_message(dispatcher, message)
                if result is not None:
                    return result
            raise self._worker_ended(worker)
        except OSError as error:
            raise self._worker_ended(worker) from error
        except Exception as error:
            raise endings.of_error(error) or error from None

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
        if kind == "call":
            dispatcher.on_call(*frames.call(message))
        elif kind == "notice":
            dispatcher.on_notice(*frames.notice(message))
        elif kind == "idle":
            dispatcher.on_idle()
        elif kind == "result":
            dispatcher.on_result()
            return frames.result(message, dispatcher.packages)
        else:
            raise FrameError(f"a worker does not say {kind[:40]!r}")
        return None

    # ------------------------------------------------------------ how attempts end

    def _worker_ended(self, worker: Worker) -> BaseException:
        """Why the conversation is over: something went wrong elsewhere, or the worker ended."""
        if self._failures:
            return endings.of_error(self._failures[0]) or self._failures[0]
        if self._abandoned:
            return Ended(ENGINE_ENDS)
        how = worker.wait(EXIT_SECONDS)
        return endings.of_worker(how, self._limits, self._killed_for)

    def _after(self, end: Ended) -> TaskResult | None:
        """The result that an early end means; None when the task is given back."""
        LOG.info("task %s: %s", self._task.task_id, end)
        self._end_worker()
        if end.outcome is None:
            if self._task.kind == "deployment":
                self._release(counts=end.counts)
                return None
            # Nothing of a call is recorded, so it cannot be gone on with.
            end = Ended(endings.INTERRUPTED, "failed")
        try:
            self._journal.flush()
        except Refused as error:
            if error.is_lost:
                raise
            LOG.warning("the end of the journal of %s is refused: %s", self._task.task_id, error)
        return self._early_result(end)

    def _early_result(self, end: Ended) -> TaskResult:
        if self._task.kind == "deployment":
            self._reporter.report(end.text, "error", self._task.environment_id, end.details)
        packages = {} if self._dispatcher is None else self._dispatcher.packages
        used = [PackageUse(*key, digest) for key, digest in sorted(packages.items())]
        return end.result(tuple(used))

    def _finish(self, result: TaskResult) -> None:
        self._reporter.flush()
        try:
            self._claim.finish(result)
        except Refused as error:
            if error.is_lost:
                raise
            end = Ended(f"The conductor refuses the result: {error}", "failed")
            result = self._early_result(end)
            self._reporter.flush()
            self._claim.finish(result)
        LOG.info("task %s %s", self._task.task_id, result.outcome)

    def _release(self, *, counts: bool) -> None:
        self._reporter.flush()
        try:
            self._claim.release(failed=counts)
        except (Refused, Unreachable) as error:
            LOG.warning("task %s was not given back: %s", self._task.task_id, error)

    # ------------------------------------------------------------ the worker

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
        except (TimeoutError, BlockingIOError):
            self._fail(FrameError("it does not read its answers"))
        except OSError:
            LOG.debug("the worker of task %s is gone", self._task.task_id)

    def _stop_worker(self) -> None:
        if self._worker is not None:
            self._worker.close()

    def _end_worker(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.close()
        if self._worker is not None:
            self._worker.end()

    # ------------------------------------------------------------ journal, lease and clock

    def _record(self, entries: Sequence[JournalEntry]) -> None:
        if self._task.kind == "call":
            return
        # What was reported before comes before: a successor reports it no more.
        self._reporter.flush()
        self._claim.record(entries)

    def _fail(self, error: BaseException) -> None:
        """Something went wrong on another thread: end the conversation."""
        self._failures.append(error)
        self._stop_worker()

    def _lost(self, error: Exception) -> None:
        LOG.warning("the lease of task %s is lost: %s", self._task.task_id, error)
        self._lease.close()
        self._over.set()
        self._fail(error)

    def _cancel(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.stop("cancelled")

    def _look_at_clock(self, is_open: bool) -> None:
        dispatcher, worker = self._dispatcher, self._worker
        if dispatcher is None or worker is None:
            return
        if not is_open:
            dispatcher.lease_ended()
        if time.monotonic() >= self._deadline:
            dispatcher.stop("deadline")
        if dispatcher.overdue >= KILL_GRACE and self._killed_for is None:
            self._killed_for = dispatcher.stopping
            worker.kill()
