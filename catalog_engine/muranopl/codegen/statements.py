"""Statements and functions: from the syntax tree to Python AST.

A block that nests too deeply for Python, and each branch of ``Parallel``, becomes an inner
function. It answers None when it ran through, and otherwise a signal: ``(RETURN, value)``,
``(BREAK,)`` or ``(CONTINUE,)``, which its caller carries out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, Final

from catalog_engine.muranopl.codegen.builder import STORE
from catalog_engine.muranopl.codegen.expressions import ExpressionEmitter, Functions
from catalog_engine.muranopl.expressions.nodes import Variable
from catalog_engine.muranopl.source.namespaces import resolve
from catalog_engine.muranopl.statements import nodes as s

RETURN: Final = 0
BREAK: Final = 1
CONTINUE: Final = 2

_DEEPEST: Final = 15
"""Nested Python blocks in one function; Python itself allows 20."""
_TRY_COST: Final = 3


class StatementEmitter(ExpressionEmitter):
    """Emits the functions of one class.

    :param namespaces: namespaces of the class, for the names of exceptions.
    """

    def __init__(
        self,
        functions: Functions,
        site: Callable[..., str],
        constant: Callable[[ast.expr], str],
        namespaces: dict[str, str],
    ):
        super().__init__(functions, site)
        self._module_constant = constant
        self._namespaces = namespaces
        self._depth = 0
        self._inner = 0
        self._final = 0
        self._loops: list[bool] = []
        self._caught: list[str] = []
        self._run: dict[type, Callable[[Any], list[ast.stmt]]] = {
            s.Discard: self._discard,
            s.Assign: self._assign,
            s.Return: self._return,
            s.Leave: self._leave,
            s.Block: lambda node: self.block(node.body),
            s.If: self._if,
            s.While: self._while,
            s.For: self._for,
            s.Repeat: self._repeat,
            s.Match: self._match,
            s.Switch: self._switch,
            s.Parallel: self._parallel,
            s.Try: self._try,
            s.Throw: self._throw,
            s.Rethrow: self._rethrow,
        }

    # ------------------------------------------------------------ functions

    def define(self, function: s.Function) -> ast.stmt:
        """Emit one function."""
        self._counter = 0
        self._depth = self._inner = self._final = 0
        self.variables = {}
        self.it = "this" if function.kind in ("method", "value") else "it"
        self.contract_call = function.kind == "leaf"
        with self.at(function.position):
            if function.kind == "method":
                return self._method(function)
            assert function.value is not None
            parameters = {
                "value": ("this",),
                "predicate": ("this", "it"),
                "leaf": ("this", "it", "call"),
            }[function.kind]
            body: list[ast.stmt] = [self.leave(self.value(function.value))]
            return self.function(function.name, parameters, body)

    def _method(self, function: s.Function) -> ast.stmt:
        names = self.variables = {
            name: f"v{index}" for index, name in enumerate(slots(function))
        }  # fmt: skip
        body: list[ast.stmt] = []
        fresh = [
            ast.Name(name, STORE, **self.where)
            for name in list(names.values())[len(function.parameters) :]
        ]
        if fresh:
            targets: list[ast.expr] = [*fresh]
            body.append(ast.Assign(targets, self.constant(None), None, **self.where))
        body.extend(self.block(function.body))
        parameters = ["this", *(names[name] for name in function.parameters)]
        return self.function(function.name, parameters, body or [ast.Pass(**self.where)])

    # ------------------------------------------------------------ values

    def value(self, value: s.Value) -> ast.expr:
        """Emit a right-hand side; its value is settled."""
        if isinstance(value, s.Evaluated):
            return self.settled(value.node)
        with self.at(value.position):
            if isinstance(value, s.Literal):
                return self.literal(value.value)
            if isinstance(value, s.ListValue):
                return self.call("make_list", self.tuple([self.value(v) for v in value.items]))
            keys: list[ast.expr | None] = [self.value(key) for key, _value in value.pairs]
            values = [self.value(item) for _key, item in value.pairs]
            return self.call("make_dict", ast.Dict(keys, values, **self.where))

    def literal(self, value: Any) -> ast.expr:
        """Emit a literal: scalars in place, the rest as constants of the module."""
        if value is None or isinstance(value, (bool, int, float, str)):
            return self.constant(value)
        return self.name(self._module_constant(self.call("literal", _display(self, value))))

    def _condition(self, value: s.Value) -> ast.expr:
        if isinstance(value, s.Evaluated):
            emitted, _kind = self.expression(value.node)
            return emitted
        return self.value(value)

    # ------------------------------------------------------------ blocks

    def block(self, statements: Iterable[s.Statement]) -> list[ast.stmt]:
        """Emit statements in order."""
        return [emitted for statement in statements for emitted in self._statement(statement)]

    def _statement(self, statement: s.Statement) -> list[ast.stmt]:
        with self.at(statement.position):
            return self._run[type(statement)](statement)

    def _body(self, statements: Iterable[s.Statement]) -> list[ast.stmt]:
        return self.block(statements) or [ast.Pass(**self.where)]

    def _nested(
        self, cost: int, statements: list[s.Statement], emit: Callable[[], list[ast.stmt]]
    ) -> list[ast.stmt]:
        """Emit a construct of nested Python blocks, in an inner function where it is too deep."""
        if self._depth + cost <= _DEEPEST:
            self._depth += cost
            try:
                return emit()
            finally:
                self._depth -= cost
        depth, loops = self._depth, self._loops
        self._depth, self._loops = cost, []
        self._inner += 1
        try:
            body = emit()
        finally:
            self._depth, self._loops = depth, loops
            self._inner -= 1
        name = self.fresh("b")
        return [self._define_inner(name, body, statements), *self._carry_out(self.call(name))]

    def _define_inner(
        self, name: str, body: list[ast.stmt], statements: Iterable[s.Statement]
    ) -> ast.stmt:
        names = sorted({self.variables[variable] for variable in assigned(statements)})
        if names:
            body = [ast.Nonlocal(names, **self.where), *body]
        return self.function(name, (), body or [ast.Pass(**self.where)])

    def _carry_out(self, call: ast.expr) -> list[ast.stmt]:
        """Run an inner function and do what its signal says."""
        name = self.fresh("g")
        kind = ast.Subscript(self.name(name), self.constant(0), ast.Load(), **self.where)
        result = ast.Subscript(self.name(name), self.constant(1), ast.Load(), **self.where)
        body: list[ast.stmt]
        if self._inner and not self._loops:
            body = [self.leave(self.name(name))]
        else:
            returned = self.name(name) if self._inner else result
            body = [
                ast.If(
                    self.compare(kind, (ast.Eq(), self.constant(RETURN))),
                    [self.leave(returned)],
                    [],
                    **self.where,
                )
            ]
            if self._loops:
                body.append(
                    ast.If(
                        self.compare(kind, (ast.Eq(), self.constant(BREAK))),
                        [ast.Break(**self.where)],
                        [ast.Continue(**self.where)],
                        **self.where,
                    )
                )
            else:
                body.append(self.run(self.call("no_loop", kind)))
        body = [*self._unwound(), *body]
        return [
            self.assign(name, call),
            ast.If(
                self.compare(self.name(name), (ast.IsNot(), self.constant(None))),
                body,
                [],
                **self.where,
            ),
        ]

    # ------------------------------------------------------------ simple statements

    def _discard(self, node: s.Discard) -> list[ast.stmt]:
        return [self.run(self.settled(node.value.node))]

    def _return(self, node: s.Return) -> list[ast.stmt]:
        value = self.value(node.value)
        if self._inner:
            value = self.tuple([self.constant(RETURN), value])
        return [*self._unwound(), self.leave(value)]

    def _unwound(self) -> list[ast.stmt]:
        """What stands before a statement that leaves ``Finally``: else it would end a stop."""
        return [self.run(self.call("unwind"))] if self._final else []

    def _leave(self, node: s.Leave) -> list[ast.stmt]:
        if self._loops:
            leave = ast.Continue(**self.where) if node.again else ast.Break(**self.where)
            return [*self._unwound(), leave]
        kind = self.constant(CONTINUE if node.again else BREAK)
        if self._inner:
            return [*self._unwound(), self.leave(self.tuple([kind]))]
        return [self.run(self.call("no_loop", kind))]

    def _assign(self, node: s.Assign) -> list[ast.stmt]:
        target = node.target
        value = self.value(node.value)
        with self.at(target.node.position):
            if target.root is None and target.variable is None:
                return [self.run(self.call("invalid_target", self.constant(target.node.text)))]
            if not target.steps:
                if target.variable is not None:
                    return [self.assign(self.variables[target.variable], value)]
                return [self.run(self.call("bad_assignment", self.constant(target.node.text)))]
            return self._assign_steps(target, value)

    def _assign_steps(self, target: s.Target, value: ast.expr) -> list[ast.stmt]:
        first = target.steps[0]
        own = self._own_root(target)
        if own and len(target.steps) == 1 and first.name is not None:
            site = self._site("own_setter", first.name)
            return [self.run(self.call(site, self.name("this"), value))]
        steps = self.tuple(
            [
                self.constant(step.name)
                if step.index is None
                else self.settle(*self.part(target.node, step.index))
                for step in target.steps
            ]
        )
        if target.variable is not None:
            name = self.variables[target.variable]
            return [self.assign(name, self.call("updated", self.name(name), steps, value))]
        assert target.root is not None
        root = self.settle(*self.part(target.node, target.root))
        return [self.run(self.call("updated", root, steps, value))]

    def _own_root(self, target: s.Target) -> bool:
        return isinstance(target.root, Variable)

    # ------------------------------------------------------------ conditions

    def _if(self, node: s.If) -> list[ast.stmt]:
        return [
            ast.If(
                self._condition(node.condition),
                self._body(node.then),
                self.block(node.otherwise),
                **self.where,
            )
        ]

    def _match(self, node: s.Match) -> list[ast.stmt]:
        name = self.fresh("t")
        chain = self.block(node.default)
        for constant, body in reversed(node.cases):
            test = self.compare(self.name(name), (ast.Eq(), self.literal(constant)))
            chain = [ast.If(test, self._body(body), chain, **self.where)]
        return [self.assign(name, self.value(node.value)), *chain]

    def _switch(self, node: s.Switch) -> list[ast.stmt]:
        name = self.fresh("t")
        result: list[ast.stmt] = [self.assign(name, self.constant(False))]
        for condition, body in node.cases:
            result.append(
                ast.If(
                    self._condition(condition),
                    [self.assign(name, self.constant(True)), *self.block(body)],
                    [],
                    **self.where,
                )
            )
        default = self.block(node.default)
        if default:
            test = ast.UnaryOp(ast.Not(), self.name(name), **self.where)
            result.append(ast.If(test, default, [], **self.where))
        return result

    # ------------------------------------------------------------ loops

    def _step(self) -> list[ast.stmt]:
        """One step of the limit on steps."""
        left = ast.Attribute(self.name("steps"), "left", STORE, **self.where)
        read = ast.Attribute(self.name("steps"), "left", ast.Load(), **self.where)
        return [
            ast.AugAssign(left, ast.Sub(), self.constant(1), **self.where),
            ast.If(
                self.compare(read, (ast.Lt(), self.constant(0))),
                [self.run(self.call("out_of_steps"))],
                [],
                **self.where,
            ),
        ]

    def _looped(self, statements: list[s.Statement]) -> list[ast.stmt]:
        self._loops = [*self._loops, True]
        try:
            return [*self._step(), *self.block(statements)]
        finally:
            self._loops = self._loops[:-1]

    def _while(self, node: s.While) -> list[ast.stmt]:
        return self._nested(
            1,
            [node],
            lambda: [
                ast.While(
                    self._condition(node.condition), self._looped(node.body), [], **self.where
                )
            ],
        )

    def _for(self, node: s.For) -> list[ast.stmt]:
        collection = node.collection
        if isinstance(collection, s.Evaluated):
            items, _kind = self.expression(collection.node)
        else:
            items = self.value(collection)
        variable = ast.Name(self.variables[node.variable], STORE, **self.where)
        return self._nested(
            1,
            [node],
            lambda: [
                ast.For(
                    variable,
                    self.call("items_of", items),
                    self._looped(node.body),
                    [],
                    None,
                    **self.where,
                )
            ],
        )

    def _repeat(self, node: s.Repeat) -> list[ast.stmt]:
        variable = ast.Name(self.fresh("t"), STORE, **self.where)
        count = self.call("repetitions", self.value(node.count))
        return self._nested(
            1,
            [node],
            lambda: [ast.For(variable, count, self._looped(node.body), [], None, **self.where)],
        )

    def _parallel(self, node: s.Parallel) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        names = []
        depth, loops = self._depth, self._loops
        for branch in node.branches:
            self._depth, self._loops = 0, []
            self._inner += 1
            try:
                body = self._statement(branch)
            finally:
                self._depth, self._loops = depth, loops
                self._inner -= 1
            name = self.fresh("b")
            result.append(self._define_inner(name, body, [branch]))
            names.append(self.name(name))
        limit = self.constant(None) if node.limit is None else self.value(node.limit)
        return [*result, *self._carry_out(self.call("parallel", self.tuple(names), limit))]

    # ------------------------------------------------------------ exceptions

    def _try(self, node: s.Try) -> list[ast.stmt]:
        return self._nested(_TRY_COST, [node], lambda: self._try_here(node))

    def _try_here(self, node: s.Try) -> list[ast.stmt]:
        if not node.handlers and node.final is None:
            return [*self._body(node.body), *self.block(node.otherwise)]
        handlers = [self._handlers(node)] if node.handlers else []
        body = self._body(node.body)
        otherwise = self.block(node.otherwise)
        if not handlers:
            body, otherwise = [*body, *otherwise], []
        self._final += 1
        try:
            final = [] if node.final is None else self._body(node.final)
        finally:
            self._final -= 1
        return [ast.Try(body, handlers, otherwise, final, **self.where)]

    def _handlers(self, node: s.Try) -> ast.ExceptHandler:
        raised, caught = self.fresh("x"), self.fresh("c")
        chain: list[ast.stmt] = [ast.Raise(None, None, **self.where)]
        self._caught.append(caught)
        try:
            for handler in reversed(node.handlers):
                chain = self._handler(handler, caught, chain)
        finally:
            self._caught.pop()
        return ast.ExceptHandler(
            self.name("Exception"),
            raised,
            [self.assign(caught, self.call("caught", self.name(raised))), *chain],
            **self.where,
        )

    def _handler(
        self,
        handler: s.Handler,
        caught: str,
        otherwise: list[ast.stmt],
    ) -> list[ast.stmt]:
        with self.at(handler.position):
            names = self.constant(None)
            if handler.names is not None:
                names = self.tuple([self.constant(name) for name in handler.names])
            body: list[ast.stmt] = []
            if handler.variable is not None:
                body.append(
                    self.assign(
                        self.variables[handler.variable],
                        self.call("exception_object", self.name(caught), names),
                    )
                )
            body.extend(self.block(handler.body))
            body.append(self.assign(caught, self.constant(None)))
            if handler.names is None:
                return body
            test = self.call("matches", self.name(caught), names)
            return [ast.If(test, body, otherwise, **self.where)]

    def _throw(self, node: s.Throw) -> list[ast.stmt]:
        names = [self._thrown(name) for name in node.names]
        rest = [
            self.constant(None) if value is None else self.value(value)
            for value in (node.message, node.extra, node.cause)
        ]
        return [self.run(self.call("throw", self.tuple(names), *rest))]

    def _thrown(self, value: s.Value) -> ast.expr:
        if isinstance(value, s.Literal) and isinstance(value.value, str) and value.value:
            try:
                return self.constant(resolve(self._namespaces, value.value))
            except (ValueError, KeyError):
                pass
        return self.call("exception_name", self.value(value))

    def _rethrow(self, node: s.Rethrow) -> list[ast.stmt]:
        caught = self.name(self._caught[-1]) if self._caught else self.constant(None)
        return [self.run(self.call("rethrow", caught))]


def _display(builder: StatementEmitter, value: Any) -> ast.expr:
    """Python display of a literal structure."""
    if isinstance(value, tuple):
        return builder.tuple([_display(builder, item) for item in value])
    if isinstance(value, dict):
        keys: list[ast.expr | None] = [_display(builder, key) for key in value]
        return ast.Dict(keys, [_display(builder, item) for item in value.values()], **builder.where)
    if value is None or isinstance(value, (bool, int, float, str)):
        return builder.constant(value)
    return builder.call("moment", builder.constant(value.isoformat()))


def slots(function: s.Function) -> tuple[str, ...]:
    """Names of the parameters and variables of a function: the nth is ``vn`` in its code."""
    return tuple(dict.fromkeys([*function.parameters, *assigned(function.body)]))


def assigned(statements: Iterable[s.Statement]) -> list[str]:
    """Names of all variables that statements set, in the order of their first setting."""
    found: dict[str, None] = {}
    for statement in statements:
        _collect(statement, found)
    return list(found)


def _collect(node: s.Statement, found: dict[str, None]) -> None:
    if isinstance(node, s.Assign):
        if node.target.variable is not None:
            found[node.target.variable] = None
    elif isinstance(node, s.For):
        found[node.variable] = None
    elif isinstance(node, s.Try):
        for handler in node.handlers:
            if handler.variable is not None:
                found[handler.variable] = None
    for block in blocks(node):
        for statement in block:
            _collect(statement, found)


def blocks(node: s.Statement) -> list[list[s.Statement]]:
    """The blocks directly inside a statement, in the order of execution."""
    if isinstance(node, (s.Block, s.While, s.For, s.Repeat)):
        return [node.body]
    if isinstance(node, s.If):
        return [node.then, node.otherwise]
    if isinstance(node, s.Match):
        return [*(body for _key, body in node.cases), node.default]
    if isinstance(node, s.Switch):
        return [*(body for _key, body in node.cases), node.default]
    if isinstance(node, s.Parallel):
        return [node.branches]
    if isinstance(node, s.Try):
        return [
            node.body,
            *(handler.body for handler in node.handlers),
            node.otherwise,
            node.final or [],
        ]
    return []
