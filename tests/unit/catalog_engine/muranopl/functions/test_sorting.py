"""Sorted collections: as values of their own, and by keys of several types."""

from tests.unit.catalog_engine.muranopl.language import run


def test_an_ordering_is_a_list_when_it_is_stored():
    assert run("- $x: list(3, 1, 2).orderBy($)\n- Return: $x + [4]") == (1, 2, 3, 4)
    assert run("- Return: list(3, 1, 2).orderBy($)") == (1, 2, 3)


def test_keys_of_several_types_are_ordered_as_comparisons_say():
    assert run("- Return: list(2, 1.5, 1, null).orderBy($)") == (None, 1, 1.5, 2)
    assert run("- Return: list(b, a, null, c).orderByDescending($)") == ("c", "b", "a", None)


def test_equal_keys_keep_their_order():
    assert run("- Return: list(a, b, c, d).orderByDescending(1)") == ("a", "b", "c", "d")
