"""What a UI definition consists of: values, expressions, lists and mappings, with positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from catalog_forms.errors import Place


@dataclass(frozen=True, slots=True)
class Literal:
    """A scalar that is no expression.

    :ivar value: null, bool, int, float, text, date, datetime.
    :ivar is_plain: it was written without quotes.
    """

    value: Any
    place: Place = field(default=Place(), compare=False)
    is_plain: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Expression:
    """A scalar that is an expression.

    :ivar is_tagged: it was marked ``!yaql``, so it is meant as one.
    """

    text: str
    place: Place = field(default=Place(), compare=False)
    is_tagged: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping in the order of the file; of equal literal keys the last has won."""

    pairs: tuple[tuple[Literal | Expression, Node], ...]
    place: Place = field(default=Place(), compare=False)

    def get(self, name: str) -> Node | None:
        """Value of the literal key, or None."""
        for key, value in self.pairs:
            if isinstance(key, Literal) and key.value == name:
                return value
        return None


Node = Literal | Expression | Sequence | Mapping


def is_null(node: Node | None) -> bool:
    """Say whether a value is absent or null."""
    return node is None or (isinstance(node, Literal) and node.value is None)


def text_of(node: Node | None) -> str | None:
    """The text of a literal text, else None."""
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None


def walk(node: Node) -> Iterator[Node]:
    """A node and all that is in it, keys included; what aliases repeat comes once."""
    seen: set[int] = set()
    waiting: list[Node] = [node]
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        if isinstance(part, Sequence):
            waiting.extend(reversed(part.items))
        elif isinstance(part, Mapping):
            waiting.extend(side for pair in reversed(part.pairs) for side in reversed(pair))


def is_constant(node: Node) -> bool:
    """Say whether no expression is in it."""
    return not any(isinstance(part, Expression) for part in walk(node))


def plain(node: Node) -> Any:
    """A node as plain data; an expression is its text."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Expression):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {plain(key): plain(value) for key, value in node.pairs}
