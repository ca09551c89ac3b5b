"""What a worker process does: one task, or the compilation of one package."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from typing import Any

from catalog_engine.deployment.run import failure, run_task
from catalog_engine.host.messages import Channel, FrameError
from catalog_engine.muranopl.codegen.compiled import CompiledPackage
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.runtime.exceptions import LimitExceeded, Stop
from catalog_engine.muranopl.runtime.runtime import Runtime
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.packages import load_package
from catalog_engine.worker.driver import SocketDriver, SupervisorGone

RECURSION = 20_000
"""Python's own limit, far above the one on nested calls that the language counts."""


class MemoryLimit(LimitExceeded):
    """The task used all memory that it may."""

    muranopl_names = ("io.murano.limits.MemoryLimitExceeded",)


def work(channel: Channel, preloaded: Mapping[str, CompiledPackage]) -> int:
    """Say that all is ready, take one order, answer it; the exit code."""
    sys.setrecursionlimit(RECURSION)
    channel.send({"type": "ready"})
    try:
        order = channel.receive()
        if order is None:
            return 0
        if order["type"] == "start":
            channel.send({"type": "result", **_task(channel, order, preloaded)})
        elif order["type"] == "compile":
            channel.send({"type": "compiled", **_compile(order)})
        else:
            raise FrameError(f"no order is called {order['type']}")
    except (SupervisorGone, BrokenPipeError, ConnectionError):
        return 1
    return 0


def _task(
    channel: Channel, order: Mapping[str, Any], preloaded: Mapping[str, CompiledPackage]
) -> dict[str, Any]:
    def watch_cpu(rt: Runtime) -> None:
        # Signals of the kernel come between two instructions; the language ends at its next step.
        signal.signal(signal.SIGXCPU, lambda *_: rt.steps.strike(Stop("cpu")))

    try:
        return run_task(
            order["task"], SocketDriver(channel), order.get("limits"), preloaded, watch_cpu
        )
    except MemoryError:
        pass
    return failure(
        MemoryLimit("The deployment used more memory than it may ([engine] limit_memory_mb)"), None
    )


def _compile(order: Mapping[str, Any]) -> dict[str, Any]:
    files = order["files"]
    try:
        package = compile_package(load_package(order["manifest"], lambda path: files[path]))
        return {"package": package.dumps(), "error": None}
    except CompileError as error:
        return {"package": None, "error": str(error)}
    except (MemoryError, RecursionError) as error:
        return {"package": None, "error": f"the package is too complex: {type(error).__name__}"}
