"""Class documents: keys that nothing reads, texts that were to be expressions, namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from catalog_engine.authoring.checking.findings import Collector
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.source.nodes import (
    ExpressionNode,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    list_value,
    text_of,
)
from catalog_engine.muranopl.source.packages import ClassDocument

CLASS_KEYS: Final = (
    "Name", "Namespaces", "Usage", "Extends", "Properties", "Methods", "Workflow", "Import",
    "Meta", "Cardinality", "Applies", "Inherited",
)  # fmt: skip
PROPERTY_KEYS: Final = ("Contract", "Usage", "Default", "Meta")
ARGUMENT_KEYS: Final = PROPERTY_KEYS
METHOD_KEYS: Final = ("Usage", "Scope", "Arguments", "Body", "Meta")
_PREFIX: Final = re.compile(r"\b([a-zA-Z_]\w*):")


def check_document(document: ClassDocument, collector: Collector) -> None:
    """Check one class document for what compiles and still is no good."""
    node = document.node
    _check_keys(node, CLASS_KEYS, "class", collector)
    for name, property_ in members(node, "Properties"):
        _check_keys(property_, PROPERTY_KEYS, f"property {name}", collector)
    for name, method in members(node, "Methods") or members(node, "Workflow"):
        _check_keys(method, METHOD_KEYS, f"method {name}", collector)
        for own, argument in arguments(method):
            _check_keys(argument, ARGUMENT_KEYS, f"argument {own} of {name}", collector)
    for part in walk(node):
        if isinstance(part, ScalarNode):
            _check_text(part, collector)
        elif isinstance(part, MappingNode):
            _check_match(part, collector)


def check_namespaces(documents: Iterable[ClassDocument], collector: Collector) -> None:
    """Tell the prefixes of a file that none of its classes uses."""
    uses: dict[int, tuple[Node, set[str]]] = {}
    for document in documents:
        if document.given is not None:
            _node, used = uses.setdefault(id(document.given), (document.given, set()))
            for part in walk(document.node):
                text = text_of(part)
                if text is not None and part is not document.given:
                    used.update(_PREFIX.findall(text))
    for given, used in uses.values():
        for key, _value in given.pairs if isinstance(given, MappingNode) else ():
            prefix = text_of(key)
            if prefix != "=" and prefix not in used:
                message = f"No class uses the prefix {prefix}"
                collector.add(key.position, "unused-namespace", message)


def members(node: MappingNode, key: str) -> list[tuple[str, MappingNode]]:
    """Names and declarations below a key, of those that are mappings."""
    return list(_pairs(node.get(key)))


def arguments(method: MappingNode) -> list[tuple[str, MappingNode]]:
    """Names and declarations of a method's arguments."""
    given = method.get("Arguments")
    found: list[tuple[str, MappingNode]] = []
    for item in list_value(given):
        found.extend(_pairs(item))
    return found


def _pairs(node: Node | None) -> Iterator[tuple[str, MappingNode]]:
    for name, value in node.pairs if isinstance(node, MappingNode) else ():
        text = text_of(name)
        if text is not None and isinstance(value, MappingNode):
            yield text, value


def walk(node: Node) -> Iterator[Node]:
    """A node and all that is in it, keys included; what an alias repeats once."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        if isinstance(part, SequenceNode):
            waiting.extend(part.items)
        elif isinstance(part, MappingNode):
            for pair in part.pairs:
                waiting.extend(pair)


def _check_keys(
    node: MappingNode, known: tuple[str, ...], what: str, collector: Collector
) -> None:  # fmt: skip
    for key, _value in node.pairs:
        text = text_of(key)
        if text is None or text not in known:
            advice = did_you_mean(text or "", known)
            code = "unknown-key" if advice else "ignored-key"
            collector.add(key.position, code, f"The key {text!r} of {what} is ignored{advice}")


def _check_text(node: ScalarNode, collector: Collector) -> None:
    """An unquoted text that begins as a variable does, and could not be parsed."""
    if isinstance(node.value, str) and node.value.startswith("$") and node.initial == "$":
        message = f"{node.value[:60]!r} is no expression but a text; mind its brackets and quotes"
        collector.add(node.position, "not-an-expression", message)


def _check_match(node: MappingNode, collector: Collector) -> None:
    cases = node.get("Match")
    if isinstance(cases, MappingNode) and node.get("Value") is not None:
        for key, _body in cases.pairs:
            if isinstance(key, ExpressionNode):
                message = (
                    f"Match compares with constants: {key.text} never runs; quote it, or use Switch"
                )
                collector.add(key.position, "unreachable", message)


def unlisted(
    documents: Mapping[str | None, ClassDocument], listed: Iterable[str], collector: Collector
) -> None:  # fmt: skip
    """Tell the classes of a file that the manifest does not list.

    A class that serves others of its file needs no place in the manifest.
    """
    known = set(listed)
    for name, document in documents.items():
        if name is None or name in known:
            continue
        others = [own.node for own in documents.values() if own is not document]
        if not any(_names(node, name) for node in others):
            message = f"The manifest does not list class {name}{did_you_mean(name, known)}"
            collector.add(document.node.position, "unlisted-class", message)


def _names(node: Node, class_name: str) -> bool:
    """Whether a text within a node names a class, in full or by its last part."""
    name = re.compile(rf"\b{re.escape(class_name.rpartition('.')[2])}\b")
    return any(name.search(text_of(part) or "") for part in walk(node))
