"""Call sites of functions that are not methods of a class, with caches by argument types."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any, Final

from catalog_engine.muranopl.functions.overloads import Choice, Family
from catalog_engine.muranopl.functions.table import NO_RECEIVER, NO_VALUE, FunctionTable
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet
from catalog_engine.muranopl.source.errors import did_you_mean

Call = Callable[..., Any]

_UNCONVERTED: Final = frozenset(
    (type(None), bool, int, float, str, MList, MDict, MSet, range, types.FunctionType)
)
"""Types whose values no conversion of a parameter changes; a thunk is a function."""


class FunctionSites:
    """Makes the call sites of one linked class.

    :param table: functions of the class's format.
    :param rt: the runtime, for functions that ask for it.
    :param caller: the linked class.
    """

    def __init__(self, table: FunctionTable, rt: Any, caller: Any):
        self.table = table
        self.rt = rt
        self.caller = caller

    def function_site(self, name: str, count: int, _thunked: tuple[int, ...]) -> Call:
        """Site of ``name(args)`` with *count* positional arguments."""
        family = self.table.lookup(name, "function")
        if family is None:
            return self._unknown(name)
        return self.site(family, count)

    def named_function_site(self, name: str) -> Call:
        """Site of ``name(args)`` with named arguments: called with a tuple and a dict."""
        if self.table.lookup(name, "function") is None:
            return self._unknown(name)
        call, rt, caller = self.table.call, self.rt, self.caller

        def named(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
            return call(rt, name, NO_RECEIVER, args, kwargs, caller)

        return named

    def _unknown(self, name: str) -> Call:
        advice = did_you_mean(name, self.table.names("function"))

        def unknown(*_args: Any) -> Any:
            raise exceptions.NoFunctionRegisteredException(name + advice if advice else name)

        return unknown

    def operator(self, name: str) -> Call:
        """A binary operator through the table."""
        family = self.table.lookup(name, "function")
        assert family is not None, name
        return self.site(family, 2)

    def site(self, family: Family, count: int) -> Call:
        """Site of a family of overloads with *count* arguments, a method's receiver included."""
        slow = self._slow(family)
        maker = _MAKERS.get(count)
        if maker is None:
            return lambda *args: slow(args)[0]
        return maker(slow, self.table.memory_quota)

    def _slow(self, family: Family) -> Callable[[tuple[Any, ...]], tuple[Any, Call | None]]:
        """The complete call; answers the result and, where it may be repeated, the function."""
        table, rt, caller, name = self.table, self.rt, self.caller, family.name

        def slow(args: tuple[Any, ...]) -> tuple[Any, Call | None]:
            if any(arg is NO_VALUE for arg in args):
                receiver, rest = (args[0], args[1:]) if family.is_method else (NO_RECEIVER, args)
                return table.call(rt, name, receiver, rest, {}, caller), None
            choice, converted = family.prepared(args)
            call = _bound(choice, {"rt": rt, "caller": caller, "table": table})
            try:
                result = call(*converted)
            except StopIteration as error:
                raise exceptions.WrappedException(error) from error
            if result.__class__ is str and len(result) > table.memory_quota:
                raise exceptions.MemoryQuotaExceededException()
            repeatable = all(
                one is other and one.__class__ in _UNCONVERTED
                for one, other in zip(args, converted, strict=True)
            )
            return result, call if repeatable else None

        return slow


def _bound(choice: Choice, given: Mapping[str, Any]) -> Call:
    """The function of a choice with its hidden parameters filled in."""
    if not choice.hidden:
        return choice.payload
    hidden = tuple(given[name] for name in choice.hidden)
    payload = choice.payload
    return lambda *args: payload(*hidden, *args)


def _finish(error: StopIteration) -> Exception:
    return exceptions.WrappedException(error)


def _make_0(slow: Callable[[tuple[Any, ...]], tuple[Any, Call | None]], _quota: int) -> Call:
    return lambda: slow(())[0]


def _make_1(slow: Callable[[tuple[Any, ...]], tuple[Any, Call | None]], quota: int) -> Call:
    kind: Any = None
    known: Any = None

    def call(one: Any) -> Any:
        nonlocal kind, known
        if one.__class__ is kind:
            try:
                result = known(one)
            except StopIteration as error:
                raise _finish(error) from error
            if result.__class__ is str and len(result) > quota:
                raise exceptions.MemoryQuotaExceededException()
            return result
        result, found = slow((one,))
        if found is not None:
            kind, known = one.__class__, found
        return result

    return call


def _make_2(slow: Callable[[tuple[Any, ...]], tuple[Any, Call | None]], quota: int) -> Call:
    kind: Any = None
    other: Any = None
    known: Any = None

    def call(one: Any, two: Any) -> Any:
        nonlocal kind, other, known
        if one.__class__ is kind and two.__class__ is other:
            try:
                result = known(one, two)
            except StopIteration as error:
                raise _finish(error) from error
            if result.__class__ is str and len(result) > quota:
                raise exceptions.MemoryQuotaExceededException()
            return result
        result, found = slow((one, two))
        if found is not None:
            kind, other, known = one.__class__, two.__class__, found
        return result

    return call


def _make_3(slow: Callable[[tuple[Any, ...]], tuple[Any, Call | None]], quota: int) -> Call:
    kinds: Any = None
    known: Any = None

    def call(one: Any, two: Any, three: Any) -> Any:
        nonlocal kinds, known
        if (one.__class__, two.__class__, three.__class__) == kinds:
            try:
                result = known(one, two, three)
            except StopIteration as error:
                raise _finish(error) from error
            if result.__class__ is str and len(result) > quota:
                raise exceptions.MemoryQuotaExceededException()
            return result
        result, found = slow((one, two, three))
        if found is not None:
            kinds, known = (one.__class__, two.__class__, three.__class__), found
        return result

    return call


_MAKERS: Final[Mapping[int, Callable[..., Call]]] = {0: _make_0, 1: _make_1, 2: _make_2, 3: _make_3}
