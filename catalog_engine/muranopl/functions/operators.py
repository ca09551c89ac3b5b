"""What yaql's operators do with values, for functions and for the code generator's slow paths."""

from __future__ import annotations

import collections.abc
import datetime
import itertools
from typing import Any

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet

subject = Subject()
_function = subject.function

_ORDERED = (str, datetime.timedelta, collections.abc.Set)


def _comparable(left: Any, right: Any, operator: str) -> tuple[Any, Any]:
    """Bring two values that are not null into a form that Python compares.

    :raises NoMatchingFunctionException: they have no order.
    """
    if _is_number(left) and _is_number(right):
        return left, right
    if isinstance(left, datetime.datetime) and isinstance(right, datetime.datetime):
        return _aware(left), _aware(right)
    for kind in _ORDERED:
        if isinstance(left, kind) and isinstance(right, kind):
            return left, right
    raise exceptions.NoMatchingFunctionException(f"#operator_{operator}")


def _aware(value: datetime.datetime) -> datetime.datetime:
    return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value


def less(left: Any, right: Any) -> bool:
    """``left < right``; null sorts below everything."""
    if left is None or right is None:
        return left is None and right is not None
    left, right = _comparable(left, right, "<")
    return left < right


def less_equal(left: Any, right: Any) -> bool:
    """``left <= right``; null sorts below everything."""
    if left is None or right is None:
        return left is None
    left, right = _comparable(left, right, "<=")
    return left <= right


def greater(left: Any, right: Any) -> bool:
    """``left > right``; null sorts below everything."""
    if left is None or right is None:
        return right is None and left is not None
    left, right = _comparable(left, right, ">")
    return left > right


def greater_equal(left: Any, right: Any) -> bool:
    """``left >= right``; null sorts below everything."""
    if left is None or right is None:
        return right is None
    left, right = _comparable(left, right, ">=")
    return left >= right


@_function("#operator_<", left=p.Any_, right=p.Any_)
def _less(left: Any, right: Any) -> bool:
    return less(left, right)


@_function("#operator_<=", left=p.Any_, right=p.Any_)
def _less_equal(left: Any, right: Any) -> bool:
    return less_equal(left, right)


@_function("#operator_>", left=p.Any_, right=p.Any_)
def _greater(left: Any, right: Any) -> bool:
    return greater(left, right)


@_function("#operator_>=", left=p.Any_, right=p.Any_)
def _greater_equal(left: Any, right: Any) -> bool:
    return greater_equal(left, right)


@_function("*equal", "#operator_=", left=p.Any_, right=p.Any_)
def _equal(left: Any, right: Any) -> bool:
    return left == right


@_function("*not_equal", "#operator_!=", left=p.Any_, right=p.Any_)
def _not_equal(left: Any, right: Any) -> bool:
    return left != right


def add(left: Any, right: Any) -> Any:
    """``left + right`` for any operands that have it.

    :raises NoMatchingFunctionException: the operands do not fit together.
    """
    if _is_number(left) and _is_number(right):
        return left + right
    if isinstance(left, str) and isinstance(right, str):
        bounds.text(len(left) + len(right))
        return left + right
    if isinstance(left, tuple) and isinstance(right, tuple):
        return MList((*left, *right))
    if isinstance(left, collections.abc.Mapping) and isinstance(right, collections.abc.Mapping):
        return MDict({**left, **right})
    if isinstance(left, MSet) and isinstance(right, MSet):
        return MSet(itertools.chain(left, right))
    if _is_iterable(left) and _is_iterable(right):
        return itertools.chain(left, right)
    if isinstance(left, datetime.timedelta) and isinstance(
        right, (datetime.timedelta, datetime.datetime)
    ):
        return left + right
    if isinstance(left, datetime.datetime) and isinstance(right, datetime.timedelta):
        return _aware(left) + right
    raise exceptions.NoMatchingFunctionException("#operator_+")


def _is_iterable(value: Any) -> bool:
    return isinstance(value, collections.abc.Iterable) and not isinstance(
        value, (str, collections.abc.Mapping)
    )


