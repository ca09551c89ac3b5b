"""Messages and names of errors tell of the language, not of how the engine is made."""

from __future__ import annotations

import pytest

from catalog_engine.muranopl.runtime.exceptions import kind_of, public_names, shown
from catalog_engine.muranopl.runtime.operations_faults import wrapped
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet
from tests.unit.catalog_engine.muranopl.language import run


def message(body):
    with pytest.raises(Exception) as caught:
        run(body)
    return str(wrapped(caught.value).message)


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("selectAllCases(true).unknown()", "receiver a lazy collection"),
        ("[1, 2].select($).unknown()", "receiver a lazy collection"),
        ("let(x => 1).unknown()", "receiver a scope"),
        ("set(1).unknown()", "receiver set(1)"),
        ("name([1])", "not list"),
        ("name({a => 1})", "not dictionary"),
        ("int([1])", "not list"),
        ("float({})", "not dictionary"),
        ("generateMany(1, null)", "collections, not null"),
        ("{a => {}}.mergeWith({a => [1]})", "dictionary with list"),
    ],
)
def test_kinds_of_values(expression, part):
    assert part in message(f"- Return: !yaql '{expression}'")


def test_words_for_kinds():
    values = [None, True, 1, 0.5, "", MList(), MDict(), MSet(), iter(()), range(0)]
    assert [kind_of(value) for value in values] == [
        "null", "boolean", "integer", "number", "string", "list", "dictionary", "set",
        "lazy collection", "lazy collection",
    ]  # fmt: skip


def test_large_values_are_shown_by_their_kind():
    assert shown(MList([0] * 300)) == "a list of 300 items"
    assert shown(len) == "a function"


def test_errors_of_our_modules_have_the_name_of_the_python_error_that_they_are():
    with pytest.raises(ValueError, match="no version specification") as caught:
        run("- Return: cast(new('io.murano.Object'), 'io.murano.Object', '<')")
    assert public_names(caught.value) == ("ValueError",)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("str([1, 2].select($ + 1))", "(2, 3)"),
        ("format('{0}', [1, 2].select($ + 1))", "[2, 3]"),
        ("str(let(x => 1))", "a scope"),
    ],
)
def test_texts_of_values_do_not_tell_where_they_are_in_memory(expression, value):
    assert run(f'- Return: !yaql "{expression}"') == value


@pytest.mark.parametrize("count", [".inf", "-.inf", ".nan"])
def test_repeating_without_a_finite_number_is_an_error_of_values(count):
    with pytest.raises(ValueError, match="Repeat needs a finite number"):
        run(f"- $n: {count}\n- Repeat: $n\n  Do: []")
