"""Expressions of UI definitions: recognised, parsed, and what they use, by the yaql library."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Final

import yaql
from yaql import legacy
from yaql.language import exceptions
from yaql.language import expressions as tree

from catalog_forms.errors import ExpressionError, LimitError, shown

LONGEST: Final = 10_000
"""Characters of an expression."""
OWN_FUNCTIONS: Final = ("encryptData", "generateHostname", "name", "ref", "repeat")
"""Functions of forms beside those of yaql."""


class Parser:
    """Parses expressions, each text once; may be shared by threads.

    Making one builds the tables of the grammar, which takes about as long as parsing a large
    definition.
    """

    def __init__(self) -> None:
        self._engine = yaql.YaqlFactory().create()
        self._lock = threading.Lock()

    def parse(self, text: str) -> Any:
        """The tree of an expression.

        :raises ExpressionError: *text* is none.
        :raises LimitError: it is too long.
        """
        if len(text) > LONGEST:
            raise LimitError("limit", f"An expression is longer than {LONGEST} characters")
        try:
            with self._lock:
                return self._engine(text).expression
        except (exceptions.YaqlException, ValueError, LookupError, TypeError) as error:
            message = f"{shown(text)} is no expression: {error}"
            raise ExpressionError("bad-expression", message) from error

    def recognises(self, text: str) -> bool:
        """Say whether a text is an expression."""
        try:
            self.parse(text)
        except ExpressionError:
            return False
        return True


class Functions:
    """Which functions and methods exist."""

    def __init__(self) -> None:
        self._context = legacy.create_context()

    def has(self, name: str, is_method: bool) -> bool:
        """Say whether a function, or a method, of the name exists."""
        if name in OWN_FUNCTIONS and not is_method:
            return True

        def fits(function: Any, _context: Any) -> bool:
            return bool(function.is_method if is_method else function.is_function)

        return any(self._context.collect_functions(name, fits))


def variable(node: Any) -> str | None:
    """Name of the variable that a tree is, without its dollar sign, or None."""
    return str(node.path.value).lstrip("$") if isinstance(node, tree.GetContextValue) else None


def keyword(node: Any) -> str | None:
    """The word or text that a tree is, or None."""
    value = node.value if isinstance(node, tree.Constant) else None
    return value if isinstance(value, str) else None


def member(node: Any) -> tuple[Any, str] | None:
    """Owner and name of a plain access to a member, ``owner.name``, or None."""
    if isinstance(node, tree.BinaryOperator) and node.operator == ".":
        owner, name = node.args
        if isinstance(name, tree.KeywordConstant):
            return owner, str(name.value)
    return None


def calls(root: Any) -> Iterator[tuple[Any, bool]]:
    """Calls of named functions, and whether each is one of a method."""
    waiting = [(root, False)]
    while waiting:
        node, is_method = waiting.pop()
        if _is_named_call(node):
            yield node, is_method
        parts = parts_of(node)
        is_dot = isinstance(node, tree.BinaryOperator) and node.operator in (".", "?.")
        waiting.extend((part, is_dot and at == 1) for at, part in enumerate(parts))


def parts_of(node: Any) -> tuple[Any, ...]:
    """The trees directly below a tree."""
    if isinstance(node, tree.Wrap):
        return (node.expr,)
    if isinstance(node, tree.MappingRuleExpression):
        return (node.source, node.destination)
    if isinstance(node, tree.GetContextValue) or not isinstance(node, tree.Function):
        return ()
    return tuple(part for part in node.args if isinstance(part, tree.Expression))


def _is_named_call(node: Any) -> bool:
    is_operator = isinstance(node, tree.BinaryOperator | tree.UnaryOperator)
    return isinstance(node, tree.Function) and not is_operator and node.name[:1] not in "#*"


def variables(root: Any) -> set[str]:
    """Names of all variables that a tree reads."""
    return {name for node in every(root) if (name := variable(node)) is not None}


def every(root: Any) -> Iterator[Any]:
    """A tree and all below it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(parts_of(node))


def outer(root: Any) -> Iterator[Any]:
    """The trees in which ``$`` is what it is outside: not below arguments of calls."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if not _is_named_call(node) or node.name in OWN_FUNCTIONS:
            waiting.extend(parts_of(node))


def bound(root: Any) -> set[str]:
    """Variables that ``let`` sets in a tree."""
    return {
        name
        for call, _is_method in calls(root)
        if call.name == "let"
        for rule in parts_of(call)
        if isinstance(rule, tree.MappingRuleExpression)
        and (name := keyword(rule.source)) is not None
    }
