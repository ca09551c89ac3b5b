"""Our two evaluators of an expression: our table of functions, and compiled code."""

from __future__ import annotations

import collections.abc
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from yaql.language import expressions

from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.scopes import Scope
from catalog_engine.muranopl.functions.table import NO_RECEIVER, NO_VALUE, FunctionTable
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import LooseDict, LooseSet, MDict, MList, MSet, freeze
from tests.unit.catalog_engine.muranopl.functions import oracle
from tests.unit.catalog_engine.muranopl.functions.marks import UNSETTLED
from tests.unit.catalog_engine.muranopl.language import Program, package


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        return oracle.TODAY


class Runtime:
    """As much of the runtime as functions on values ask for."""

    def __init__(self) -> None:
        self.host = type("Host", (), {})()
        self.host.ports = type("Ports", (), {"clock": Clock()})()
        self.random = lambda: random.Random(1)

    def is_object(self, value: Any) -> bool:
        return False

    def is_type(self, value: Any) -> bool:
        return False


class Evaluator:
    """Walks yaql's syntax trees and calls our functions, as generated code does.

    :param old_formats: the table is for formats 1.0 and 1.1.
    :ivar notes: what the last evaluation met that may explain a difference.
    :ivar argument_failed: the last evaluation ended in an argument, not in the function it is for.
    """

    def __init__(self, table: FunctionTable, old_formats: bool = False):
        self.table = table
        self.old_formats = old_formats
        self.rt = Runtime()
        self.argument_failed = False
        self.notes: set[str] = set()

    def __call__(self, statement: Any, data: Any) -> Any:
        """Evaluate a parsed expression; ``$`` and ``$data`` are the data."""
        self.argument_failed = False
        self.notes.clear()
        frozen_data = frozen(data)
        scope = {"1": frozen_data, "data": frozen_data}
        return oracle.canonical(self.value(statement.expression, scope))

    def value(self, node: Any, scope: Mapping[str, Any]) -> Any:
        if node is oracle.NO_VALUE:
            return NO_VALUE
        if isinstance(node, _Part):
            result = self.value(node.expr, scope)
            if is_lazy(result):
                self.notes.add(UNSETTLED)
            return result
        if isinstance(node, expressions.Constant):
            return node.value
        if isinstance(node, expressions.Wrap):
            return self.value(node.expr, scope)
        if isinstance(node, expressions.GetContextValue):
            return scope.get(node.path.value.lstrip("$") or "1")
        if isinstance(node, expressions.BinaryOperator):
            return self.operator(node, scope)
        if isinstance(node, (expressions.ListExpression, expressions.MapExpression)):
            node = _watched(node)
        return self.call(node.name, NO_RECEIVER, node.args, scope)

    def operator(self, node: Any, scope: Mapping[str, Any]) -> Any:
        left, right = node.args
        if node.operator == "and":
            return self.value(left, scope) and self.value(right, scope)
        if node.operator == "or":
            return self.value(left, scope) or self.value(right, scope)
        if node.operator == "->":
            made = self.value(left, scope)
            if not isinstance(made, Scope):
                raise exceptions.NoMatchingFunctionException("#operator_->")
            functions = {f"{name}()": function for name, function in made.functions.items()}
            return self.value(right, {**scope, **made.values, **functions})
        if node.operator in (".", "?."):
            receiver = self.value(left, scope)
            if node.operator == "?." and receiver is None:
                return None
            if isinstance(right, expressions.KeywordConstant):
                return self.attribute(receiver, right.value)
            return self.call(right.name, receiver, right.args, scope)
        return self.call(node.name, NO_RECEIVER, node.args, scope)

    def attribute(self, receiver: Any, name: str) -> Any:
        if isinstance(receiver, collections.abc.Mapping):
            return receiver.get(name) if self.old_formats else receiver[name]
        if isinstance(receiver, collections.abc.Iterable) and not isinstance(receiver, str):
            return self.attributes(receiver, name)
        return self.table.call(self.rt, f"#property#{name}", NO_RECEIVER, (receiver,), {})

    def attributes(self, collection: Any, name: str) -> Iterator[Any]:
        for item in collection:
            yield self.attribute(item, name)

    def call(self, name: str, receiver: Any, nodes: Any, scope: Mapping[str, Any]) -> Any:
        kind = "function" if receiver is NO_RECEIVER else "method"
        defined = scope.get(f"{name}()") if kind == "function" else None
        if defined is not None:
            return defined(*(self.value(node, scope) for node in nodes))
        args, kwargs = self.arguments(name, kind, nodes, scope)
        result = self.table.call(self.rt, name, receiver, args, kwargs)
        if isinstance(result, (LooseDict, LooseSet)):
            self.notes.add(UNSETTLED)
        return result

    def arguments(self, name: str, kind: Any, nodes: Any, scope: Mapping[str, Any]) -> Any:
        rules = self.table.takes_mappings(name, kind)
        lazy = self.table.lazy_parameters(name)
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for node in nodes:
            if not isinstance(node, expressions.MappingRuleExpression):
                args.append(self.argument(node, scope, len(args) in lazy or "*" in lazy))
            elif rules:
                source, destination = (
                    self.thunk(part, scope) for part in (node.source, node.destination)
                )
                args.append(MappingRule(source, destination))
            else:
                key = node.source.value
                kwargs[key] = self.argument(node.destination, scope, key in lazy)
        return tuple(args), kwargs

    def argument(self, node: Any, scope: Mapping[str, Any], lazy: bool) -> Any:
        if lazy and node is not oracle.NO_VALUE:
            return self.thunk(node, scope)
        try:
            return self.value(node, scope)
        except Exception:
            self.argument_failed = True
            raise

    def thunk(self, node: Any, scope: Mapping[str, Any]) -> Any:
        def evaluate(*values: Any) -> Any:
            own = {str(index): value for index, value in enumerate(values, 1)}
            return self.value(node, {**scope, **own})

        return evaluate


