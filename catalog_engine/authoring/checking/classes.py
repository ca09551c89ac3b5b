"""One class: its parents, its members, and the code of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from catalog_engine.authoring.checking.bodies import READ_ONLY, BodyChecker, check_value
from catalog_engine.authoring.checking.constants import impossible, violation
from catalog_engine.authoring.checking.contracts import ContractChecker
from catalog_engine.authoring.checking.documents import arguments, members
from catalog_engine.authoring.checking.expressions import ExpressionChecker
from catalog_engine.authoring.checking.members import STATIC, KnownClass
from catalog_engine.authoring.checking.metadata import MetadataChecker
from catalog_engine.authoring.checking.scopes import OBJECT, TYPE, ClassContext, Scope, Value
from catalog_engine.muranopl.codegen.statements import blocks
from catalog_engine.muranopl.expressions import nodes as e
from catalog_engine.muranopl.source.classes import SPECIAL
from catalog_engine.muranopl.source.declarations import (
    ABSENT,
    ArgumentDeclaration,
    ContractSpec,
    MethodDeclaration,
    PropertyDeclaration,
)
from catalog_engine.muranopl.source.namespaces import is_type_name
from catalog_engine.muranopl.source.nodes import MappingNode, Node, list_value, text_of
from catalog_engine.muranopl.statements import nodes as s

_KINDS: Final = ("string", "int", "bool", "class", "template")


class ClassChecker:
    """Checks one class of a package."""

    def __init__(self, context: ClassContext) -> None:
        self._context = context
        self._cls = context.cls
        self._expressions = ExpressionChecker(context, frozenset(_set_members(context.cls)))
        self._contracts = ContractChecker(context, self._expressions)
        self._metadata = MetadataChecker(context, self._expressions)
        self._constructing = _construction_methods(context.cls)

    def check(self) -> None:
        """Check all of it."""
        self._parents()
        document = self._cls.document.node
        nodes = dict(members(document, "Properties"))
        for name, own in self._cls.declaration.properties.items():
            if name in nodes:
                self._property(own, nodes[name])
        methods = members(document, "Methods") or members(document, "Workflow")
        for name, node in methods:
            declaration = self._cls.declaration.methods.get(SPECIAL.get(name, name))
            if declaration is not None:
                self._method(declaration, node)
        self._metadata.check()

    # ------------------------------------------------------------ parents

    def _parents(self) -> None:
        node = self._cls.document.node
        for key in ("Extends", "Import"):
            for item in list_value(node.get(key)):
                text = text_of(item)
                if text is None or not is_type_name(text):
                    # The reader has said so.
                    continue
                found, wrong = self._context.named(text)
                if wrong is not None and wrong[0] == "unknown-class":
                    self._context.at(item, *wrong)
                if found is not None and key == "Extends":
                    self._parent(item, found)
        wrong_parents = self._context.world.wrong_parents.get(self._cls)
        if wrong_parents is not None:
            message = f"Class {self._cls.name} {wrong_parents}"
            self._context.at(node.get("Extends") or node, "inheritance", message)

    def _parent(self, item: Node, parent: KnownClass) -> None:
        if parent.declaration.usage == "Meta" and self._cls.declaration.usage != "Meta":
            message = f"{parent.name} is a metaclass; a class cannot inherit from it"
            self._context.at(item, "inheritance", message)

    # ------------------------------------------------------------ properties

    def _property(self, own: PropertyDeclaration, node: MappingNode) -> None:
        is_static = own.usage == "Static"
        this = Value(TYPE if is_static else OBJECT, self._cls)
        self._contract(own.contract, node, this)
        self._default(own, node, this)
        self._conflicts(own, node)

    def _contract(self, spec: ContractSpec, node: MappingNode, this: Value) -> None:
        self._contracts.check(node.get("Contract"), this)
        for position, text, severity in impossible(spec):
            self._context.collector.add(position, "impossible-contract", text, severity)

    def _default(
        self, own: PropertyDeclaration | ArgumentDeclaration, node: MappingNode, this: Value
    ) -> None:  # fmt: skip
        place = node.get("Default")
        if own.default is ABSENT or place is None:
            return
        value = self._cls.functions[own.default.name].value
        if value is not None:
            self._expressions.begin()
            check_value(self._expressions, value, Scope(this, this))
        if own.constant_default is not None and own.usage not in ("VarArgs", "KwArgs"):
            text = violation(own.contract, own.constant_default[0])
            if text is not None:
                # Objects are made all the same; the property stays unset.
                severity = "warning" if own.usage == "Runtime" else None
                message = f"The default of {own.name} breaks its contract: {text}"
                self._context.at(place, "contract-violation", message, severity)

    def _conflicts(self, own: PropertyDeclaration, node: MappingNode) -> None:
        """Writing must satisfy every declaration of a hierarchy."""
        for ancestor in self._cls.lineage[1:]:
            other = ancestor.properties.get(own.name)
            if other is None:
                continue
            kinds = (_kind(own.contract), _kind(other.contract))
            text = None
            if None not in kinds and kinds[0] != kinds[1]:
                text = f"is {kinds[1]}() there and {kinds[0]}() here; no value but null is both"
            elif (own.usage == "Static") != (other.usage == "Static"):
                text = f"is {other.usage} there and {own.usage} here"
            elif own.usage not in READ_ONLY and other.usage in READ_ONLY:
                text = f"is {other.usage} there, so that it cannot be set here either"
            if text is not None:
                message = f"Property {own.name} of {ancestor.name} {text}"
                self._context.at(node, "conflicting-property", message)

    # ------------------------------------------------------------ methods

    def _method(self, own: MethodDeclaration, node: MappingNode) -> None:
        is_static = own.usage in STATIC
        this = Value(TYPE if is_static else OBJECT, self._cls)
        declared = dict(arguments(node))
        for argument in own.arguments:
            if argument.name in declared:
                self._contract(argument.contract, declared[argument.name], this)
                self._default(argument, declared[argument.name], this)
        self._usage(own, node)
        if own.body is not None:
            function = self._cls.functions[own.body.name]
            checker = BodyChecker(
                self._context, self._expressions, function.parameters, is_static,
                may_construct=own.name in self._constructing,
            )  # fmt: skip
            checker.check(function.body)

    def _usage(self, own: MethodDeclaration, node: MappingNode) -> None:
        text = None
        if own.name in (".init", ".destroy"):
            if own.usage in STATIC or own.scope == "Public":
                text = f"{own.name} runs by itself; Usage and Scope mean nothing there"
        elif own.name.startswith("."):
            text = "Methods whose names begin with a dot cannot be called"
        elif own.usage == "Extension" and not own.arguments:
            text = "An extension method takes what it extends as its first argument; it has none"
        if text is not None:
            self._context.at(node, "uncallable-method", text)
        written = node.get("Usage")
        if own.usage == "Action" and self._cls.package.format_version > "1.3" and written:
            message = "Usage: Action is deprecated in formats after 1.3; use Scope: Public"
            self._context.at(written, "deprecated-usage", message)


def _kind(spec: ContractSpec) -> str | None:
    """The kind of values that a contract lets through, where it is one of the plain ones."""
    if spec[0] != "chain":
        return None
    return next((name for name, _args, _kwargs in spec[1] if name in _KINDS), None)


def _set_members(cls: KnownClass) -> Iterator[str]:
    """Names that code of a class assigns to as a member of anything."""
    for function in cls.functions.values():
        for statement in _statements(function.body):
            if isinstance(statement, s.Assign):
                yield from (step.name for step in statement.target.steps if step.name is not None)


def _construction_methods(cls: KnownClass) -> set[str]:
    """Names of methods that may run while an object of the class, or of a subclass, is made."""
    related = [*cls.lineage, *cls.subclasses]
    found: set[str] = set()
    waiting = [".init"]
    for own in related:
        for function in own.functions.values():
            if function.kind == "value":
                waiting.extend(_called(function.value))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for own in related:
            method = own.declaration.methods.get(name)
            if method is not None and method.body is not None:
                for statement in _statements(own.functions[method.body.name].body):
                    for part in _parts(statement):
                        waiting.extend(_called(part))
    return found


def _statements(body: list[s.Statement]) -> Iterator[s.Statement]:
    waiting = list(body)
    while waiting:
        statement = waiting.pop()
        yield statement
        for block in blocks(statement):
            waiting.extend(block)


def _parts(statement: s.Statement) -> Iterator[Any]:
    """Values of a statement, without its blocks."""
    for name in ("value", "condition", "collection", "count", "limit", "message", "extra"):
        yield getattr(statement, name, None)
    if isinstance(statement, s.Switch):
        yield from (condition for condition, _body in statement.cases)


def _called(value: Any) -> Iterator[str]:
    """Names of methods that a value calls on anything."""
    waiting: list[Any] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, s.Evaluated):
            waiting.append(part.node.tree)
        elif isinstance(part, s.ListValue):
            waiting.extend(part.items)
        elif isinstance(part, s.DictValue):
            waiting.extend(one for pair in part.pairs for one in pair)
        elif isinstance(part, e.Expression):
            if isinstance(part, e.Member) and isinstance(part.right, e.Call):
                yield part.right.name
            waiting.extend(e.children(part))
