"""Namespaces of a class document, and how they resolve names of types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.source.nodes import MappingNode, Node, ScalarNode, is_null, text_of

_NAME: Final = re.compile(r"(?:([a-zA-Z_]\w*):|(:))?([a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)*)")
_PREFIX: Final = re.compile(r"[a-zA-Z_]\w*|=")
_NAMESPACE: Final = re.compile(r"[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)*")


def resolve(namespaces: Mapping[str, str], name: str) -> str:
    """Resolve the name of a type as it is written to a fully qualified one.

    :raises ValueError: it is no name of a type.
    :raises KeyError: its prefix is unknown.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"Invalid type name {name!r}")
    prefix, colon, rest = match.groups()
    if prefix is None and colon is None and "." in rest:
        return rest
    prefix = prefix or "="
    if prefix not in namespaces and prefix != "=":
        raise KeyError(f"Unknown namespace prefix {prefix}{did_you_mean(prefix, namespaces)}")
    namespace = namespaces.get(prefix)
    return f"{namespace}.{rest}" if namespace else rest


def is_type_name(name: str, strict: bool = False) -> bool:
    """Say whether a text has the form of a type's name; *strict* asks for a colon in it."""
    return _NAME.fullmatch(name) is not None and (not strict or ":" in name)


def resolve_at(namespaces: Mapping[str, str], node: Node, what: str) -> str:
    """Resolve the name that stands in a node.

    :raises CompileError: it is no text, no name, or its prefix is unknown.
    """
    text = text_of(node)
    if text is None:
        raise node.error(f"{what} must be the name of a class")
    try:
        return resolve(namespaces, text)
    except (ValueError, KeyError) as error:
        raise node.error(str(error.args[0]), type(error).__name__) from error


def read_namespaces(node: Node | None) -> dict[str, str]:
    """Read the value of a ``Namespaces`` key.

    :raises CompileError: it is malformed.
    """
    result = {"=": ""}
    if node is None or is_null(node):
        return result
    if not isinstance(node, MappingNode):
        raise node.error("Namespaces must be a mapping of prefixes", "ValueError")
    for key, value in node.pairs:
        prefix = text_of(key)
        if prefix is None or _PREFIX.fullmatch(prefix) is None:
            raise key.error(f"Invalid namespace prefix {prefix or key_text(key)!r}", "ValueError")
        if is_null(value):
            result[prefix] = ""
            continue
        namespace = text_of(value)
        if namespace is None or (namespace and _NAMESPACE.fullmatch(namespace) is None):
            raise value.error(f"Invalid namespace {namespace or key_text(value)!r}", "ValueError")
        result[prefix] = namespace
    return result


def key_text(node: Node) -> str:
    """Text of a key or value for messages."""
    if isinstance(node, ScalarNode):
        return str(node.value)
    return text_of(node) or "a list or mapping"
