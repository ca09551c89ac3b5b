"""Constants against contracts, and contracts that nothing satisfies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from catalog_engine.muranopl.contracts.compiler import compile_contract
from catalog_engine.muranopl.runtime.exceptions import ContractViolationException, shown
from catalog_engine.muranopl.runtime.values import MDict, MList, freeze
from catalog_engine.muranopl.source.declarations import ContractSpec
from catalog_engine.muranopl.source.errors import Position

_SCALAR_FUNCTIONS: Final = ("string", "int", "bool", "notNull")
_ORDER: Final[Mapping[str, Any]] = {
    "<": lambda left, right: left < right, "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right, ">=": lambda left, right: left >= right,
}  # fmt: skip


class Unknown(Exception):
    """What becomes of a constant cannot be told without running code."""


def violation(spec: ContractSpec, constant: Any) -> str | None:
    """Why a contract refuses a constant; None when it does not, or when nobody can know."""
    try:
        _converted(spec, freeze(constant))
    except ContractViolationException as error:
        return error.message
    except (Unknown, TypeError, ValueError):
        return None
    return None


def _converted(spec: ContractSpec, value: Any) -> Any:
    """The value that a contract makes of a constant.

    :raises ContractViolationException: it refuses it.
    :raises Unknown: code decides.
    """
    kind = spec[0]
    if kind == "any":
        return value
    if kind == "const":
        return _plain(compile_contract(spec, None, "", owns=False).transform, value)
    if kind == "chain":
        for name, args, _kwargs in spec[1]:
            value = _step(name, args, value)
        return value
    if kind == "list":
        return _list(spec, value)
    if kind == "dict":
        return _dict(spec, value)
    raise Unknown


def _step(name: str, args: tuple[Any, ...], value: Any) -> Any:
    if name in _SCALAR_FUNCTIONS:
        spec = ("chain", ((name, (), ()),), None)
        return _plain(compile_contract(spec, None, "", owns=False).transform, value)
    if name == "check":
        return _checked(args, value)
    if value is None:
        return None
    if isinstance(value, MDict) or (name == "class" and isinstance(value, str)):
        raise Unknown
    raise ContractViolationException(f"Value {shown(value)} violates {name}() contract")


def _plain(transform: Any, value: Any) -> Any:
    """Convert without the title of a contract, which has none here."""
    try:
        return transform(None, value)
    except ContractViolationException as error:
        raise ContractViolationException(error.message.removeprefix("[] ")) from error


def _checked(args: tuple[Any, ...], value: Any) -> Any:
    """The value, where the parts of a predicate that are plain comparisons hold."""
    known = list(_comparisons(args))
    for operator, operand in known:
        if operator == "in" and value not in operand:
            raise ContractViolationException(f"Value {shown(value)} doesn't match predicate")
        if operator in _ORDER:
            if value is not None and not _comparable(value, operand):
                raise Unknown
            # Null sorts below everything.
            holds = operator in ("<", "<=") if value is None else _ORDER[operator](value, operand)
            if not holds:
                raise ContractViolationException(f"Value {shown(value)} doesn't match predicate")
    raise Unknown


def _comparisons(args: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Comparisons of a predicate with constants."""
    if args and args[0][0] == "fn":
        for operator, operand in args[0][2]:
            if operand[0] == "const":
                yield operator, operand[1]
            elif operand[0] == "list" and all(item[0] == "const" for item in operand[1]):
                yield operator, tuple(item[1] for item in operand[1])


def _comparable(one: Any, other: Any) -> bool:
    numbers = (int, float)
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    return (isinstance(one, numbers) and isinstance(other, numbers)) or (
        isinstance(one, str) and isinstance(other, str)
    )


def _list(spec: ContractSpec, value: Any) -> Any:
    _kind, specs, minimum, maximum, position = spec
    bare = ("list", (), minimum, maximum, position)
    row = _plain(compile_contract(bare, None, "", owns=False).transform, value)
    if not specs:
        return row
    return MList([_within(f"[{i}]", specs[min(i, len(specs) - 1)], v) for i, v in enumerate(row)])


def _dict(spec: ContractSpec, value: Any) -> Any:
    _kind, literal, expressions, _position = spec
    if value is None:
        value = MDict({})
    if not isinstance(value, MDict):
        raise ContractViolationException(f"Value {shown(value)} is not of a dictionary type")
    for key, own in literal:
        _within(f"[{key!r}]", own, value.get(key))
    if expressions:
        raise Unknown
    return value


def _within(path: str, spec: ContractSpec, value: Any) -> Any:
    try:
        return _converted(spec, value)
    except ContractViolationException as error:
        raise ContractViolationException(f"at {path}: {error.message}") from error
    except Unknown:
        return value


# ---------------------------------------------------------------- contracts themselves


def impossible(spec: ContractSpec) -> Iterator[tuple[Position, str, str]]:
    """Parts of a contract that nothing satisfies: where, why, and how sure that is."""
    kind = spec[0]
    if kind == "list":
        _kind, specs, minimum, maximum, position = spec
        if maximum is not None and (maximum < 0 or (minimum or 0) > maximum):
            yield position, f"No list has from {minimum} to {maximum} items", "error"
        for own in specs:
            yield from impossible(own)
    elif kind == "dict":
        _kind, literal, expressions, position = spec
        if len(expressions) > 1:
            text = "A dictionary contract takes one expression as a key, not several"
            yield position, text, "error"
        for _key, own in literal:
            yield from impossible(own)
        for pair in expressions:
            for own in pair:
                yield from impossible(own)
    elif kind == "chain":
        names = [name for name, _args, _kwargs in spec[1]]
        if "owned" in names and "notOwned" in names:
            yield spec[2], "No object is both owned() and notOwned()", "warning"
        for name, args, _kwargs in spec[1]:
            if name == "check" and _excludes_all(args):
                yield spec[2], "No value satisfies this check()", "error"


def _excludes_all(args: tuple[Any, ...]) -> bool:
    if args and args[0] == ("const", False):
        return True
    known = list(_comparisons(args))
    if any(operator == "in" and operand == () for operator, operand in known):
        return True
    lower = [(v, op == ">") for op, v in known if op in (">", ">=") and _is_number(v)]
    upper = [(v, op == "<") for op, v in known if op in ("<", "<=") and _is_number(v)]
    if not lower or not upper:
        return False
    (low, open_low), (high, open_high) = max(lower), min(upper, key=lambda e: (e[0], not e[1]))
    return low > high or (low == high and (open_low or open_high))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
