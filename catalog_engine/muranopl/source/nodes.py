"""What a YAML document of a package consists of, with positions and recognised expressions."""

from __future__ import annotations

import bisect
from typing import Any

from catalog_engine.muranopl.expressions.nodes import Expression
from catalog_engine.muranopl.source.errors import CompileError, Position

SYNTAX_ERROR = "SyntaxError"


class SourceText:
    """One file of a package.

    :ivar file: path inside the package.
    :ivar text: all of its text.
    """

    __slots__ = ("file", "text")

    def __init__(self, file: str, text: str):
        self.file = file
        self.text = text


class Node:
    """Base of all nodes; lines and columns count from 1.

    :ivar size: nodes that it expands to when aliases are written out.
    """

    __slots__ = ("_end", "_start", "size", "source")

    source: SourceText
    size: int

    def place(self, source: SourceText, start: Any, end: Any) -> None:
        """Set where the node stands, by the marks of the YAML parser."""
        self.source = source
        self._start = start
        self._end = end
        self.size = 1

    def place_like(self, other: Node) -> None:
        """Set where the node stands to the place of another one."""
        self.source, self.size = other.source, other.size
        self._start, self._end = other._start, other._end

    @property
    def line(self) -> int:
        """Line of its first character."""
        return int(self._start.line) + 1

    @property
    def column(self) -> int:
        """Column of its first character."""
        return int(self._start.column) + 1

    @property
    def end_line(self) -> int:
        """Line of the character behind it."""
        return int(self._end.line) + 1

    @property
    def end_column(self) -> int:
        """Column of the character behind it."""
        return int(self._end.column) + 1

    @property
    def position(self) -> Position:
        """Where the node stands."""
        start, end = self._start, self._end
        return Position(
            self.source.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1
        )

    @property
    def initial(self) -> str:
        """Its first character in the file: quotes, or what an unquoted text begins with."""
        index = self._start.index
        return self.source.text[index : index + 1]

    def error(self, message: str, kind: str = SYNTAX_ERROR) -> CompileError:
        """An error that points here."""
        return CompileError(message, self.source.file, self.line, self.column, kind)


class ScalarNode(Node):
    """A literal: null, bool, int, float, date, datetime or text."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value


class ExpressionNode(Node):
    """A scalar that is an expression.

    :ivar text: its text after YAML's unfolding and unquoting.
    :ivar tree: its syntax tree.
    """

    __slots__ = ("_map", "first", "last", "text", "tree")

    def __init__(self, text: str, tree: Expression, first: int, last: int):
        self.text = text
        self.tree = tree
        self.first = first
        self.last = last
        self._map: tuple[list[int], list[tuple[int, int]]] | None = None

    def place_of(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset into the text."""
        if self.line == self.end_line and self.end_column - self.column == len(self.text):
            return self.line, self.column + offset
        if self._map is None:
            self._map = self._align()
        offsets, places = self._map
        index = max(bisect.bisect_right(offsets, offset) - 1, 0)
        line, column = places[index]
        return line, column + max(offset - offsets[index], 0)

    def _align(self) -> tuple[list[int], list[tuple[int, int]]]:
        """Align the text with its raw form, word by word: folding and quoting change blanks only.

        Escapes inside double quotes shift what follows them on the line; that is accepted.
        """
        raw = self.source.text[self.first : self.last]
        offsets, places = [0], [(self.line, self.column)]
        at, offset = 0, 0
        for word in self.text.split():
            offset = self.text.index(word, offset)
            found = raw.find(word, at)
            if found < 0:
                continue
            before = raw[:found]
            breaks = before.count("\n")
            column = found - before.rfind("\n") if breaks else self.column + found
            offsets.append(offset)
            places.append((self.line + breaks, column))
            offset += len(word)
            at = found + len(word)
        return offsets, places


class SequenceNode(Node):
    """A YAML sequence."""

    __slots__ = ("items",)

    def __init__(self, items: list[Node]):
        self.items = items


class MappingNode(Node):
    """A YAML mapping, in the order of the document; of equal literal keys the last has won."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[Node, Node]]):
        self.pairs = pairs

    def get(self, key: str) -> Node | None:
        """Value of the literal key, or None."""
        for name, value in self.pairs:
            if isinstance(name, ScalarNode) and name.value == key:
                return value
        return None

    def key_node(self, key: str) -> Node:
        """Node of the literal key, which must be there."""
        return next(
            name for name, _value in self.pairs
            if isinstance(name, ScalarNode) and name.value == key
        )  # fmt: skip

    def keys(self) -> list[Any]:
        """Values of the literal keys."""
        return [name.value for name, _value in self.pairs if isinstance(name, ScalarNode)]


def is_null(node: Node | None) -> bool:
    """Say whether a value is absent or null."""
    return node is None or (isinstance(node, ScalarNode) and node.value is None)


def list_value(node: Node | None) -> list[Node]:
    """The items of a scalar-or-list value: null is empty, one value a list of itself."""
    if node is None or is_null(node):
        return []
    return node.items if isinstance(node, SequenceNode) else [node]


def text_of(node: Node) -> str | None:
    """The text of a literal text or of an expression as it was written, else None."""
    if isinstance(node, ExpressionNode):
        return node.text
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        return node.value
    return None
