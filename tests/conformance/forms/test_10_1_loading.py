"""Checks 11 to 39 of forms: loading of definitions."""

from __future__ import annotations

import pytest

from catalog_forms.checking import check
from catalog_forms.definition import load
from catalog_forms.errors import DefinitionError
from catalog_forms.expressions import Parser
from catalog_forms.nodes import Expression, plain, text_of

PARSER = Parser()
HEAD = "Application: {'?': {type: org.example.App}}\n"
FORM = HEAD + "Forms: [{f: {fields: [{name: a, type: string}]}}]\n"


def loaded(text):
    return load(text.encode(), PARSER)


def codes(text):
    return {found.code: found.severity for found in check(text.encode(), PARSER)}


def value(text):
    return loaded(HEAD + f"Templates: {{{text}}}\n").templates["a"]


def test_011_other_alphabets():
    form = loaded(FORM.replace("type: string", "type: string, label: Имя")).forms[0]
    assert text_of(form.fields[0].attributes["label"]) == "Имя"


def test_012_anchors_and_merge_keys():
    text = HEAD + "Templates: {a: &a {x: 1, y: 2}, b: {<<: *a, y: 3}, c: *a}\n"
    templates = loaded(text).templates
    assert plain(templates["b"]) == {"x": 1, "y": 3}
    assert plain(templates["c"]) == {"x": 1, "y": 2}


def test_013_duplicate_keys():
    text = FORM.replace("type: string", "type: string, label: x, label: y")
    assert text_of(loaded(text).forms[0].fields[0].attributes["label"]) == "y"
    assert codes(text) == {"repeated-key": "warning"}


def test_014_two_documents():
    assert codes(FORM + "---\na: 1\n") == {"syntax": "error"}


def test_015_empty_file():
    assert codes("") == {"no-mapping": "error"}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2", (2, 0, 0)), ("2.0", (2, 0, 0)), ("'2.2'", (2, 2, 0)), ("2.3", (2, 3, 0)),
        ("2.4", (2, 4, 0)), ("'2.3-beta'", (2, 3, 0)), ("2.10", (2, 1, 0)),
    ],
)  # fmt: skip
def test_016_019_accepted_versions(version, expected):
    assert loaded(f"Version: {version}\n{FORM}").version == expected


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("1.0", "family 2"), ("3", "family 2"), ("2.5", "newer"), ("'2.10'", "newer"),
        ("'2.4.1'", "newer"), ("x", "no version"), ("null", "no version"), ("true", "no version"),
        ("[2]", "no version"), ("' 2'", "no version"), ("''", "no version"),
    ],
)  # fmt: skip
def test_017_018_019_020_refused_versions(version, text):
    with pytest.raises(DefinitionError, match=text):
        loaded(f"Version: {version}\n{FORM}")


def test_021_no_version():
    assert loaded(FORM).version == (2, 4, 0)


def test_022_no_application():
    with pytest.raises(DefinitionError, match="Application section is required"):
        loaded("Forms: []")


def test_023_an_empty_application():
    assert loaded("Application: {}").forms == ()
    assert codes("Application: {}") == {"no-header": "error"}


@pytest.mark.parametrize("forms", ["", "Forms:\n", "Forms: []\n"])
def test_024_no_forms(forms):
    assert loaded(HEAD + forms).forms == ()


def test_025_forms_a_mapping():
    assert codes(HEAD + "Forms: {f: {fields: []}}\n") == {"wrong-type": "error"}


def test_026_two_keys_of_a_form():
    text = HEAD + "Forms: [{f: {fields: []}, g: {fields: []}}]\n"
    assert [form.name for form in loaded(text).forms] == ["f"]
    assert codes(text) == {"form-keys": "error"}


def test_027_a_form_without_fields():
    assert codes(HEAD + "Forms: [{f: {}}]\n") == {"missing-fields": "error"}


def test_028_unknown_keys():
    assert codes(FORM + "Foo: 1\n") == {"unknown-key": "warning"}


def test_029_lower_case():
    assert len(loaded(FORM.replace("Forms", "forms")).forms) == 1


def test_030_null_sections():
    found = loaded(FORM + "Templates: null\nParameters: null\n")
    assert (found.templates, found.parameters) == ({}, {})


@pytest.mark.parametrize(
    ("text", "is_expression"),
    [
        ("a: foo-bar", True), ("a: 'foo-bar'", False), ("a: $.x", True), ('a: "$.x"', False),
        ('a: !yaql "$.x"', True), ("a: m1.small", False), ("a: foo bar", False),
        ("a: not true", False), ("a: 10.0.0.1", False), ("a: 10.0.0.0/24", True),
        ("a: -5", False), ("a: 1-2", True), ("a: 2015-01-01", False), ("a: C++", False),
        ("a: don't", False), ("a: http://x/y", False),
    ],
)  # fmt: skip
def test_031_to_038_what_is_an_expression(text, is_expression):
    assert isinstance(value(text), Expression) == is_expression


def test_031_035_words_taken_for_expressions():
    for text in ("foo-bar", "10.0.0.0/24"):
        assert codes(HEAD + f"Templates: {{a: {text}}}\n") == {"unquoted-text": "warning"}


def test_032_blocks_are_texts():
    assert plain(loaded(HEAD + "Templates:\n  a: >-\n    $.x\n").templates["a"]) == "$.x"


def test_036_a_text_with_a_comma():
    found = loaded(HEAD + "Templates:\n  a: Apache License, Version 2.0\n").templates["a"]
    assert text_of(found) == "Apache License, Version 2.0"


def test_037_an_expression_as_key():
    ((key, _value),) = value("a: {$.k: v}").pairs
    assert key == Expression("$.k")


def test_038_integers():
    assert plain(value("a: -5")) == -5


def test_039_dates_in_the_model():
    assert codes(HEAD + "Templates: {a: 2015-01-01}\n") == {"not-json": "error"}
