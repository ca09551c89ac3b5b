"""A bound on the CPU time of one call into Python's C library that counts no steps of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

SECONDS: Final = 2.0
"""CPU seconds that one such call may take."""


class _TimeIsUp(BaseException):
    """Raised by the timer inside the call; never leaves this module."""


def bounded(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Make *call*, and end it when it has used :data:`SECONDS` of CPU time.

    Python's regular expression engine looks for signals as it goes, so a timer reaches it. Signals
    reach the main thread only; elsewhere nothing but the worker's own CPU limit holds.

    :raises TimeoutError: the time was used up.
    """
    if threading.current_thread() is not threading.main_thread():
        return call(*args, **kwargs)
    before = signal.signal(signal.SIGVTALRM, _end)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            return call(*args, **kwargs)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _TimeIsUp:
        raise TimeoutError(
            f"The regular expression took more than {SECONDS:g} seconds; "
            "write it without nested repetitions"
        ) from None
    finally:
        signal.signal(signal.SIGVTALRM, before)


def _end(_number: int, _frame: Any) -> None:
    raise _TimeIsUp
