"""The published yaql, watched: what it gives for an expression, and which overloads gave it."""

from __future__ import annotations

import collections.abc  # noqa: F401 - yaql.language needs it imported
import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import yaql
from dateutil import parser
from yaql import legacy
from yaql.language import contexts, specs, utils, yaqltypes
from yaql.language.utils import NO_VALUE
from yaql.standard_library import collections as yaql_collections
from yaql.standard_library import date_time as yaql_date_time
from yaql.standard_library import queries as yaql_queries
from yaql.standard_library import strings as yaql_strings
from yaql.standard_library import yaqlized as yaql_yaqlized

from catalog_engine.muranopl.functions.legacy import AS_FUNCTIONS_TOO
from tests.unit.catalog_engine.muranopl.functions.marks import marks_of

LIMIT: Final = 2000
"""Items that a lazy collection may have."""

OPTIONS: Final = {
    "yaql.limitIterators": LIMIT,
    "yaql.memoryQuota": 512 * 1024,
    # Values are compared as they are: what is a set is compared as a set.
    "yaql.convertOutputData": False,
}

TODAY: Final = 1_600_000_000.0
"""What all clocks show."""

KINDS: Final[Mapping[type, str]] = {
    object: "any", bool: "bool", int: "int", Mapping: "dict", Set: "set", Iterator: "iterator",
    re.Pattern: "regex", datetime.datetime: "datetime", datetime.timedelta: "timespan",
    type(None): "null", utils.MappingRule: "rule", contexts.ContextBase: "scope",
    yaql_queries.OrderingIterable: "ordering", tuple: "list",
}  # fmt: skip
"""What kind of expression has values of a Python type that a parameter may be of."""

SMART_KINDS: Final[Mapping[type, str]] = {
    yaqltypes.String: "string", yaqltypes.Integer: "int", yaqltypes.Number: "number",
    yaqltypes.DateTime: "datetime", yaqltypes.Iterable: "iterable", yaqltypes.Sequence: "list",
    yaqltypes.Lambda: "lambda", yaqltypes.MappingRule: "rule", yaqltypes.Keyword: "keyword",
    yaqltypes.YaqlExpression: "expression", yaqltypes.StringConstant: "variable",
    yaql_yaqlized.Yaqlized: "yaqlized",
}  # fmt: skip
"""The same for the types of yaql's own that are more than a Python type."""


@dataclass(frozen=True)
class Parameter:
    """A parameter that an expression can give.

    :ivar kind: kind of expression that fits, a value of the two tables above.
    :ivar form: ``plain``, ``surplus`` (any number by position) or ``named`` (any number by name).
    """

    name: str
    kind: str
    nullable: bool
    required: bool
    form: str

    def __str__(self) -> str:
        mark = {"plain": "", "surplus": "*", "named": "**"}[self.form]
        return f"{mark}{self.kind}{'?' if self.nullable and self.kind != 'any' else ''} {self.name}"


@dataclass(frozen=True)
class Overload:
    """One overload of yaql's library.

    :ivar result: kind of its results, as yaql's documentation has it, or ``any``.
    """

    name: str
    parameters: tuple[Parameter, ...]
    is_function: bool
    is_method: bool
    takes_names: bool
    result: str

    def __str__(self) -> str:
        form = {(True, True): "both ", (False, True): "method "}.get(
            (self.is_function, self.is_method), ""
        )
        return f"{form}{self.name}({', '.join(map(str, self.parameters))})"


_RESULTS: Final = (
    ("boolean", "bool"), ("integer", "int"), ("float", "number"), ("number", "number"),
    ("string or selector", "any"), ("string", "string"), ("list", "list"), ("sequence", "list"),
    ("iterable", "iterable"), ("iterator", "iterator"), ("mapping", "dict"),
    ("dictionary", "dict"), ("set", "set"), ("timespan", "timespan"), ("datetime", "datetime"),
    ("regex", "regex"), ("context", "scope"),
)  # fmt: skip


def overload_of(definition: specs.FunctionDefinition) -> Overload:
    """What can be told of a definition; a parameter of a type not known here is an error."""
    visible = [
        (key, one)
        for key, one in definition.parameters.items()
        if not isinstance(one.value_type, yaqltypes.HiddenParameterType)
    ]
    visible.sort(key=lambda pair: (pair[1].position is None, pair[1].position or 0))
    told = re.search(r":returnType:\s*(.*)", definition.doc or "")
    result = next((kind for text, kind in _RESULTS if told and told[1].startswith(text)), "any")
    return Overload(
        definition.name,
        tuple(
            Parameter(
                one.alias or one.name,
                _kind(one.value_type),
                one.value_type.nullable,
                one.default is specs.NO_DEFAULT and key not in ("*", "**"),
                {"*": "surplus", "**": "named"}.get(key, "plain"),
            )
            for key, one in visible
        ),
        definition.is_function,
        definition.is_method,
        not definition.no_kwargs,
        result,
    )


def _kind(type_: Any) -> str:
    if type(type_) is yaqltypes.PythonType:
        return KINDS[type_.python_type]
    return SMART_KINDS[type(type_)]


