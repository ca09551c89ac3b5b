"""The parsed UI definition as data: what stands in the file, in its order, with positions."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Final

from catalog_forms.attributes import snake
from catalog_forms.errors import DefinitionError, Place, did_you_mean, shown
from catalog_forms.expressions import Parser
from catalog_forms.findings import CODES, Report
from catalog_forms.nodes import Literal, Mapping, Node, Sequence, is_null, text_of
from catalog_forms.reading import read
from catalog_forms.versions import NEWEST, version_of

KEYS: Final = (
    "version", "application", "templates", "parameters", "parameters_source", "forms",
)  # fmt: skip
LAST_FORM: Final = "workflowManagement"
"""Name of the automatic last form."""


@dataclass(frozen=True)
class Field:
    """One field.

    :ivar types: its type; several are names of classes.
    :ivar attributes: values by name in snake case, in the order of the file.
    :ivar places: where the name of each attribute stands.
    """

    name: str
    types: tuple[str, ...]
    attributes: Table[str, Node]
    places: Table[str, Place]
    place: Place


@dataclass(frozen=True)
class Form:
    """One page of the wizard."""

    name: str
    fields: tuple[Field, ...]
    validators: Node | None
    region: Node | None
    place: Place


@dataclass(frozen=True)
class Definition:
    """A UI definition.

    :ivar version: three numbers.
    :ivar parameters_source: ``Class.method`` or ``method``, or None.
    """

    version: tuple[int, int, int]
    application: Node
    templates: Table[str, Node]
    parameters: Table[str, Node]
    parameters_source: str | None
    forms: tuple[Form, ...]


def load(data: bytes, parser: Parser) -> Definition:
    """The definition in a file.

    :raises DefinitionError: no form can be made of it.
    """

    def report(code: str, place: Place, message: str) -> None:
        if CODES[code].refuses:
            raise DefinitionError(code, message, place)

    return DefinitionReader(report).read(read(data, parser, report))


class DefinitionReader:
    """Reads the parts of a definition.

    :param report: told of what is wrong; it raises, or what is wrong is left out.
    """

    def __init__(self, report: Report):
        self._report = report

    def read(self, node: Node) -> Definition:
        """Read a document.

        :raises DefinitionError: it is no mapping.
        """
        if not isinstance(node, Mapping):
            message = "The definition must be a mapping with Application in it"
            raise DefinitionError("no-mapping", message, node.place)
        parts: dict[str, Node] = {}
        for key, value in node.pairs:
            name = snake(text_of(key) or "")
            parts[name] = value
            if name not in KEYS:
                message = f"This key of the definition is ignored{did_you_mean(name, KEYS)}"
                self._report("unknown-key", key.place, message)
        application = parts.get("application")
        if application is None or is_null(application):
            self._report("no-application", node.place, "The Application section is required")
            application = Mapping((), node.place)
        return Definition(
            self._version(parts),
            application,
            self._table(parts, "templates"),
            self._table(parts, "parameters"),
            self._source(parts.get("parameters_source")),
            tuple(self._forms(parts.get("forms"))),
        )

    def _version(self, parts: Table[str, Node]) -> tuple[int, int, int]:
        node = parts.get("version")
        if node is None:
            return NEWEST
        try:
            return version_of(node.value if isinstance(node, Literal) else node, node.place)
        except DefinitionError as error:
            self._report(error.code, node.place, error.message)
            return NEWEST

    def _table(self, parts: Table[str, Node], name: str) -> dict[str, Node]:
        node = parts.get(name)
        if node is None or is_null(node):
            return {}
        if not isinstance(node, Mapping):
            message = f"{name.capitalize()} must be a mapping of names to values"
            self._report("wrong-type", node.place, message)
            return {}
        table: dict[str, Node] = {}
        for key, value in node.pairs:
            text = text_of(key)
            if text is None or (name == "parameters" and not text[:1].isalpha()):
                message = f"A name of {name} must begin with a letter; this one is ignored"
                self._report("ignored-parameter", key.place, message)
            else:
                table[text] = value
        return table

    def _source(self, node: Node | None) -> str | None:
        if node is None or is_null(node):
            return None
        text = text_of(node)
        if not text:
            message = "ParametersSource must be the text Class.method or method"
            self._report("wrong-type", node.place, message)
        return text or None

    # ------------------------------------------------------------ forms

    def _forms(self, node: Node | None) -> list[Form]:
        if node is None or is_null(node):
            return []
        if not isinstance(node, Sequence):
            message = "Forms must be a list of one-key mappings: - name: {fields: [...]}"
            self._report("wrong-type", node.place, message)
            return []
        forms: list[Form] = []
        for item in node.items:
            if not isinstance(item, Mapping) or not item.pairs:
                message = "An item of Forms must be a mapping with the form's name as its only key"
                self._report("wrong-type", item.place, message)
                continue
            if len(item.pairs) > 1:
                message = "An item of Forms has one key; begin each form with a dash of its own"
                self._report("form-keys", item.pairs[1][0].place, message)
            key, value = item.pairs[0]
            name = str(key.value if isinstance(key, Literal) else key.text)
            if any(form.name == name for form in forms):
                message = f"There is another form {shown(name)} before; they share their answers"
                self._report("repeated-form", key.place, message)
            forms.append(self._form(name, value, key.place))
        return forms

    def _form(self, name: str, node: Node, place: Place) -> Form:
        given = node if isinstance(node, Mapping) else Mapping((), place)
        parts = {snake(text_of(key) or ""): value for key, value in given.pairs}
        fields = parts.get("fields")
        if fields is None or is_null(fields):
            self._report("missing-fields", place, f"Form {shown(name)} has no fields")
        elif not isinstance(fields, Sequence):
            self._report("wrong-type", fields.place, "The fields of a form must be a list")
        items = fields.items if isinstance(fields, Sequence) else ()
        read = [field for item in items if (field := self._field(item)) is not None]
        seen: set[str] = set()
        for field in read:
            if field.name in seen:
                message = f"There is another field {shown(field.name)} before, which is dropped"
                self._report("repeated-field", field.place, message)
            seen.add(field.name)
        last = {field.name: field for field in read}
        validators = parts.get("validators")
        return Form(name, tuple(last.values()), validators, parts.get("region"), place)

    def _field(self, node: Node) -> Field | None:
        if not isinstance(node, Mapping):
            self._report("wrong-type", node.place, "A field must be a mapping with name and type")
            return None
        attributes: dict[str, Node] = {}
        places: dict[str, Place] = {}
        for key, value in node.pairs:
            name = snake(text_of(key) or "")
            # Of name and type, an attribute that comes later stands later.
            attributes.pop(name, None)
            attributes[name], places[name] = value, key.place
        name_, types = _name(attributes.get("name")), _types(attributes.get("type"))
        if name_ is None or not types:
            missing = "name" if name_ is None else "type"
            message = f"A field needs a {missing}, which is a text"
            self._report("missing-attribute", node.place, message)
            return None
        return Field(name_, types, attributes, places, node.place)


def _name(node: Node | None) -> str | None:
    value = node.value if isinstance(node, Literal) else None
    return None if value is None else str(value)


def _types(node: Node | None) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    types = [text_of(item) for item in items]
    return tuple(text for text in types if text) if all(types) else ()
