"""Every kind of finding: a definition that has it, and one near to it that has not."""

from __future__ import annotations

import pytest

from catalog_forms.checking import check
from catalog_forms.expressions import Parser
from catalog_forms.findings import CODES

PARSER = Parser()
HEAD = "Application: {'?': {type: org.example.App}, x: XX}\nForms:\n"
#: Codes that the check never tells, since they belong to filling a form.
FILLING = {"evaluation", "too-deep", "encryption", "source"}


def form(fields="{name: a, type: string}", more="", x="1", version="2.4", name="f"):
    head = f"Version: {version}\n" + HEAD.replace("XX", x)
    return head + f"  - {name}:\n      fields: [{fields}]\n      {more}\n"


def field(text, **more):
    return form("{name: a, " + text + "}", **more)


CASES = [
    ("syntax", "a: [", form()),
    ("syntax", form() + "---\na: 1\n", form() + "...\n"),
    ("syntax", "a: !!python/object:os.system x", form()),
    ("syntax", "{[a]: 1}", form()),
    ("limit", "[" * 100 + "]" * 100, form()),
    ("no-mapping", "", form()),
    ("no-mapping", "[1]", form()),
    ("repeated-key", field("type: string, label: a, label: b"), field("type: string, label: a")),
    ("version", form(version="2.5"), form(version="2.3")),
    ("newer-feature", field("type: network", version="2"), field("type: network", version="2.1")),
    ("newer-feature", form(version="2.3", x="ref(t)") + "Templates: {t: {}}\n", form()),
    ("no-application", "Forms: []", form()),
    ("no-header", "Application: {}", form()),
    ("no-header", "Application: {'?': {name: x}}", form()),
    ("wrong-type", HEAD + "  f: {}\n", form()),
    ("wrong-type", form("3"), form()),
    ("unknown-key", form() + "Foo: 1\n", form() + "templates: {}\n"),
    ("ignored-parameter", form() + "Parameters: {_x: 1}\n", form() + "Parameters: {x: 1}\n"),
    ("parameter-order", form() + "Parameters: {a: $b, b: 1}\n",
     form() + "Parameters: {b: 1, a: $b}\n"),
    ("answers-in-parameter", form() + "Parameters: {a: $.x}\n",
     form() + "Parameters: {a: '$.x'}\n"),
    ("form-keys", form(more="validators: []\n    g: 1"), form()),
    ("repeated-form", form(more="\n  - f: {fields: []}"), form(more="\n  - g: {fields: []}")),
    ("missing-fields", HEAD + "  - f: {}\n", HEAD + "  - f: {fields: []}\n"),
    ("missing-attribute", form("{name: a}"), form()),
    ("missing-attribute", form("{type: string}"), form()),
    ("repeated-field", form("{name: a, type: text}, {name: a, type: text}"),
     form("{name: a, type: text}, {name: b, type: text}")),
    ("unknown-type", field("type: String"), field("type: org.example.String")),
    ("unknown-attribute", field("type: integer, maxLength: 3"),
     field("type: integer, maxValue: 3")),
    ("invalid-attribute", field("type: network, murano_networks: foo"),
     field("type: network, muranoNetworks: translate")),
    ("invalid-attribute", field("type: string, maxLength: '3'"),
     field("type: string, maxLength: 3")),
    ("invalid-attribute", field("type: choice, choices: [a, b]"),
     field("type: choice, choices: [[a, A], [b, B]]")),
    ("repeated-validators", field("type: string, validators: [], regexpValidator: a"),
     field("type: string, validators: []")),
    ("invalid-validator", field("type: string, validators: [{expr: '$ > 1'}]"),
     field("type: string, validators: [{expr: $ > 1}]")),
    ("invalid-pattern", field("type: string, regexpValidator: '['"),
     field("type: string, regexpValidator: '[a]'")),
    ("invalid-pattern", field("type: string, regexpValidator: '/abc'"),
     field("type: string, regexpValidator: '/abc/i'")),
    ("never-valid", field("type: string, hidden: true"),
     field("type: string, hidden: true, initial: a")),
    ("hidden-password", field("type: password, hidden: true"), field("type: password")),
    ("not-an-expression", form(x="$.f.a +"), form(x="'$.f.a +'")),
    ("bad-expression", form(x="!yaql '$.f.a +'"), form(x="!yaql '$.f.a'")),
    ("unquoted-text", form(x="foo-bar"), form(x="'foo-bar'")),
    ("unquoted-text", form(x="10.0.0.0/24"), form(x="10.0.0.1")),
    ("unknown-function", form(x="$.f.a.lenn()"), form(x="$.f.a.len()")),
    ("unknown-function", form(x="nam()"), form(x="name()")),
    ("unknown-variable", form(x="$t"), form(x="$t") + "Templates: {t: 1}\n"),
    ("unknown-template", form(x="ref(t)"), form(x="ref(t)") + "Templates: {t: {}}\n"),
    ("unknown-form", form(x="$.g.a"), form(x="list(1).select($.g.a)")),
    ("unknown-field", form(x="$.f.b"), form(x="$.f.a")),
    ("later-form", field("type: string, initial: $.g.b",
                         more="\n  - g: {fields: [{name: b, type: string}]}"),
     field("type: string", more="\n  - g: {fields: [{name: b, type: string, initial: $.f.a}]}")),
    ("endless-template", form() + "Templates: {a: {b: $b}, b: [$a]}\n",
     form() + "Templates: {a: {b: $b}, b: [1]}\n"),
    ("not-json", form(x="2015-01-01"), form(x="'2015-01-01'")),
]  # fmt: skip


def codes(text):
    return {found.code for found in check(text.encode(), PARSER)}


@pytest.mark.parametrize(("code", "bad", "good"), CASES)
def test_a_definition_that_has_it_and_one_that_has_not(code, bad, good):
    assert codes(bad) == {code} | (codes(bad) & {"unknown-field", "newer-feature"} - {code})
    assert codes(good) == set()


def test_every_code_is_tried():
    assert {case[0] for case in CASES} | FILLING == set(CODES)


def test_findings_say_where():
    (found,) = check((form() + "Foo: 1\n").encode(), PARSER)
    assert (found.line, found.column, found.severity) == (7, 1, "warning")
