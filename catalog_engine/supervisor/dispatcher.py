"""Between a worker's calls and the adapters: journal, replay, order of answers, stops."""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from catalog_common.canonical import dumps
from catalog_engine.host.errors import STOPPED, Stopped
from catalog_engine.host.messages import FrameError, Request, journal_key
from catalog_engine.host.operations import Kind, Operation, operation
from catalog_engine.supervisor.calls import Call, World, perform
from catalog_engine.supervisor.entries import asked, operation_id
from catalog_engine.supervisor.journal import Journal
from catalog_engine.supervisor.lease import Lease, LeaseClosed
from catalog_engine.supervisor.replay import FreshReports, Replay, ReplayMismatch, Stop

LOG = logging.getLogger(__name__)
MAX_PENDING = 2000
AT_ONCE = {("clock", "now"), ("configuration", "option"), ("configuration", "class_config")}
"""Operations that never wait, and need no thread."""
ENTRY_KIND = {Kind.READING: "reading", Kind.WAIT: "wait", Kind.PACKAGE: "package",
              Kind.CONTENT: "wake"}  # fmt: skip


class Deadlock(Exception):
    """No branch of the worker can run, and none waits for an answer."""


class Dispatcher:
    """Answers one worker's calls, in an order that a later attempt can repeat.

    The thread that reads the worker's frames calls ``on_call``, ``on_notice`` and ``on_idle``;
    they raise ReplayMismatch, Deadlock, JournalFull, and FrameError for a worker that breaks
    the protocol. Each live call has a thread of its own; what goes wrong there is handed to
    ``failed``. The answer goes out through ``send(branch, number, value, error)``.
    """

    def __init__(
        self, task_id: str, journal: Journal, replay: Replay, lease: Lease, world: World,
        send: Callable[[str, int, Any, Mapping[str, Any] | None], None],
        report: Callable[[Request], None], failed: Callable[[BaseException], None],
        deadline: float | None = None, allowance: float = 120.0,
    ) -> None:  # fmt: skip
        self._task_id = task_id
        self._allowance = allowance
        self._journal, self._replay, self._lease, self._world = journal, replay, lease, world
        self._send, self._failed = send, failed
        self._reports = FreshReports(replay, report)
        self._deadline = deadline
        self._lock = threading.RLock()
        self._pending: dict[str, Call] = {}
        self._answered: set[str] = set()
        self._held: list[Call] = []
        self._slots: collections.deque[Call] = collections.deque()
        self._idle = False
        self._stop: str | None = None
        self._strike_next = False
        self._closed = False
        self._threads: set[threading.Thread] = set()
        self.packages: dict[tuple[str, str], str] = {}
        if replay.stop is not None and not replay.active:
            self._stop_again(replay.stop)

    # -- what the worker says -------------------------------------------------------------------

    def on_call(self, branch: str, number: int, request: Request) -> None:
        """A branch asks and waits."""
        meaning = self._meaning(request)
        if meaning.is_notice:
            raise FrameError(f"{request.port}.{request.operation} is a notice, not a call")
        call = Call(journal_key(branch, number), branch, number, request, meaning)
        with self._lock:
            if call.key in self._pending or call.key in self._answered:
                raise FrameError(f"the call {call.key} was asked twice")
            if len(self._pending) >= MAX_PENDING:
                raise FrameError(f"more than {MAX_PENDING} calls at once")
            self._pending[call.key] = call
            recorded = self._replay.ask(
                call.key, request.port, request.operation, request.arguments
            )
            if self._replay.has_answer(call.key):
                if meaning.kind is Kind.CONTENT:
                    self._start(call)
            elif recorded is not None:
                self._begin(call, resumed=True)
            elif self._replay.active:
                self._held.append(call)
            else:
                self._begin(call)

    def on_notice(self, number: int, request: Request) -> None:
        """The worker tells something and does not wait."""
        meaning = self._meaning(request)
        if not meaning.is_notice:
            raise FrameError(f"{request.port}.{request.operation} is a call, not a notice")
        if meaning.kind is Kind.REPORT:
            self._reports.pass_on(request)
            return
        key = f"notice#{number}"
        value: Any = dict(request.arguments)
        if meaning.kind is Kind.STATE:
            value = value.get("model")
        else:
            value = [value.get(name) for name in ("object_id", "class_name", "name", "value")]
        with self._lock:
            # The value is the entry; as a request it would be stored twice.
            recorded = self._replay.ask(key, request.port, request.operation, None)
            if recorded is None:
                self._journal.append(
                    key, meaning.kind.value, port=request.port, operation=request.operation,
                    value=value,
                )  # fmt: skip
            elif dumps(recorded.value) != dumps(value):
                raise ReplayMismatch(key, dumps(recorded.value), dumps(value))

    def on_idle(self) -> None:
        """No branch can run: the next answer may go out."""
        with self._lock:
            if self._idle:
                raise FrameError("the worker was idle already")
            self._idle = True
            self._deliver()
            if self._idle and not self._pending and not self._slots:
                raise Deadlock("every branch waits for another one")

    def on_result(self) -> None:
        """The worker has a result; ReplayMismatch when recorded answers remain."""
        with self._lock:
            if self._replay.active:
                raise self._replay.missing(["the end of the task"])
            self._reports.end()

    # -- what happens to the task ---------------------------------------------------------------

    def stop(self, reason: str) -> bool:
        """Cancel or deadline: strike what waits, else the next call. False when struck before.

        ``Finally`` blocks and destructors may go on calling for the allowance.
        """
        with self._lock:
            if self._stop is not None or self._replay.stop is not None or self._closed:
                return False
            self._told_to_stop(reason)
            if not self._replay.active:
                self._strike()
            return True

    def _told_to_stop(self, reason: str) -> None:
        self._stop = reason
        self._deadline = time.monotonic() + self._allowance

    @property
    def stopping(self) -> str | None:
        """Why the task was told to stop, if it was."""
        return self._stop

    @property
    def overdue(self) -> float:
        """Seconds since the task should have ended after its stop; negative before, or without."""
        if self._stop is None or self._deadline is None:
            return float("-inf")
        return time.monotonic() - self._deadline

    def lease_ended(self) -> None:
        """The lease ran out by our own clock: interrupt effects; they go on when it is back."""
        with self._lock:
            if self._lease.is_open:
                return
            for call in self._pending.values():
                if call.live and call.meaning.kind is Kind.EFFECT:
                    call.cancelled.set()

    def close(self, patience: float = 3.0) -> None:
        """Answer nothing any more; interrupt what runs and wait a little for it."""
        with self._lock:
            self._closed = True
            for call in self._pending.values():
                call.over.set()
                call.cancelled.set()
            threads = list(self._threads)
        until = time.monotonic() + patience
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    # -- calls ----------------------------------------------------------------------------------

    @staticmethod
    def _meaning(request: Request) -> Operation:
        try:
            return operation(request.port, request.operation)
        except KeyError:
            raise FrameError(f"no port has {request.port}.{request.operation}") from None

    def _begin(self, call: Call, *, resumed: bool = False) -> None:
        """A call whose answer is not recorded; ``resumed`` if an earlier attempt intended it."""
        if self._strike_next and call.meaning.kind is not Kind.CONTENT:
            self._strike_next = False
            call.struck = self._stop
        elif resumed:
            call.struck = self._replay.struck(call.key)
        if call.struck is None:
            self._start(call, resumed=resumed)
            return
        if call.meaning.kind is Kind.EFFECT and not resumed:
            self._intend(call)
        self._finish(call, error=Stopped(call.struck).to_dict())

    def _start(self, call: Call, *, resumed: bool = False) -> None:
        call.live = True
        effect = call.meaning.kind is Kind.EFFECT
        intent = self._intend(call) if effect and not resumed else None
        run = self._run_effect if effect else self._run
        if (call.request.port, call.request.operation) in AT_ONCE:
            run(call, None)
            return
        thread = threading.Thread(
            target=self._guard, args=(run, call, intent), daemon=True,
            name=f"{self._task_id[:8]} {call.key}",
        )  # fmt: skip
        self._threads.add(thread)
        thread.start()

    def _intend(self, call: Call) -> int:
        return self._journal.append(
            call.key, "intent", port=call.request.port, operation=call.request.operation,
            request=dict(call.request.arguments),
        )  # fmt: skip

    def _guard(self, run: Callable[[Call, int | None], None], call: Call, intent: Any) -> None:
        try:
            run(call, intent)
        except LeaseClosed:
            LOG.debug("%s ended before %s", self._task_id, call.key)
        except BaseException as error:
            with self._lock:
                closed = self._closed
            if not closed:
                self._failed(error)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _run(self, call: Call, intent: int | None) -> None:
        value, error = self._perform(call)
        with self._lock:
            if not self._closed:
                self._finish(call, value, error)

    def _run_effect(self, call: Call, intent: int | None) -> None:
        if intent is not None:
            self._journal.commit(intent)
        value, error = self._insist(call)
        with self._lock:
            if self._closed:
                return
            sequence = self._finish(call, value, error, ready=False)
        self._journal.commit(sequence)
        if error is None:
            self._world.recorded(call.request, operation_id(self._task_id, call.key))
        with self._lock:
            call.ready = True
            self._deliver()

    def _insist(self, call: Call) -> tuple[Any, Mapping[str, Any] | None]:
        """Perform while the lease is open; what a lapse of it interrupts is asked again."""
        while True:
            self._lease.wait_open(call.over)
            with self._lock:
                if self._closed:
                    raise LeaseClosed()
                if call.struck is not None:
                    return None, Stopped(call.struck).to_dict()
                if not self._lease.is_open:
                    continue
                call.cancelled.clear()
            value, error = self._perform(call)
            if error is None or error.get("type") != STOPPED or call.struck is not None:
                return value, error
            if self._deadline is not None and time.monotonic() >= self._deadline:
                self.stop("deadline")
                return value, error

    def _perform(self, call: Call) -> tuple[Any, Mapping[str, Any] | None]:
        return perform(self._world, call, operation_id(self._task_id, call.key), self._deadline)

    def _finish(
        self, call: Call, value: Any = None, error: Mapping[str, Any] | None = None, *,
        ready: bool = True,
    ) -> int:  # fmt: skip
        """Record what came of a call, and put the answer in line."""
        call.value, call.error = value, error
        if self._replay.has_answer(call.key):
            # Content of a recorded wake-up: the line is the replay's.
            call.ready = True
            self._deliver()
            return -1
        kind = "result" if call.meaning.kind is Kind.EFFECT else ENTRY_KIND[call.meaning.kind]
        content = call.meaning.kind is Kind.CONTENT
        sequence = self._journal.append(
            call.key, kind, port=call.request.port, operation=call.request.operation,
            request=None if kind == "result" else dict(call.request.arguments),
            value=None if content else value, error=None if content else error,
            secret=call.meaning.secret,
        )  # fmt: skip
        call.ready = ready
        self._slots.append(call)
        self._deliver()
        return sequence

    # -- answers --------------------------------------------------------------------------------

    def _deliver(self) -> None:
        """Send the next answer if the worker is idle and it is known."""
        while self._idle and not self._closed:
            if self._replay.active:
                if not self._deliver_recorded():
                    return
            elif self._slots and self._slots[0].ready:
                call = self._slots.popleft()
                self._answer(call, call.value, call.error)
            else:
                return

    def _deliver_recorded(self) -> bool:
        entry = self._replay.head()
        call = self._pending.get(entry.key)
        if call is None:
            raise self._replay.missing(
                f"{other.key} "
                + asked(other.request.port, other.request.operation, other.request.arguments)
                for other in self._pending.values()
            )
        if entry.kind == "wake":
            if not call.ready:
                return False
            value, error = call.value, call.error
        else:
            value, error = entry.value, entry.error
        self._replay.advance()
        self._answer(call, value, error)
        if not self._replay.active:
            self._go_live()
        return True

    def _go_live(self) -> None:
        held, self._held = self._held, []
        for call in held:
            self._begin(call)
        if self._replay.stop is not None:
            self._stop_again(self._replay.stop)
        elif self._stop is not None:
            self._strike()

    def _stop_again(self, stop: Stop) -> None:
        """Go on under the stop of an earlier attempt: what it struck is struck already."""
        self._told_to_stop(stop.reason)
        self._strike_next = not stop.strikes

    def _strike(self) -> None:
        self._journal.append("stop", "stop", value={"reason": self._stop})
        waiting = [
            call
            for call in self._pending.values()
            if call not in self._slots and call.meaning.kind is not Kind.CONTENT
        ]
        self._strike_next = not waiting
        for call in waiting:
            call.struck = self._stop
            call.over.set()
            call.cancelled.set()

    def _answer(self, call: Call, value: Any, error: Mapping[str, Any] | None) -> None:
        self._idle = False
        del self._pending[call.key]
        self._answered.add(call.key)
        if call.request.port == "packages" and call.request.operation == "find" and not error:
            self.packages[value["name"], value["version"]] = value["digest"]
        self._send(call.branch, call.number, value, error)
