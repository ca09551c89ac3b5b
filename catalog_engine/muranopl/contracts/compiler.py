"""From a contract's specification to functions that convert, validate and test values.

A compiled leaf or structure is a function of ``(this, value)``: *this* is what the contract's
expressions call ``$this``. None stands for the function that returns every value as it is.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any, Final

from catalog_engine.muranopl.contracts.functions import (
    TRANSFORMS,
    VALIDATIONS,
    Step,
    passing_class,
    scalar_step,
)
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import ContractViolationException, shown
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet, freeze
from catalog_engine.muranopl.source.declarations import ContractSpec

Function = Callable[[Any, Any], Any]
TRANSFORM: Final = "transform"
VALIDATE: Final = "validate"
CHECK: Final = "check"
"""Modes: convert; test without converting; the same for the choice of extension methods."""


class Contract:
    """One contract in its three modes, each compiled at first use.

    :ivar conversion: function of ``(this, value)``, or None when every value passes unchanged.
    """

    __slots__ = ("_closing", "_cls", "_compiled", "_conversion", "_owns", "_spec", "_title")

    def __init__(self, spec: ContractSpec, cls: Any, title: str, owns: bool, closing: str):
        self._spec = spec
        self._cls = cls
        self._title = title
        self._owns = owns
        self._closing = closing
        self._compiled: dict[str, Function | None] = {}
        self._conversion: tuple[Function | None] | None = None

    @property
    def spec(self) -> ContractSpec:
        """Its specification, for schemas and reflection."""
        return self._spec

    @property
    def conversion(self) -> Function | None:
        """Converts a value, with errors that carry the title; None: nothing to convert."""
        if self._conversion is None:
            function = self._mode(TRANSFORM)
            self._conversion = (None if function is None else self._titled(function),)
        return self._conversion[0]

    @property
    def passing(self) -> type | None:
        """Class whose values the conversion returns as they are, if one is known."""
        return _passing(self._spec)

    def transform(self, this: Any, value: Any) -> Any:
        """The value converted.

        :raises ContractViolationException: it breaks the contract.
        """
        function = self.conversion
        return value if function is None else function(this, value)

    def validate(self, this: Any, value: Any) -> None:
        """Test a converted value.

        :raises ContractViolationException: it breaks the contract.
        """
        function = self._mode(VALIDATE)
        if function is not None:
            self._titled(function)(this, value)

    def accepts(self, this: Any, value: Any) -> bool:
        """Say whether a value fits without being converted."""
        function = self._mode(CHECK)
        if function is None:
            return True
        try:
            function(this, value)
        except ContractViolationException:
            return False
        return True

    def _mode(self, mode: str) -> Function | None:
        if mode not in self._compiled:
            self._compiled[mode] = _Compiler(self._cls, self._owns, mode).compile(self._spec)
        return self._compiled[mode]

    def _titled(self, function: Function) -> Function:
        title, closing = self._title, self._closing

        def titled(this: Any, value: Any) -> Any:
            try:
                return function(this, value)
            except ContractViolationException as error:
                if error.path is None:
                    raise
                text = f"[{title}{error.path}{closing}] {error.message}"
                raise ContractViolationException.final(text) from error.__cause__

        return titled


def _passing(spec: ContractSpec) -> type | None:
    """Class whose values a specification lets pass as they are, if one is known."""
    if spec[0] != "chain" or any(args or kwargs for _name, args, kwargs in spec[1]):
        return None
    return passing_class(tuple(call[0] for call in spec[1]))


def compile_contract(
    spec: ContractSpec, cls: Any, title: str, owns: bool, closing: str = ""
) -> Contract:
    """A contract that stands in code of the class *cls*.

    :param title: what messages call its place.
    :param owns: objects made of mappings belong to *this*.
    """
    return Contract(spec, cls, title, owns, closing)


class _Compiler:
    """Compiles a specification for one mode."""

    def __init__(self, cls: Any, owns: bool, mode: str):
        self._cls = cls
        self._owns = owns
        self._mode = mode
        self._functions: Mapping[str, Callable[..., Step]] = (
            TRANSFORMS if mode == TRANSFORM else VALIDATIONS
        )

    def compile(self, spec: ContractSpec) -> Function | None:
        """The function of a specification."""
        kind = spec[0]
        if kind == "any":
            return None
        if kind == "chain":
            return self._chain(spec[1])
        if kind == "const":
            return _constant(freeze(spec[1]))
        if kind == "list":
            return self._list(*spec[1:4])
        if kind == "dict":
            return self._dict(spec[1], spec[2])
        return self._expression(spec[1])

    def _chain(self, calls: tuple[Any, ...]) -> Function:
        names = tuple(call[0] for call in calls)
        if self._mode == TRANSFORM and all(not call[1] and not call[2] for call in calls):
            fused = scalar_step(names)
            if fused is not None:
                return fused
        steps = [self._step(*call) for call in calls]
        if len(steps) == 1:
            return steps[0]

        def chain(this: Any, value: Any) -> Any:
            for step in steps:
                value = step(this, value)
            return value

        return chain

    def _step(self, name: str, args: tuple[Any, ...], kwargs: tuple[Any, ...]) -> Step:
        return self._functions[name](
            self._cls,
            self._owns,
            [self._argument(arg) for arg in args],
            {key: self._argument(arg) for key, arg in kwargs},
        )

    def _argument(self, arg: tuple[Any, ...]) -> Any:
        """What a contract function gets: a value, a type's text, or a function."""
        kind = arg[0]
        if kind == "const":
            return arg[1]
        if kind == "type":
            return TypeText(arg[1])
        if kind == "list":
            return [self._argument(item) for item in arg[1]]
        cls, reference = self._cls, arg[1]
        return lambda this, it: freeze(cls.function(reference)(this, it))

    def _expression(self, reference: Any) -> Function:
        cls, owns, functions = self._cls, self._owns, self._functions

        def leaf(this: Any, value: Any) -> Any:
            def call(name: str, it: Any, args: Any, kwargs: Mapping[str, Any]) -> Any:
                make = functions.get(name)
                if make is None:
                    raise exceptions.NoMethodRegisteredException(name, it)
                given = [_as_argument(arg) for arg in args]
                named = {key: _as_argument(arg) for key, arg in kwargs.items()}
                return make(cls, owns, given, named)(this, it)

            return freeze(cls.function(reference)(this, value, call))

        return leaf

    # ------------------------------------------------------------ structures

    def _list(
        self, specs: tuple[ContractSpec, ...], minimum: int | None, maximum: int | None
    ) -> Function:
        items = [(self.compile(spec), _passing(spec)) for spec in specs]
        converts = any(function is not None for function, _passes in items)
        strict = self._mode != TRANSFORM

        def convert(this: Any, value: Any) -> Any:
            row = _as_list(value, strict)
            size = len(row)
            if maximum is None:
                if minimum is not None and size < minimum:
                    raise ContractViolationException(
                        f"Array length {size} must not be less than {minimum}"
                    )
            elif not (minimum or 0) <= size <= maximum:
                raise ContractViolationException(
                    f"Array length {size} is not within [{minimum}..{maximum}] range"
                )
            return _converted_list(items, this, row) if converts else row

        return convert

    def _dict(self, literal: tuple[Any, ...], expressions: tuple[Any, ...]) -> Function:
        known = [(freeze(key), self.compile(spec), _passing(spec)) for key, spec in literal]
        rest = [
            (self.compile(key), _passing(key), self.compile(value), _passing(value))
            for key, value in expressions
        ]
        names = frozenset(key for key, _function, _passes in known)
        strict = self._mode != TRANSFORM

        def convert(this: Any, value: Any) -> Any:
            if value is None and not strict:
                value = MDict({})
            if value.__class__ is not MDict and not isinstance(value, Mapping):
                raise ContractViolationException(
                    f"Value {shown(value)} is not of a dictionary type"
                )
            if len(rest) > 1:
                raise exceptions.DslContractSyntaxError(
                    "Dictionary contract cannot have more than one expression key"
                )
            if not known and not rest:
                return value
            made: dict[Any, Any] = {}
            is_same = True
            key: Any = None
            try:
                for key, function, passes in known:
                    made[key] = item = value.get(key)
                    if item.__class__ is not passes and function is not None:
                        made[key] = new = function(this, item)
                        is_same = is_same and new is item
                if rest:
                    of_key, key_passes, of_value, value_passes = rest[0]
                    for key, item in value.items():
                        if key in names:
                            continue
                        own, new = key, item
                        if key.__class__ is not key_passes and of_key is not None:
                            own = of_key(this, key)
                        if item.__class__ is not value_passes and of_value is not None:
                            new = of_value(this, item)
                        made[own] = new
                        is_same = is_same and new is item and own is key
            except ContractViolationException as error:
                if error.path is None:
                    raise
                raise error.within(f"[{key!r}]") from error.__cause__
            if is_same and value.__class__ is MDict and list(made) == list(value):
                return value
            return MDict(made)

        return convert


