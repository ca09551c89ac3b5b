"""Methods of linked classes: binding of arguments, contracts, locks, depth, and fast entries."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from catalog_engine.muranopl.contracts.compiler import Contract, compile_contract
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.operations_frames import calling_class
from catalog_engine.muranopl.runtime.values import MDict, MList, freeze
from catalog_engine.muranopl.source.declarations import (
    ABSENT,
    ArgumentDeclaration,
    MethodDeclaration,
)
from catalog_engine.muranopl.types.metadata import values_of
from catalog_engine.muranopl.types.native import NativeMark, signature_of

SYNCHRONIZE: Final = "io.murano.metadata.engine.Synchronize"
Call = Callable[..., Any]
Converter = tuple[Call | None, type | None]
"""What converts an argument, and the class whose values it returns as they are."""


class Argument:
    """An argument of a method: its contract, whose errors name it, and its default."""

    __slots__ = ("_contract", "declaration", "method", "name", "usage")

    def __init__(self, method: Method, declaration: ArgumentDeclaration):
        self.method = method
        self.name = declaration.name
        self.usage = declaration.usage
        self.declaration = declaration
        self._contract: Contract | None = None

    @property
    def contract(self) -> Contract:
        """Its contract; objects made of arguments belong to the object under construction only."""
        if self._contract is None:
            method = self.method
            title = f"{method.cls.name}::{method.name}({self.name}"
            self._contract = compile_contract(
                self.declaration.contract,
                method.cls,
                title,
                owns=method.name == ".init",
                closing=")",
            )
        return self._contract

    @property
    def has_default(self) -> bool:
        """Whether a default is declared."""
        return self.declaration.default is not ABSENT

    def default(self, this: Any) -> Any:
        """Value of the default; null when none is declared."""
        if self.declaration.default is ABSENT:
            return None
        return self.method.cls.function(self.declaration.default)(this)


class _Callable:
    """What methods of both kinds share: who may call them on what, and their lock."""

    cls: Any
    name: str
    usage: str

    def __init__(self) -> None:
        self._lock: tuple[bool, tuple[str, ...]] | None = None
        self._fast: dict[int, Call | None] = {}

    @property
    def is_static(self) -> bool:
        """Whether it runs on the class."""
        return self.usage in ("Static", "Extension")

    @property
    def type_reference(self) -> Any:
        """The declaring class as a value."""
        return self.cls.reference

    def lock_of(self) -> tuple[bool, tuple[str, ...]]:
        """Whether the receiver is part of the lock, and the arguments that are."""
        if self._lock is None:
            self._lock = _lock_of(self)
        return self._lock

    def _locked(self, this: Any, call: Call, args: tuple[Any, ...], names: Sequence[str]) -> Any:
        on_this, on_args = self.lock_of()
        if not on_this and not on_args:
            return call(this, *args)
        given = tuple(
            (name, value)
            for name, value in zip(names, args, strict=False)
            if name in on_args and value is not None
        )
        with self.cls.rt.scheduler.locked((this if on_this else None, self.name, self.cls, given)):
            return call(this, *args)


def _lock_of(method: Any) -> tuple[bool, tuple[str, ...]]:
    for cls in method.cls.lineage:
        own = cls.methods.get(method.name)
        if own is None:
            continue
        for meta in own.declared_meta:
            if meta.name == SYNCHRONIZE:
                given = values_of(cls, meta)
                on_this = bool(given.get("onThis", True))
                names = given.get("onArgs") or ()
                return on_this, (names,) if isinstance(names, str) else tuple(names)
    return True, ()


class Method(_Callable):
    """A method with MuranoPL code.

    :ivar cls: the declaring class.
    :ivar usage: Runtime, Action, Static or Extension.
    """

    def __init__(self, cls: Any, declaration: MethodDeclaration):
        super().__init__()
        self.cls = cls
        self.name = declaration.name
        self.usage = declaration.usage
        self.scope = declaration.scope
        self.declaration = declaration
        self.declared_meta = declaration.meta
        self.arguments = tuple(Argument(self, own) for own in declaration.arguments)
        self._names = tuple(argument.name for argument in self.arguments)
        self._body: Call | None = None

    def __repr__(self) -> str:
        return f"<method {self.cls.name}::{self.name}>"

    @property
    def body(self) -> Call:
        """Function of ``(this, *arguments)``."""
        if self._body is None:
            reference = self.declaration.body
            self._body = _nothing if reference is None else self.cls.function(reference)
        return self._body

    def accepts(self, receiver: Any) -> bool:
        """Say whether an extension method extends this receiver."""
        if not self.arguments:
            return False
        return self.arguments[0].contract.accepts(self.cls.reference, receiver)

    def invoke(self, receiver: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call it with any arguments.

        :raises NoMatchingMethodException: they do not fit.
        :raises ContractViolationException: one breaks its contract.
        """
        this = self.cls.reference if self.is_static else receiver
        bound = self._bind(receiver, tuple(args), kwargs)
        steps = self.cls.rt.steps
        if this.destroyed:
            raise exceptions.ObjectDestroyedError(this)
        steps.left -= 1
        if steps.left < 0:
            steps.out_of_steps()
        depth = steps.depth
        if depth >= steps.depth_limit:
            raise steps.too_deep()
        steps.depth = depth + 1
        try:
            values = [
                self._converted(argument, this, value)
                for argument, value in zip(self.arguments, bound, strict=True)
            ]
            if steps.concurrent:
                return self._locked(this, self.body, tuple(values), self._names)
            return self.body(this, *values)
        finally:
            steps.depth = depth

    def _converted(self, argument: Argument, this: Any, value: Any) -> Any:
        contract = argument.contract
        if argument.usage == "VarArgs":
            return MList([contract.transform(this, item) for item in value])
        if argument.usage == "KwArgs":
            return MDict({key: contract.transform(this, item) for key, item in value.items()})
        if value is ABSENT:
            value = argument.default(this)
        return contract.transform(this, value)

    def _bind(self, receiver: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
        bound: list[Any] = []
        rest = dict(kwargs)
        position = 0
        for argument in self.arguments:
            if argument.usage == "VarArgs":
                bound.append([freeze(value) for value in args[position:]])
                position = len(args)
            elif argument.usage == "KwArgs":
                bound.append({key: freeze(value) for key, value in rest.items()})
                rest = {}
            elif position < len(args):
                if argument.name in rest:
                    raise exceptions.NoMatchingMethodException(self.name, receiver)
                bound.append(freeze(args[position]))
                position += 1
            else:
                bound.append(freeze(rest.pop(argument.name, ABSENT)))
        if position < len(args) or rest:
            raise exceptions.NoMatchingMethodException(self.name, receiver)
        return bound

    def received(
        self, receiver: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Arguments as the body would get them: by position, and surplus ones by name.

        :raises NoMatchingMethodException: they do not fit.
        :raises ContractViolationException: one breaks its contract.
        """
        this = self.cls.reference if self.is_static else receiver
        positional: list[Any] = []
        named: dict[str, Any] = {}
        bound = self._bind(receiver, tuple(args), kwargs)
        for argument, given in zip(self.arguments, bound, strict=True):
            value = self._converted(argument, this, given)
            if argument.usage == "VarArgs":
                positional.extend(value)
            elif argument.usage == "KwArgs":
                named.update(value)
            else:
                positional.append(value)
        return positional, named

    # ------------------------------------------------------------ fast entries

    def fast(self, count: int) -> Call | None:
        """A callable of ``(receiver, *args)`` for exactly so many arguments.

        None when only :meth:`invoke` will do.
        """
        try:
            return self._fast[count]
        except KeyError:
            self._fast[count] = self._fast_entry(count)
        return self._fast[count]

    def _fast_entry(self, count: int) -> Call | None:
        if count != len(self.arguments) or count not in _ENTRIES or self.is_static:
            return None
        if any(argument.usage != "Standard" for argument in self.arguments):
            return None
        contracts = [argument.contract for argument in self.arguments]
        converters = [(own.conversion, own.passing) for own in contracts]
        return _ENTRIES[count](self, self.cls.rt.steps, self.body, *converters)


def _nothing(_this: Any, *_arguments: Any) -> None:
    return None


def _entry_0(method: Method, steps: Any, body: Call) -> Call:
    limit = steps.depth_limit

    def call(this: Any) -> Any:
        if this.destroyed:
            raise exceptions.ObjectDestroyedError(this)
        steps.left -= 1
        if steps.left < 0:
            steps.out_of_steps()
        depth = steps.depth
        if depth >= limit:
            raise steps.too_deep()
        steps.depth = depth + 1
        try:
            if steps.concurrent:
                return method._locked(this, body, (), ())
            return body(this)
        finally:
            steps.depth = depth

    return call


def _entry_1(method: Method, steps: Any, body: Call, converter: Converter) -> Call:
    limit = steps.depth_limit
    names = method._names
    convert, passing = converter

    def call(this: Any, one: Any) -> Any:
        if this.destroyed:
            raise exceptions.ObjectDestroyedError(this)
        steps.left -= 1
        if steps.left < 0:
            steps.out_of_steps()
        depth = steps.depth
        if depth >= limit:
            raise steps.too_deep()
        steps.depth = depth + 1
        try:
            if one.__class__ is not passing:
                if one.__class__ not in _SETTLED:
                    one = freeze(one)
                if convert is not None:
                    one = convert(this, one)
            if steps.concurrent:
                return method._locked(this, body, (one,), names)
            return body(this, one)
        finally:
            steps.depth = depth

    return call


def _entry_2(
    method: Method, steps: Any, body: Call, converter: Converter, converter_two: Converter
) -> Call:
    limit = steps.depth_limit
    names = method._names
    convert, passing = converter
    convert_two, passing_two = converter_two

    def call(this: Any, one: Any, two: Any) -> Any:
        if this.destroyed:
            raise exceptions.ObjectDestroyedError(this)
        steps.left -= 1
        if steps.left < 0:
            steps.out_of_steps()
        depth = steps.depth
        if depth >= limit:
            raise steps.too_deep()
        steps.depth = depth + 1
        try:
            # Both are settled before a contract runs code that may change what they are made of.
            if one.__class__ not in _SETTLED:
                one = freeze(one)
            if two.__class__ not in _SETTLED:
                two = freeze(two)
            if one.__class__ is not passing and convert is not None:
                one = convert(this, one)
            if two.__class__ is not passing_two and convert_two is not None:
                two = convert_two(this, two)
            if steps.concurrent:
                return method._locked(this, body, (one, two), names)
            return body(this, one, two)
        finally:
            steps.depth = depth

    return call


_ENTRIES: Final[Mapping[int, Call]] = {0: _entry_0, 1: _entry_1, 2: _entry_2}
_SETTLED: Final = frozenset((type(None), bool, int, float, str, MList, MDict))


class NativeMethod(_Callable):
    """A method whose code is Python."""

    arguments = None
    """Reflection knows nothing of its arguments."""

    def __init__(self, cls: Any, name: str, function: Call, mark: NativeMark):
        super().__init__()
        self.cls = cls
        self.name = name
        self.usage = "Static" if mark.static else "Action" if mark.action else "Runtime"
        self.scope = "Public" if mark.action else "Session"
        declared = cls.declaration.methods.get(name)
        self.declared_meta = () if declared is None else declared.meta
        self._function = function
        self._signature = signature_of(function, 0 if mark.static else 1)

    def __repr__(self) -> str:
        return f"<native method {self.cls.name}::{self.name}>"

    def accepts(self, _receiver: Any) -> bool:
        """Native methods extend nothing."""
        return False

    def invoke(self, receiver: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call it; the result is frozen.

        :raises NoMatchingMethodException: the arguments do not fit.
        """
        args = tuple(freeze(value) for value in args)
        bound = self._signature.bind(args, {key: freeze(value) for key, value in kwargs.items()})
        if bound is None:
            raise exceptions.NoMatchingMethodException(self.name, receiver)
        if receiver.destroyed:
            raise exceptions.ObjectDestroyedError(receiver)
        steps = self.cls.rt.steps
        steps.left -= 1
        if steps.left < 0:
            steps.out_of_steps()
        surplus, named = bound.pop("*"), bound.pop("**")
        hidden = self._hidden(receiver)
        function: Call = self._function
        if self.usage != "Static":
            function = types.MethodType(function, self.cls.rt.native_half(receiver, self.cls))

        def run(_this: Any) -> Any:
            if surplus:
                positional = [bound.pop(own) for own in list(self._signature.keywords.values())]
                return function(*positional, *surplus, **hidden, **named)
            return function(**hidden, **bound, **named)

        if steps.concurrent:
            return freeze(self._locked(receiver, run, (), ()))
        return freeze(run(receiver))

    def received(
        self, receiver: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Arguments as the function would get them, up to the last one that is given.

        The defaults behind that are the function's own affair: a mock needs no parameters for them.

        :raises NoMatchingMethodException: they do not fit.
        """
        frozen = {key: freeze(value) for key, value in kwargs.items()}
        signature = self._signature
        bound = signature.bind(tuple(freeze(value) for value in args), frozen)
        if bound is None:
            raise exceptions.NoMatchingMethodException(self.name, receiver)
        positional: list[Any] = []
        given = 0
        for visible, own in signature.keywords.items():
            is_given = own in bound
            positional.append(bound[own] if is_given else freeze(signature.optional[visible]))
            if is_given or bound["*"]:
                given = len(positional)
        del positional[given:]
        return [*positional, *bound["*"]], dict(bound["**"])

    def _hidden(self, receiver: Any) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in self._signature.hidden:
            if name == "runtime":
                values[name] = self.cls.rt
            elif name == "caller":
                values[name] = calling_class()
            else:
                values[name] = receiver
        return values

    def fast(self, _count: int) -> Call | None:
        """Native calls go through :meth:`invoke`."""
        return None
