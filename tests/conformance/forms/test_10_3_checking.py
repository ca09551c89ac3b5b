"""Checks of chapters 10.2 and 10.3 of forms that a checker meets: what it says of fields."""

from __future__ import annotations

import pytest

from catalog_forms.checking import check
from catalog_forms.expressions import Parser

PARSER = Parser()
HEAD = "Application: {'?': {type: org.example.App}}\n"


def codes(field="type: string", more="", name="name: a, "):
    text = f"{HEAD}{more}Forms: [{{f: {{fields: [{{{name}{field}}}]}}}}]\n"
    return {found.code: found.severity for found in check(text.encode(), PARSER)}


@pytest.mark.parametrize(
    ("number", "field", "expected"),
    [
        (97, "type: string, regexpValidator: /abc", {"invalid-pattern": "error"}),
        (98, "type: string, regexpValidator: '['", {"invalid-pattern": "error"}),
        (103, "type: string, validators: [{expr: '$ > 1'}]", {"invalid-validator": "error"}),
        (104, "type: string, regexpValidator: a, validators: []",
         {"repeated-validators": "warning"}),
        (108, "type: integer, maxLength: 2", {"unknown-attribute": "warning"}),
        (115, "type: choice, choices: {HTTP: X, myKey: Y}", {}),
        (127, "type: password, hidden: true", {"hidden-password": "warning"}),
        (130, "type: string, hidden: true", {"never-valid": "error"}),
        (148, "type: network, murano_networks: foo", {"invalid-attribute": "error"}),
        (148, "type: network, murano_networks: exclude", {}),
        (150, "type: network, include_subnets: false", {}),
        (161, "type: String", {"unknown-type": "error"}),
        (162, "type: string, fooBar: 1", {"unknown-attribute": "warning"}),
        (163, "label: x", {"missing-attribute": "error"}),
    ],
)  # fmt: skip
def test_checks_of_fields(number, field, expected):
    assert codes(field) == expected


def test_163_no_name():
    assert codes("type: string", name="") == {"missing-attribute": "error"}


@pytest.mark.parametrize(
    ("number", "parameters", "expected"),
    [
        (77, "{p2: $p1, p1: 1}", {"parameter-order": "warning"}),
        (77, "{p1: 1, p2: $p1}", {}),
        (78, "{p: $.x}", {"answers-in-parameter": "error"}),
        (85, "{_x: 1}", {"ignored-parameter": "warning"}),
    ],
)
def test_checks_of_parameters(number, parameters, expected):
    assert codes(more=f"Parameters: {parameters}\n") == expected


def test_075_unknown_functions():
    assert codes("type: string, initial: nosuch(1)") == {"unknown-function": "error"}


def test_087_templates_that_contain_each_other():
    assert codes(more="Templates: {a: [$b], b: [$a]}\n") == {"endless-template": "error"}
