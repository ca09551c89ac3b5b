"""YAML 1.1 with positions, on libyaml's events; expressions are recognised scalar by scalar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import yaml
from yaml import events
from yaml._yaml import CParser

from catalog_engine.muranopl.expressions.lexer import ExpressionError
from catalog_engine.muranopl.expressions.nodes import Expression
from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.nodes import (
    SYNTAX_ERROR,
    ExpressionNode,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    SourceText,
)

MAXIMUM_BYTES: Final = 4 * 1024 * 1024
MAXIMUM_DEPTH: Final = 100
MAXIMUM_NODES: Final = 200_000

_PLAIN_WORDS: Final = re.compile(r"[\s\w\d.]*")
_TAG: Final = "tag:yaml.org,2002:"
_TEXT_TAGS: Final = frozenset((_TAG + "str", _TAG + "value", "!"))
_SCALAR_TAGS: Final = frozenset(
    _TAG + name for name in ("null", "bool", "int", "float", "timestamp")
)


class Reader:
    """Reads class files of one package.

    :param parser: parser of expressions, which remembers the texts it has seen.
    :ivar repeated: called with each literal key that another one of its mapping replaces, or None.
    """

    def __init__(self, parser: Parser):
        self._parser = parser
        self.repeated: Callable[[Node], None] | None = None
        self._scalars = yaml.constructor.SafeConstructor()
        self._resolvers = yaml.SafeLoader.yaml_implicit_resolvers
        self._known: dict[str, tuple[Any, Expression | None]] = {}

    def documents(self, file: str, data: bytes) -> list[Node]:
        """All documents of a file that are not empty.

        :raises CompileError: the file is no YAML, too large, too deep, or uses what is not safe.
        """
        if len(data) > MAXIMUM_BYTES:
            raise CompileError(
                f"The file is larger than {MAXIMUM_BYTES} bytes; split it", file, kind=SYNTAX_ERROR
            )
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise CompileError(
                f"The file is not UTF-8 text ({error.reason} at byte {error.start})",
                file,
                kind=SYNTAX_ERROR,
            ) from error
        composer = _Composer(self, SourceText(file, text))
        try:
            return list(composer.documents())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
            raise CompileError(
                f"Not YAML: {error.problem or error.context}", file, *place, kind=SYNTAX_ERROR
            ) from error
        except yaml.reader.ReaderError as error:
            raise CompileError(
                f"Not YAML: {error.reason} at character {error.position}", file, kind=SYNTAX_ERROR
            ) from error

    def _plain(self, event: Any, source: SourceText, text: str) -> tuple[Any, Expression | None]:
        try:
            return self._recognised(text)
        except (ValueError, LookupError, OverflowError) as error:
            raise CompileError(
                f"{text[:80]!r} looks like a number or date and is none ({error}); quote it",
                source.file,
                event.start_mark.line + 1,
                event.start_mark.column + 1,
                SYNTAX_ERROR,
            ) from error

    def _recognised(self, text: str) -> tuple[Any, Expression | None]:
        """What a plain scalar is: YAML's value of it, or an expression's tree."""
        for tag, pattern in self._resolvers.get(text[:1], ()):
            if tag in _SCALAR_TAGS and pattern.match(text):
                return self._construct(tag, text), None
        if _PLAIN_WORDS.fullmatch(text) is None:
            return text, self._parser.recognise(text)
        return text, None

    def _construct(self, tag: str, text: str) -> Any:
        constructor = self._scalars.yaml_constructors[tag]
        return constructor(self._scalars, yaml.ScalarNode(tag, text))

    def scalar(self, event: Any, source: SourceText) -> Node:
        """Node of a scalar event."""
        text: str = event.value
        tag = event.tag
        node: Node
        if event.implicit[0] and (tag is None or tag == "!"):
            known = self._known.get(text)
            if known is None:
                known = self._known[text] = self._plain(event, source, text)
            value, tree = known
            if tree is None:
                node = ScalarNode(value)
            else:
                node = ExpressionNode(text, tree, event.start_mark.index, event.end_mark.index)
        elif tag is None:
            node = ScalarNode(text)
        elif tag == "!yaql":
            node = self._expression_node(event, source, text)
        elif tag in _TEXT_TAGS:
            node = ScalarNode(text)
        elif tag in _SCALAR_TAGS:
            node = ScalarNode(self._tagged(event, source, tag, text))
        else:
            raise _unsafe(source, event, tag)
        node.place(source, event.start_mark, event.end_mark)
        return node

    def _expression_node(self, event: Any, source: SourceText, text: str) -> ExpressionNode:
        try:
            tree = self._parser.parse(text)
        except ExpressionError as error:
            raise CompileError(
                f"Not an expression: {error.message} at {error.offset}",
                source.file,
                event.start_mark.line + 1,
                event.start_mark.column + 1,
                SYNTAX_ERROR,
            ) from error
        return ExpressionNode(text, tree, event.start_mark.index, event.end_mark.index)

    def _tagged(self, event: Any, source: SourceText, tag: str, text: str) -> Any:
        try:
            return self._construct(tag, text)
        except (ValueError, LookupError, AttributeError, OverflowError) as error:
            raise CompileError(
                f"{text!r} is not of type {tag}",
                source.file,
                event.start_mark.line + 1,
                event.start_mark.column + 1,
                SYNTAX_ERROR,
            ) from error


def _unsafe(source: SourceText, event: Any, tag: str) -> CompileError:
    return CompileError(
        f"The YAML tag {tag!r} is not allowed in packages",
        source.file,
        event.start_mark.line + 1,
        event.start_mark.column + 1,
        SYNTAX_ERROR,
    )


class _Composer:
    """Builds nodes from the events of one file, with bounds on depth and expanded size."""

    def __init__(self, reader: Reader, source: SourceText):
        self._reader = reader
        self._source = source
        self._parser = CParser(source.text)
        self._anchors: dict[str, Node | None] = {}
        self._depth = 0
        self._total = 0

    def documents(self) -> Iterator[Node]:
        """The documents of the file, without empty ones."""
        while True:
            event = self._parser.get_event()
            kind = type(event)
            if kind is events.StreamEndEvent:
                return
            if kind in (
                events.StreamStartEvent,
                events.DocumentStartEvent,
                events.DocumentEndEvent,
            ):
                self._anchors = {}
                continue
            node = self._node(event)
            if not (isinstance(node, ScalarNode) and node.value is None):
                yield node

    def _error(self, event: Any, message: str) -> CompileError:
        return CompileError(
            message,
            self._source.file,
            event.start_mark.line + 1,
            event.start_mark.column + 1,
            SYNTAX_ERROR,
        )

    def _node(self, event: Any) -> Node:
        kind = type(event)
        if kind is events.ScalarEvent:
            node = self._reader.scalar(event, self._source)
            if event.anchor is not None:
                self._anchors[event.anchor] = node
            self._total += 1
            return node
        if kind is events.AliasEvent:
            return self._alias(event)
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise self._error(event, f"The document nests deeper than {MAXIMUM_DEPTH} levels")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if kind is events.SequenceStartEvent:
            node = self._sequence(event)
        else:
            node = self._mapping(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._depth -= 1
        self._count(event, 1)
        return node

    def _count(self, event: Any, size: int) -> None:
        self._total += size
        if self._total > MAXIMUM_NODES:
            raise self._error(
                event,
                f"The file has more than {MAXIMUM_NODES} nodes when its aliases are "
                "written out; split it or use fewer aliases",
            )

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self._anchors:
            raise self._error(event, f"Alias *{event.anchor} has no anchor before it")
        node = self._anchors[event.anchor]
        if node is None:
            raise self._error(event, f"Alias *{event.anchor} stands inside its own anchor")
        self._count(event, node.size)
        return node

    def _sequence(self, event: Any) -> SequenceNode:
        if event.tag not in (None, "!", _TAG + "seq"):
            raise _unsafe(self._source, event, event.tag)
        items = []
        size = 1
        while True:
            following = self._parser.get_event()
            if type(following) is events.SequenceEndEvent:
                break
            item = self._node(following)
            size += item.size
            items.append(item)
        node = SequenceNode(items)
        node.place(self._source, event.start_mark, following.end_mark)
        node.size = size
        return node

    def _mapping(self, event: Any) -> MappingNode:
        if event.tag not in (None, "!", _TAG + "map"):
            raise _unsafe(self._source, event, event.tag)
        pairs: list[tuple[Node, Node]] = []
        merged: list[tuple[Node, Node]] = []
        size = 1
        while True:
            following = self._parser.get_event()
            if type(following) is events.MappingEndEvent:
                break
            key = self._node(following)
            value = self._node(self._parser.get_event())
            size += key.size + value.size
            if key.__class__ is ScalarNode and key.value == "<<" and _is_merge_key(following):
                merged = [*self._merge(value, following), *merged]
            elif isinstance(key, (SequenceNode, MappingNode)):
                raise self._error(following, "A list or mapping cannot be a key")
            else:
                pairs.append((key, value))
        if self._reader.repeated is not None:
            _report_repeated(pairs, self._reader.repeated)
        node = MappingNode(_unique([*merged, *pairs]))
        node.place(self._source, event.start_mark, following.end_mark)
        node.size = size
        return node

    def _merge(self, value: Node, event: Any) -> list[tuple[Node, Node]]:
        if isinstance(value, MappingNode):
            return list(value.pairs)
        if isinstance(value, SequenceNode) and all(
            isinstance(item, MappingNode) for item in value.items
        ):
            return [
                pair
                for item in reversed(value.items)
                if isinstance(item, MappingNode)
                for pair in item.pairs
            ]
        raise self._error(event, "The merge key << takes a mapping or a list of mappings")


def _is_merge_key(event: Any) -> bool:
    return (
        type(event) is events.ScalarEvent
        and event.value == "<<"
        and event.tag is None
        and event.implicit[0]
    )


def _report_repeated(pairs: list[tuple[Node, Node]], report: Callable[[Node], None]) -> None:
    seen: set[Any] = set()
    for key, _value in pairs:
        if isinstance(key, ScalarNode):
            if key.value in seen:
                report(key)
            seen.add(key.value)


def _unique(pairs: list[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """Of equal literal keys the last wins, at the place of the first."""
    seen: dict[Any, int] = {}
    result: list[tuple[Node, Node]] = []
    for key, value in pairs:
        if isinstance(key, ScalarNode):
            index = seen.setdefault(key.value, len(result))
            if index < len(result):
                result[index] = (key, value)
                continue
        result.append((key, value))
    return result
