"""The table of functions: how they are registered, found and called."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Literal

from catalog_engine.muranopl.functions import parameters
from catalog_engine.muranopl.functions.overloads import NO_RECEIVER, NO_VALUE, Family, Overload
from catalog_engine.muranopl.functions.parameters import MappingRule, ParameterType
from catalog_engine.muranopl.runtime import exceptions

Kind = Literal["function", "method", "both"]


class Registration:
    """What the decorator :func:`function` remembers until a table is built."""

    __slots__ = ("aliases", "kind", "name", "no_kwargs", "payload", "types")

    def __init__(
        self,
        name: str,
        kind: Kind,
        payload: Callable[..., Any],
        types: Mapping[str, ParameterType],
        aliases: Mapping[str, str],
        no_kwargs: bool,
    ):
        self.name = name
        self.kind = kind
        self.payload = payload
        self.types = types
        self.aliases = aliases
        self.no_kwargs = no_kwargs


class Subject:
    """The functions of one module, collected by its decorator.

    >>> subject = Subject()
    >>> @subject.function("double", kind="both", value=parameters.Integer)
    ... def double(value):
    ...     return value * 2
    """

    def __init__(self) -> None:
        self.registrations: list[Registration] = []

    def function(
        self,
        *names: str,
        kind: Kind = "function",
        no_kwargs: bool = False,
        aliases: Mapping[str, str] | None = None,
        **types: ParameterType,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated function under *names*.

        Parameters named ``rt``, ``caller`` and ``table`` are hidden and get the runtime, the
        calling class and the function table. Others have the types given here, else that of
        their default. MuranoPL code names them in camelCase or by *aliases*.

        :param no_kwargs: ``a => b`` arguments become :class:`MappingRule` values.
        """

        def register(payload: Callable[..., Any]) -> Callable[..., Any]:
            for name in names:
                self.registrations.append(
                    Registration(name, kind, payload, types, aliases or {}, no_kwargs)
                )
            return payload

        return register