class _Part(expressions.Wrap):
    """A part of a list or dictionary that is written out."""


def _watched(node: Any) -> Any:
    """The same list or dictionary, of parts that are watched."""
    if isinstance(node, expressions.ListExpression):
        rule = expressions.MappingRuleExpression
        return type(node)(*(p if isinstance(p, rule) else _Part(p) for p in node.args))
    return type(node)(*(_watched_rule(part) for part in node.args))


def _watched_rule(part: Any) -> Any:
    if not isinstance(part, expressions.MappingRuleExpression):
        return part
    return expressions.MappingRuleExpression(_Part(part.source), _Part(part.destination))


def is_lazy(value: Any) -> bool:
    settled = (str, collections.abc.Mapping, tuple, MSet)
    return not isinstance(value, settled) and isinstance(value, collections.abc.Iterable)


def frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MDict({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return MList(frozen(item) for item in value)
    return value


class Compiled:
    """Expressions as package code: parsed, compiled, linked and run by our own engine.

    :param texts: each becomes the result of a static method; ``$`` and ``$data`` are the data.
    """

    def __init__(self, texts: Sequence[str], form: str = "1.4"):
        methods = {
            f"m{number}": {
                "Usage": "Static",
                "Arguments": [{"data": {"Contract": _Expression("$")}}],
                "Body": [{"Return": _Expression(f"with($data) -> ({text})")}],
            }
            for number, text in enumerate(texts)
        }
        document = {"Namespaces": {"=": "org.example"}, "Name": "Main", "Methods": methods}
        text = yaml.dump(document, Dumper=_Dumper, sort_keys=False)
        self.program = Program(package(text, form=form))

    def __call__(self, number: int, data: Any) -> Any:
        """Evaluate the expression of a number; what a method returns has nothing lazy in it."""
        result = self.program.call("org.example.Main", f"m{number}", data)
        assert freeze(result) is result
        return oracle.canonical(result)


class _Expression(str):
    """A text that is an expression."""


class _Dumper(yaml.SafeDumper):
    """Writes expressions with their tag."""


_Dumper.add_representer(
    _Expression,
    lambda dumper, text: dumper.represent_scalar("!yaql", str(text), style='"'),
)
