"""Functions on numbers and booleans."""

from __future__ import annotations

from typing import Any

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.operators import greater
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.exceptions import kind_of

subject = Subject()
_function = subject.function


@_function("bool")
def _bool(value: Any) -> bool:
    return bool(value)


@_function("isBoolean")
def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


@_function("int")
def _int(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, (int, float, str)):
        return int(value)
    raise TypeError(f"int() argument must be a string or a number, not {kind_of(value)}")


@_function("float")
def _float(value: Any) -> float:
    if value is None:
        return 0.0
    if isinstance(value, (int, float, str)):
        return float(value)
    raise TypeError(f"float() argument must be a string or a number, not {kind_of(value)}")


@_function("abs", op=p.Number)
def _abs(op: float) -> float:
    return abs(op)


@_function("bitwiseAnd", left=p.Int, right=p.Int)
def _bitwise_and(left: int, right: int) -> int:
    return left & right


@_function("bitwiseOr", left=p.Int, right=p.Int)
def _bitwise_or(left: int, right: int) -> int:
    return left | right


@_function("bitwiseXor", left=p.Int, right=p.Int)
def _bitwise_xor(left: int, right: int) -> int:
    return left ^ right


@_function("bitwiseNot", arg=p.Int)
def _bitwise_not(arg: int) -> int:
    return ~int(arg)


@_function("shiftBitsRight", value=p.Int, bits_number=p.Int)
def _shift_bits_right(value: int, bits_number: int) -> int:
    return value >> bits_number


@_function("shiftBitsLeft", value=p.Int, bits_number=p.Int)
def _shift_bits_left(value: int, bits_number: int) -> int:
    bounds.integer(value.bit_length() + bits_number)
    return value << bits_number


@_function("max", a=p.Any_, b=p.Any_)
def _max(a: Any, b: Any) -> Any:
    return b if greater(b, a) else a


@_function("min", a=p.Any_, b=p.Any_)
def _min(a: Any, b: Any) -> Any:
    return a if greater(b, a) else b


@_function("pow", a=p.Number, b=p.Number, c=p.NullableNumber)
def _pow(a: float, b: float, c: float | None = None) -> Any:
    if isinstance(a, int) and isinstance(b, int) and c is None and abs(a) > 1:
        bounds.integer(a.bit_length() * b)
    return pow(a, b, c)  # type: ignore[arg-type]  # wrong combinations raise TypeError, as in yaql


@_function("sign", num=p.Number)
def _sign(num: float) -> int:
    return (num > 0) - (num < 0)


@_function("round", number=p.Number, ndigits=p.Int)
def _round(number: float, ndigits: int = 0) -> float:
    # Python raises ten to the power of a negative ndigits.
    bounds.integer(abs(ndigits))
    return round(number, ndigits)


@_function("isInteger")
def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@_function("isNumber")
def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@_function("random")
def _random(rt: Any) -> float:
    return rt.random().random()


@_function("random", from_=p.Any_, to_=p.Any_)
def _random_between(rt: Any, from_: Any, to_: Any) -> int:
    return rt.random().randint(_whole(from_), _whole(to_))


def _whole(value: Any) -> int:
    """A bound of random numbers; of floats those that are whole, on every version of Python."""
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, float):
        raise ValueError(f"random() takes whole numbers, not {value}")
    raise TypeError(f"random() takes whole numbers, not {kind_of(value)}")
