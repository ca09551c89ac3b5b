"""Expressions: from the syntax tree to Python AST, operators inlined for integers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from catalog_engine.muranopl.codegen.builder import Builder
from catalog_engine.muranopl.expressions import nodes as e
from catalog_engine.muranopl.expressions.nodes import Expression, plain
from catalog_engine.muranopl.source.nodes import ExpressionNode

# What is known of a value when code is generated.
INT: Final = "int"
SETTLED: Final = "settled"
"""An immutable value that is stored as it is."""
ANY: Final = "any"
"""Anything, a lazy iterator included, that has to be settled before it is stored."""

_HIGHEST_NUMBER: Final = 9
_SMALL: Final = (1 << 30) - 1
"""Integers that Python compares fastest."""
_ARITHMETIC: Final[Mapping[str, tuple[type[ast.operator], str]]] = {
    "+": (ast.Add, "add"),
    "-": (ast.Sub, "subtract"),
    "mod": (ast.Mod, "modulo"),
    "/": (ast.FloorDiv, "divide"),
}
_ORDER: Final[Mapping[str, tuple[type[ast.cmpop], str]]] = {
    "<": (ast.Lt, "less"),
    "<=": (ast.LtE, "less_equal"),
    ">": (ast.Gt, "greater"),
    ">=": (ast.GtE, "greater_equal"),
}
_EQUALITY: Final[Mapping[str, type[ast.cmpop]]] = {"=": ast.Eq, "!=": ast.NotEq}

_METHOD_LIKE: Final = "inject"
"""Function whose lambda stands for a method: ``$`` in it is the object whose method runs."""
_AT_CALL_SITE: Final = "withOriginal"
"""Function whose named arguments are evaluated with the variables of another method's code."""
_PREDICATE: Final = "check"
"""Contract function whose arguments are evaluated with the value that it is called on."""
_PREDICATE_ARGUMENTS: Final[frozenset[int | str]] = frozenset((0, 1, "predicate", "msg"))

Emitted = tuple[ast.expr, str]


class Functions(Protocol):
    """What the code generator asks of the table of functions."""

    def lazy_parameters(self, name: str) -> frozenset[int | str]:
        """Positions and names of parameters taken unevaluated."""

    def takes_mappings(self, name: str, kind: Any) -> bool:
        """Say whether ``a => b`` arguments are rules."""

    def lookup(self, name: str, kind: Any) -> Any:
        """The function or None."""


class _Lambda:
    """Names that hold the values a lambda was called with."""

    def __init__(self, names: tuple[str, ...]):
        self.names = names


class _Scope:
    """Name that holds the scope right of an arrow, and the functions known to be defined in it."""

    def __init__(self, name: str, functions: frozenset[str]):
        self.name = name
        self.functions = functions


class _CallSite(_Scope):
    """Name that holds all variables of the code at a call site; those around are out of sight."""

    def __init__(self, name: str):
        super().__init__(name, frozenset())


