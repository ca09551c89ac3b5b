"""What a worker process does: one task, or the compilation of one package."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

from catalog_engine.deployment.run import ended_outside, run_task
from catalog_engine.host.messages import Channel, FrameError
from catalog_engine.worker import compiling
from catalog_engine.worker.driver import SocketDriver, SupervisorGone

RECURSION = 20_000
"""Python's own limit, far above the one on nested calls that the language counts."""
RESERVE = 16 << 20
"""Bytes to send the result with when the task used all others."""


def work(channel: Channel, preloaded: Mapping[str, Any]) -> int:
    """Say that all is ready, take one order, answer it; the exit code.

    :raises FrameError: the supervisor sent what is no order.
    """
    sys.setrecursionlimit(RECURSION)
    channel.send({"type": "ready"})
    try:
        order = channel.receive()
        if order is None:
            return 0
        if order["type"] == "start":
            _task(channel, order, preloaded)
        elif order["type"] == "compile":
            channel.send(compiling.answer(order))
        else:
            raise FrameError(f"no order is called {order['type']}")
    except (SupervisorGone, ConnectionError):
        return 1
    return 0


def _task(channel: Channel, order: Mapping[str, Any], preloaded: Mapping[str, Any]) -> None:
    reserve = [bytes(RESERVE)]
    task, driver = order["task"], SocketDriver(channel)
    try:
        result = run_task(task, driver, order.get("limits"), preloaded, _watch_cpu)
        reserve.clear()
        channel.send({"type": "result", **result})
        return
    except MemoryError as error:
        reserve.clear()
        failed = error
    channel.send({"type": "result", **ended_outside(task, driver, failed)})


def _watch_cpu(strike: Callable[[str], None]) -> None:
    """Have the task stopped when the kernel says that its CPU time is used."""

    def used_up(_number: int, _frame: Any) -> None:
        # The kernel repeats it every second; what cleans up is to be struck once. Then it kills.
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        strike("cpu")

    signal.signal(signal.SIGXCPU, used_up)
