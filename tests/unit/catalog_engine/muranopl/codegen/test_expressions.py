"""Expressions that are not of the usual forms: what they mean, or under which error they fail."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import run


def value(text, *args, **more):
    return run(f"- Return: !yaql '{text.replace(chr(39), chr(39) * 2)}'", *args, **more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-$a", -3),
        ("+$a", 3),
        ("-(1 + $a)", -4),
        ("- -$a", 3),
        ("def(word, 5) -> word()", 5),
        ("def($b, 5) -> 1", 1),
        ("$c?.a", 1),
        ("null?.a", None),
        ("$c?.get(a)", 1),
        ("$c[a, 9]", 1),
        ("$c[z, 9]", 9),
    ],
)
def test_values(text, expected):
    assert value(text, 3, "word", {"a": 1}) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("-$b", "#unary_operator_-"),
        ("+$b", "#unary_operator_+"),
        ("-'text'", "#unary_operator_-"),
        ("$c.'a'", "#operator_."),
        ("$c.(1)", "#operator_."),
        ("$a[]", "#indexer"),
        ("$b[a, b]", "#indexer"),
        ("$c[a => 1]", "#indexer"),
        ("[x => 1]", "#list"),
        ("{$a}", "#map"),
        ("{1, 2}", "#map"),
        ("def($a, 5) -> 1", "def"),
        ("$a -> 1", "#operator_->"),
        ("$a:$b", "#operator_:"),
        (":$b", "#operator_:"),
    ],
)
def test_operators_that_fit_no_operand_are_functions_that_do_not_match(text, name):
    with pytest.raises(exceptions.NoMatchingFunctionException) as raised:
        value(text, 3, "word", {"a": 1})
    assert f'"{name}"' in str(raised.value)


@pytest.mark.parametrize("form", ["1.0", "1.4"])
@pytest.mark.parametrize(
    "text",
    [
        "str($a => 1)",
        "list($a => 1)",
        "[$a => 1]",
        "$c[$a => 1]",
        "[1].select($a => 1)",
        "format('{0}', $a => 1)",
        "let($a => 1) -> 5",
        "def(f, $) -> f($a => 1)",
    ],
)
def test_a_mapping_argument_whose_key_is_no_word_is_an_error(text, form):
    with pytest.raises(exceptions.MappingTranslationException, match="Cannot convert mapping"):
        value(text, 3, "word", {"a": 1}, form=form)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("switch($a => 1, $ => $)", "1.0"),
        ("$c.set(2, $a => 1)", "1.4"),
        ("dict([1], $a => 1)", "1.4"),
        ("switch(1, $a => 1)", "1.4"),
    ],
)
def test_a_mapping_argument_is_never_a_value(text, form):
    with pytest.raises(
        (exceptions.NoMatchingFunctionException, exceptions.NoMatchingMethodException)
    ):
        value(text, 3, "word", {"a": 1}, form=form)


def test_a_function_that_was_defined_takes_positional_arguments_alone():
    assert value("def(twice, $ * 2) -> twice($a)", 4) == 8
    with pytest.raises(exceptions.NoMatchingFunctionException, match="twice"):
        value("def(twice, $ * 2) -> twice(it => 4)")


def test_a_function_that_no_scope_defines_is_unknown():
    with pytest.raises(exceptions.NoFunctionRegisteredException, match="nowhere"):
        value("let(a => 1) -> nowhere($a)")


def test_a_lambda_keeps_the_value_around_it():
    assert value("[1, 2].select([$, $a])", 7) == ((1, 7), (2, 7))
    assert value("[[1, 2], [3]].select($.select($ * 10))") == ((10, 20), (30,))


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("$a[1]", [1, 2, 3], 2),
        ("$a[$ = 2].toList()", [1, 2, 3], (2,)),
        ("$a.select($)[$ > 1].toList()", [1, 2, 3], (2, 3)),
        ("$a[b]", {"b": 5}, 5),
        ("$a[$ = b].toList()", {"a": 4, "b": 5}, ("b",)),
    ],
)
def test_a_legacy_index_is_a_place_or_a_filter(text, given, expected):
    assert value(text, given, form="1.0") == expected


@pytest.mark.parametrize("form", ["1.0", "1.4"])
def test_an_index_of_what_has_no_items_does_not_match(form):
    for given in (None, 5, 1.5, True):
        with pytest.raises(exceptions.NoMatchingFunctionException):
            value("$a[0]", given, form=form)
