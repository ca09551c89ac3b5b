"""The last check of generated code before it is compiled: which nodes and names it may hold.

The generator makes nothing else; should a mistake let a name or a text of a package through to
where it would act, this is where it stops.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

HELPERS: Final = frozenset(
    (
        # made of the class when it is linked, see runtime/operations.py
        "steps",
        "out_of_steps",
        "own_property",
        "own_setter",
        "attribute_site",
        "method_site",
        "named_method_site",
        "function_site",
        "named_function_site",
        "type_site",
        "updated",
        "instance_of",
        "parallel",
        "exception_object",
        "exception_name",
        "throw",
        "caught",
        "unwind",
        # the same for all classes
        "settle",
        "literal",
        "moment",
        "make_list",
        "make_dict",
        "item",
        "items_of",
        "repetitions",
        "add",
        "subtract",
        "multiply",
        "divide",
        "modulo",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "no_operator",
        "mapping_rule",
        "no_keyword",
        "scoped",
        "scoped_call",
        "enter_scope",
        "no_loop",
        "matches",
        "rethrow",
        "invalid_target",
        "bad_assignment",
        "NO_VALUE",
        # of Python
        "type",
        "int",
        "Exception",
    )
)
"""Names that generated code may read and not bind."""

_OWN_NAME: Final = re.compile(r"this|it|call|rest|[vtdebgxcskfm]\d+")
_NODES: Final[frozenset[type[ast.AST]]] = frozenset(
    (
        ast.Module,
        ast.FunctionDef,
        ast.Lambda,
        ast.arguments,
        ast.arg,
        ast.Return,
        ast.Assign,
        ast.AugAssign,
        ast.For,
        ast.While,
        ast.If,
        ast.Try,
        ast.ExceptHandler,
        ast.Raise,
        ast.Expr,
        ast.Pass,
        ast.Break,
        ast.Continue,
        ast.Nonlocal,
        ast.BoolOp,
        ast.NamedExpr,
        ast.BinOp,
        ast.UnaryOp,
        ast.IfExp,
        ast.Dict,
        ast.Compare,
        ast.Call,
        ast.Constant,
        ast.Attribute,
        ast.Subscript,
        ast.Name,
        ast.Tuple,
        ast.Load,
        ast.Store,
        ast.And,
        ast.Or,
        ast.Not,
        ast.Add,
        ast.Sub,
        ast.Mult,
        ast.Mod,
        ast.FloorDiv,
        ast.Eq,
        ast.NotEq,
        ast.Lt,
        ast.LtE,
        ast.Gt,
        ast.GtE,
        ast.Is,
        ast.IsNot,
    )
)
_PLAIN_FIELDS: Final[Mapping[type, tuple[str, ...]]] = {
    ast.Constant: ("value", "kind"),
    ast.Name: ("id", "ctx"),
    ast.Attribute: ("attr", "ctx"),
    ast.Subscript: ("ctx",),
    ast.Tuple: ("ctx",),
    ast.arg: ("arg", "type_comment"),
    ast.FunctionDef: ("name", "type_comment"),
    ast.ExceptHandler: ("name",),
    ast.Nonlocal: ("names",),
    ast.Assign: ("type_comment",),
    ast.For: ("type_comment",),
}
"""Fields that hold no nodes of interest, by kind of node; those that act have a check."""
_CHILDREN: Final = {
    kind: tuple(name for name in kind._fields if name not in _PLAIN_FIELDS.get(kind, ()))
    for kind in _NODES
}
_SCALARS: Final = (bool, int, float, str, type(None))


class UnsafeCode(Exception):
    """Generated code holds what it must not hold: a mistake of the generator, not of a package."""


def verify(tree: ast.AST) -> None:
    """Check generated code.

    :raises UnsafeCode: a node, a name or a constant is not on the list.
    """
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        kind = node.__class__
        fields = _CHILDREN.get(kind)
        if fields is None:
            raise UnsafeCode(f"node {kind.__name__}")
        check = _CHECKS.get(kind)
        if check is not None and not check(node):
            raise UnsafeCode(ast.dump(node))
        for field in fields:
            child = getattr(node, field)
            if child.__class__ is list:
                waiting += child
            elif child is not None:
                waiting.append(child)


def _name(node: ast.Name) -> bool:
    if node.ctx.__class__ is ast.Load and node.id in HELPERS:
        return True
    return _OWN_NAME.fullmatch(node.id) is not None


def _attribute(node: ast.Attribute) -> bool:
    return node.attr == "left" and isinstance(node.value, ast.Name) and node.value.id == "steps"


def _subscript(node: ast.Subscript) -> bool:
    return (
        isinstance(node.value, ast.Name)
        and node.value.id.startswith("g")
        and isinstance(node.slice, ast.Constant)
        and node.slice.value in (0, 1)
    )


def _function(node: ast.FunctionDef) -> bool:
    return (
        _OWN_NAME.fullmatch(node.name) is not None
        and not node.decorator_list
        and node.returns is None
    )


_CHECKS: Final[dict[type, Callable[[Any], bool]]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.FunctionDef: _function,
    ast.arg: lambda node: _OWN_NAME.fullmatch(node.arg) is not None and node.annotation is None,
    ast.ExceptHandler: lambda node: (
        node.name is not None and _OWN_NAME.fullmatch(node.name) is not None
    ),
    ast.Nonlocal: lambda node: all(_OWN_NAME.fullmatch(name) for name in node.names),
    ast.Constant: lambda node: isinstance(node.value, _SCALARS),
    ast.Call: lambda node: not node.keywords and isinstance(node.func, ast.Name),
}
