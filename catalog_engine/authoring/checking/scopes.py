"""What names mean at a place in the code of a class."""

from __future__ import annotations

import dataclasses
from collections.abc import Set
from typing import Any, Final

from catalog_engine.authoring.checking.findings import Collector, Place
from catalog_engine.authoring.checking.members import KnownClass
from catalog_engine.muranopl.expressions.nodes import Expression
from catalog_engine.muranopl.functions.library import FunctionTables
from catalog_engine.muranopl.functions.table import FunctionTable
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.source.namespaces import resolve
from catalog_engine.muranopl.source.nodes import ExpressionNode, Node

UNKNOWN: Final = "unknown"
OBJECT: Final = "object"
"""An object of the class or of one that inherits from it."""
EXACT: Final = "exact"
"""An object whose methods are those of the class itself."""
TYPE: Final = "type"
"""The class as a value."""
PARENTS: Final = "parents"
"""An object seen as each parent of the class in turn."""


@dataclasses.dataclass(frozen=True)
class Value:
    """What is known of a value; *cls* is None where nothing is."""

    kind: str = UNKNOWN
    cls: KnownClass | None = None


ANYTHING: Final = Value()


@dataclasses.dataclass(frozen=True)
class Scope:
    """What names mean.

    :ivar this: what ``$this`` is; *it* what ``$`` is.
    :ivar variables: those that may have been set by then, which grow while a body is read; None:
        any may be.
    :ivar is_open: functions and variables may be bound that nobody can know of.
    :ivar in_contract: methods are contract functions.
    """

    this: Value
    it: Value
    variables: Set[str] | None = dataclasses.field(default=frozenset(), compare=False)
    is_open: bool = False
    in_contract: bool = False

    def inner(self, it: Value = ANYTHING) -> Scope:
        """The scope of an argument that is evaluated later, for other values of ``$``."""
        return dataclasses.replace(self, it=it)

    def opened(self) -> Scope:
        """The scope where anything may have been bound."""
        return dataclasses.replace(self, it=ANYTHING, variables=None, is_open=True)


class ClassContext:
    """One class under check: where findings go, and what its names stand for."""

    def __init__(self, cls: KnownClass, world: Any, collector: Collector) -> None:
        self.cls = cls
        self.package = cls.package
        self.world = world
        self.collector = collector
        self.table: FunctionTable = FunctionTables().for_format(cls.package.format_version)

    def add(
        self, node: ExpressionNode, tree: Expression, code: str, message: str,
        severity: str | None = None,
    ) -> None:  # fmt: skip
        """Note a finding at a part of an expression."""
        line, column = node.place_of(tree.start)
        place = Place(node.source.file, line, column)
        self.collector.add(place, code, message, severity)

    def at(self, node: Node, code: str, message: str, severity: str | None = None) -> None:
        """Note a finding at a node."""
        self.collector.add(node.position, code, message, severity)

    def named(self, text: str) -> tuple[KnownClass | None, tuple[str, str] | None]:
        """The class that a name as written stands for, or else the code and message to note.

        Neither, where the class may exist and cannot be known.
        """
        try:
            name = resolve(self.cls.document.namespaces, text)
        except KeyError as error:
            return None, ("unknown-namespace", str(error.args[0]))
        except ValueError as error:
            return None, ("unknown-class", str(error.args[0]))
        return self.full_name(name)

    def full_name(self, name: str) -> tuple[KnownClass | None, tuple[str, str] | None]:
        """The same for a fully qualified name."""
        found = self.package.find(name)
        if found is not None or self.package.may_have(name):
            return found, None
        holder = self.world.holder(name)
        if holder is not None:
            advice = f"; package {holder.name} has it: add that to Require in the manifest"
        else:
            advice = did_you_mean(name, self.package.visible())
        return None, ("unknown-class", f"There is no class {name}{advice}")
