"""Typed syntax tree of code blocks, right-hand sides and assignment targets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catalog_engine.muranopl.expressions.nodes import Expression
from catalog_engine.muranopl.source.errors import Position
from catalog_engine.muranopl.source.nodes import ExpressionNode

# ---------------------------------------------------------------- right-hand sides


@dataclass(slots=True)
class Literal:
    """A structure without expressions: nested tuples, dicts and scalars."""

    value: Any
    position: Position


@dataclass(slots=True)
class Evaluated:
    """An expression."""

    node: ExpressionNode

    @property
    def position(self) -> Position:
        """Where it stands."""
        return self.node.position


@dataclass(slots=True)
class ListValue:
    """A sequence with an expression somewhere in it."""

    items: list[Value]
    position: Position


@dataclass(slots=True)
class DictValue:
    """A mapping with an expression somewhere in it, keys included."""

    pairs: list[tuple[Value, Value]]
    position: Position


Value = Literal | Evaluated | ListValue | DictValue

# ---------------------------------------------------------------- assignment targets


@dataclass(slots=True)
class Step:
    """One step from a target's root: a member's *name*, or an *index* expression."""

    name: str | None
    index: Expression | None
    expression: Expression


@dataclass(slots=True)
class Target:
    """What is assigned to: steps from a variable (*variable*) or from a value (*root*).

    *root* is ``$``, ``$this``, a type name or a call of ``type()``.
    """

    variable: str | None
    root: Expression | None
    steps: list[Step]
    node: ExpressionNode


# ---------------------------------------------------------------- statements


@dataclass(slots=True)
class Statement:
    """Base of all statements; *text* is what stack traces show for it."""

    position: Position


@dataclass(slots=True)
class Discard(Statement):
    """An expression whose value is not used."""

    value: Evaluated


@dataclass(slots=True)
class Assign(Statement):
    """``target: value``."""

    target: Target
    value: Value


@dataclass(slots=True)
class Return(Statement):
    """Leave the method with a value."""

    value: Value


@dataclass(slots=True)
class Leave(Statement):
    """``Break`` or, with *again*, ``Continue``."""

    again: bool


@dataclass(slots=True)
class Block(Statement):
    """``Do``."""

    body: list[Statement]


@dataclass(slots=True)
class If(Statement):
    """``If``, ``Then``, ``Else``."""

    condition: Value
    then: list[Statement]
    otherwise: list[Statement]


@dataclass(slots=True)
class While(Statement):
    """``While``, ``Do``."""

    condition: Value
    body: list[Statement]


@dataclass(slots=True)
class For(Statement):
    """``For``, ``In``, ``Do``."""

    variable: str
    collection: Value
    body: list[Statement]


@dataclass(slots=True)
class Repeat(Statement):
    """``Repeat``, ``Do``."""

    count: Value
    body: list[Statement]


@dataclass(slots=True)
class Match(Statement):
    """``Match``, ``Value``, ``Default``: the first constant that equals the value."""

    value: Value
    cases: list[tuple[Any, list[Statement]]]
    default: list[Statement]


@dataclass(slots=True)
class Switch(Statement):
    """``Switch``, ``Default``: every key that is true."""

    cases: list[tuple[Value, list[Statement]]]
    default: list[Statement]


@dataclass(slots=True)
class Parallel(Statement):
    """``Parallel``, ``Limit``: each statement in a branch of its own."""

    branches: list[Statement]
    limit: Value | None


@dataclass(slots=True)
class Handler:
    """One entry of ``Catch``; *names* are resolved, None catches all."""

    names: tuple[str, ...] | None
    variable: str | None
    body: list[Statement]
    position: Position


@dataclass(slots=True)
class Try(Statement):
    """``Try``, ``Catch``, ``Else``, ``Finally``."""

    body: list[Statement]
    handlers: list[Handler]
    otherwise: list[Statement]
    final: list[Statement] | None


@dataclass(slots=True)
class Throw(Statement):
    """``Throw``, ``Message``, ``Extra``, ``Cause``."""

    names: list[Value]
    message: Value | None
    extra: Value | None
    cause: Value | None


@dataclass(slots=True)
class Rethrow(Statement):
    """``Rethrow``."""


# ---------------------------------------------------------------- functions


@dataclass(slots=True)
class Function:
    """Source of one generated function.

    :ivar name: name of the generated function.
    :ivar title: method name, or what it computes, for stack traces.
    :ivar kind: ``method`` (*body*), ``value`` (*value*, of ``this``), ``predicate`` (*value*, of
        ``this, it``) or ``leaf`` (*value*, of ``this, it, call``).
    :ivar parameters: names of the method's arguments, in declared order.
    """

    name: str
    title: str
    kind: str
    position: Position
    parameters: tuple[str, ...] = ()
    body: list[Statement] = field(default_factory=list)
    value: Value | None = None
