"""The garbage collector while what is made is kept."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from catalog_engine.muranopl.runtime.collector import without_collector


class Node:
    """Something that the collector looks at."""


def generation_of(wanted: object) -> int:
    return next(
        number
        for number in range(3)
        if any(each is wanted for each in gc.get_objects(generation=number))
    )


def test_nothing_is_collected_meanwhile_and_what_was_made_is_old() -> None:
    assert gc.isenabled()
    with without_collector():
        assert not gc.isenabled()
        made = Node()
    assert gc.isenabled()
    assert generation_of(made) == 2


def test_garbage_is_found_afterwards_still() -> None:
    with without_collector():
        made = Node()
        made.itself = made  # type: ignore[attr-defined]
        del made
    gc.collect()
    assert not any(isinstance(each, Node) for each in gc.get_objects())


def test_within_another_it_stays_off() -> None:
    with without_collector():
        with without_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()


def test_an_error_turns_it_on_again() -> None:
    with pytest.raises(ValueError, match="x"), without_collector():
        raise ValueError("x")
    assert gc.isenabled()


def test_what_is_frozen_stays_so() -> None:
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        with without_collector():
            made = [Node() for _ in range(100)]
        assert gc.get_freeze_count() >= before + len(made)
    finally:
        gc.unfreeze()


PILING = """
import gc
from catalog_engine.muranopl.runtime.collector import LEAST, without_collector

class Node:
    pass

most = 0
for _ in range(40):
    with without_collector():
        garbage = [Node() for _ in range(20_000)]
        for one, other in zip(garbage, garbage[1:] + garbage[:1]):
            one.next = other
        del garbage, one, other
    most = max(most, sum(isinstance(each, Node) for each in gc.get_objects()))
assert most <= LEAST + 20_000, most
"""


def test_garbage_does_not_pile_up() -> None:
    """A process that loads one model after another keeps no more than some of their garbage."""
    subprocess.run([sys.executable, "-c", PILING], check=True, timeout=60)
