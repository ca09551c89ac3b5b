"""Which declaration of a name counts in a hierarchy of classes: dominance, not order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any


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


def choose(cls: Any, declares: Callable[[Any], Any]) -> list[Any]:
    """Declarations of a symbol that no other one dominates, most derived first.

    A declaration that is reached without an override on one way to the root is still hidden when
    another way passes an override of it.

    :param declares: a class's own declaration of the symbol, or None.
    """
    declaring = [own for own in cls.lineage if declares(own) is not None]
    if len(declaring) <= 1:
        return [declares(own) for own in declaring]
    chains = [chain for path in _paths(cls) if (chain := [c for c in path if c in declaring])]
    chains.sort(key=len)
    kept = [
        chain
        for index, chain in enumerate(chains)
        if not any(_is_suffix(chain, later) for later in chains[index + 1 :])
    ]
    return [declares(own) for own in dict.fromkeys(chain[0] for chain in kept)]


def _paths(cls: Any) -> Iterator[list[Any]]:
    """Every way from a class to the root, breadth first in the order of parents."""
    waiting: list[list[Any]] = [[cls]]
    while waiting:
        path = waiting.pop(0)
        parents = path[-1].parents
        if not parents:
            yield path
        waiting.extend([*path, parent] for parent in parents)


def _is_suffix(chain: list[Any], other: list[Any]) -> bool:
    return other[len(other) - len(chain) :] == chain
