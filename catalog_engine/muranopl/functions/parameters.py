"""Types of function parameters: what an overload accepts, how it converts, how specific it is."""

from __future__ import annotations

import collections.abc
import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from catalog_engine.muranopl.runtime import exceptions

REGEX: Final = re.Pattern
TIMESPAN: Final = datetime.timedelta
DATETIME: Final = datetime.datetime

_Check = Callable[[type], bool]


@dataclass(frozen=True)
class ParameterType:
    """What one parameter of an overload accepts.

    Whether a value fits depends on its type alone, so the choice of an overload can be
    remembered by the types of the arguments.

    :ivar check: says whether values of a type fit; None is decided by *nullable*.
    :ivar base: the Python type that decides which of two overloads is more specific, or None.
    :ivar lazy: the argument is handed over unevaluated, as a Python callable.
    :ivar limited: iterators handed over are cut off with an error at the iterator limit.
    """

    check: _Check
    base: type | None = None
    nullable: bool = False
    lazy: bool = False
    limited: bool = False
    convert: Callable[[Any], Any] | None = None

    def accepts(self, kind: type, iterable_dicts: bool = False) -> bool:
        """Say whether a value of type *kind* fits."""
        if kind is type(None):
            return self.nullable
        if iterable_dicts and self.limited and issubclass(kind, collections.abc.Mapping):
            return self.base is collections.abc.Iterable
        return self.check(kind)

    def more_specific_than(self, other: ParameterType) -> bool:
        """Say whether this type is a proper specialisation of *other*, as yaql defines it."""
        if self.base is None or other.base is None:
            return False
        return issubclass(self.base, other.base) and not issubclass(other.base, self.base)


def of(kind: type, nullable: bool = False) -> ParameterType:
    """Values of one Python type; bool counts as int, as in yaql."""
    return ParameterType(lambda t: issubclass(t, kind), base=kind, nullable=nullable)


def _is_iterable(kind: type) -> bool:
    return issubclass(kind, collections.abc.Iterable) and not issubclass(
        kind, (str, collections.abc.Mapping)
    )


def _no_bool(*kinds: type) -> _Check:
    return lambda t: issubclass(t, kinds) and not issubclass(t, bool)


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value


def as_thunk(value: Any) -> Any:
    """Make a callable of what was handed to a lazy parameter; null stays null."""
    if value is None or callable(value):
        return value
    return lambda *_values: value


class MappingRule:
    """One ``key => value`` argument of a function without keywords, both sides unevaluated.

    :ivar source: callable that evaluates the left side.
    :ivar destination: callable that evaluates the right side.
    """

    __slots__ = ("destination", "source")

    def __init__(self, source: Callable[..., Any], destination: Callable[..., Any]):
        self.source = source
        self.destination = destination


def _never(_kind: type) -> bool:
    return False


def _is_value(kind: type) -> bool:
    return kind is not MappingRule


Any_ = ParameterType(_is_value, base=object, nullable=True)
Required = ParameterType(_is_value, base=object)
Null = ParameterType(_never, base=type(None), nullable=True)
String = of(str)
NullableString = of(str, nullable=True)
Int = of(int)
NullableInt = of(int, nullable=True)
Bool = of(bool, nullable=True)
Integer = ParameterType(_no_bool(int), base=int)
Number = ParameterType(_no_bool(int, float))
NullableNumber = ParameterType(_no_bool(int, float), nullable=True)
Mapping = of(collections.abc.Mapping)
Set = of(collections.abc.Set)
Iterable = ParameterType(_is_iterable, base=collections.abc.Iterable, limited=True)
OrderedIterable = ParameterType(
    lambda t: _is_iterable(t) and not issubclass(t, collections.abc.Set),
    base=collections.abc.Iterable,
    limited=True,
)
IteratorOnly = of(collections.abc.Iterator)
Sequence = ParameterType(
    lambda t: issubclass(t, collections.abc.Sequence) and not issubclass(t, str),
    base=collections.abc.Sequence,
)
Tuple = of(tuple)
Regex = of(REGEX)
Timespan = of(TIMESPAN)
NullableTimespan = of(TIMESPAN, nullable=True)
DateTime = ParameterType(lambda t: issubclass(t, DATETIME), base=DATETIME, convert=_aware)
PlainDateTime = of(DATETIME)
Lambda = ParameterType(_is_value, nullable=True, lazy=True, convert=as_thunk)


Rule = of(MappingRule)


def limited(value: Any, limit: int) -> Any:
    """Cut a lazy iterable off at *limit* items; collections that exist already pass as they are.

    :raises CollectionTooLargeException: while iterating, at the item after the limit.
    """
    if isinstance(
        value, (tuple, list, collections.abc.Mapping, collections.abc.Set, collections.abc.Sequence)
    ):
        return value
    return _limiting(value, limit)


def _limiting(iterable: Any, limit: int) -> Iterator[Any]:
    for index, item in enumerate(iterable):
        if index >= limit:
            raise exceptions.CollectionTooLargeException(limit)
        yield item
