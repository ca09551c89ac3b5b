"""Typed syntax tree of expressions.

Every node knows where it stands in the text of its expression (``start``, ``end``: offsets) and
its height, which bounds the recursion of whatever walks the tree.
"""

from __future__ import annotations

from typing import Any


class Expression:
    """Base of all nodes."""

    __slots__ = ("end", "height", "start")

    start: int
    end: int
    height: int

    def place(self, start: int, end: int, *children: Expression) -> Expression:
        """Set where the node stands; returns the node."""
        self.start = start
        self.end = end
        height = 0
        for child in children:
            height = max(height, child.height)
        self.height = height + 1
        return self


class Constant(Expression):
    """null, true, false, a number, or a text; *keyword* tells a bare word from a quoted text."""

    __slots__ = ("keyword", "value")

    def __init__(self, value: Any, keyword: bool = False):
        self.value = value
        self.keyword = keyword


class Missing(Expression):
    """An argument left out, as in ``f(1,, 2)``."""

    __slots__ = ()


class Variable(Expression):
    """``$``, ``$name`` or ``$1``; *name* is without the dollar sign."""

    __slots__ = ("name",)

    def __init__(self, name: str):
        self.name = name


class Group(Expression):
    """An expression in parentheses."""

    __slots__ = ("inner",)

    def __init__(self, inner: Expression):
        self.inner = inner


class Unary(Expression):
    """A prefix operator other than ``:``."""

    __slots__ = ("operand", "operator")

    def __init__(self, operator: str, operand: Expression):
        self.operator = operator
        self.operand = operand


class Binary(Expression):
    """A binary operator that is none of the more special nodes."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, operator: str, left: Expression, right: Expression):
        self.operator = operator
        self.left = left
        self.right = right


class TypeName(Expression):
    """``:Name`` (prefix None) or ``prefix:Name``; operands that are no words stay expressions."""

    __slots__ = ("name", "prefix")

    def __init__(self, prefix: Expression | None, name: Expression):
        self.prefix = prefix
        self.name = name

    def text(self) -> str | None:
        """The name as written, or None when an operand is not a plain word."""
        words = []
        for part in (self.prefix, self.name):
            if part is None:
                words.append("")
            elif isinstance(part, Constant) and isinstance(part.value, str):
                words.append(part.value)
            else:
                return None
        return ":".join(words)


class Rule(Expression):
    """``source => destination`` in an argument list."""

    __slots__ = ("destination", "source")

    def __init__(self, source: Expression, destination: Expression):
        self.source = source
        self.destination = destination


class Call(Expression):
    """``name(args)``: a function, or right of a dot a method."""

    __slots__ = ("args", "name")

    def __init__(self, name: str, args: list[Expression]):
        self.name = name
        self.args = args


class Member(Expression):
    """``left.right`` or, with *safe*, ``left?.right``."""

    __slots__ = ("left", "right", "safe")

    def __init__(self, left: Expression, right: Expression, safe: bool):
        self.left = left
        self.right = right
        self.safe = safe


class Index(Expression):
    """``target[args]``."""

    __slots__ = ("args", "target")

    def __init__(self, target: Expression, args: list[Expression]):
        self.target = target
        self.args = args


class ListDisplay(Expression):
    """``[args]``."""

    __slots__ = ("args",)

    def __init__(self, args: list[Expression]):
        self.args = args


class MapDisplay(Expression):
    """``{args}``."""

    __slots__ = ("args",)

    def __init__(self, args: list[Expression]):
        self.args = args


class Arrow(Expression):
    """``scope -> body``."""

    __slots__ = ("body", "scope")

    def __init__(self, scope: Expression, body: Expression):
        self.scope = scope
        self.body = body


def plain(node: Expression) -> Expression:
    """The expression inside any parentheses."""
    while isinstance(node, Group):
        node = node.inner
    return node


def children(node: Expression) -> list[Expression]:
    """Direct parts of a node, in the order of the text."""
    if isinstance(node, (Constant, Variable, Missing)):
        return []
    if isinstance(node, Group):
        return [node.inner]
    if isinstance(node, Unary):
        return [node.operand]
    if isinstance(node, (Binary, Member)):
        return [node.left, node.right]
    if isinstance(node, TypeName):
        return [node.name] if node.prefix is None else [node.prefix, node.name]
    if isinstance(node, Rule):
        return [node.source, node.destination]
    if isinstance(node, Index):
        return [node.target, *node.args]
    if isinstance(node, Arrow):
        return [node.scope, node.body]
    assert isinstance(node, (Call, ListDisplay, MapDisplay))
    return list(node.args)
