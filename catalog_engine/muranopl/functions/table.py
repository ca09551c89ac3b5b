"""The table of functions: registration, and the choice of an overload by yaql's rules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Final, Literal

from catalog_engine.muranopl.functions import parameters
from catalog_engine.muranopl.functions.parameters import MappingRule, ParameterType
from catalog_engine.muranopl.runtime import exceptions

Kind = Literal["function", "method", "both"]


class _Marker:
    """A value that no MuranoPL expression can have."""

    __slots__ = ("_name",)

    def __init__(self, name: str):
        self._name = name

    def __repr__(self) -> str:
        return self._name


NO_RECEIVER: Final = _Marker("<no receiver>")
NO_VALUE: Final = _Marker("<no value>")

_HIDDEN: Final = ("rt", "caller", "table")


def camel_case(name: str) -> str:
    """MuranoPL's name for a Python name: ``first_or_default_`` -> ``firstOrDefault``."""
    return re.sub(r"(?!^)_(\w)", lambda m: m.group(1).upper(), name.rstrip("_"))


class Parameter:
    """One visible parameter of an overload."""

    __slots__ = ("convert", "default", "kind", "name", "type")

    def __init__(self, name: str, kind: inspect._ParameterKind, type_: ParameterType, default: Any):
        self.name = name
        self.kind = kind
        self.type = type_
        self.default = default


