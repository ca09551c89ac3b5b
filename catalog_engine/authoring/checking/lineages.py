"""Lineages of all classes at hand, parents first; what is circular or too long is cut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from catalog_engine.authoring.checking.members import KnownClass

MAXIMUM_ANCESTORS: Final = 500


def settle(classes: list[KnownClass]) -> dict[KnownClass, str]:
    """Work out the lineages of classes whose parents are set.

    :returns: classes that have lost their parents, and why.
    """
    wrong: dict[KnownClass, str] = {}
    for cls in _circular(classes):
        wrong[cls] = "inherits from itself"
        cls.link((), is_whole=False)
    children: dict[KnownClass, list[KnownClass]] = {}
    missing = {cls: len(cls.parents) for cls in classes}
    for cls in classes:
        for parent in cls.parents:
            children.setdefault(parent, []).append(cls)
    waiting = [cls for cls in classes if not cls.parents]
    for cls in waiting:
        if sum(len(parent.lineage) for parent in cls.parents) > MAXIMUM_ANCESTORS:
            wrong[cls] = f"has more than {MAXIMUM_ANCESTORS} ancestors"
            cls.link((), is_whole=False)
        cls.settle()
        for child in children.get(cls, ()):
            missing[child] -= 1
            if not missing[child]:
                waiting.append(child)
    return wrong


def _circular(classes: Iterable[KnownClass]) -> set[KnownClass]:
    """Classes that inherit from themselves: what is left when ends are taken off again and again.

    First those without parents that are left, then those without children.
    """
    left = dict.fromkeys(classes)
    for neighbours in (_parents_of(left), _children_of(left)):
        reverse: dict[KnownClass, list[KnownClass]] = {}
        missing = dict.fromkeys(left, 0)
        for cls in left:
            for other in neighbours[cls]:
                if other in left:
                    missing[cls] += 1
                    reverse.setdefault(other, []).append(cls)
        ends = [cls for cls, count in missing.items() if not count]
        for cls in ends:
            del left[cls]
            for other in reverse.get(cls, ()):
                missing[other] -= 1
                if not missing[other]:
                    ends.append(other)
    return set(left)


def _parents_of(classes: Iterable[KnownClass]) -> dict[KnownClass, list[KnownClass]]:
    return {cls: list(cls.parents) for cls in classes}


def _children_of(classes: Iterable[KnownClass]) -> dict[KnownClass, list[KnownClass]]:
    found: dict[KnownClass, list[KnownClass]] = {cls: [] for cls in classes}
    for cls in found:
        for parent in cls.parents:
            if parent in found:
                found[parent].append(cls)
    return found
