"""Expressions: every name in them looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from catalog_engine.authoring.checking.calls import CallChecker
from catalog_engine.authoring.checking.scopes import (
    ANYTHING,
    EXACT,
    OBJECT,
    PARENTS,
    TYPE,
    ClassContext,
    Scope,
    Value,
)
from catalog_engine.muranopl.expressions import nodes as e
from catalog_engine.muranopl.expressions.nodes import Expression, plain
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.source.nodes import ExpressionNode

TYPE_ARGUMENTS: Final = {"new": 0, "find": 1, "cast": 1, "type": 0, "typeinfo": 0}
"""Functions that take the name of a class, and the position of it."""
_SUPER: Final = ("super", "psuper")


class ExpressionChecker:
    """Checks the expressions of one class.

    :param set_members: names that code of the class assigns to on any object; these may be
        private properties.
    """

    def __init__(self, context: ClassContext, set_members: frozenset[str]) -> None:
        self._context = context
        self._set_members = set_members
        self._calls = CallChecker(context)
        self._node: Any = None
        self._is_read: Callable[[str], None] = _ignore
        self._known: dict[tuple[int, Scope, int], Value] = {}
        self._visitors: dict[type, Callable[[Any, Scope], Value]] = {
            e.Constant: self._constant,
            e.Missing: self._constant,
            e.Variable: self._variable,
            e.Group: lambda tree, scope: self.visit(tree.inner, scope),
            e.Unary: self._children,
            e.Binary: self._binary,
            e.TypeName: self._type_name,
            e.Rule: self._children,
            e.Call: self._call,
            e.Member: self._member,
            e.Index: self._children,
            e.ListDisplay: self._children,
            e.MapDisplay: self._children,
            e.Arrow: self._arrow,
        }

    def begin(self, is_read: Callable[[str], None] | None = None) -> None:
        """Begin another body or declaration.

        :param is_read: called with the name of each variable that is read.
        """
        self._is_read = is_read or _ignore
        self._known = {}

    def check(self, node: ExpressionNode, scope: Scope) -> Value:
        """Check one expression, and say what its value is known to be.

        What an alias repeats is checked once, so that they cost little.
        """
        key = (id(node), scope, len(scope.variables or ()))
        if key not in self._known:
            self._known[key] = self.part(node, node.tree, scope)
        return self._known[key]

    def part(self, node: ExpressionNode, tree: Expression, scope: Scope) -> Value:
        """Check a part of one."""
        before, self._node = self._node, node
        try:
            return self.visit(tree, scope)
        finally:
            self._node = before

    def visit(self, tree: Expression, scope: Scope) -> Value:
        """Check a part of the expression at hand."""
        return self._visitors[type(tree)](tree, scope)

    def _add(
        self, tree: Expression, code: str, message: str, severity: str | None = None
    ) -> None:  # fmt: skip
        self._context.add(self._node, tree, code, message, severity)

    # ------------------------------------------------------------ values

    def _constant(self, _tree: Expression, _scope: Scope) -> Value:
        return ANYTHING

    def _children(self, tree: Expression, scope: Scope) -> Value:
        for child in e.children(tree):
            self.visit(child, scope)
        return ANYTHING

    def _variable(self, tree: e.Variable, scope: Scope) -> Value:
        if tree.name == "this":
            return scope.this
        if tree.name in ("", "1"):
            return scope.it
        self._read(tree, scope, None)
        return ANYTHING

    def _read(self, tree: e.Variable, scope: Scope, severity: str | None) -> None:
        """Note that a variable is read, and a finding where nothing can have set it."""
        self._is_read(tree.name)
        if scope.variables is None or tree.name in scope.variables or tree.name.isdecimal():
            return
        advice = did_you_mean(tree.name, scope.variables)
        message = f"Nothing has set ${tree.name} here, so it is null{advice}"
        self._add(tree, "unknown-variable", message, severity)

    def _type_name(self, tree: e.TypeName, _scope: Scope) -> Value:
        text = tree.text()
        if text is None:
            message = "This is no name of a class; quote the text if it is one"
            self._add(tree, "unquoted-text", message)
            return ANYTHING
        return self._class_of(tree, text)

    def _class_of(self, tree: Expression, text: str) -> Value:
        found, wrong = self._context.named(text)
        if wrong is not None:
            code, message = wrong
            hint = "; quote the text if it is none" if isinstance(tree, e.TypeName) else ""
            self._add(tree, code, message + hint)
        return ANYTHING if found is None else Value(TYPE, found)

    def _binary(self, tree: e.Binary, scope: Scope) -> Value:
        left, right = plain(tree.left), plain(tree.right)
        self.visit(left, scope)
        if tree.operator == "is" and _is_text(right):
            self._class_of(right, right.value)  # type: ignore[attr-defined]
        else:
            self.visit(right, scope)
        if isinstance(left, e.Constant) and isinstance(right, e.Constant):
            family = self._context.table.lookup(f"#operator_{tree.operator}", "function")
            kinds = (type(left.value), type(right.value))
            if family is not None and not any(
                overload.parameter_at(0).accepts(kinds[0])
                and overload.parameter_at(1).accepts(kinds[1])
                for overload in family.overloads
            ):
                message = f"{tree.operator!r} has no meaning between these; quote the text"
                self._add(tree, "unquoted-text", message)
        return ANYTHING

    def _arrow(self, tree: e.Arrow, scope: Scope) -> Value:
        self.visit(tree.scope, scope)
        self.visit(tree.body, scope.opened())
        return ANYTHING

    # ------------------------------------------------------------ members

    def _member(self, tree: e.Member, scope: Scope) -> Value:
        left = plain(tree.left)
        if isinstance(left, e.Variable) and left.name not in ("", "1", "this"):
            self._read(left, scope, self._null_severity(tree))
            value = ANYTHING
        else:
            value = self.visit(left, scope)
        right = tree.right
        if isinstance(right, e.Call):
            return self._method(right, value, scope)
        if isinstance(right, e.Constant) and right.keyword:
            if not tree.safe:
                self._property(right, value)
        else:
            self.visit(right, scope)
        return ANYTHING

    def _null_severity(self, tree: e.Member) -> str | None:
        """Reading a member of null fails, unless a function of that name takes null."""
        if tree.safe:
            return None
        if isinstance(tree.right, e.Call):
            return "error" if self._calls.refuses_null(tree.right) else None
        return "error" if isinstance(tree.right, e.Constant) and tree.right.keyword else None

    def _property(self, tree: e.Constant, value: Value) -> None:
        cls, name = value.cls, tree.value
        if cls is None or value.kind == EXACT:
            return
        found = cls.find_properties(name)
        if len(found) > 1:
            owners = " and ".join(owner.name for owner, _declaration in found)
            self._add(tree, "ambiguous-member", f"Both {owners} declare {name}")
        elif not cls.is_whole:
            return
        elif not found:
            if value.kind == TYPE or name not in self._set_members:
                advice = did_you_mean(name, [*cls.property_names, *self._set_members])
                if name in cls.method_names:
                    advice = f"; {name} is a method: call it with ()"
                message = f"Class {cls.name} neither declares nor sets a property {name}{advice}"
                self._add(tree, "unknown-property", message)
        elif value.kind == TYPE and found[0][1].usage != "Static":
            message = f"Property {name} of {cls.name} belongs to objects, not to the class"
            self._add(tree, "not-static", message)

    # ------------------------------------------------------------ calls

    def _method(self, call: e.Call, receiver: Value, scope: Scope) -> Value:
        if call.name == "find":
            self._type_argument(call, 0)
        inner = scope
        if call.name in _SUPER and receiver.kind == OBJECT:
            inner = scope.inner(Value(PARENTS, self._context.cls))
        if scope.in_contract:
            self._calls.contract_function(self._node, call)
        else:
            self._calls.method(self._node, call, receiver, scope)
        self._arguments(call, scope, "method", inner)
        return ANYTHING

    def _call(self, call: e.Call, scope: Scope) -> Value:
        result = ANYTHING
        position = TYPE_ARGUMENTS.get(call.name)
        named = None if position is None else self._type_argument(call, position)
        if named is not None and call.name in ("new", "cast"):
            result = Value(EXACT, named)
        if named is not None and call.name == "type":
            result = Value(TYPE, named)
        if not (scope.is_open or self._calls.function(self._node, call)):
            self._children(call, scope.opened())
            return result
        inner = scope
        if call.name in _SUPER and call.args and self._is_this(call.args[0], scope):
            inner = scope.inner(Value(PARENTS, self._context.cls))
        self._arguments(call, scope, "function", inner)
        if call.name == "new" and named is not None:
            self._calls.constructor(self._node, call, named)
        return result

    def _is_this(self, tree: Expression, scope: Scope) -> bool:
        bare = plain(tree)
        return isinstance(bare, e.Variable) and (
            bare.name == "this" or (bare.name in ("", "1") and scope.it.kind == OBJECT)
        )

    def _type_argument(self, call: e.Call, position: int) -> Any:
        """The class that an argument names, or None."""
        if position >= len(call.args):
            return None
        given = plain(call.args[position])
        if isinstance(given, e.TypeName):
            text = given.text()
            return None if text is None else self._context.named(text)[0]
        if _is_text(given):
            return self._class_of(given, given.value).cls  # type: ignore[attr-defined]
        return None

    def _arguments(self, call: e.Call, scope: Scope, kind: Any, inner: Scope) -> None:
        """Check the arguments; those that are evaluated later have another ``$``."""
        table = self._context.table
        lazy = table.lazy_parameters(call.name)
        rules = table.takes_mappings(call.name, kind)
        later = inner if inner is not scope else scope.inner()
        position = 0
        for arg in call.args:
            if isinstance(arg, e.Rule):
                if rules:
                    self.visit(arg.source, later)
                self.visit(arg.destination, later if lazy or rules else scope)
                continue
            self.visit(arg, later if position in lazy else scope)
            position += 1


def _ignore(_name: str) -> None:
    """Nobody asks for the variables of a declaration."""


def _is_text(tree: Expression) -> bool:
    return isinstance(tree, e.Constant) and isinstance(tree.value, str)
