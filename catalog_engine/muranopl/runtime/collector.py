"""The garbage collector, and when it has nothing to find."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """No garbage collection meanwhile: what is made is kept, and looking for garbage costs much.

    The collector goes over all objects again and again while their number grows, which takes
    longer than making them. What was made meanwhile counts as old at once.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            _settle()
            gc.enable()


def _settle() -> None:
    """Put all objects into the oldest generation, without going over them."""
    is_shared = gc.get_freeze_count() > 0
    gc.freeze()
    if not is_shared:
        gc.unfreeze()
    # Else what a worker shares with its server would be thawed too, and its pages copied; what
    # the worker adds to it ends with its task.
