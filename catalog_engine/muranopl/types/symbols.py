"""Which declaration of a name counts in a hierarchy of classes: dominance, not order.

A hierarchy of layered diamonds has exponentially many ways to its root, so none of this walks
them one by one: each class is visited once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

Way = tuple[int, tuple[int, ...]]
"""A way through a hierarchy: its length, and which parent it takes at each step.

Sorted by it, ways come as a breadth-first walk over all of them would meet them.
"""
_HERE: Final[Way] = (0, ())


def lineage_of(cls: Any, parents: Sequence[Any]) -> tuple[Any, ...]:
    """The class and all its ancestors, breadth first, each once."""
    found = {cls: None}
    level = list(parents)
    while level:
        following: list[Any] = []
        for parent in level:
            if parent not in found:
                found[parent] = None
                following.extend(parent.parents)
        level = following
    return tuple(found)


def first_ways(cls: Any, ends: Callable[[Any], Any]) -> dict[Any, Way]:
    """The class and ancestors that can be reached from it, with the first way to each.

    :param ends: says of a class that no way goes on beyond it.
    """
    found: dict[Any, Way] = {cls: _HERE}
    for own in (waiting := [cls]):
        if ends(own):
            continue
        for index, parent in enumerate(own.parents):
            if parent not in found:
                found[parent] = _further(found[own], index)
                waiting.append(parent)
    return found


def _further(way: Way, index: int) -> Way:
    return way[0] + 1, (*way[1], index)


def choose(cls: Any, declares: Callable[[Any], Any]) -> list[Any]:
    """Declarations of a symbol that no other one dominates, breadth first.

    A declaration that is reached without an override on one way to the root is still hidden when
    another way passes an override of it. So what counts are the declaring classes that no other
    declaring class inherits from.

    :param declares: a class's own declaration of the symbol, or None.
    """
    declared = {own: made for own in cls.lineage if (made := declares(own)) is not None}
    if len(declared) <= 1:
        return list(declared.values())
    hidden = {base for own in declared for base in own.lineage if base is not own}
    return [made for own, made in declared.items() if own not in hidden]