class FunctionTable:
    """Every function that code of one format may call that is not a method of a class."""

    def __init__(
        self,
        layers: Iterable[Iterable[Subject]],
        iterator_limit: int = 2000,
        memory_quota: int = 512 * 1024,
        iterable_dicts: bool = False,
        as_functions_too: Container[str] = (),
    ):
        """
        :param layers: subjects whose overloads hide those of later layers.
        :param iterator_limit: items that a lazy iterable may yield to a function.
        :param memory_quota: longest text that a function may return; collections carry their
            own sizes and limits.
        :param iterable_dicts: dictionaries are iterable (formats 1.0 and 1.1).
        :param as_functions_too: names whose functions and methods may be called both ways.
        """
        self.iterator_limit = iterator_limit
        self.memory_quota = memory_quota
        self._functions: dict[str, Family] = {}
        self._methods: dict[str, Family] = {}
        self._lazy: dict[str, frozenset[int | str]] = {}
        for layer, subjects in enumerate(layers):
            for subject in subjects:
                for registration in subject.registrations:
                    kind = "both" if registration.name in as_functions_too else registration.kind
                    self._register(registration, kind, layer, iterable_dicts)

    def _register(
        self, registration: Registration, kind: Kind, layer: int, iterable_dicts: bool
    ) -> None:
        overload = Overload(
            registration.payload,
            registration.types,
            registration.aliases,
            registration.no_kwargs,
            layer,
        )
        for families, wanted in ((self._functions, "function"), (self._methods, "method")):
            if kind not in (wanted, "both"):
                continue
            family = families.get(registration.name)
            if family is None:
                family = families[registration.name] = Family(
                    registration.name, wanted == "method", self.iterator_limit, iterable_dicts
                )
            family.add(overload)
        both = [
            family
            for family in (
                self._functions.get(registration.name),
                self._methods.get(registration.name),
            )
            if family
        ]
        lazy: frozenset[int | str] = frozenset().union(*(family.lazy for family in both))
        self._lazy[registration.name] = lazy
        for family in both:
            family.thunks = lazy

    def lookup(self, name: str, kind: Literal["function", "method"]) -> Family | None:
        """The overloads of *name*, or None."""
        return (self._methods if kind == "method" else self._functions).get(name)

    def names(self, kind: Literal["function", "method"]) -> list[str]:
        """All names, for checks and for proposals in error messages."""
        return sorted(self._methods if kind == "method" else self._functions)

    def lazy_parameters(self, name: str) -> frozenset[int | str]:
        """Positions (the receiver not counted) and names that any overload of *name* takes lazily.

        An argument there is handed over as a callable: called with values, ``$`` and ``$1``
        are the first, ``$2`` the second…; without values the outer ``$`` stays.
        """
        return self._lazy.get(name, frozenset())

    def takes_mappings(self, name: str, kind: Literal["function", "method"]) -> bool:
        """Say whether ``a => b`` arguments of *name* are rules, not keyword arguments.

        Then they are handed over in position as :class:`MappingRule` of two thunks.
        """
        family = self.lookup(name, kind)
        return family is not None and family.no_kwargs

    def call(
        self,
        rt: Any,
        name: str,
        receiver: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        caller: Any = None,
    ) -> Any:
        """Call *name*, as a method when *receiver* is not NO_RECEIVER.

        Arguments that are NO_VALUE are left out: their parameters have their defaults.

        :raises NoFunctionRegisteredException, NoMethodRegisteredException: the name is unknown.
        :raises NoMatchingFunctionException, NoMatchingMethodException: no overload fits.
        :raises AmbiguousFunctionException, AmbiguousMethodException: several fit equally.
        :raises MemoryQuotaExceededException: the result is too large.
        """
        if receiver is NO_RECEIVER:
            family = self._functions.get(name)
            if family is None:
                raise exceptions.NoFunctionRegisteredException(name)
        else:
            family = self._methods.get(name)
            if family is None:
                raise exceptions.NoMethodRegisteredException(name, receiver)
            args = (receiver, *args)
        try:
            if kwargs or any(value is NO_VALUE for value in args):
                result = self._call_named(rt, family, args, kwargs, caller)
            else:
                choice, args = family.prepared(args)
                if choice.hidden:
                    result = choice.payload(*self._hidden(choice.hidden, rt, caller), *args)
                else:
                    result = choice.payload(*args)
        except StopIteration as error:
            raise exceptions.WrappedException(error) from error
        if result.__class__ is str and len(result) > self.memory_quota:
            raise exceptions.MemoryQuotaExceededException()
        return result

    def _call_named(
        self, rt: Any, family: Family, args: tuple[Any, ...], kwargs: Mapping[str, Any], caller: Any
    ) -> Any:
        if family.no_kwargs and kwargs:
            raise exceptions.ArgumentException(next(iter(kwargs)))
        overload, arranged, named = family.select(args, kwargs)
        row = [
            self._converted(overload.parameter_at(index), value)
            for index, value in enumerate(arranged)
        ]
        passed = {
            overload.names.get(key, key): self._converted(overload.keyword_type(key), value)
            for key, value in named.items()
        }
        return overload.payload(*self._hidden(overload.hidden, rt, caller), *row, **passed)

    def _converted(self, type_: ParameterType, value: Any) -> Any:
        if value is None or value is NO_VALUE:
            return value
        if type_.limited:
            return parameters.limited(value, self.iterator_limit)
        return type_.convert(value) if type_.convert is not None else value

    def _hidden(self, names: Iterable[str], rt: Any, caller: Any) -> list[Any]:
        given = {"rt": rt, "caller": caller, "table": self}
        return [given[name] for name in names]


__all__ = ["NO_RECEIVER", "NO_VALUE", "FunctionTable", "MappingRule", "Subject"]
