"""From the bytes of a UI definition to nodes: YAML 1.1 within bounds, expressions recognised."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml
from yaml import events

from catalog_forms.errors import DefinitionError, ExpressionError, Place, shown
from catalog_forms.expressions import Parser
from catalog_forms.findings import Report
from catalog_forms.nodes import Expression, Literal, Mapping, Node, Sequence

MAXIMUM_BYTES: Final = 512 * 1024
MAXIMUM_DEPTH: Final = 60
MAXIMUM_NODES: Final = 50_000
"""Nodes of a definition when its aliases are written out."""

_WORDS: Final = re.compile(r"[\s\w.:]*")
_TAG: Final = "tag:yaml.org,2002:"
_KINDS: Final = frozenset(
    _TAG + name for name in ("null", "bool", "int", "float", "timestamp")
)  # fmt: skip
_TEXTS: Final = frozenset((_TAG + "str", _TAG + "value", "!"))


def read(data: bytes, parser: Parser, report: Report) -> Node:
    """Read one document.

    :param report: told of repeated keys.
    :raises DefinitionError: it is no YAML, empty, too large, or uses what is not safe.
    """
    if len(data) > MAXIMUM_BYTES:
        raise DefinitionError("limit", f"The definition is larger than {MAXIMUM_BYTES} bytes")
    try:
        return _Composer(data, parser, report).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"Not YAML: {error.problem or error.context}"
        raise DefinitionError("syntax", message, _place(mark) if mark else None) from error
    except yaml.reader.ReaderError as error:
        raise DefinitionError("syntax", f"Not YAML: {error.reason}") from error
    except UnicodeError as error:
        raise DefinitionError("syntax", f"Not a text: {error}") from error


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


class _Composer:
    """Builds the nodes of one document from libyaml's events."""

    def __init__(self, data: bytes, parser: Parser, report: Report):
        self._events = yaml.parse(data, Loader=yaml.CSafeLoader)
        self._parser = parser
        self._report = report
        self._constructor = yaml.constructor.SafeConstructor()
        self._resolvers = yaml.SafeLoader.yaml_implicit_resolvers
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[int, int] = {}
        self._depth = 0
        self._total = 0

    def document(self) -> Node:
        """The only document."""
        found: Node | None = None
        for event in self._events:
            if isinstance(event, events.DocumentStartEvent) and found is not None:
                message = "A second document begins here; a definition is one"
                raise DefinitionError("syntax", message, _place(event.start_mark))
            if isinstance(event, events.NodeEvent):
                found = self._node(event)[0]
        if found is None:
            raise DefinitionError("no-mapping", "The definition is empty")
        return found

    def _node(self, event: Any) -> tuple[Node, int]:
        """A node, and how many nodes it is when aliases are written out."""
        place = _place(event.start_mark)
        if isinstance(event, events.AliasEvent):
            known = self._anchors.get(str(event.anchor))
            if known is None:
                message = f"Alias *{event.anchor} has no finished anchor before it"
                raise DefinitionError("syntax", message, place)
            node, size = known, self._sizes[id(known)]
            self._count(size, place)
            return node, size
        if isinstance(event, events.ScalarEvent):
            node, size = self._scalar(event, place), 1
        else:
            self._depth += 1
            if self._depth > MAXIMUM_DEPTH:
                message = f"The definition nests deeper than {MAXIMUM_DEPTH} levels"
                raise DefinitionError("limit", message, place)
            is_list = isinstance(event, events.SequenceStartEvent)
            node, size = self._sequence(event, place) if is_list else self._mapping(event, place)
            self._depth -= 1
        self._count(1, place)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
            self._sizes[id(node)] = size
        return node, size

    def _count(self, size: int, place: Place) -> None:
        self._total += size
        if self._total > MAXIMUM_NODES:
            message = f"The definition has more than {MAXIMUM_NODES} parts, aliases written out"
            raise DefinitionError("limit", message, place)

    def _sequence(self, event: Any, place: Place) -> tuple[Sequence, int]:
        _check_tag(event, "seq", place)
        items, size = [], 1
        while not isinstance(following := next(self._events), events.SequenceEndEvent):
            item, own = self._node(following)
            items.append(item)
            size += own
        return Sequence(tuple(items), place), size

    def _mapping(self, event: Any, place: Place) -> tuple[Mapping, int]:
        _check_tag(event, "map", place)
        pairs: list[tuple[Literal | Expression, Node]] = []
        merged: list[tuple[Literal | Expression, Node]] = []
        size = 1
        while not isinstance(following := next(self._events), events.MappingEndEvent):
            key, of_key = self._node(following)
            value, of_value = self._node(next(self._events))
            size += of_key + of_value
            if isinstance(key, Literal) and key.value == "<<" and key.is_plain:
                merged = [*_merged(value, key.place), *merged]
            elif isinstance(key, Literal | Expression):
                pairs.append((key, value))
            else:
                message = "A list or mapping cannot be a key"
                raise DefinitionError("syntax", message, key.place)
        self._repeated(pairs)
        last = {_identity(key): (key, value) for key, value in [*merged, *pairs]}
        return Mapping(tuple(last.values()), place), size

    def _repeated(self, pairs: list[tuple[Literal | Expression, Node]]) -> None:
        seen: set[Any] = set()
        for key, _value in pairs:
            if _identity(key) in seen:
                name = shown(key.value if isinstance(key, Literal) else key.text)
                message = f"{name} stands here again; only its last value counts"
                self._report("repeated-key", key.place, message)
            seen.add(_identity(key))

    # ------------------------------------------------------------ scalars

    def _scalar(self, event: Any, place: Place) -> Literal | Expression:
        text, tag = event.value, event.tag
        if event.implicit[0] and tag in (None, "!"):
            return self._plain(text, place)
        if tag is None or tag in _TEXTS:
            return Literal(text, place)
        if tag == "!yaql":
            try:
                self._parser.parse(text)
            except ExpressionError as error:
                raise DefinitionError("bad-expression", error.message, place) from error
            return Expression(text, place, is_tagged=True)
        if tag in _KINDS:
            return Literal(self._value(tag, text, place), place)
        raise DefinitionError("syntax", f"The YAML tag {shown(tag)} is not allowed", place)

    def _plain(self, text: str, place: Place) -> Literal | Expression:
        for tag, pattern in self._resolvers.get(text[:1], ()):
            if tag in _KINDS and pattern.match(text):
                return Literal(self._value(tag, text, place), place, is_plain=True)
        if _WORDS.fullmatch(text) is None and self._parser.recognises(text):
            return Expression(text, place)
        return Literal(text, place, is_plain=True)

    def _value(self, tag: str, text: str, place: Place) -> Any:
        try:
            construct = self._constructor.yaml_constructors[tag]
            return construct(self._constructor, yaml.ScalarNode(tag, text))
        except (ValueError, KeyError, AttributeError, IndexError, OverflowError) as error:
            message = f"{shown(text)} looks like a number or a date and is none; quote it"
            raise DefinitionError("syntax", message, place) from error


def _identity(key: Literal | Expression) -> Any:
    value = key.value if isinstance(key, Literal) else key.text
    return type(key), value


def _merged(value: Node, place: Place) -> list[tuple[Literal | Expression, Node]]:
    items = value.items if isinstance(value, Sequence) else (value,)
    pairs: list[tuple[Literal | Expression, Node]] = []
    for item in reversed(items):
        if not isinstance(item, Mapping):
            message = "The merge key << takes a mapping or a list of mappings"
            raise DefinitionError("syntax", message, place)
        pairs += item.pairs
    return pairs


def _check_tag(event: Any, kind: str, place: Place) -> None:
    if event.tag not in (None, "!", _TAG + kind):
        raise DefinitionError("syntax", f"The YAML tag {shown(event.tag)} is not allowed", place)
