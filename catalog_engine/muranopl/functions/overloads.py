"""Overloads of a function, and the choice between them by yaql's rules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from catalog_engine.muranopl.functions import parameters
from catalog_engine.muranopl.functions.parameters import ParameterType
from catalog_engine.muranopl.runtime import exceptions


class _Marker:
    """A value that no MuranoPL expression can have."""

    __slots__ = ("_name",)

    def __init__(self, name: str):
        self._name = name

    def __repr__(self) -> str:
        return self._name


NO_RECEIVER: Final = _Marker("<no receiver>")
NO_VALUE: Final = _Marker("<no value>")

_REMEMBERED: Final = 1000
"""Choices by keyword arguments that are remembered for one name."""
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

    __slots__ = (
        "hidden",
        "keyword",
        "layer",
        "names",
        "no_kwargs",
        "payload",
        "positional",
        "required",
        "var_keyword",
        "var_positional",
    )

    def __init__(
        self,
        payload: Callable[..., Any],
        types: Mapping[str, ParameterType],
        aliases: Mapping[str, str],
        no_kwargs: bool,
        layer: int,
    ):
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
            own = Parameter(
                visible,
                parameter.kind,
                types.get(parameter.name) or _inferred(parameter),
                parameter.default,
            )
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

        Arguments that are NO_VALUE were left out before others: they have their defaults as well.
        Keyword-only arguments stay behind, see :meth:`leftover`.
        """
        row = self._filled(args, kwargs)
        if row is None or not kwargs:
            return row
        pending: list[Any] = []
        for parameter in self.positional[len(args) :]:
            if parameter.name in kwargs:
                pending.append(kwargs[parameter.name])
                row.extend(pending)
                pending = []
            elif parameter.default is inspect.Parameter.empty:
                return None
            else:
                pending.append(parameter.default)
        if self.var_keyword is None and not self.keyword.keys() >= self.leftover(kwargs).keys():
            return None
        return row

    def _filled(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any] | None:
        count = len(self.positional)
        if len(args) > count and self.var_positional is None:
            return None
        if not kwargs and len(args) < self.required:
            return None
        row = list(args)
        for index, value in enumerate(args):
            parameter = self.positional[index] if index < count else None
            given = parameter is not None and parameter.name in kwargs
            if value is not NO_VALUE:
                if given:
                    return None
            elif parameter is not None:
                row[index] = kwargs[parameter.name] if given else parameter.default
                if row[index] is inspect.Parameter.empty:
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


class Choice:
    """An overload chosen for argument types, with the conversions that they need."""

    __slots__ = ("conversions", "hidden", "payload")

    def __init__(self, overload: Overload, count: int, limit: int):
        self.payload = overload.payload
        self.hidden = tuple(overload.hidden)
        conversions: list[tuple[int, Callable[[Any], Any]]] = []
        for index in range(count):
            type_ = overload.parameter_at(index)
            if type_.limited:
                conversions.append((index, lambda value: parameters.limited(value, limit)))
            elif type_.convert is not None:
                conversions.append((index, type_.convert))
        self.conversions = tuple(conversions)


def _typed(values: Mapping[str, Any]) -> list[Any]:
    return [(name, type(value)) for name, value in values.items()]


def _evaluated(args: tuple[Any, ...], positions: tuple[int, ...]) -> tuple[Any, ...]:
    row = list(args)
    for index in positions:
        if callable(row[index]):
            row[index] = row[index]()
    return tuple(row)


