"""Right-hand sides: structures of literals and expressions."""

from __future__ import annotations

from typing import Any

from catalog_engine.muranopl.source.nodes import (
    ExpressionNode,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
)
from catalog_engine.muranopl.statements.nodes import DictValue, Evaluated, ListValue, Literal, Value


def value_of(node: Node) -> Value:
    """The right-hand side that a node stands for; parts without expressions become literals."""
    if isinstance(node, ScalarNode):
        return Literal(node.value, node.position)
    if isinstance(node, ExpressionNode):
        return Evaluated(node)
    if isinstance(node, SequenceNode):
        items = [value_of(item) for item in node.items]
        if all(isinstance(item, Literal) for item in items):
            return Literal(tuple(_literal(item) for item in items), node.position)
        return ListValue(items, node.position)
    assert isinstance(node, MappingNode)
    pairs = [(value_of(key), value_of(value)) for key, value in node.pairs]
    if all(isinstance(key, Literal) and isinstance(value, Literal) for key, value in pairs):
        return Literal({_literal(key): _literal(value) for key, value in pairs}, node.position)
    return DictValue(pairs, node.position)


def _literal(value: Value) -> Any:
    assert isinstance(value, Literal)
    return value.value


def null_value(node: Node) -> Literal:
    """A null that stands where *node* does."""
    return Literal(None, node.position)
