"""Checks of expressions: functions, variables, and the answers that they use."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from catalog_forms.definition import LAST_FORM, Definition
from catalog_forms.errors import Place, did_you_mean, shown
from catalog_forms.expressions import (
    OWN_FUNCTIONS,
    Functions,
    Parser,
    bound,
    calls,
    every,
    keyword,
    member,
    outer,
    parts_of,
    variable,
    variables,
)
from catalog_forms.findings import Report
from catalog_forms.nodes import Expression, Node, walk


@dataclass(frozen=True)
class Scope:
    """What expressions of a place may use.

    :ivar names: variables that are set.
    :ivar form: index of the form whose answers are the last that are there; None: there are none.
    :ivar is_value: ``$`` is the value of a field.
    :ivar later: names that are not set are set later.
    """

    names: frozenset[str]
    form: int | None
    is_value: bool = False
    later: bool = False

    def validating(self) -> Scope:
        """The scope of validators of fields, where ``$`` is a field's value."""
        return dataclasses.replace(self, is_value=True)


class ExpressionChecker:
    """Checks the expressions below nodes."""

    def __init__(
        self, parser: Parser, functions: Functions, definition: Definition, report: Report
    ) -> None:
        self._parser = parser
        self._functions = functions
        self._definition = definition
        self._report = report
        self._fields: dict[str, set[str]] = {}
        self._first: dict[str, int] = {}
        for index, form in enumerate(definition.forms):
            self._first.setdefault(form.name, index)
            self._fields.setdefault(form.name, set()).update(f.name for f in form.fields)

    def check(self, node: Node, scope: Scope) -> None:
        """Check all expressions in a node."""
        for part in walk(node):
            if isinstance(part, Expression):
                self._expression(part, scope)

    def _expression(self, node: Expression, scope: Scope) -> None:
        if not node.is_tagged and "$" not in node.text and "(" not in node.text:
            message = f"{shown(node.text)} is taken for an expression; quote this text"
            self._report("unquoted-text", node.place, message)
            return
        tree = self._parser.parse(node.text)
        self._calls(tree, node.place)
        self._variables(tree, node.place, scope)
        if scope.form is None:
            if any(variable(part) == "" for part in outer(tree)):
                message = "Parameters are computed before the form is shown: there is no $ yet"
                self._report("answers-in-parameter", node.place, message)
        elif not scope.is_value:
            self._answers(tree, node.place, scope.form)

    def _calls(self, tree: Any, place: Place) -> None:
        found = list(calls(tree))
        defines = any(call.name == "def" for call, _is_method in found)
        for call, is_method in found:
            if not defines and not self._functions.has(call.name, is_method):
                kind = "method" if is_method else "function"
                advice = did_you_mean(call.name, OWN_FUNCTIONS)
                message = f"There is no {kind} {call.name}(){advice}"
                self._report("unknown-function", place, message)
            if call.name == "ref" and not is_method:
                self._reference(call, place)

    def _reference(self, call: Any, place: Place) -> None:
        if self._definition.version < (2, 4, 0):
            self._report("newer-feature", place, "ref() needs Version 2.4")
        name = keyword(parts_of(call)[0]) if parts_of(call) else None
        if name is not None and name not in self._definition.templates:
            advice = did_you_mean(name, self._definition.templates)
            message = f"There is no template {shown(name)}: this is null{advice}"
            self._report("unknown-template", place, message)

    def _variables(self, tree: Any, place: Place, scope: Scope) -> None:
        known = scope.names | bound(tree) | {"", "forms", "index"}
        for name in sorted(variables(tree) - known):
            if name.isdigit():
                continue
            if scope.later and name in self._definition.parameters:
                message = f"Parameter {name} is computed later: here it is null"
                self._report("parameter-order", place, message)
            elif self._definition.parameters_source is None:
                message = f"${name} is not set: it is null{did_you_mean(name, scope.names)}"
                self._report("unknown-variable", place, message)

    def _answers(self, tree: Any, place: Place, last: int) -> None:
        bare = {id(part) for part in outer(tree)}
        for part in every(tree):
            access = member(part)
            form = member(access[0]) if access is not None else None
            if access is None or form is None:
                continue
            root = variable(form[0])
            if root == "forms" or (root == "" and id(part) in bare):
                self._answer(form[1], access[1], place, last)

    def _answer(self, form: str, field: str, place: Place, last: int) -> None:
        if form == LAST_FORM:
            return
        if form not in self._fields:
            message = f"There is no form {shown(form)}{did_you_mean(form, self._fields)}"
            self._report("unknown-form", place, message)
        elif self._first[form] > last:
            message = f"Form {shown(form)} comes later, so it has no answers yet"
            self._report("later-form", place, message)
        elif field not in self._fields[form]:
            advice = did_you_mean(field, self._fields[form])
            message = f"Form {shown(form)} has no field {shown(field)}: this is null{advice}"
            self._report("unknown-field", place, message)
