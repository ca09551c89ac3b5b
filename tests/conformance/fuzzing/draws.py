"""Choices that the grammars make; each shrinks to the first option."""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

T = TypeVar("T")


class Draws:
    """The choices of one example.

    :param below: answers a number from 0 up to, and without, the one it is given.
    """

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below
        self._is_wild = below(3) == 2

    def pick(self, options: Sequence[T]) -> T:
        """One of some options."""
        return options[self.below(len(options))]

    def mostly(self, good: Sequence[T], odd: Sequence[T]) -> T:
        """One of the good options; in a part of the examples, at times one of the odd ones."""
        return self.pick(odd if self.odd(20) else good)

    def odd(self, percent: int) -> bool:
        """True so many times of a hundred, but in most of the examples never."""
        return self._is_wild and self.likely(percent)

    def likely(self, percent: int) -> bool:
        """True so many times of a hundred."""
        return self.below(100) >= 100 - percent

    def many(self, make: Callable[[], T], most: int, least: int = 0) -> list[T]:
        """A few of what *make* makes."""
        return [make() for _ in range(least + self.below(most - least + 1))]


@functools.cache
def _numbers(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


def drawn(make: Callable[[Draws], T]) -> st.SearchStrategy[T]:
    """A strategy of what *make* makes with choices."""

    @st.composite
    def strategy(draw: Any) -> T:
        return make(Draws(lambda count: draw(_numbers(count))))

    return strategy()


def seeded(make: Callable[[Draws], T]) -> st.SearchStrategy[T]:
    """The same for what takes thousands of choices: it shrinks to a smaller seed, in no time."""
    return st.integers(0, 2**32).map(lambda seed: make(Draws(random.Random(seed).randrange)))


def bounded(count: int, *, shrinks: bool = True) -> Callable[[Any], Any]:
    """Settings of a test: the same examples in every run, unless more are asked for.

    :param shrinks: whether a smaller example is looked for where one fails.
    """
    asked = os.environ.get("BURANO_GENERATED_EXAMPLES")
    return settings(
        max_examples=int(asked or count), deadline=None, database=None, derandomize=asked is None,
        phases=[phase for phase in Phase if shrinks or phase not in (Phase.shrink, Phase.explain)],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                               HealthCheck.large_base_example],
    )  # fmt: skip
