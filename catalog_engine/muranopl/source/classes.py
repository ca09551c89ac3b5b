"""Class documents: from YAML nodes to declarations and the sources of their functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from catalog_engine.muranopl.source.declarations import ClassDeclaration
from catalog_engine.muranopl.source.errors import DSL_SYNTAX_ERROR, CompileError, Report
from catalog_engine.muranopl.source.members import MemberReader, choice
from catalog_engine.muranopl.source.namespaces import key_text, resolve_at
from catalog_engine.muranopl.source.nodes import (
    MappingNode,
    Node,
    ScalarNode,
    is_null,
    list_value,
    text_of,
)
from catalog_engine.muranopl.statements.nodes import Function

ROOT_CLASS: Final = "io.murano.Object"
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
        self._report = report
        self._members = MemberReader(name, self._namespaces, format_version, report)

    def read(self, node: MappingNode) -> ClassSource:
        """Read the document.

        :raises CompileError: something in it is malformed.
        """
        usage = self._attempt("Class", choice, node, "Usage", ("Class", "Meta"), "Class")
        parents = tuple(dict.fromkeys(self._names(node, "Extends")))
        if not list_value(node.get("Extends")) and self._name != ROOT_CLASS:
            parents = (ROOT_CLASS,)
        read = self._members
        properties = dict(self._each(self._named(node, "Properties"), read.read_property))
        members = self._named(node, "Methods") or self._named(node, "Workflow")
        special = [(SPECIAL.get(name, name), value) for name, value in members]
        methods = dict(self._each(special, read.read_method))
        declaration = ClassDeclaration(
            self._name,
            usage,
            parents,
            self._namespaces,
            tuple(self._names(node, "Import")),
            self._attempt("One", choice, node, "Cardinality", ("One", "Many"), "One"),
            self._attempt(("All",), _applies, node),
            self._attempt(False, _inherited, node),
            self._attempt((), read.read_meta, node.get("Meta"), f"class {self._name}"),
            properties,
            methods,
            node.position,
            tuple(read.warnings),
        )
        return ClassSource(declaration, read.functions)

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
            name = self._attempt(None, resolve_at, self._namespaces, item, key)
            if name is not None:
                yield name

    def _named(self, node: MappingNode, key: str) -> list[tuple[str, Node]]:
        return self._attempt([], _named, node, key)

    def _each(
        self, members: Iterable[tuple[str, Node]], read: Callable[[str, Node], T]
    ) -> Iterator[tuple[str, T]]:
        for name, node in members:
            declaration = self._attempt(None, read, name, node)
            if declaration is not None:
                yield name, declaration


def _applies(node: MappingNode) -> tuple[str, ...]:
    given = list_value(node.get("Applies"))
    for item in given:
        if text_of(item) not in META_TARGETS:
            raise item.error(
                f"Invalid Applies {key_text(item)!r}; it must be of {', '.join(META_TARGETS)}",
                "ValueError",
            )
    return tuple(text_of(item) or "" for item in given) or ("All",)


def _inherited(node: MappingNode) -> bool:
    value = node.get("Inherited")
    if value is None or is_null(value):
        return False
    if not isinstance(value, ScalarNode) or not isinstance(value.value, bool):
        raise value.error("Inherited must be true or false", "ValueError")
    return value.value


def _named(node: MappingNode, key: str) -> list[tuple[str, Node]]:
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
