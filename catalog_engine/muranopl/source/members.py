"""Members of classes: properties, methods and arguments, from YAML nodes to declarations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.muranopl.source.contracts import ContractReader
from catalog_engine.muranopl.source.declarations import (
    ABSENT,
    ArgumentDeclaration,
    ContractSpec,
    FunctionRef,
    MetaDeclaration,
    MethodDeclaration,
    PropertyDeclaration,
)
from catalog_engine.muranopl.source.errors import DSL_SYNTAX_ERROR, Report, did_you_mean
from catalog_engine.muranopl.source.namespaces import key_text, resolve_at
from catalog_engine.muranopl.source.nodes import (
    MappingNode,
    Node,
    is_null,
    list_value,
    text_of,
)
from catalog_engine.muranopl.statements.blocks import BlockReader
from catalog_engine.muranopl.statements.nodes import Function, Literal, Value
from catalog_engine.muranopl.statements.values import value_of

PROPERTY_USAGES: Final = ("In", "Out", "InOut", "Const", "Runtime", "Static", "Config")
METHOD_USAGES: Final = ("Runtime", "Action", "Static", "Extension")
ARGUMENT_USAGES: Final = ("Standard", "VarArgs", "KwArgs")


class MemberReader:
    """Reads the members of one class, and the metadata of anything in it.

    :param owner: full name of the class.
    :param namespaces: namespaces in force.
    :param format_version: ``1.0`` ... ``1.4``, of the package.
    :param report: gets the errors of instructions, which are left out then.
    :ivar functions: sources of the functions made so far, by name.
    :ivar warnings: what is legal and should be written otherwise.
    """

    def __init__(
        self,
        owner: str,
        namespaces: Mapping[str, str],
        format_version: str,
        report: Report | None,
    ):
        self.functions: dict[str, Function] = {}
        self.warnings: list[str] = []
        self._owner = owner
        self._namespaces = namespaces
        self._format = format_version
        self._blocks = BlockReader(namespaces, report)
        self._title = ""
        self._contracts = ContractReader(lambda kind, value: self._add(kind, self._title, value))

    def read_property(self, name: str, node: Node) -> PropertyDeclaration:
        """Declaration of a property.

        :raises CompileError: it is malformed.
        """
        what = f"property {name} of class {self._owner}"
        declaration = self._mapping(node, what)
        usage = choice(declaration, "Usage", PROPERTY_USAGES, "In", DSL_SYNTAX_ERROR)
        return PropertyDeclaration(
            name, usage, *self._value_of(declaration, what, node), node.position
        )

    def read_method(self, name: str, node: Node) -> MethodDeclaration:
        """Declaration of a method, its code among the functions.

        :raises CompileError: it is malformed.
        """
        what = f"method {name} of class {self._owner}"
        if is_null(node):
            return MethodDeclaration(name, "Runtime", "Session", (), None, (), node.position)
        declaration = self._mapping(node, what)
        usage = choice(declaration, "Usage", METHOD_USAGES, "Runtime")
        scope = choice(declaration, "Scope", ("Session", "Public"), "Session")
        if usage == "Action":
            written = declaration.get("Scope")
            if written is not None and text_of(written) == "Session":
                raise written.error(
                    'Both "Usage: Action" and "Scope: Session" are provided for method ' + name,
                    "ValueError",
                )
            scope = "Public"
            if self._format > "1.3":
                self.warnings.append(
                    f"{node.position}: 'Usage: Action' is deprecated; use 'Scope: Public' in "
                    f"method {name}"
                )
        arguments = self._arguments(name, what, declaration.get("Arguments"))
        body: FunctionRef | None = None
        source = declaration.get("Body")
        if source is not None:
            body = FunctionRef(f"m{len(self.functions)}")
            self.functions[body.name] = Function(
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
            self.read_meta(declaration.get("Meta"), what),
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
        what = f"argument {name} of method {method} of class {self._owner}"
        declaration = self._mapping(node, what)
        usage = choice(declaration, "Usage", ARGUMENT_USAGES, "Standard", DSL_SYNTAX_ERROR)
        return ArgumentDeclaration(
            name, usage, *self._value_of(declaration, what, node), node.position
        )

    def read_meta(self, node: Node | None, title: str) -> tuple[MetaDeclaration, ...]:
        """Items of a ``Meta`` key.

        :param title: what carries them.
        :raises CompileError: one is malformed.
        """
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
                        resolve_at(self._namespaces, name, "Meta"),
                        self._add("value", f"metadata of {title}", given),
                        (given.value,) if isinstance(given, Literal) else None,
                        name.position,
                    )
                )
        return tuple(result)

    def _add(self, kind: str, title: str, value: Value) -> FunctionRef:
        name = f"f{len(self.functions)}"
        self.functions[name] = Function(name, title, kind, value.position, value=value)
        return FunctionRef(name)

    def _mapping(self, node: Node, what: str) -> MappingNode:
        if not isinstance(node, MappingNode):
            raise node.error(f"The declaration of {what} must be a mapping", DSL_SYNTAX_ERROR)
        return node

    def _value_of(
        self, declaration: MappingNode, what: str, place: Node
    ) -> tuple[ContractSpec, Any, tuple[Any] | None, tuple[MetaDeclaration, ...]]:
        """What properties and arguments have alike: contract, default, its constant, metadata."""
        contract = self._contract(declaration, what, place)
        default, constant = self._default(declaration, what)
        return contract, default, constant, self.read_meta(declaration.get("Meta"), what)

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


def choice(
    node: MappingNode,
    key: str,
    known: tuple[str, ...],
    default: str,
    kind: str = "ValueError",
) -> str:
    """Value of a key that takes one of a few words.

    :param kind: kind of the error.
    :raises CompileError: it is another.
    """
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


def _misspelt(node: MappingNode, wanted: str) -> str:
    """Advice when a key looks like a misspelt *wanted*."""
    for key in node.keys():  # noqa: SIM118 - a node, no dictionary
        if did_you_mean(str(key), (wanted,)):
            return f" (is {str(key)!r} meant to be {wanted!r}?)"
    return ""
