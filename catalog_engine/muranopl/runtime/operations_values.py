"""What generated code does with values: operators' slow paths, displays, items, updates, loops."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

from catalog_engine.muranopl.functions import operators
from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.scopes import Scope
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet, freeze

_SETTLED: Final = frozenset(
    (type(None), bool, int, float, str, MList, MDict, MSet, datetime.datetime, datetime.timedelta)
)
_RANGES: Final = frozenset((range, type(iter(range(0)))))
"""Collections that are gone over one by one, so that the limit on stored ones is not theirs."""
_MAXIMUM_REPETITIONS: Final = 1 << 62


def settle(value: Any) -> Any:
    """Make a value fit to be stored: lazy iterators are drained, nested ones too.

    :raises CollectionTooLargeException: an iterator yields more than the limit.
    """
    return value if value.__class__ in _SETTLED else freeze(value)


def literal(value: Any) -> Any:
    """The immutable value of a literal structure of tuples and dicts."""
    if isinstance(value, tuple):
        return MList([literal(item) for item in value])
    if isinstance(value, dict):
        return MDict({literal(key): literal(item) for key, item in value.items()})
    return value


def moment(text: str) -> datetime.date:
    """The date or time of a YAML timestamp, from its ISO form."""
    if "T" in text:
        return datetime.datetime.fromisoformat(text)
    return datetime.date.fromisoformat(text)


def make_list(items: tuple[Any, ...]) -> MList:
    """List of settled items."""
    return MList(items)


def make_dict(pairs: dict[Any, Any]) -> MDict:
    """Dict of settled keys and values."""
    return MDict(pairs)


# ---------------------------------------------------------------- operators


def add(left: Any, right: Any) -> Any:
    """``left + right``."""
    if left.__class__ is str and right.__class__ is str and len(left) + len(right) < 4096:
        return left + right
    return operators.add(left, right)


def no_operator(operator: str, *_operands: Any) -> NoReturn:
    """An operator whose operands no form of it takes."""
    raise exceptions.NoMatchingFunctionException(f"#operator_{operator}")


def item(target: Any, index: Any) -> Any:
    """``target[index]`` in formats after 1.1.

    :raises IndexError, KeyError: there is no such item.
    """
    kind = target.__class__
    if kind is MDict or (kind is MList and isinstance(index, int)):
        return target[index]
    # What lazy functions hand on is not settled: pairs of items() and zip(), groups.
    if isinstance(target, MDict) or (isinstance(target, (tuple, list)) and isinstance(index, int)):
        return target[index]
    raise exceptions.NoMatchingFunctionException("#indexer")


# ---------------------------------------------------------------- loops


def items_of(collection: Any) -> Iterable[Any]:
    """What ``For`` goes over: items of a list, keys of a dict, characters of a text.

    :raises TypeError: the value has no items.
    """
    if collection.__class__ in _RANGES:
        return collection
    settled = settle(collection)
    if isinstance(settled, (tuple, Mapping, str, MSet)):
        return settled
    raise TypeError(f"For needs a collection, not {exceptions.kind_of(settled)}")


def repetitions(count: Any) -> range:
    """What ``Repeat`` goes over.

    :raises TypeError: the count is no number.
    :raises ValueError: it is infinite, or stands for no number.
    """
    if not isinstance(count, (int, float)):
        raise TypeError(f"Repeat needs a number, not {exceptions.kind_of(count)}")
    if isinstance(count, float) and not math.isfinite(count):
        raise ValueError(f"Repeat needs a finite number, not {count}")
    return range(min(int(count), _MAXIMUM_REPETITIONS))


def no_loop(signal: int) -> NoReturn:
    """``Break`` or ``Continue`` outside of a loop.

    :raises DslInvalidOperationError: always.
    """
    word = "Continue" if signal == 2 else "Break"
    raise exceptions.DslInvalidOperationError(f"{word} cannot be used on method level")


# ---------------------------------------------------------------- arguments and scopes


def mapping_rule(source: Callable[..., Any], destination: Callable[..., Any]) -> MappingRule:
    """``a => b`` among the arguments of a function without keyword arguments."""
    return MappingRule(source, destination)


def no_keyword() -> NoReturn:
    """``a => b`` among arguments where *a* is no word.

    :raises MappingTranslationException: always.
    """
    raise exceptions.MappingTranslationException()


def enter_scope(scope: Any, body: Callable[[Scope], Any]) -> Any:
    """``scope -> body``.

    :raises NoMatchingFunctionException: the left side is no scope.
    """
    if not isinstance(scope, Scope):
        raise exceptions.NoMatchingFunctionException("#operator_->")
    result = body(scope)
    return _drained(result) if isinstance(result, Iterator) else result


def _drained(result: Iterator[Any]) -> Iterator[Any]:
    yield from result


def scoped(scope: Scope, name: str, outer: Any) -> Any:
    """A variable right of an arrow: the scope's, else the outer one."""
    return scope.values.get(name, outer)


def scoped_call(scope: Scope, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call of a function that ``def()`` made.

    :raises NoFunctionRegisteredException: there is none of that name.
    """
    function = scope.functions.get(name)
    if function is None:
        raise exceptions.NoFunctionRegisteredException(name)
    if kwargs:
        raise exceptions.NoMatchingFunctionException(name)
    return function(*args)


# ---------------------------------------------------------------- assignment


def invalid_target(text: str) -> NoReturn:
    """Assignment to what is no target.

    :raises InvalidLhsTargetError: always.
    """
    raise exceptions.InvalidLhsTargetError(text)


def bad_assignment(text: str) -> NoReturn:
    """Assignment to ``$``, ``$this`` or a type.

    :raises ValueError: always.
    """
    raise ValueError(f"Cannot assign to {text}")