class TypeText(str):
    """A type's name as it stands in a contract, to be resolved in the declaring class."""

    __slots__ = ()


def _as_argument(value: Any) -> Any:
    """An argument of a contract function in an expression: a thunk becomes a predicate."""
    if value.__class__ is types.FunctionType:
        return lambda this, it: freeze(value(it))
    return value


def _converted_list(
    items: list[tuple[Function | None, type | None]], this: Any, row: MList
) -> MList:
    last = len(items) - 1
    made: list[Any] = []
    is_same = True
    try:
        for one in row:
            function, passes = items[min(len(made), last)]
            if one.__class__ is not passes and function is not None:
                new = function(this, one)
                is_same = is_same and new is one
                made.append(new)
            else:
                made.append(one)
    except ContractViolationException as error:
        if error.path is None:
            raise
        raise error.within(f"[{len(made)}]") from error.__cause__
    return row if is_same else MList(made)


def _as_list(value: Any, strict: bool) -> MList:
    if value.__class__ is MList:
        return value
    if strict:
        raise ContractViolationException(f"Value {shown(value)} is not a list")
    if value is None:
        return MList()
    if isinstance(value, (tuple, list, MSet, range)) or hasattr(value, "__next__"):
        frozen = freeze(value)
        return MList(frozen) if frozen.__class__ is MSet else frozen
    return MList((value,))


def _constant(wanted: Any) -> Function:
    def check(_this: Any, value: Any) -> Any:
        if value != wanted:
            raise ContractViolationException(f"Value {shown(value)} is not equal to {wanted}")
        return value

    return check
