"""Two evaluators of one expression: the published yaql, and its syntax tree over our table."""

from __future__ import annotations

import collections.abc
from typing import Any

import pytest
import yaql
from yaql.language import expressions, utils

from catalog_engine.muranopl.functions.library import build_table
from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.scopes import Scope
from catalog_engine.muranopl.functions.table import NO_RECEIVER, FunctionTable
from catalog_engine.muranopl.runtime.values import MDict, MList

OPTIONS = {
    "yaql.limitIterators": 2000,
    "yaql.memoryQuota": 512 * 1024,
    "yaql.convertTuplesToLists": True,
    "yaql.convertSetsToLists": True,
}


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        return 1_600_000_000.0


class Runtime:
    """As much of the runtime as functions on values ask for."""

    def __init__(self) -> None:
        self.host = type("Host", (), {})()
        self.host.ports = type("Ports", (), {"clock": Clock()})()

    def is_object(self, value: Any) -> bool:
        return False

    def is_type(self, value: Any) -> bool:
        return False


class Evaluator:
    """Walks yaql's syntax trees and calls our functions, as generated code does."""

    def __init__(self, table: FunctionTable):
        self.table = table
        self.rt = Runtime()
        self.parse = yaql.YaqlFactory().create()

    def __call__(self, text: str, data: Any = None) -> Any:
        return plain(self.value(self.parse(text).expression, {"1": frozen(data)}), self.table)

    def value(self, node: Any, scope: dict[str, Any]) -> Any:
        if isinstance(node, expressions.Constant):
            return node.value
        if isinstance(node, expressions.Wrap):
            return self.value(node.expr, scope)
        if isinstance(node, expressions.GetContextValue):
            return scope.get(node.path.value.lstrip("$") or "1")
        if isinstance(node, expressions.BinaryOperator):
            return self.operator(node, scope)
        return self.call(node.name, NO_RECEIVER, node.args, scope)

    def operator(self, node: Any, scope: dict[str, Any]) -> Any:
        left, right = node.args
        if node.operator == "and":
            return self.value(left, scope) and self.value(right, scope)
        if node.operator == "or":
            return self.value(left, scope) or self.value(right, scope)
        if node.operator == "->":
            made = self.value(left, scope)
            assert isinstance(made, Scope)
            return self.value(right, {**scope, **made.values})
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
            return receiver[name]
        if isinstance(receiver, collections.abc.Iterable) and not isinstance(receiver, str):
            return (self.attribute(item, name) for item in receiver)
        return self.table.call(self.rt, f"#property#{name}", NO_RECEIVER, (receiver,), {})

    def call(self, name: str, receiver: Any, nodes: Any, scope: dict[str, Any]) -> Any:
        kind = "function" if receiver is NO_RECEIVER else "method"
        rules = self.table.takes_mappings(name, kind)
        lazy = self.table.lazy_parameters(name)
        args, kwargs = [], {}
        for node in nodes:
            if isinstance(node, expressions.MappingRuleExpression):
                if rules:
                    args.append(
                        MappingRule(
                            self.thunk(node.source, scope), self.thunk(node.destination, scope)
                        )
                    )
                else:
                    key = node.source.value
                    kwargs[key] = self.argument(node.destination, scope, key in lazy)
            else:
                args.append(self.argument(node, scope, len(args) in lazy or "*" in lazy))
        return self.table.call(self.rt, name, receiver, tuple(args), kwargs)

    def argument(self, node: Any, scope: dict[str, Any], lazy: bool) -> Any:
        return self.thunk(node, scope) if lazy else self.value(node, scope)

    def thunk(self, node: Any, scope: dict[str, Any]) -> Any:
        def evaluate(*values: Any) -> Any:
            own = {str(index): value for index, value in enumerate(values, 1)}
            return self.value(node, {**scope, **own})

        return evaluate


def frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MDict({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return MList(frozen(item) for item in value)
    return value


def plain(value: Any, table: FunctionTable) -> Any:
    """What yaql makes of a result: lists and dictionaries, iterators drained under the limit."""
    limit = table.iterator_limit
    if isinstance(value, collections.abc.Mapping):
        return {plain(key, table): plain(item, table) for key, item in value.items()}
    if isinstance(value, collections.abc.Iterable) and not isinstance(value, str):
        return [plain(item, table) for item in utils.limit_iterable(value, limit)]
    return value


def outcome(evaluate: Any, text: str, data: Any) -> Any:
    """The value, or the name of the exception's class."""
    try:
        return ("value", evaluate(text, data))
    except Exception as error:
        name = type(error).__name__
        wrapped = getattr(error, "wrapped", None)
        return ("error", type(wrapped).__name__ if wrapped is not None else name)


class Oracle:
    """The published yaql."""

    def __init__(self) -> None:
        self.engine = yaql.YaqlFactory().create(options=OPTIONS)
        self.context = yaql.create_context()

    def __call__(self, text: str, data: Any = None) -> Any:
        return self.engine(text).evaluate(data=data, context=self.context.create_child_context())


@pytest.fixture(scope="session")
def table() -> FunctionTable:
    return build_table()


@pytest.fixture(scope="session")
def evaluate(table: FunctionTable) -> Evaluator:
    return Evaluator(table)


@pytest.fixture(scope="session")
def same(evaluate: Evaluator) -> Any:
    """Asserts that yaql and our table agree, and returns what they agree on."""
    oracle = Oracle()

    def check(text: str, data: Any = None) -> Any:
        ours, theirs = outcome(evaluate, text, data), outcome(oracle, text, data)
        if "et(" in text and isinstance(ours[1], list) and isinstance(theirs[1], list):
            # Our sets keep their order, yaql's have none.
            ours[1].sort(key=repr)
            theirs[1].sort(key=repr)
        assert ours == theirs, text
        return ours

    return check
