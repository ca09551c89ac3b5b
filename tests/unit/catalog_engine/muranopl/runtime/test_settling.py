"""What is kept is settled wherever it stands: an iterator is drained, once."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import run

LAZY = "list(3, 4).select($)"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("dict(a => LAZY)", {"a": (3, 4)}), ("list(1, 2).toDict($, LAZY)", {1: (3, 4), 2: (3, 4)}),
        ("list(1).select(LAZY).toList()", ((3, 4),)), ("list(1).insert(0, LAZY)", ((3, 4), 1)),
        ("dict(a => 1).set(b, LAZY)", {"a": 1, "b": (3, 4)}),
        ("list(1, 2).pselect(LAZY)", ((3, 4), (3, 4))),
        ("dict(a => 1) + dict(b => LAZY)", {"a": 1, "b": (3, 4)}),
        ("list(1).select(LAZY).enumerate().toList()", ((0, (3, 4)),)),
        ("dict(a => dict(b => list(LAZY, LAZY)))", {"a": {"b": (3, 4, 3, 4)}}),
        ("dict(a => range(0, 2))", {"a": (0, 1)}), ("dict(a => 1).items().toList()", (("a", 1),)),
    ],
)  # fmt: skip
def test_a_variable_can_be_read_again(expression, expected):
    text = f"- $x: {expression.replace('LAZY', LAZY)}\n- $once: str($x)\n- Return: [$x, $x]"
    assert run(text) == (expected, expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("str(LAZY)", "(3, 4)"), ("format('{0}', LAZY)", "[3, 4]"),
     ("str(list(LAZY, 1))", "(3, 4, 1)")],
)  # fmt: skip
def test_an_iterator_tells_no_address(expression, expected):
    """A later attempt of a task makes the same text, or its journal would not fit."""
    assert run(f"- Return: {expression.replace('LAZY', LAZY)}") == expected


def test_nor_does_one_without_end():
    with pytest.raises(exceptions.CollectionTooLargeException):
        run("- Return: str(sequence())")


def test_nor_does_it_in_errors():
    with pytest.raises(
        exceptions.NoMatchingMethodException, match="receiver a lazy collection matches"
    ):
        run(f"- Return: {LAZY}.toUpper()")
