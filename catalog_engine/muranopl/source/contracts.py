"""Contracts: from YAML nodes to the plain specifications that the linker interprets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from catalog_engine.muranopl.expressions import nodes as e
from catalog_engine.muranopl.expressions.nodes import Expression, plain
from catalog_engine.muranopl.source.declarations import ContractSpec, FunctionRef
from catalog_engine.muranopl.source.nodes import (
    ExpressionNode,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
)
from catalog_engine.muranopl.statements.nodes import Evaluated, Value

FUNCTIONS: Final = frozenset(
    ("string", "int", "bool", "notNull", "check", "class", "template", "owned", "notOwned")
)

AddFunction = Callable[[str, Value], FunctionRef]
"""Registers a generated function of a kind with its value and returns its name."""


class ContractReader:
    """Reads the contracts of one class.

    :param add_function: called for each part that must be evaluated.
    """

    def __init__(self, add_function: AddFunction):
        self._add = add_function

    def read(self, node: Node) -> ContractSpec:
        """Specification of one contract."""
        if isinstance(node, ExpressionNode):
            return self._leaf(node)
        if isinstance(node, ScalarNode):
            return ("const", node.value, node.position)
        if isinstance(node, SequenceNode):
            return self._list(node)
        assert isinstance(node, MappingNode)
        literal = []
        expressions = []
        for key, value in node.pairs:
            if isinstance(key, ExpressionNode):
                expressions.append((self._leaf(key), self.read(value)))
            else:
                assert isinstance(key, ScalarNode)
                literal.append((key.value, self.read(value)))
        return ("dict", tuple(literal), tuple(expressions), node.position)

    def _list(self, node: SequenceNode) -> ContractSpec:
        items = list(node.items)
        limits: list[int] = []
        while items and len(limits) < 2 and _is_limit(items[-1]):
            last = items.pop()
            assert isinstance(last, ScalarNode)
            limits.insert(0, last.value)
        minimum = limits[0] if limits else None
        maximum = limits[1] if len(limits) > 1 else None
        return ("list", tuple(self.read(item) for item in items), minimum, maximum, node.position)

    def _leaf(self, node: ExpressionNode) -> ContractSpec:
        calls: list[e.Call] = []
        tree = plain(node.tree)
        while (
            isinstance(tree, e.Member)
            and not tree.safe
            and isinstance(tree.right, e.Call)
            and tree.right.name in FUNCTIONS
        ):
            calls.append(tree.right)
            tree = plain(tree.left)
        if isinstance(tree, e.Variable) and tree.name in ("", "1"):
            if not calls:
                return ("any", node.position)
            return (
                "chain",
                tuple(self._call(node, call) for call in reversed(calls)),
                node.position,
            )
        return ("expr", self._add("leaf", Evaluated(node)), node.position)

    def _call(self, node: ExpressionNode, call: e.Call) -> tuple[Any, ...]:
        args = []
        kwargs = []
        for arg in call.args:
            if isinstance(arg, e.Rule):
                name = plain(arg.source)
                if not isinstance(name, e.Constant) or not isinstance(name.value, str):
                    raise node.error(f"Names of arguments of {call.name}() must be plain words")
                kwargs.append((name.value, self._argument(node, arg.destination)))
            else:
                args.append(self._argument(node, arg))
        return (call.name, tuple(args), tuple(kwargs))

    def _argument(self, node: ExpressionNode, tree: Expression) -> tuple[Any, ...]:
        bare = plain(tree)
        if isinstance(bare, e.Constant):
            return ("const", bare.value)
        if isinstance(bare, e.TypeName):
            text = bare.text()
            if text is not None:
                return ("type", text)
        if isinstance(bare, e.ListDisplay) and not any(
            isinstance(item, (e.Rule, e.Missing)) for item in bare.args
        ):
            items = tuple(self._argument(node, item) for item in bare.args)
            if all(item[0] in ("const", "type") for item in items):
                return ("list", items)
        function = self._add("predicate", Evaluated(part_of(node, tree)))
        return ("fn", function, tuple(self._conditions(node, tree)))

    def _conditions(self, node: ExpressionNode, tree: Expression) -> list[tuple[Any, ...]]:
        """What a schema can say about a predicate."""
        tree = plain(tree)
        if isinstance(tree, e.Binary):
            if tree.operator == "and":
                return [*self._conditions(node, tree.left), *self._conditions(node, tree.right)]
            left, right = plain(tree.left), plain(tree.right)
            if _is_value(left) and tree.operator in (">", ">=", "<", "<=", "in"):
                return self._condition(node, tree.operator, right)
            if _is_value(right) and tree.operator in _REVERSED:
                return self._condition(node, _REVERSED[tree.operator], left)
        elif (
            isinstance(tree, e.Member)
            and _is_value(plain(tree.left))
            and isinstance(tree.right, e.Call)
            and tree.right.name == "matches"
            and len(tree.right.args) == 1
        ):
            return self._condition(node, "matches", tree.right.args[0])
        return []

    def _condition(
        self,
        node: ExpressionNode,
        operator: str,
        operand: Expression,
    ) -> list[tuple[Any, ...]]:
        if _reads_value(operand):
            return []
        return [(operator, self._argument(node, operand))]


_REVERSED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def part_of(node: ExpressionNode, tree: Expression) -> ExpressionNode:
    """A node for a part of an expression, whose offsets stay those of the whole text."""
    part = ExpressionNode(node.text, tree, node.first, node.last)
    part.place_like(node)
    return part


def _is_limit(node: Node) -> bool:
    return isinstance(node, ScalarNode) and type(node.value) is int


def _is_value(tree: Expression) -> bool:
    return isinstance(tree, e.Variable) and tree.name in ("", "1")


def _reads_value(tree: Expression) -> bool:
    if _is_value(tree):
        return True
    return any(_reads_value(child) for child in e.children(tree))
