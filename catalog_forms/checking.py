"""The check of a UI definition: what is wrong with it, without filling it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from catalog_forms.checking_expressions import ExpressionChecker, Scope
from catalog_forms.checking_fields import FieldChecker
from catalog_forms.definition import Definition, DefinitionReader
from catalog_forms.errors import DefinitionError, FormError, Place
from catalog_forms.expressions import Functions, Parser, variable
from catalog_forms.findings import Finding, finding
from catalog_forms.nodes import Expression, Literal, Mapping, Node, is_null, plain, walk
from catalog_forms.reading import read
from catalog_forms.versions import NAMED

_NEWEST_FEATURES: Final = (2, 4, 0)


def check(data: bytes, parser: Parser | None = None) -> list[Finding]:
    """Check a UI definition.

    :param parser: parser of expressions; one for many definitions saves time.
    :returns: findings in the order of places. Never raises for anything that *data* may be.
    """
    return _Checker(parser or Parser()).check(data)


class _Checker:
    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._found: dict[Finding, None] = {}

    def _report(self, code: str, place: Place, message: str) -> None:
        self._found[finding(code, place, message)] = None

    def check(self, data: bytes) -> list[Finding]:
        """All findings of one definition."""
        try:
            node = read(data, self._parser, self._report)
            definition = DefinitionReader(self._report).read(node)
        except DefinitionError as error:
            self._found[finding(error.code, error.place, error.message)] = None
        else:
            self._texts(node)
            self._definition(definition)
        return sorted(self._found)

    def _texts(self, node: Node) -> None:
        for part in walk(node):
            if isinstance(part, Literal) and part.is_plain and str(part.value).startswith("$"):
                message = f"{str(part.value)[:60]!r} is a text; mind its brackets and quotes"
                self._report("not-an-expression", part.place, message)

    def _definition(self, definition: Definition) -> None:
        expressions = ExpressionChecker(self._parser, Functions(), definition, self._report)
        self._parameters(definition, expressions)
        fields = FieldChecker(definition.version, self._report)
        for index, form in enumerate(definition.forms):
            scope = Scope(frozenset(definition.parameters), index)
            for field in form.fields:
                fields.check(field)
                for name, node in field.attributes.items():
                    own = scope.validating() if name == "validators" else scope
                    expressions.check(node, own)
            if form.validators is not None:
                fields.validators(form.validators, is_form=True)
                expressions.check(form.validators, scope)
            if form.region is not None:
                expressions.check(form.region, scope)
        self._model(definition, expressions)

    def _parameters(self, definition: Definition, expressions: ExpressionChecker) -> None:
        known: list[str] = []
        for name, node in definition.parameters.items():
            expressions.check(node, Scope(frozenset(known), None, later=True))
            known.append(name)
        is_used = bool(definition.parameters or definition.parameters_source)
        if is_used and definition.version < _NEWEST_FEATURES:
            node = next(iter(definition.parameters.values()), definition.application)
            self._report("newer-feature", node.place, "Parameters need Version 2.4")

    # ------------------------------------------------------------ the model

    def _model(self, definition: Definition, expressions: ExpressionChecker) -> None:
        application = definition.application
        names = frozenset((*definition.parameters, *definition.templates))
        scope = Scope(names, len(definition.forms))
        for node in (application, *definition.templates.values()):
            expressions.check(node, scope)
            for part in walk(node):
                if isinstance(part, Literal) and isinstance(part.value, datetime.date):
                    message = f"{part.value} is a date, which cannot be sent; quote it"
                    self._report("not-json", part.place, message)
        is_absent = any(found.code == "no-application" for found in self._found)
        if isinstance(application, Mapping) and not is_absent:
            self._header(definition, application)
        elif isinstance(application, Literal):
            message = "Application must be a mapping: the object model of the component"
            self._report("no-header", application.place, message)
        for name in definition.templates:
            if name in set(self._included(definition, name)):
                message = f"Template {name} contains itself"
                self._report("endless-template", definition.templates[name].place, message)

    def _header(self, definition: Definition, application: Mapping) -> None:
        header = application.get("?")
        if isinstance(header, Mapping):
            if is_null(header.get("type")):
                message = "The ? of Application needs a type: the class of the component"
                self._report("no-header", header.place, message)
        elif header is None or not isinstance(header, Expression):
            asks = "; its name is put there" if definition.version >= NAMED else ""
            message = f"Application needs the key ?, a mapping with the type of it{asks}"
            self._report("no-header", application.place, message)

    def _included(self, definition: Definition, name: str) -> Iterator[str]:
        """Templates that stand in a template whatever is answered, and those in these."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for part in walk(definition.templates[waiting.pop()]):
                used = self._alone(part)
                if used in definition.templates and used not in seen:
                    seen.add(used)
                    waiting.append(used)
                    yield used

    def _alone(self, node: Node) -> str:
        try:
            is_one = isinstance(node, Expression)
            return (variable(self._parser.parse(plain(node))) or "") if is_one else ""
        except FormError:
            return ""