class Family:
    """All overloads of one name for one way of calling it."""

    __slots__ = (
        "_by_names",
        "_by_types",
        "_eager",
        "is_method",
        "iterable_dicts",
        "lazy",
        "limit",
        "name",
        "no_kwargs",
        "overloads",
        "thunks",
    )

    def __init__(self, name: str, is_method: bool, limit: int, iterable_dicts: bool):
        self.name = name
        self.is_method = is_method
        self.limit = limit
        self.iterable_dicts = iterable_dicts
        self.overloads: list[Overload] = []
        self.no_kwargs = False
        self.lazy: frozenset[int | str] = frozenset()
        self.thunks: frozenset[int | str] = frozenset()
        self._by_types: dict[tuple[type, ...], Choice] = {}
        self._by_names: dict[tuple[Any, ...], Overload] = {}
        self._eager: dict[int, tuple[int, ...]] = {}

    def add(self, overload: Overload) -> None:
        """Add one overload; those without keyword arguments mark the whole family."""
        self.overloads.append(overload)
        self.no_kwargs = self.no_kwargs or overload.no_kwargs
        self.lazy = self.lazy | _lazy_positions(overload, 1 if self.is_method else 0)
        self._by_types.clear()
        self._by_names.clear()
        self._eager.clear()

    def evaluate(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Evaluate the thunks that no overload for so many arguments takes lazily.

        :raises NoMatchingFunctionException, NoMatchingMethodException: none is for so many.
        :raises AmbiguousFunctionException, AmbiguousMethodException: the overloads disagree.
        """
        eager = self._eager.get(len(args))
        if eager is None:
            eager = self._eager[len(args)] = self._eager_positions(args, {})
        return _evaluated(args, eager) if eager else args

    def _eager_positions(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[int, ...]:
        lazy: set[frozenset[int | str]] = {
            frozenset(
                [i for i in range(len(args)) if o.parameter_at(i).lazy]
                + [p.name for p in (*o.positional, *o.keyword.values())
                   if p.type.lazy and p.name in kwargs]
            )
            for o in self.overloads
            if o.arrange(args, kwargs) is not None
        }  # fmt: skip
        if not lazy:
            raise self._no_match(args)
        if len(lazy) > 1:
            raise self._ambiguous(args)
        keep = lazy.pop()
        shift = 1 if self.is_method else 0
        return tuple(
            i for i in range(shift, len(args)) if i - shift in self.thunks and i not in keep
        )

    def prepared(self, args: tuple[Any, ...]) -> tuple[Choice, tuple[Any, ...]]:
        """The overload for positional arguments, and the arguments evaluated and converted.

        The choice is remembered by the types of the arguments.

        :raises NoMatchingFunctionException, NoMatchingMethodException: nothing fits.
        :raises AmbiguousFunctionException, AmbiguousMethodException: nothing is most specific.
        """
        if self._eager.get(len(args)) != ():
            args = self.evaluate(args)
        kinds = tuple([type(value) for value in args])
        choice = self._by_types.get(kinds)
        if choice is None:
            choice = self._by_types[kinds] = self._choose(args)
        if choice.conversions:
            row = list(args)
            for index, convert in choice.conversions:
                if row[index] is not None:
                    row[index] = convert(row[index])
            return choice, tuple(row)
        return choice, args

    def _choose(self, args: tuple[Any, ...]) -> Choice:
        rows = [(o, o.arrange(args, {})) for o in self.overloads]
        overload = self._best(
            [(o, row) for o, row in rows if row is not None and self._fits(o, row)], args
        )
        return Choice(overload, len(args), self.limit)

    def select(
        self,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> tuple[Overload, list[Any], dict[str, Any]]:
        """Choose with keyword arguments; returns the overload, its row and the keywords left.

        Thunks that no overload takes lazily are evaluated first, as in :meth:`evaluate`.
        """
        if self.thunks:
            args = _evaluated(args, self._eager_positions(args, kwargs))
        kwargs = self._evaluated_names(args, kwargs)
        key = (tuple([type(value) for value in args]), *_typed(kwargs))
        overload = self._by_names.get(key)
        if overload is None:
            overload = self._choose_named(args, kwargs)
            if len(self._by_names) >= _REMEMBERED:
                self._by_names.clear()
            self._by_names[key] = overload
        row = overload.arrange(args, kwargs)
        assert row is not None
        return overload, row, overload.leftover(kwargs)

    def _choose_named(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Overload:
        fitting = []
        for overload in self.overloads:
            row = overload.arrange(args, kwargs)
            if row is None or not self._fits(overload, row):
                continue
            left = overload.leftover(kwargs)
            if all(
                overload.keyword_type(name).accepts(type(value), self.iterable_dicts)
                for name, value in left.items()
            ):
                fitting.append((overload, row))
        return self._best(fitting, args)

    def _evaluated_names(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        if not any(name in self.thunks for name in kwargs):
            return dict(kwargs)
        candidates = [o for o in self.overloads if o.arrange(args, kwargs) is not None]
        lazy = {
            p.name for o in candidates for p in (*o.positional, *o.keyword.values()) if p.type.lazy
        }
        return {
            name: value() if name in self.thunks and name not in lazy and callable(value) else value
            for name, value in kwargs.items()
        }

    def _fits(self, overload: Overload, row: list[Any]) -> bool:
        for index, value in enumerate(row):
            if index < len(overload.positional) and value is overload.positional[index].default:
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
