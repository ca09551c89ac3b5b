"""Contracts: their functions, their arguments, and texts where expressions are meant."""

from __future__ import annotations

from typing import Final

from catalog_engine.authoring.checking.calls import CallChecker
from catalog_engine.authoring.checking.expressions import ExpressionChecker
from catalog_engine.authoring.checking.scopes import ANYTHING, ClassContext, Scope, Value
from catalog_engine.muranopl.expressions import nodes as e
from catalog_engine.muranopl.expressions.nodes import Expression, plain
from catalog_engine.muranopl.source.contracts import FUNCTIONS
from catalog_engine.muranopl.source.nodes import (
    ExpressionNode,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
)

_TYPED: Final = ("class", "template")
_DEEP: Final = 2
"""Type arguments of class() and template(): the type, and that of models without one."""


class ContractChecker:
    """Checks the contracts of one class."""

    def __init__(self, context: ClassContext, expressions: ExpressionChecker) -> None:
        self._context = context
        self._expressions = expressions
        self._calls = CallChecker(context)

    def check(self, node: Node | None, this: Value) -> None:
        """Check one contract.

        :param this: what ``$this`` is in its predicates.
        """
        if isinstance(node, ExpressionNode):
            self._leaf(node, this)
        elif isinstance(node, ScalarNode):
            self._literal(node)
        elif isinstance(node, SequenceNode):
            for item in node.items:
                self.check(item, this)
        elif isinstance(node, MappingNode):
            for key, value in node.pairs:
                if isinstance(key, ExpressionNode):
                    self._leaf(key, this)
                self.check(value, this)

    def _literal(self, node: ScalarNode) -> None:
        text = node.value
        if isinstance(text, str) and (text in FUNCTIONS or "$" in text):
            advice = f"; write $.{text}()" if text in FUNCTIONS else "; mind brackets and quotes"
            message = f"This contract admits the text {text[:60]!r} only{advice}"
            self._context.at(node, "literal-contract", message)

    def _leaf(self, node: ExpressionNode, this: Value) -> None:
        calls: list[e.Call] = []
        tree = plain(node.tree)
        while isinstance(tree, e.Member) and not tree.safe and isinstance(tree.right, e.Call):
            calls.append(tree.right)
            tree = plain(tree.left)
        scope = Scope(this, ANYTHING, in_contract=True)
        if not isinstance(tree, e.Variable) or tree.name not in ("", "1") or not calls:
            self._expressions.check(node, scope)
            return
        for call in reversed(calls):
            self._calls.contract_function(node, call)
            if call.name not in FUNCTIONS:
                # What follows, and what it is given, means nothing then.
                return
            self._arguments(node, call, this)

    def _arguments(self, node: ExpressionNode, call: e.Call, this: Value) -> None:
        predicate = Scope(this, ANYTHING)
        for position, arg in enumerate(call.args):
            name = _keyword(arg)
            given = plain(arg.destination if isinstance(arg, e.Rule) else arg)
            is_type = position < _DEEP if name is None else name in _TYPE_NAMES
            if call.name in _TYPED and is_type and isinstance(given, e.Constant):
                self._type(node, given)
            else:
                self._expressions.part(node, given, predicate)

    def _type(self, node: ExpressionNode, given: e.Constant) -> None:
        if isinstance(given.value, str):
            _found, wrong = self._context.named(given.value)
            if wrong is not None:
                self._context.add(node, given, *wrong)


_TYPE_NAMES: Final = ("name", "type", "defaultName", "defaultType")


def _keyword(tree: Expression) -> str | None:
    if not isinstance(tree, e.Rule):
        return None
    name = plain(tree.source)
    return str(name.value) if isinstance(name, e.Constant) else ""
