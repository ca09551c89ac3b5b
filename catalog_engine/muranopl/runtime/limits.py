"""What a run may use: steps, depth of calls; and the state of the branch that runs now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from catalog_engine.muranopl.runtime import exceptions

REFILL: Final = 10
"""A step limit that was caught once leaves so many parts of a hundred to clean up with."""


@dataclass(frozen=True)
class Limits:
    """Limits that the language itself counts.

    :ivar steps: passes of loops and calls of methods.
    :ivar depth: calls that are nested.
    :ivar iterator: items of a lazy collection.
    :ivar memory_quota: characters of the longest text that a function may make.
    """

    steps: int = 200_000_000
    depth: int = 500
    iterator: int = 2000
    memory_quota: int = 512 * 1024

    @classmethod
    def of(cls, given: Any) -> Limits:
        """The limits that a mapping names; others have their defaults."""
        known = cls.__dataclass_fields__
        return cls(**{name: int(value) for name, value in given.items() if name in known})


class Steps:
    """Counters that generated code and calls of methods count down and up.

    :ivar left: steps that are left.
    :ivar depth: nested calls of the branch that runs now; the scheduler swaps it.
    :ivar constructing: nested ``.init`` methods of that branch: properties of any usage may be
        set.
    :ivar concurrent: more than one branch is alive, so methods must take their locks.
    """

    __slots__ = ("_limits", "_refilled", "concurrent", "constructing", "depth", "left", "stop")

    def __init__(self, limits: Limits):
        self._limits = limits
        self._refilled = False
        self.left = limits.steps
        self.depth = 0
        self.constructing = 0
        self.concurrent = False
        self.stop: exceptions.Stop | None = None

    @property
    def depth_limit(self) -> int:
        """Deepest nesting of calls."""
        return self._limits.depth

    def enter(self, making: str | None = None) -> int:
        """Count one call, or the making of an object: a step, and a level of depth.

        :param making: class of the object that is made.
        :return: what :attr:`depth` has to be set to when the call has ended.
        :raises Stop, StepLimitExceeded: no step is left.
        :raises DepthLimitExceeded: calls nest too deep.
        """
        self.left -= 1
        if self.left < 0:
            self.out_of_steps()
        depth = self.depth
        if depth >= self._limits.depth:
            raise self.too_deep() if making is None else self.nested_too_deep(making)
        self.depth = depth + 1
        return depth

    def strike(self, stop: exceptions.Stop) -> None:
        """Have the stop raised at the next step; what cleans up has a hundredth of the steps."""
        self.stop = stop
        self.left = -1

    def out_of_steps(self) -> None:
        """Called when no step is left.

        :raises Stop: the run was stopped.
        :raises StepLimitExceeded: the limit is reached; once, a tenth of it comes back.
        """
        if self.stop is not None:
            self.left = self._limits.steps // 100
            raise self.stop
        if not self._refilled:
            self._refilled = True
            self.left = self._limits.steps * REFILL // 100
        raise exceptions.StepLimitExceeded(
            f"The program made more than {self._limits.steps} steps; "
            "does a loop or a recursion never end? ([engine] limit_steps)"
        )

    def too_deep(self) -> exceptions.DepthLimitExceeded:
        """The error of calls that nest too deep."""
        return exceptions.DepthLimitExceeded(
            f"Calls nest deeper than {self._limits.depth}; does a method call itself without end? "
            "([engine] limit_depth)"
        )

    def nested_too_deep(self, class_name: str) -> exceptions.DepthLimitExceeded:
        """The error of objects that are made while others are, without end."""
        return exceptions.DepthLimitExceeded(
            f"Calls nest deeper than {self._limits.depth} where an object of class {class_name} is "
            "made; does a property or .init of it make such an object again? "
            "([engine] limit_depth)"
        )