class OrderedSet(frozenset[Any]):
    """A set that keeps the order in which its items came, as ours does.

    The order of yaql's own is that of hashes, another one in every run; with this, functions of
    order that get a set are comparable, and all others give the same as ever.
    """

    def __new__(cls, items: Iterable[Any] = ()) -> OrderedSet:
        order = dict.fromkeys(items)
        self = super().__new__(cls, order)
        self._order = order
        return self

    _order: dict[Any, None]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._order)

    def __repr__(self) -> str:
        return f"frozenset({{{', '.join(map(repr, self))}}})" if self else "frozenset()"

    def union(self, *others: Iterable[Any]) -> OrderedSet:
        return OrderedSet([*self, *(item for other in others for item in other)])

    def intersection(self, *others: Any) -> OrderedSet:
        return OrderedSet(item for item in self if all(item in other for other in others))

    def difference(self, *others: Any) -> OrderedSet:
        return OrderedSet(item for item in self if not any(item in other for other in others))

    def symmetric_difference(self, other: Any) -> OrderedSet:
        return self.difference(other).union(item for item in other if item not in self)


def old_context() -> Any:
    """Functions for formats 1.0 and 1.1: yaql's for its own old versions, more called both ways."""
    context = legacy.create_context()
    for name in sorted(AS_FUNCTIONS_TOO):
        known = [layer for layer in context.collect_functions(name) if layer]
        if not any(one.is_function and one.is_method for layer in known for one in layer):
            for definition in utils.to_extension_method(name, context):
                context.register_function(definition)
    return context


class Oracle:
    """The published yaql.

    :param old_formats: yaql for code of formats 1.0 and 1.1.
    :ivar overloads: the definitions of its standard library, by their description.
    :ivar called: overloads that ran since it was emptied, and the marks of their calls.
    """

    def __init__(self, old_formats: bool = False) -> None:
        options = {**OPTIONS, "yaql.iterableDicts": old_formats}
        self.engine = yaql.YaqlFactory().create(options=options)
        self.context = old_context() if old_formats else yaql.create_context()
        self.overloads: dict[str, Overload] = {}
        self.called: set[str] = set()
        layer = self.context
        while layer is not None:
            for definitions in layer._functions.values():
                for definition in definitions:
                    self._watch(definition)
            layer = layer.parent

    def _watch(self, definition: specs.FunctionDefinition) -> None:
        overload = overload_of(definition)
        key, payload = str(overload), definition.payload
        if key in self.overloads:
            key = f"{key}, hidden"
        assert key not in self.overloads, key
        self.overloads[key] = overload

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.called.add(key)
            result = None
            try:
                result = payload(*args, **kwargs)
            finally:
                self.called.update(marks_of(key, args, result))
            return result

        definition.payload = watched

    def __call__(self, statement: Any, data: Any) -> Any:
        """Evaluate a parsed expression; ``$`` and ``$data`` are the data."""
        context = self.context.create_child_context()
        context["data"] = utils.convert_input_data(data)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaql_collections, "frozenset", OrderedSet, raising=False)
            patch.setattr(yaql_strings, "set", OrderedSet, raising=False)
            patch.setattr(yaql_date_time, "parser", _Dates)
            return canonical(statement.evaluate(data=data, context=context))


class _Dates:
    """Reads dates as dateutil does, which takes what a text leaves out from today."""

    @staticmethod
    def parse(text: str) -> datetime.datetime:
        today = datetime.datetime.fromtimestamp(TODAY, datetime.UTC)
        return parser.parse(
            text, default=today.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        )


def canonical(value: Any) -> Any:
    """A value as nested tuples, with the kinds of its parts; what is lazy is drained.

    :raises CollectionTooLargeException: something lazy has too many items.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return (type(value).__name__, value)
    if isinstance(value, float):
        return ("float", repr(value))
    if isinstance(value, Mapping):
        return ("dict", tuple((canonical(k), canonical(v)) for k, v in value.items()))
    if isinstance(value, Set):
        return ("set", frozenset(map(canonical, value)))
    if isinstance(value, Iterable):
        return ("list", tuple(canonical(item) for item in utils.limit_iterable(value, LIMIT)))
    return ("other", *_other(value))


def _other(value: Any) -> tuple[Any, ...]:
    if isinstance(value, datetime.datetime):
        offset = value.utcoffset()
        return ("datetime", value.replace(tzinfo=None), offset)
    if isinstance(value, datetime.timedelta):
        return ("timespan", value)
    if isinstance(value, re.Pattern):
        return ("regex", value.pattern, value.flags)
    if isinstance(value, contexts.ContextBase) or type(value).__name__ == "Scope":
        return ("scope",)
    return ("a value", type(value).__name__)


@dataclass(frozen=True)
class Outcome:
    """A value in canonical form, or the name of an exception's class; texts may differ."""

    value: Any
    error: str | None
    message: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.error}: {self.message}" if self.error else str(self.value)


def outcome(evaluate: Callable[..., Any], *args: Any) -> Outcome:
    """What an evaluation comes to: its value, or the exception's class and text."""
    try:
        return Outcome(evaluate(*args), None, "")
    except Exception as error:
        inner = getattr(error, "wrapped", None) or error
        return Outcome(None, type(inner).__name__, str(inner))


__all__ = [
    "LIMIT", "NO_VALUE", "Oracle", "Outcome", "Overload", "Parameter", "canonical", "outcome",
]  # fmt: skip