@_function("#operator_+", left=p.Any_, right=p.Any_)
def _add(left: Any, right: Any) -> Any:
    return add(left, right)


@_function("#operator_-", left=p.Number, right=p.Number)
def _minus(left: float, right: float) -> float:
    return left - right


@_function("#operator_-", left=p.Set, right=p.Set)
def _minus_set(left: Any, right: Any) -> MSet:
    return MSet(item for item in left if item not in right)


@_function("#operator_-", left=p.DateTime, right=p.Timespan)
@_function("#operator_-", left=p.DateTime, right=p.DateTime)
@_function("#operator_-", left=p.Timespan, right=p.Timespan)
def _minus_time(left: Any, right: Any) -> Any:
    return left - right


def multiply(left: Any, right: Any) -> Any:
    """``left * right`` for any operands that have it.

    :raises NoMatchingFunctionException: the operands do not fit together.
    :raises MemoryQuotaExceededException: the product is too large.
    """
    if _is_number(left) and _is_number(right):
        if isinstance(left, int) and isinstance(right, int):
            bounds.integer(left.bit_length() + right.bit_length())
        return left * right
    if isinstance(left, datetime.timedelta) and _is_number(right):
        return datetime.timedelta(microseconds=microseconds(left) * right)
    if _is_number(left) and isinstance(right, datetime.timedelta):
        return datetime.timedelta(microseconds=microseconds(right) * left)
    # A boolean repeats, as an integer.
    if isinstance(left, int):
        left, right = right, left
    if isinstance(right, int) and isinstance(left, str):
        bounds.text(len(left) * right)
        return left * right
    if isinstance(right, int) and isinstance(left, collections.abc.Sequence):
        bounds.items(len(left) * right)
        return MList(tuple(left) * right)
    raise exceptions.NoMatchingFunctionException("#operator_*")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@_function("#operator_*", left=p.Any_, right=p.Any_)
def _times(left: Any, right: Any) -> Any:
    return multiply(left, right)


def microseconds(span: datetime.timedelta) -> int:
    """Length of a timespan in whole microseconds."""
    return span // datetime.timedelta(microseconds=1)


@_function("#operator_/", left=p.Number, right=p.Number)
def _divide(left: float, right: float) -> float:
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return left / right


@_function("#operator_/", left=p.Timespan, right=p.Timespan)
def _divide_timespans(left: datetime.timedelta, right: datetime.timedelta) -> float:
    return float(microseconds(left)) / microseconds(right)


@_function("#operator_/", left=p.Timespan, right=p.Number)
def _divide_timespan(left: datetime.timedelta, right: float) -> datetime.timedelta:
    return datetime.timedelta(microseconds=microseconds(left) / right)


@_function("#operator_mod", left=p.Number, right=p.Number)
def _modulo(left: float, right: float) -> float:
    return left % right


@_function("#operator_in", value=p.Any_, collection=p.Iterable)
def _in_collection(value: Any, collection: Any) -> bool:
    return value in collection


@_function("#operator_in", left=p.String, right=p.String)
def _in_text(left: str, right: str) -> bool:
    return left in right


@_function("#unary_operator_-", op=p.Number)
@_function("#unary_operator_-", op=p.Timespan)
def _negative(op: Any) -> Any:
    return -op


@_function("#unary_operator_+", op=p.Number)
@_function("#unary_operator_+", op=p.Timespan)
def _positive(op: Any) -> Any:
    return +op


@_function("#unary_operator_not", arg=p.Any_)
def _not(arg: Any) -> bool:
    return not arg


@_function("#indexer", d=p.Mapping, key=p.Any_)
def _dict_item(d: Any, key: Any) -> Any:
    return d[key]


@_function("#indexer", d=p.Mapping, key=p.Any_, default=p.Any_)
def _dict_item_or(d: Any, key: Any, default: Any) -> Any:
    return d.get(key, default)


@_function("#indexer", lst=p.Sequence, index=p.Int)
def _list_item(lst: Any, index: int) -> Any:
    return lst[index]
