"""Class documents: from YAML nodes to declarations and the sources of their functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from catalog_engine.muranopl.source.contracts import ContractReader
from catalog_engine.muranopl.source.declarations import (
    ABSENT,
    ArgumentDeclaration,
    ClassDeclaration,
    ContractSpec,
    FunctionRef,
    MetaDeclaration,
    MethodDeclaration,
    PropertyDeclaration,
)
from catalog_engine.muranopl.source.errors import (
    DSL_SYNTAX_ERROR,
    CompileError,
    Report,
    did_you_mean,
)
from catalog_engine.muranopl.source.namespaces import key_text, resolve_at
from catalog_engine.muranopl.source.nodes import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    is_null,
    list_value,
    text_of,
)
from catalog_engine.muranopl.statements.blocks import BlockReader
from catalog_engine.muranopl.statements.nodes import Function, Literal, Value
from catalog_engine.muranopl.statements.values import value_of

ROOT_CLASS: Final = "io.murano.Object"
PROPERTY_USAGES: Final = ("In", "Out", "InOut", "Const", "Runtime", "Static", "Config")
METHOD_USAGES: Final = ("Runtime", "Action", "Static", "Extension")
ARGUMENT_USAGES: Final = ("Standard", "VarArgs", "KwArgs")
META_TARGETS: Final = ("All", "Package", "Type", "Method", "Property", "Argument")
SPECIAL: Final = {"initialize": ".init", "destroy": ".destroy"}
"""Second spellings of methods with a meaning of their own."""

T = TypeVar("T")


@dataclass
class ClassSource:
    """A class that was read and checked, with the sources of its functions by name."""

    declaration: ClassDeclaration
    functions: dict[str, Function]


class ClassReader:
    """Reads one class document.

    :param name: fully qualified name.
    :param namespaces: namespaces in force.
    :param format_version: ``1.0`` ... ``1.4``, of the package.
    :param report: gets the errors of members, which are left out then; None: the first is raised.
    """

    def __init__(
        self,
        name: str,
        namespaces: Mapping[str, str],
        format_version: str,
        report: Report | None = None,
    ):
        self._name = name
        self._namespaces = dict(namespaces)
        self._format = format_version
        self._functions: dict[str, Function] = {}
        self._report = report
        self._blocks = BlockReader(self._namespaces, report)
        self._title = ""
        self._contracts = ContractReader(lambda kind, value: self._add(kind, self._title, value))
        self._warnings: list[str] = []

    def read(self, node: MappingNode) -> ClassSource:
        """Read the document.

        :raises CompileError: something in it is malformed.
        """
        usage = self._attempt("Class", self._choice, node, "Usage", ("Class", "Meta"), "Class")
        parents = tuple(dict.fromkeys(self._names(node, "Extends")))
        if not list_value(node.get("Extends")) and self._name != ROOT_CLASS:
            parents = (ROOT_CLASS,)
        properties = dict(self._each(self._members_or_none(node, "Properties"), self._property))
        members = self._members_or_none(node, "Methods") or self._members_or_none(node, "Workflow")
        special = [(SPECIAL.get(name, name), value) for name, value in members]
        methods = dict(self._each(special, self._method))
        declaration = ClassDeclaration(
            self._name,
            usage,
            parents,
            self._namespaces,
            tuple(self._names(node, "Import")),
            self._attempt("One", self._choice, node, "Cardinality", ("One", "Many"), "One"),
            self._attempt(("All",), self._applies, node),
            self._attempt(False, self._inherited, node),
            self._attempt((), self.meta, node.get("Meta"), f"class {self._name}"),
            properties,
            methods,
            node.position,
            tuple(self._warnings),
        )
        return ClassSource(declaration, self._functions)

    def _attempt(self, otherwise: T, read: Callable[..., T], *arguments: Any) -> T:
        """What *read* answers; an error of it is reported where somebody asked for that."""
        try:
            return read(*arguments)
        except CompileError as error:
            if self._report is None:
                raise
            self._report(error)
            return otherwise

    def _names(self, node: MappingNode, key: str) -> Iterator[str]:
        for item in list_value(node.get(key)):
            name = self._attempt(None, self._resolve, item, key)
            if name is not None:
                yield name

    def _members_or_none(self, node: MappingNode, key: str) -> list[tuple[str, Node]]:
        return self._attempt([], self._members, node, key)

    def _each(
        self, members: Iterable[tuple[str, Node]], read: Callable[[str, Node], T]
    ) -> Iterator[tuple[str, T]]:
        for name, node in members:
            declaration = self._attempt(None, read, name, node)
            if declaration is not None:
                yield name, declaration

    def meta(self, node: Node | None, title: str) -> tuple[MetaDeclaration, ...]:
        """Items of a ``Meta`` key."""
        if node is not None and not isinstance(node, (SequenceNode, MappingNode)):
            node = None if is_null(node) else node
        result = []
        for item in list_value(node):
            pairs = item.pairs if isinstance(item, MappingNode) else [(item, None)]
            if len(pairs) != 1 and not isinstance(node, MappingNode):
                raise item.error(
                    "An item of Meta is a name, or a mapping with one name as its key",
                    DSL_SYNTAX_ERROR,
                )
            for name, value in pairs:
                if value is not None and not is_null(value) and not isinstance(value, MappingNode):
                    raise value.error(
                        "Properties of attached metadata are a mapping", DSL_SYNTAX_ERROR
                    )
                given = (
                    Literal({}, name.position)
                    if value is None or is_null(value)
                    else value_of(value)
                )
                result.append(
                    MetaDeclaration(
                        self._resolve(name, "Meta"),
                        self._add("value", f"metadata of {title}", given),
                        (given.value,) if isinstance(given, Literal) else None,
                        name.position,
                    )
                )
        return tuple(result)

    @property
    def functions(self) -> dict[str, Function]:
        """Sources of the functions made so far."""
        return self._functions

    def _resolve(self, node: Node, what: str) -> str:
        return resolve_at(self._namespaces, node, what)

    def _add(self, kind: str, title: str, value: Value) -> FunctionRef:
        name = f"f{len(self._functions)}"
        self._functions[name] = Function(name, title, kind, value.position, value=value)
        return FunctionRef(name)

    def _choice(
        self,
        node: MappingNode,
        key: str,
        known: tuple[str, ...],
        default: str,
        kind: str = "ValueError",
    ) -> str:
        value = node.get(key)
        if value is None or is_null(value):
            return default
        text = text_of(value)
        if text not in known:
            raise value.error(
                f"Invalid {key} {key_text(value)!r}; it must be one of {', '.join(known)}"
                f"{did_you_mean(key_text(value), known)}",
                kind,
            )
        return text

    def _applies(self, node: MappingNode) -> tuple[str, ...]:
        given = list_value(node.get("Applies"))
        for item in given:
            if text_of(item) not in META_TARGETS:
                raise item.error(
                    f"Invalid Applies {key_text(item)!r}; it must be of {', '.join(META_TARGETS)}",
                    "ValueError",
                )
        return tuple(text_of(item) or "" for item in given) or ("All",)

    def _inherited(self, node: MappingNode) -> bool:
        value = node.get("Inherited")
        if value is None or is_null(value):
            return False
        if not isinstance(value, ScalarNode) or not isinstance(value.value, bool):
            raise value.error("Inherited must be true or false", "ValueError")
        return value.value

    def _members(self, node: MappingNode, key: str) -> list[tuple[str, Node]]:
        value = node.get(key)
        if value is None or is_null(value):
            return []
        if not isinstance(value, MappingNode):
            raise value.error(f"{key} must be a mapping of names to declarations", DSL_SYNTAX_ERROR)
        result = []
        for name, declaration in value.pairs:
            text = text_of(name)
            if text is None:
                if not isinstance(name, ScalarNode) or name.value is None:
                    raise name.error(f"A name in {key} must be a text", DSL_SYNTAX_ERROR)
                text = str(name.value)
            result.append((text, declaration))
        return result

    def _mapping(self, node: Node, what: str) -> MappingNode:
        if not isinstance(node, MappingNode):
            raise node.error(f"The declaration of {what} must be a mapping", DSL_SYNTAX_ERROR)
        return node

    def _contract(self, node: MappingNode, what: str, place: Node) -> ContractSpec:
        contract = node.get("Contract")
        if contract is None:
            raise place.error(
                f"{what} has no Contract; use $ for any value{_misspelt(node, 'Contract')}",
                DSL_SYNTAX_ERROR,
            )
        self._title = f"contract of {what}"
        return self._contracts.read(contract)

    def _default(self, node: MappingNode, what: str) -> tuple[Any, tuple[Any] | None]:
        default = node.get("Default")
        if default is None:
            return ABSENT, None
        value = value_of(default)
        function = self._add("value", f"default of {what}", value)
        return function, ((value.value,) if isinstance(value, Literal) else None)

    def _property(self, name: str, node: Node) -> PropertyDeclaration:
        what = f"property {name} of class {self._name}"
        declaration = self._mapping(node, what)
        usage = self._choice(declaration, "Usage", PROPERTY_USAGES, "In", DSL_SYNTAX_ERROR)
        contract = self._contract(declaration, what, node)
        default, constant = self._default(declaration, what)
        return PropertyDeclaration(
            name,
            usage,
            contract,
            default,
            constant,
            self.meta(declaration.get("Meta"), what),
            node.position,
        )

    def _method(self, name: str, node: Node) -> MethodDeclaration:
        what = f"method {name} of class {self._name}"
        if is_null(node):
            return MethodDeclaration(name, "Runtime", "Session", (), None, (), node.position)
        declaration = self._mapping(node, what)
        usage = self._choice(declaration, "Usage", METHOD_USAGES, "Runtime")
        scope = self._choice(declaration, "Scope", ("Session", "Public"), "Session")
        if usage == "Action":
            written = declaration.get("Scope")
            if written is not None and text_of(written) == "Session":
                raise written.error(
                    'Both "Usage: Action" and "Scope: Session" are provided for method ' + name,
                    "ValueError",
                )
            scope = "Public"
            if self._format > "1.3":
                self._warnings.append(
                    f"{node.position}: 'Usage: Action' is deprecated; use 'Scope: Public' in "
                    f"method {name}"
                )
        arguments = self._arguments(name, what, declaration.get("Arguments"))
        body: FunctionRef | None = None
        source = declaration.get("Body")
        if source is not None:
            body = FunctionRef(f"m{len(self._functions)}")
            self._functions[body.name] = Function(
                body.name,
                name,
                "method",
                source.position,
                tuple(argument.name for argument in arguments),
                self._blocks.block(source),
            )
        return MethodDeclaration(
            name,
            usage,
            scope,
            arguments,
            body,
            self.meta(declaration.get("Meta"), what),
            node.position,
        )

    def _arguments(
        self,
        method: str,
        what: str,
        node: Node | None,
    ) -> tuple[ArgumentDeclaration, ...]:
        if node is None or is_null(node):
            return ()
        if isinstance(node, MappingNode):
            records = node.pairs
        else:
            records = []
            for item in list_value(node):
                if not isinstance(item, MappingNode) or len(item.pairs) != 1:
                    raise item.error(
                        f"Invalid arguments declaration in {what}; each item is a "
                        "mapping with the argument's name as its only key",
                        DSL_SYNTAX_ERROR,
                    )
                records.append(item.pairs[0])
        result = [self._argument(method, key, value) for key, value in records]
        ranks = [ARGUMENT_USAGES.index(argument.usage) for argument in result]
        if ranks != sorted(ranks) or any(ranks.count(rank) > 1 for rank in (1, 2)):
            raise node.error(
                f"Invalid argument order in method {method}; standard arguments come "
                "first, then at most one VarArgs, then at most one KwArgs",
                DSL_SYNTAX_ERROR,
            )
        names = [argument.name for argument in result]
        for name in names:
            if names.count(name) > 1:
                raise node.error(f"Argument {name} is declared twice in {what}", DSL_SYNTAX_ERROR)
        return tuple(result)

    def _argument(self, method: str, key: Node, node: Node) -> ArgumentDeclaration:
        name = text_of(key)
        if name is None:
            raise key.error("The name of an argument must be a text", DSL_SYNTAX_ERROR)
        what = f"argument {name} of method {method} of class {self._name}"
        declaration = self._mapping(node, what)
        usage = self._choice(declaration, "Usage", ARGUMENT_USAGES, "Standard", DSL_SYNTAX_ERROR)
        contract = self._contract(declaration, what, node)
        default, constant = self._default(declaration, what)
        return ArgumentDeclaration(
            name,
            usage,
            contract,
            default,
            constant,
            self.meta(declaration.get("Meta"), what),
            node.position,
        )


def _misspelt(node: MappingNode, wanted: str) -> str:
    """Advice when a key looks like a misspelt *wanted*."""
    for key in node.keys():  # noqa: SIM118 - a node, no dictionary
        if did_you_mean(str(key), (wanted,)):
            return f" (is {str(key)!r} meant to be {wanted!r}?)"
    return ""
