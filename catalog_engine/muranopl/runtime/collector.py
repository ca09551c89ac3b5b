"""The garbage collector, and when it has nothing to find."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Final

LEAST: Final = 200_000
"""Objects that may become old unseen before the collector looks at all of them."""


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
            _OLD.settle()
            gc.enable()


class _Old:
    """The oldest generation, into which objects come without having been looked at.

    The collector counts what it has looked at itself to know when to look at all again, so what
    comes in this way is counted here.
    """

    def __init__(self) -> None:
        self._unseen = 0
        self._limit = LEAST
        self._collections = 0

    def settle(self) -> None:
        """Put all objects into the oldest generation, without going over them."""
        made = gc.get_count()[0]
        if gc.get_freeze_count() > 0:
            # What a worker shares with its server must stay frozen, or its pages would be copied;
            # what the worker adds to it ends with its task.
            gc.freeze()
            return
        gc.freeze()
        gc.unfreeze()
        collections = gc.get_stats()[2]["collections"]
        self._unseen = made if collections != self._collections else self._unseen + made
        if self._unseen > self._limit:
            gc.collect()
            collections += 1
            self._unseen = 0
            self._limit = max(LEAST, len(gc.get_objects()) // 2)
        self._collections = collections


_OLD: Final = _Old()
