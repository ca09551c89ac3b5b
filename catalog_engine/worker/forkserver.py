"""The fork server: has all code and the class library loaded, and forks a worker for each task.

Started by the supervisor as ``python -m catalog_engine.worker.forkserver --control FD``, inside
the sandbox. The control socket carries frames of ``catalog_engine.host.messages``:

supervisor to server
    ``{"type": "preload", "digest": …, "package": bytes}`` once for each bundled package, then
    ``{"type": "fork", "id": n, "limits": {memory, cpu_seconds}}`` followed by the worker's end of
    a socket pair (one byte with ``SCM_RIGHTS``), and ``{"type": "kill", "id": n}``.
server to supervisor
    ``{"type": "serving", "filtered": bool, "compiler": key, "language_revision": n}`` when the
    libraries are loaded,
    ``{"type": "forked", "id": n, "pid": p}``, and at a worker's end, also of one that could not be
    forked, ``{"type": "exited", "id": n, "code": c, "signal": s, "cpu": seconds, "killed": bool}``.

The server ends with its control socket, and its workers with it.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import logging
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any

from catalog_engine.deployment import code
from catalog_engine.host.messages import FROM_SUPERVISOR_LIMIT, Channel, FrameError
from catalog_engine.worker import confinement, seccomp, task
from catalog_engine.worker.output import Output

LOG = logging.getLogger(__name__)
LAZY_MODULES = (
    "_strptime", "encodings.ascii", "encodings.idna", "encodings.latin_1", "encodings.utf_8_sig",
    "encodings.utf_16", "encodings.unicode_escape", "encodings.raw_unicode_escape",
    "dateutil.tz", "dateutil.parser", "unicodedata", "stringprep", "traceback",
)  # fmt: skip
"""What libraries import at first use, which would be too late in a worker."""
NOT_FORKED = os.EX_OSERR
FAILED = os.EX_SOFTWARE
Work = Callable[[Channel, Mapping[str, Any]], int]


class ForkServer:
    """Forks workers on request, and says how they ended.

    :param filter_calls: close workers with the system call filter.
    :param work: what a worker does with its channel and the preloaded packages; its exit code.
    """

    def __init__(
        self, control: socket.socket, *, filter_calls: bool = True, work: Work = task.work
    ) -> None:
        self._socket = control
        self._channel = Channel(control, FROM_SUPERVISOR_LIMIT)
        self._filter = filter_calls
        self._work = work
        self._selector = selectors.DefaultSelector()
        self._workers: dict[int, int] = {}
        self._killed: set[int] = set()
        self._preloaded: dict[str, Any] = {}

    def serve(self) -> None:
        """Serve until the control socket is closed."""
        wake_read, wake_write = socket.socketpair()
        wake_read.setblocking(False)
        wake_write.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write.fileno(), warn_on_full_buffer=False)
        # Remembered: a worker cannot open the files that tell it.
        identity = code.identity()
        for name in LAZY_MODULES:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()
        self._channel.send({"type": "serving", "filtered": self._filter, **identity})
        try:
            self._loop(wake_read)
        finally:
            signal.set_wakeup_fd(-1)
            self._selector.close()
            wake_read.close()
            wake_write.close()

    def _loop(self, wake_read: socket.socket) -> None:
        selector = self._selector
        selector.register(self._socket, selectors.EVENT_READ)
        selector.register(wake_read, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj: key.data for key, _events in selector.select()}
            for output in filter(None, ready.values()):
                self._drain(output)
            if wake_read in ready:
                with contextlib.suppress(BlockingIOError):
                    wake_read.recv(4096)
                self._reap()
            if self._socket in ready and not self._order():
                return

    def _drain(self, output: Output) -> None:
        if not output.drain():
            self._selector.unregister(output.reader)

    def _order(self) -> bool:
        """Carry out one order; False at the end."""
        order = self._channel.receive()
        if order is None:
            return False
        if order["type"] == "preload":
            self._preload(order)
        elif order["type"] == "fork":
            _byte, descriptors, _flags, _address = socket.recv_fds(self._socket, 1, 1)
            self._fork(order, descriptors[0])
        elif order["type"] == "kill":
            self._kill(order["id"])
        else:
            raise FrameError(f"no order is called {order['type']}")
        return True

    def _preload(self, order: dict[str, Any]) -> None:
        self._preloaded[order["digest"]] = code.load(order["package"])
        gc.freeze()

    def _fork(self, order: dict[str, Any], descriptor: int) -> None:
        output = Output(order["id"])
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            # The host has no process or no memory left; the workers that run are not to suffer.
            LOG.error("no worker can be forked: %s", error)
            self._exited(order["id"], code=NOT_FORKED)
            pid = None
        if pid == 0:
            self._become_worker(order, descriptor, output.writer, server)
        os.close(descriptor)
        output.close_writer()
        self._selector.register(output.reader, selectors.EVENT_READ, output)
        if pid is not None:
            self._workers[pid] = order["id"]
            self._channel.send({"type": "forked", "id": order["id"], "pid": pid})

    def _become_worker(
        self, order: dict[str, Any], descriptor: int, output: int, server: int
    ) -> None:
        """Never returns."""
        exit_code = FAILED
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            confinement.die_with_parent(server)
            channel = Channel(socket.socket(fileno=descriptor), FROM_SUPERVISOR_LIMIT)
            bounds = confinement.Bounds.of(order.get("limits") or {})
            confinement.confine(bounds, descriptor, output, filter_calls=self._filter)
            exit_code = self._work(channel, self._preloaded)
        except BaseException:
            LOG.exception("the worker failed")
        finally:
            os._exit(exit_code)

    def _kill(self, worker_id: int) -> None:
        for pid, own in self._workers.items():
            if own == worker_id:
                self._killed.add(pid)
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._workers:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            worker_id = self._workers.pop(pid, None)
            if worker_id is None:
                continue
            self._exited(
                worker_id,
                code=os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
                signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                cpu=usage.ru_utime + usage.ru_stime, killed=pid in self._killed,
            )  # fmt: skip
            self._killed.discard(pid)

    def _exited(self, worker_id: int, **how: Any) -> None:
        known = {"code": None, "signal": None, "cpu": 0.0, "killed": False}
        self._channel.send({"type": "exited", "id": worker_id, **known, **how})


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m catalog_engine.worker.forkserver")
    parser.add_argument("--control", type=int, required=True, help="descriptor of the socket")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="worker: %(message)s")
    confinement.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = ForkServer(socket.socket(fileno=options.control), filter_calls=seccomp.works())
    try:
        server.serve()
    except (BrokenPipeError, ConnectionError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
