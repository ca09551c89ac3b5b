"""Bodies of methods: the order of instructions, variables, assignments."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from catalog_engine.authoring.checking.expressions import ExpressionChecker
from catalog_engine.authoring.checking.scopes import OBJECT, TYPE, ClassContext, Scope, Value
from catalog_engine.muranopl.codegen.statements import assigned
from catalog_engine.muranopl.expressions.nodes import Variable
from catalog_engine.muranopl.source.errors import Position, did_you_mean
from catalog_engine.muranopl.statements import nodes as s

READ_ONLY: Final = ("In", "Const")


@dataclasses.dataclass(frozen=True)
class Where:
    """What surrounds a block."""

    in_loop: bool = False
    in_catch: bool = False


class BodyChecker:
    """Checks the body of one method.

    :param is_static: the method runs on the class.
    :param may_construct: the method may run while an object is made.
    """

    def __init__(
        self, context: ClassContext, expressions: ExpressionChecker, parameters: Collection[str],
        is_static: bool, may_construct: bool,
    ) -> None:  # fmt: skip
        self._context = context
        self._expressions = expressions
        self._may_construct = may_construct
        self._this = Value(TYPE if is_static else OBJECT, context.cls)
        self._variables = set(parameters)
        self._read: set[str] = set()
        self._set: dict[str, Position] = {}
        self._visitors: dict[type, Callable[[Any, Where], bool]] = {
            s.Discard: self._discard,
            s.Assign: self._assign,
            s.Return: self._return,
            s.Leave: self._leave,
            s.Block: lambda node, where: self._block(node.body, where),
            s.If: self._if,
            s.While: lambda node, where: self._loop(node, node.condition, where),
            s.For: self._for,
            s.Repeat: lambda node, where: self._loop(node, node.count, where),
            s.Match: self._match,
            s.Switch: self._switch,
            s.Parallel: self._parallel,
            s.Try: self._try,
            s.Throw: self._throw,
            s.Rethrow: self._rethrow,
        }

    def check(self, body: list[s.Statement]) -> None:
        """Check the whole body."""
        self._expressions.begin(self._read.add)
        self._block(body, Where())
        for name, position in self._set.items():
            if name not in self._read:
                message = f"${name} is set and never read"
                self._context.collector.add(position, "unused-variable", message)

    def _scope(self) -> Scope:
        return Scope(self._this, self._this, self._variables)

    def _value(self, value: s.Value | None) -> None:
        if value is not None:
            check_value(self._expressions, value, self._scope())

    # ------------------------------------------------------------ blocks

    def _block(self, statements: Iterable[s.Statement], where: Where) -> bool:
        """Check a block; say whether its end is never reached."""
        ended = told = False
        for statement in statements:
            if ended and not told:
                told = True
                message = "This never runs: what stands before it always leaves the block"
                self._context.collector.add(statement.position, "unreachable", message)
            ended = self._visitors[type(statement)](statement, where) or ended
        return ended

    def _discard(self, node: s.Discard, _where: Where) -> bool:
        self._value(node.value)
        return False

    def _return(self, node: s.Return, _where: Where) -> bool:
        self._value(node.value)
        return True

    def _leave(self, node: s.Leave, where: Where) -> bool:
        if not where.in_loop:
            word = "Continue" if node.again else "Break"
            self._context.collector.add(
                node.position, "outside-loop", f"{word} stands in no loop of this method"
            )
        return True

    def _throw(self, node: s.Throw, _where: Where) -> bool:
        for value in (*node.names, node.message, node.extra, node.cause):
            self._value(value)
        return True

    def _rethrow(self, node: s.Rethrow, where: Where) -> bool:
        if not where.in_catch:
            self._context.collector.add(
                node.position, "outside-catch", "Rethrow stands in no Catch"
            )  # fmt: skip
        return True

    # ------------------------------------------------------------ branches

    def _if(self, node: s.If, where: Where) -> bool:
        self._value(node.condition)
        then = self._block(node.then, where)
        return self._block(node.otherwise, where) and then

    def _match(self, node: s.Match, where: Where) -> bool:
        self._value(node.value)
        ended = [self._block(body, where) for _key, body in node.cases]
        return self._block(node.default, where) and all(ended)

    def _switch(self, node: s.Switch, where: Where) -> bool:
        ended = []
        for condition, body in node.cases:
            self._value(condition)
            ended.append(self._block(body, where))
        return self._block(node.default, where) and all(ended)

    def _parallel(self, node: s.Parallel, where: Where) -> bool:
        self._value(node.limit)
        # A branch may see what another one has set.
        self._variables.update(assigned(node.branches))
        for branch in node.branches:
            self._block([branch], where)
        return False

    def _try(self, node: s.Try, where: Where) -> bool:
        ended = self._block(node.body, where)
        handled = []
        for handler in node.handlers:
            if handler.variable is not None:
                self._variables.add(handler.variable)
            handled.append(self._block(handler.body, dataclasses.replace(where, in_catch=True)))
        if ended and node.otherwise:
            message = "Else never runs: Try always leaves before its end"
            position = node.otherwise[0].position
            self._context.collector.add(position, "unreachable", message)
        ended = self._block(node.otherwise, where) or ended
        final = self._block(node.final or [], where)
        return final or (ended and all(handled))

    # ------------------------------------------------------------ loops

    def _loop(self, node: Any, control: s.Value, where: Where) -> bool:
        self._variables.update(assigned(node.body))
        self._value(control)
        self._block(node.body, dataclasses.replace(where, in_loop=True))
        return False

    def _for(self, node: s.For, where: Where) -> bool:
        self._value(node.collection)
        self._variables.add(node.variable)
        self._variables.update(assigned(node.body))
        self._block(node.body, dataclasses.replace(where, in_loop=True))
        return False

    # ------------------------------------------------------------ assignments

    def _assign(self, node: s.Assign, _where: Where) -> bool:
        self._value(node.value)
        target = node.target
        for step in target.steps:
            if step.index is not None:
                self._expressions.part(target.node, step.index, self._scope())
        if target.variable is not None:
            self._assign_variable(target, target.variable)
        elif target.root is None or not target.steps:
            message = f"{target.node.text} cannot be assigned to"
            self._context.at(target.node, "invalid-target", message)
        else:
            root = self._expressions.part(target.node, target.root, self._scope())
            name = target.steps[0].name
            if root.cls is not None and name is not None:
                self._assign_property(target, root, name)
        return False

    def _assign_variable(self, target: s.Target, name: str) -> None:
        if not target.steps:
            self._set.setdefault(name, target.node.position)
        else:
            self._read.add(name)
            if name not in self._variables:
                advice = did_you_mean(name, self._variables)
                message = f"${name} is null here: set it to {{}} or [] before a part of it{advice}"
                self._context.at(target.node, "unknown-variable", message, "error")
        self._variables.add(name)

    def _assign_property(self, target: s.Target, root: Value, name: str) -> None:
        cls = root.cls
        assert cls is not None
        found = cls.find_properties(name)
        if len(found) > 1:
            owners = " and ".join(owner.name for owner, _declaration in found)
            self._context.at(target.node, "ambiguous-member", f"Both {owners} declare {name}")
        elif root.kind == TYPE:
            self._assign_static(target, root, name)
        elif found and isinstance(target.root, Variable) and not self._may_construct:
            usages = [own.properties[name].usage for own in cls.lineage if name in own.properties]
            usage = next((usage for usage in usages if usage in READ_ONLY), None)
            if usage is not None:
                message = (
                    f"Property {name} is {usage}: only .init may set it; "
                    "declare Usage: InOut, Out or Runtime"
                )
                self._context.at(target.node, "read-only-property", message)

    def _assign_static(self, target: s.Target, root: Value, name: str) -> None:
        cls = root.cls
        assert cls is not None
        found = cls.find_properties(name)
        if found and found[0][1].usage != "Static":
            message = f"Property {name} of {cls.name} belongs to objects, not to the class"
            self._context.at(target.node, "not-static", message)
        elif not found and cls.is_whole:
            advice = did_you_mean(name, cls.property_names)
            message = f"Class {cls.name} declares no static property {name}{advice}"
            self._context.at(target.node, "unknown-property", message)


def check_value(expressions: ExpressionChecker, value: s.Value, scope: Scope) -> None:
    """Check all expressions of a right-hand side."""
    if isinstance(value, s.Evaluated):
        expressions.check(value.node, scope)
    elif isinstance(value, s.ListValue):
        for item in value.items:
            check_value(expressions, item, scope)
    elif isinstance(value, s.DictValue):
        for key, item in value.pairs:
            check_value(expressions, key, scope)
            check_value(expressions, item, scope)