class Overload:
    """One Python implementation registered under a name.

    :ivar hidden: names of the hidden parameters it asked for (rt, caller, table).
    :ivar layer: overloads of a lower layer hide those of higher ones that would fit as well.
    :ivar positional: the parameters that may be given by position, in order.
    :ivar var_positional: parameter that takes surplus positional arguments, or None.
    :ivar keyword: keyword-only parameters by their MuranoPL name.
    :ivar var_keyword: parameter that takes surplus keyword arguments, or None.
    """

    __slots__ = ("hidden", "keyword", "layer", "names", "no_kwargs", "payload", "positional",
                 "required", "var_keyword", "var_positional")

    def __init__(self, payload: Callable[..., Any], types: Mapping[str, ParameterType],
                 aliases: Mapping[str, str], no_kwargs: bool, layer: int):
        self.payload = payload
        self.layer = layer
        self.no_kwargs = no_kwargs
        self.hidden: list[str] = []
        self.positional: list[Parameter] = []
        self.keyword: dict[str, Parameter] = {}
        self.names: dict[str, str] = {}
        self.var_positional: Parameter | None = None
        self.var_keyword: Parameter | None = None
        unknown = set(types)
        for parameter in inspect.signature(payload).parameters.values():
            if parameter.name in _HIDDEN:
                self.hidden.append(parameter.name)
                continue
            unknown.discard(parameter.name)
            visible = aliases.get(parameter.name, camel_case(parameter.name))
            own = Parameter(visible, parameter.kind,
                            types.get(parameter.name) or _inferred(parameter), parameter.default)
            if parameter.kind is parameter.VAR_POSITIONAL:
                self.var_positional = own
            elif parameter.kind is parameter.VAR_KEYWORD:
                self.var_keyword = own
            elif parameter.kind is parameter.KEYWORD_ONLY:
                self.keyword[visible] = own
                self.names[visible] = parameter.name
            else:
                self.positional.append(own)
        if unknown:
            raise TypeError(f"{payload.__qualname__} has no parameters {sorted(unknown)}")
        self.required = sum(1 for p in self.positional if p.default is inspect.Parameter.empty)

    def arrange(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any] | None:
        """Lay arguments out by position, defaults between them; None if they do not fit.

        Keyword-only arguments stay behind, see :meth:`leftover`.
        """
        count = len(self.positional)
        if not kwargs:
            if len(args) < self.required or (len(args) > count and self.var_positional is None):
                return None
            return list(args)
        if len(args) > count and self.var_positional is None:
            return None
        row = list(args)
        names = {p.name for p in self.positional[:len(args)]}
        if not names.isdisjoint(kwargs):
            return None
        rest = set(kwargs)
        pending: list[Any] = []
        for parameter in self.positional[len(args):]:
            if parameter.name in kwargs:
                rest.discard(parameter.name)
                pending.append(kwargs[parameter.name])
                row.extend(pending)
                pending = []
            elif parameter.default is inspect.Parameter.empty:
                return None
            else:
                pending.append(parameter.default)
        if rest - set(self.keyword) and self.var_keyword is None:
            return None
        return row

    def leftover(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Keyword arguments that :meth:`arrange` did not place."""
        placed = {p.name for p in self.positional}
        return {k: v for k, v in kwargs.items() if k not in placed}

    def parameter_at(self, index: int) -> ParameterType:
        """Type of the parameter that takes positional argument *index*."""
        if index < len(self.positional):
            return self.positional[index].type
        assert self.var_positional is not None
        return self.var_positional.type

    def keyword_type(self, name: str) -> ParameterType:
        """Type of the parameter that takes the leftover keyword argument *name*."""
        own = self.keyword.get(name) or self.var_keyword
        assert own is not None
        return own.type


def _inferred(parameter: inspect.Parameter) -> ParameterType:
    """Type of an undeclared parameter: that of its default, nullable, as yaql infers it."""
    default = parameter.default
    if default is inspect.Parameter.empty or default is None or default is NO_VALUE:
        return parameters.Any_
    return parameters.of(type(default), nullable=True)


class _Choice:
    """An overload chosen for argument types, with the conversions that they need."""

    __slots__ = ("conversions", "hidden", "payload")

    def __init__(self, overload: Overload, count: int, limit: int):
        self.payload = overload.payload
        self.hidden = tuple(overload.hidden)
        conversions = []
        for index in range(count):
            type_ = overload.parameter_at(index)
            if type_.limited:
                conversions.append((index, lambda value: parameters.limited(value, limit)))
            elif type_.convert is not None:
                conversions.append((index, type_.convert))
        self.conversions = tuple(conversions)


class Family:
    """All overloads of one name for one way of calling it."""

    __slots__ = ("_by_types", "_eager", "is_method", "iterable_dicts", "lazy", "limit", "name",
                 "no_kwargs", "overloads", "thunks")

    def __init__(self, name: str, is_method: bool, limit: int, iterable_dicts: bool):
        self.name = name
        self.is_method = is_method
        self.limit = limit
        self.iterable_dicts = iterable_dicts
        self.overloads: list[Overload] = []
        self.no_kwargs = False
        self.lazy: frozenset[int | str] = frozenset()
        self.thunks: frozenset[int | str] = frozenset()
        self._by_types: dict[tuple[type, ...], _Choice] = {}
        self._eager: dict[int, tuple[int, ...]] = {}

    def add(self, overload: Overload) -> None:
        """Add one overload; those without keyword arguments mark the whole family."""
        self.overloads.append(overload)
        self.no_kwargs = self.no_kwargs or overload.no_kwargs
        self.lazy = self.lazy | _lazy_positions(overload, 1 if self.is_method else 0)
        self._by_types.clear()
        self._eager.clear()

    def evaluate(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Evaluate the thunks that no overload for so many arguments takes lazily.

        :raises AmbiguousFunctionException, AmbiguousMethodException: the overloads disagree.
        """
        eager = self._eager.get(len(args))
        if eager is None:
            eager = self._eager[len(args)] = self._eager_positions(args)
        if not eager:
            return args
        row = list(args)
        for index in eager:
            if callable(row[index]):
                row[index] = row[index]()
        return tuple(row)

    def _eager_positions(self, args: tuple[Any, ...]) -> tuple[int, ...]:
        candidates = [o for o in self.overloads if o.arrange(args, {}) is not None]
        lazy = {frozenset(i for i in range(len(args)) if o.parameter_at(i).lazy)
                for o in candidates}
        if len(lazy) > 1:
            raise self._ambiguous(args)
        keep = lazy.pop() if lazy else frozenset()
        shift = 1 if self.is_method else 0
        return tuple(i for i in range(shift, len(args))
                     if i - shift in self.thunks and i not in keep)

    def choose(self, args: tuple[Any, ...]) -> _Choice:
        """Choose the overload for evaluated positional arguments, remembering the choice.

        :raises NoMatchingFunctionException, NoMatchingMethodException: nothing fits.
        :raises AmbiguousFunctionException, AmbiguousMethodException: nothing is most specific.
        """
        kinds = tuple(map(type, args))
        choice = self._by_types.get(kinds)
        if choice is None:
            rows = [(o, o.arrange(args, {})) for o in self.overloads]
            overload = self._best(
                [(o, row) for o, row in rows if row is not None and self._fits(o, row)], args)
            choice = self._by_types[kinds] = _Choice(overload, len(args), self.limit)
        return choice

    def select(self, args: tuple[Any, ...], kwargs: Mapping[str, Any],
               ) -> tuple[Overload, list[Any], dict[str, Any]]:
        """Choose with keyword arguments; returns the overload, its row and the keywords left."""
        kwargs = self._evaluated_names(args, kwargs)
        fitting = []
        for overload in self.overloads:
            row = overload.arrange(args, kwargs)
            if row is None or not self._fits(overload, row):
                continue
            left = overload.leftover(kwargs)
            if all(overload.keyword_type(name).accepts(type(value), self.iterable_dicts)
                   for name, value in left.items()):
                fitting.append((overload, row))
        overload = self._best(fitting, args)
        row = next(r for o, r in fitting if o is overload)
        return overload, row, overload.leftover(kwargs)

    def _evaluated_names(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        candidates = [o for o in self.overloads if o.arrange(args, kwargs) is not None]
        lazy = {p.name for o in candidates for p in (*o.positional, *o.keyword.values())
                if p.type.lazy}
        return {name: value() if name in self.thunks and name not in lazy and callable(value)
                else value for name, value in kwargs.items()}

    def _fits(self, overload: Overload, row: list[Any]) -> bool:
        for index, value in enumerate(row):
            if (index < len(overload.positional)
                    and value is overload.positional[index].default):
                continue
            if not overload.parameter_at(index).accepts(type(value), self.iterable_dicts):
                return False
        return True

    def _best(self, fitting: list[tuple[Overload, Any]], args: tuple[Any, ...]) -> Overload:
        if not fitting:
            raise self._no_match(args)
        layer = min(overload.layer for overload, _row in fitting)
        nearest = [overload for overload, _row in fitting if overload.layer == layer]
        winner = nearest[0]
        for overload in nearest[1:]:
            if _specialises(winner, overload, len(args)):
                continue
            if not _specialises(overload, winner, len(args)):
                raise self._ambiguous(args)
            winner = overload
        return winner

    def _no_match(self, args: tuple[Any, ...]) -> Exception:
        if self.is_method:
            return exceptions.NoMatchingMethodException(self.name, args[0])
        return exceptions.NoMatchingFunctionException(self.name)

    def _ambiguous(self, args: tuple[Any, ...]) -> Exception:
        if self.is_method:
            return exceptions.AmbiguousMethodException(self.name, args[0])
        return exceptions.AmbiguousFunctionException(self.name)


def _lazy_positions(overload: Overload, shift: int) -> frozenset[int | str]:
    """Positions (receiver not counted) and names of lazy parameters; ``*`` for surplus ones."""
    found: set[int | str] = set()
    for index, parameter in enumerate(overload.positional):
        if parameter.type.lazy and index >= shift:
            found |= {index - shift, parameter.name}
    if overload.var_positional is not None and overload.var_positional.type.lazy:
        found |= {"*", *range(max(len(overload.positional) - shift, 0), 32)}
    found |= {name for name, parameter in overload.keyword.items() if parameter.type.lazy}
    if overload.var_keyword is not None and overload.var_keyword.type.lazy:
        found.add("**")
    return frozenset(found)


def _specialises(one: Overload, other: Overload, count: int) -> bool:
    result = False
    for index in range(count):
        first, second = one.parameter_at(index), other.parameter_at(index)
        if second.more_specific_than(first):
            return False
        result = result or first.more_specific_than(second)
    return result


class Registration:
    """What the decorator :func:`function` remembers until a table is built."""

    __slots__ = ("aliases", "kind", "name", "no_kwargs", "payload", "types")

    def __init__(self, name: str, kind: Kind, payload: Callable[..., Any],
                 types: Mapping[str, ParameterType], aliases: Mapping[str, str], no_kwargs: bool):
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

    def function(self, *names: str, kind: Kind = "function", no_kwargs: bool = False,
                 aliases: Mapping[str, str] | None = None, **types: ParameterType,
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
                    Registration(name, kind, payload, types, aliases or {}, no_kwargs))
            return payload
        return register


class FunctionTable:
    """Every function that code of one format may call that is not a method of a class."""

    def __init__(self, layers: Iterable[Iterable[Subject]], iterator_limit: int = 2000,
                 memory_quota: int = 512 * 1024, iterable_dicts: bool = False,
                 as_functions_too: Container[str] = ()):
        """
        :param layers: subjects whose overloads hide those of later layers.
        :param iterator_limit: items that a lazy iterable may yield to a function.
        :param memory_quota: longest text that a function may return; an eighth of it is the
            largest collection.
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

    def _register(self, registration: Registration, kind: Kind, layer: int,
                  iterable_dicts: bool) -> None:
        overload = Overload(registration.payload, registration.types, registration.aliases,
                            registration.no_kwargs, layer)
        for families, wanted in ((self._functions, "function"), (self._methods, "method")):
            if kind not in (wanted, "both"):
                continue
            family = families.get(registration.name)
            if family is None:
                family = families[registration.name] = Family(
                    registration.name, wanted == "method", self.iterator_limit, iterable_dicts)
            family.add(overload)
        both = [family for family in (self._functions.get(registration.name),
                                      self._methods.get(registration.name)) if family]
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

    def call(self, rt: Any, name: str, receiver: Any, args: tuple[Any, ...],
             kwargs: Mapping[str, Any], caller: Any = None) -> Any:
        """Call *name*, as a method when *receiver* is not NO_RECEIVER.

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
            result = self._invoke(rt, family, args, kwargs, caller)
        except StopIteration as error:
            raise exceptions.WrappedException(error) from error
        if isinstance(result, (str, tuple, dict)):
            size = len(result) if isinstance(result, str) else len(result) * 8
            if size > self.memory_quota:
                raise exceptions.MemoryQuotaExceededException()
        return result

    def _invoke(self, rt: Any, family: Family, args: tuple[Any, ...],
                kwargs: Mapping[str, Any], caller: Any) -> Any:
        args = family.evaluate(args)
        if not kwargs:
            choice = family.choose(args)
            if choice.conversions:
                row = list(args)
                for index, convert in choice.conversions:
                    if row[index] is not None:
                        row[index] = convert(row[index])
                args = tuple(row)
            if not choice.hidden:
                return choice.payload(*args)
            return choice.payload(*self._hidden(choice.hidden, rt, caller), *args)
        if family.no_kwargs and kwargs:
            raise exceptions.ArgumentException(next(iter(kwargs)))
        overload, arranged, named = family.select(args, kwargs)
        row = [self._converted(overload.parameter_at(index), value)
               for index, value in enumerate(arranged)]
        passed = {overload.names.get(key, key): self._converted(overload.keyword_type(key), value)
                  for key, value in named.items()}
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


__all__ = ["NO_RECEIVER", "NO_VALUE", "Family", "FunctionTable", "MappingRule", "Subject",
           "camel_case"]
