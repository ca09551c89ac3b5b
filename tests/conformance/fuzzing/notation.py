"""What class files consist of, written as YAML: in blocks, as package authors do."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Expression(NamedTuple):
    """A scalar that is meant as an expression; *bare* is written without quotes and tag."""

    text: str
    bare: bool = False


class Raw(NamedTuple):
    """A scalar whose YAML is given."""

    text: str


class Pairs(list[Any]):
    """A mapping, as the list of its pairs: keys may repeat, and may be expressions."""


def written(documents: list[Any]) -> str:
    """The text of a file of these documents."""
    return "---\n".join("\n".join(_lines(document)) + "\n" for document in documents)


def _lines(node: Any) -> list[str]:
    if isinstance(node, Pairs) and node:
        return [line for key, value in node for line in _entry(f"{_scalar(key)}:", value)]
    if isinstance(node, list) and not isinstance(node, Pairs) and node:
        return [line for item in node for line in _entry("-", item)]
    return [_scalar(node)]


def _entry(head: str, value: Any) -> list[str]:
    if isinstance(value, list) and value:
        return [head, *("  " + line for line in _lines(value))]
    return [f"{head} {_scalar(value)}"]


def _scalar(node: Any) -> str:
    if isinstance(node, Expression):
        return node.text if node.bare else "!yaql " + _quoted(node.text)
    if isinstance(node, Raw):
        return node.text
    if isinstance(node, Pairs):
        return "{}" if not node else _flow(node)
    if isinstance(node, list):
        return "[" + ", ".join(_scalar(item) for item in node) + "]"
    if isinstance(node, str):
        return node if node.isidentifier() and node[0].isupper() else _quoted(node)
    return json.dumps(node)


def _flow(pairs: Pairs) -> str:
    return "{" + ", ".join(f"{_scalar(key)}: {_scalar(value)}" for key, value in pairs) + "}"


def _quoted(text: str) -> str:
    """Double quotes, with the escapes that JSON and YAML have in common."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")