class ExpressionEmitter(Builder):
    """Emits the expressions of one class.

    :param functions: table of the class's format.
    :param site: makes a call site: helper that creates it and its constant arguments -> name.
    """

    def __init__(self, functions: Functions, site: Callable[..., str]):
        super().__init__()
        self._table = functions
        self._site = site
        self._node: ExpressionNode | None = None
        self._frames: list[_Lambda | _Scope] = []
        self._counter = 0
        self.it: str = "this"
        self.contract_call = False
        self.variables: dict[str, str] = {}
        self._emitters: dict[type, Callable[[Any], Emitted]] = {
            e.Constant: self._constant,
            e.Variable: self._variable,
            e.Group: lambda node: self._emit(node.inner),
            e.Unary: self._unary,
            e.Binary: self._binary,
            e.TypeName: self._type_name,
            e.Call: self._call,
            e.Member: self._member,
            e.Index: self._index,
            e.ListDisplay: self._list,
            e.MapDisplay: self._map,
            e.Arrow: self._arrow,
            e.Rule: self._stray_rule,
            e.Missing: lambda node: (self.name("NO_VALUE"), ANY),
        }

    # ------------------------------------------------------------ entry points

    def expression(self, node: ExpressionNode) -> Emitted:
        """Emit one expression of a statement; its value may still be lazy."""
        return self.part(node, node.tree)

    def settled(self, node: ExpressionNode) -> ast.expr:
        """Emit one expression whose value is to be stored."""
        value, kind = self.expression(node)
        return self.settle(value, kind)

    def part(self, node: ExpressionNode, tree: Expression) -> Emitted:
        """Emit a part of the expression *node*."""
        before = self._node, self.where
        self._node = node
        try:
            return self._emit(tree)
        finally:
            self._node, self.where = before

    def settle(self, value: ast.expr, kind: str) -> ast.expr:
        """Wrap what may be lazy in a call that settles it; pushed into the slow branch only."""
        if kind != ANY:
            return value
        if isinstance(value, ast.IfExp) and getattr(value, "inlined", False):
            value.orelse = self.call("settle", value.orelse)
            return value
        return self.call("settle", value)

    def fresh(self, letter: str) -> str:
        """A new name."""
        self._counter += 1
        return f"{letter}{self._counter}"

    # ------------------------------------------------------------ nodes

    def _emit(self, tree: Expression) -> Emitted:
        node = self._node
        assert node is not None
        before = self.where
        self.move(*node.place_of(tree.start), *node.place_of(tree.end))
        try:
            return self._emitters[type(tree)](tree)
        finally:
            self.where = before

    def _value(self, tree: Expression) -> ast.expr:
        return self._emit(tree)[0]

    def _constant(self, node: e.Constant) -> Emitted:
        return self.constant(node.value), INT if type(node.value) is int else SETTLED

    def _variable(self, node: e.Variable) -> Emitted:
        return self.variable(node.name), SETTLED

    def variable(self, name: str) -> ast.expr:
        """Read a variable by its name without the dollar sign."""
        if name == "this" and not self._is_elsewhere():
            return self.name("this")
        return self._lookup(name or "1", len(self._frames))

    def _is_elsewhere(self) -> bool:
        return any(isinstance(frame, _CallSite) for frame in self._frames)

    def _lookup(self, name: str, level: int) -> ast.expr:
        number = int(name) if name.isdecimal() and len(name) == 1 else 0
        while level:
            level -= 1
            frame = self._frames[level]
            if isinstance(frame, _Scope):
                outer = (
                    self.constant(None)
                    if isinstance(frame, _CallSite) else self._lookup(name, level)
                )  # fmt: skip
                return self.call("scoped", self.name(frame.name), self.constant(name), outer)
            if 0 < number <= len(frame.names):
                return self.name(frame.names[number - 1])
        if number:
            return self.name(self.it) if number == 1 else self.constant(None)
        known = self.variables.get(name)
        return self.constant(None) if known is None else self.name(known)

    def _unary(self, node: e.Unary) -> Emitted:
        value, kind = self._emit(node.operand)
        if node.operator == "not":
            return ast.UnaryOp(ast.Not(), value, **self.where), SETTLED
        number: Any = value.value if isinstance(value, ast.Constant) else None
        if type(number) in (int, float):
            return self.constant(-number if node.operator == "-" else number), kind
        site = self._site("function_site", f"#unary_operator_{node.operator}", 1, ())
        return self.call(site, value), SETTLED

    def _binary(self, node: e.Binary) -> Emitted:
        operator = node.operator
        if operator in ("and", "or"):
            return self._logical(node)
        if operator in _EQUALITY:
            return self.compare(
                self._value(node.left), (_EQUALITY[operator](), self._value(node.right))
            ), SETTLED
        if operator in _ARITHMETIC:
            kind, helper = _ARITHMETIC[operator]
            return self._inlined(
                node, lambda left, right: ast.BinOp(left, kind(), right, **self.where), helper
            )
        if operator in _ORDER:
            order, helper = _ORDER[operator]
            value, _kind = self._inlined(
                node, lambda left, right: self.compare(left, (order(), right)), helper
            )
            return value, SETTLED
        if operator == "*":
            return self._inlined(node, self._product, "multiply")
        left, right = self._value(node.left), self._value(node.right)
        if operator == "is":
            return self.call("instance_of", left, right), SETTLED
        return self.call(
            self._site("function_site", f"#operator_{operator}", 2, ()), left, right
        ), ANY

    def _logical(self, node: e.Binary) -> Emitted:
        operator = ast.And() if node.operator == "and" else ast.Or()
        left, left_kind = self._emit(node.left)
        right, right_kind = self._emit(node.right)
        kind = SETTLED if ANY not in (left_kind, right_kind) else ANY
        return ast.BoolOp(operator, [left, right], **self.where), kind

    def _inlined(
        self, node: e.Binary, fast: Callable[[ast.expr, ast.expr], ast.expr], helper: str
    ) -> Emitted:
        """An operator whose case of two integers is inlined; evaluates each operand once."""
        left, left_kind = self._emit(node.left)
        right, right_kind = self._emit(node.right)
        constants = [value for value in (left, right) if isinstance(value, ast.Constant)]
        if len(constants) == 2 or any(type(value.value) is not int for value in constants):
            return self.call(helper, left, right), ANY
        first_left, left = self._twice(left)
        first_right, right = self._twice(right)
        test: ast.expr
        if left_kind == INT and isinstance(left, ast.Constant):
            test = self._is_int(first_right)
        elif right_kind == INT and isinstance(right, ast.Constant):
            test = self._is_int(first_left)
        else:
            test = self.compare(
                self.call("type", first_left),
                (ast.Is(), self.call("type", first_right)),
                (ast.Is(), self.name("int")),
            )
        chosen = self.choose(test, fast(left, right), self.call(helper, left, right))
        chosen.inlined = True  # type: ignore[attr-defined]
        return chosen, ANY

    def _product(self, left: ast.expr, right: ast.expr) -> ast.expr:
        """Product of two integers; larger ones go to the helper, which bounds them."""
        name = self.fresh("t")
        product = self.keep(name, ast.BinOp(left, ast.Mult(), right, **self.where))
        test = self.compare(
            self.constant(-_SMALL), (ast.Lt(), product), (ast.Lt(), self.constant(_SMALL))
        )
        return self.choose(test, self.name(name), self.call("multiply", left, right))

    def _is_int(self, value: ast.expr) -> ast.expr:
        return self.compare(self.call("type", value), (ast.Is(), self.name("int")))

    def _twice(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """What to write at the first and at later uses of a value evaluated once."""
        if isinstance(value, (ast.Name, ast.Constant)):
            return value, value
        name = self.fresh("t")
        return self.keep(name, value), self.name(name)

    def _type_name(self, node: e.TypeName) -> Emitted:
        text = node.text()
        if text is None:
            operands = [part for part in (node.prefix, node.name) if part is not None]
            return self.call(
                "no_operator", self.constant(":"), *(self._value(part) for part in operands)
            ), ANY
        return self.call(self._site("type_site", text)), SETTLED

    def _stray_rule(self, node: e.Rule) -> Emitted:
        return self.call(
            "mapping_rule", self._thunk(node.source), self._thunk(node.destination)
        ), ANY

    # ------------------------------------------------------------ calls

    def _call(self, node: e.Call) -> Emitted:
        for frame in reversed(self._frames):
            if isinstance(frame, _Scope) and (
                node.name in frame.functions or self._table.lookup(node.name, "function") is None
            ):
                positional, named = self._arguments(node.name, node.args, frozenset(), False)
                return self.call(
                    "scoped_call",
                    self.name(frame.name),
                    self.constant(node.name),
                    self.tuple(positional),
                    self._named(named),
                ), ANY
        lazy = self._table.lazy_parameters(node.name)
        rules = self._table.takes_mappings(node.name, "function")
        positional, named = self._arguments(node.name, node.args, lazy, rules)
        if named:
            site = self._site("named_function_site", node.name)
            return self.call(site, self.tuple(positional), self._named(named)), ANY
        site = self._site(
            "function_site", node.name, len(positional), self._thunked(len(positional), lazy)
        )
        return self.call(site, *positional), ANY

    def _thunked(self, count: int, lazy: frozenset[int | str]) -> tuple[int, ...]:
        return tuple(index for index in range(count) if index in lazy)

    def _named(self, named: list[tuple[str, ast.expr]]) -> ast.expr:
        return ast.Dict(
            [self.constant(key) for key, _value in named],
            [value for _key, value in named],
            **self.where,
        )

    def _arguments(
        self, name: str, args: list[Expression], lazy: frozenset[int | str], rules: bool
    ) -> tuple[list[ast.expr], list[tuple[str, ast.expr]]]:
        """Arguments of a call: positional ones, then named ones."""
        positional: list[ast.expr] = []
        named: list[tuple[str, ast.expr]] = []
        for arg in args:
            if isinstance(arg, e.Rule) and not rules:
                key = plain(arg.source)
                if isinstance(key, e.Constant) and isinstance(key.value, str):
                    word = key.value
                    thunk = word in lazy or ("**" in lazy and word not in lazy)
                    named.append((word, self._named_value(name, arg.destination, thunk)))
                    continue
                positional.append(self.call("no_keyword"))
            elif isinstance(arg, e.Rule):
                positional.append(self._stray_rule(arg)[0])
            elif len(positional) in lazy and not isinstance(arg, e.Missing):
                positional.append(self._thunk(arg, name == _METHOD_LIKE))
            else:
                positional.append(self._value(arg))
        return positional, named

    def _named_value(self, function: str, tree: Expression, is_lazy: bool) -> ast.expr:
        if function == _AT_CALL_SITE:
            return self._at_call_site(tree)
        return self._thunk(tree, function == _METHOD_LIKE) if is_lazy else self._value(tree)

    def _at_call_site(self, tree: Expression) -> ast.expr:
        """A lambda of the scope that a call site is."""
        name = self.fresh("e")
        self._frames.append(_CallSite(name))
        try:
            body = self._value(tree)
        finally:
            self._frames.pop()
        return ast.Lambda(self.arguments([name]), body, **self.where)

    def _thunk(self, tree: Expression, is_method_like: bool = False) -> ast.expr:
        """A lambda of the values that ``$``, ``$2`` ... stand for."""
        count = _highest(tree)
        names = tuple(self.fresh("d") for _ in range(count))
        defaults = [self._lookup(str(index + 1), len(self._frames)) for index in range(count)]
        if is_method_like and defaults:
            defaults[0] = self.variable("this")
        self._frames.append(_Lambda(names))
        try:
            body = self._value(tree)
        finally:
            self._frames.pop()
        return ast.Lambda(self.arguments(names, defaults, "rest"), body, **self.where)

    def _member(self, node: e.Member) -> Emitted:
        if not node.safe:
            own = isinstance(node.left, e.Variable) and self._is_this(node.left)
            return self._access(self._value(node.left), node.right, own)
        first, later = self._twice(self._value(node.left))
        if isinstance(later, ast.Constant):
            later = first = self.constant(later.value)
        value, _kind = self._access(later, node.right, False)
        test = self.compare(first, (ast.Is(), self.constant(None)))
        return self.choose(test, self.constant(None), value), ANY

    def _is_this(self, node: e.Variable) -> bool:
        if node.name == "this":
            return not self._is_elsewhere()
        if node.name not in ("", "1") or self.it != "this":
            return False
        return all(isinstance(frame, _Lambda) and not frame.names for frame in self._frames)

    def _access(self, left: ast.expr, right: Expression, own: bool) -> Emitted:
        if isinstance(right, e.Constant) and right.keyword:
            if own:
                return self.call(self._site("own_property", right.value), left), SETTLED
            return self.call(self._site("attribute_site", right.value), left), ANY
        if not isinstance(right, e.Call):
            return self.call("no_operator", self.constant("."), left), ANY
        if self.contract_call:
            return self._contract_call(left, right), ANY
        lazy = self._table.lazy_parameters(right.name)
        rules = self._table.takes_mappings(right.name, "method")
        positional, named = self._arguments(right.name, right.args, lazy, rules)
        thunked = self._thunked(len(positional), lazy)
        # Methods of classes take by name what a function of that name takes as rules.
        if named or any(isinstance(arg, e.Rule) for arg in right.args):
            site = self._site("named_method_site", right.name, thunked)
            return self.call(site, left, self.tuple(positional), self._named(named)), ANY
        site = self._site("method_site", right.name, len(positional), thunked)
        return self.call(site, left, *positional), ANY

    def _contract_call(self, left: ast.expr, right: e.Call) -> ast.expr:
        """Call of a contract function; a predicate is ordinary code about the value it gets."""
        is_predicate = right.name == _PREDICATE
        self.contract_call = not is_predicate
        try:
            lazy = _PREDICATE_ARGUMENTS if is_predicate else frozenset[int | str]()
            positional, named = self._arguments(right.name, right.args, lazy, False)
        finally:
            self.contract_call = True
        return self.call(
            "call", self.constant(right.name), left, self.tuple(positional), self._named(named)
        )

    # ------------------------------------------------------------ collections and scopes

    def _index(self, node: e.Index) -> Emitted:
        target = self._value(node.target)
        lazy = self._table.lazy_parameters("#indexer")
        shifted = frozenset(index - 1 for index in lazy if isinstance(index, int))
        positional, named = self._arguments("#indexer", node.args, shifted, False)
        if len(positional) == 1 and not named and not shifted:
            return self.call("item", target, positional[0]), ANY
        if named:
            site = self._site("named_function_site", "#indexer")
            return self.call(site, self.tuple([target, *positional]), self._named(named)), ANY
        site = self._site(
            "function_site",
            "#indexer",
            1 + len(positional),
            self._thunked(1 + len(positional), lazy),
        )
        return self.call(site, target, *positional), ANY

    def _list(self, node: e.ListDisplay) -> Emitted:
        if any(isinstance(arg, (e.Rule, e.Missing)) for arg in node.args):
            positional, named = self._arguments("#list", node.args, frozenset(), False)
            return self.call(
                self._site("named_function_site", "#list"),
                self.tuple(positional),
                self._named(named),
            ), ANY
        items = [self.settle(*self._emit(arg)) for arg in node.args]
        return self.call("make_list", self.tuple(items)), SETTLED

    def _map(self, node: e.MapDisplay) -> Emitted:
        if not all(isinstance(arg, e.Rule) for arg in node.args):
            positional, named = self._arguments("#map", node.args, frozenset(), True)
            return self.call(
                self._site("named_function_site", "#map"),
                self.tuple(positional),
                self._named(named),
            ), ANY
        rules = [arg for arg in node.args if isinstance(arg, e.Rule)]
        keys: list[ast.expr | None] = [self.settle(*self._emit(rule.source)) for rule in rules]
        values = [self.settle(*self._emit(rule.destination)) for rule in rules]
        return self.call("make_dict", ast.Dict(keys, values, **self.where)), SETTLED

    def _arrow(self, node: e.Arrow) -> Emitted:
        scope = self._value(node.scope)
        name = self.fresh("e")
        self._frames.append(_Scope(name, frozenset(_defined(node.scope))))
        try:
            body = self._value(node.body)
        finally:
            self._frames.pop()
        inner = ast.Lambda(self.arguments([name]), body, **self.where)
        return self.call("enter_scope", scope, inner), ANY


def _highest(tree: Expression) -> int:
    """Highest number of a numbered variable in an expression; ``$`` is the first."""
    if isinstance(tree, e.Variable):
        if tree.name == "":
            return 1
        if tree.name.isdecimal() and 0 < int(tree.name) <= _HIGHEST_NUMBER:
            return int(tree.name)
        return 0
    return max((_highest(child) for child in e.children(tree)), default=0)


def _is_named(rule: e.Rule, name: str) -> bool:
    source = plain(rule.source)
    return isinstance(source, e.Constant) and source.value == name


def _defined(tree: Expression) -> list[str]:
    """Names of functions that ``def()`` makes in an expression."""
    found = []
    if isinstance(tree, e.Call) and tree.name == "def":
        given = [
            arg.destination if isinstance(arg, e.Rule) else arg
            for index, arg in enumerate(tree.args)
            if (_is_named(arg, "name") if isinstance(arg, e.Rule) else index == 0)
        ]
        for name in map(plain, given):
            if isinstance(name, e.Constant) and isinstance(name.value, str):
                found.append(name.value)
    for child in e.children(tree):
        found.extend(_defined(child))
    return found
