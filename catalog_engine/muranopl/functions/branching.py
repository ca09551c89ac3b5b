"""Functions that choose which of their arguments to evaluate, and assertions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.queries import memorized
from catalog_engine.muranopl.functions.table import Subject

subject = Subject()
_function = subject.function


@_function("selectCase", args=p.Lambda)
def _select_case(*args: Callable[[], Any]) -> int:
    for index, case in enumerate(args):
        if case():
            return index
    return len(args)


@_function("selectAllCases", args=p.Lambda)
def _select_all_cases(*args: Callable[[], Any]) -> Iterator[int]:
    return (index for index, case in enumerate(args) if case())


@_function("examine", args=p.Lambda)
def _examine(*args: Callable[[], Any]) -> Iterator[bool]:
    return (bool(case()) for case in args)


@_function("switchCase", kind="method", case=p.Int, args=p.Lambda)
def _switch_case(case: int, *args: Callable[[], Any]) -> Any:
    if not args:
        return None
    return args[case]() if 0 <= case < len(args) else args[-1]()


@_function("coalesce", args=p.Lambda)
def _coalesce(*args: Callable[[], Any]) -> Any:
    for case in args:
        value = case()
        if value is not None:
            return value
    return None


@_function("assert", kind="method", condition=p.Lambda, message=p.String)
def _assert(obj: Any, condition: Callable[..., Any], message: str = "Assertion failed") -> Any:
    obj = memorized(obj) if hasattr(obj, "__next__") else obj
    if not condition(obj):
        raise AssertionError(message)
    return obj


@_function("switch", no_kwargs=True, args=p.Rule)
def _switch(*args: MappingRule) -> Any:
    for rule in args:
        if rule.source():
            return rule.destination()
    return None
