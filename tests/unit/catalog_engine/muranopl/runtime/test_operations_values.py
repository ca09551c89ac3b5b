"""Items, loops and dates: values that are not of the usual kinds."""

import datetime

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MSet
from tests.unit.catalog_engine.muranopl.language import run


def value(text, *args, **more):
    return run(f"- Return: {text}", *args, **more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a[true]", 2),
        ("$a[-1]", 3),
        ("$b[x]", 1),
        ("$b[null]", 2),
    ],
)
def test_items(text, expected):
    assert value(text, [1, 2, 3], {"x": 1, None: 2}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$b.items().select($[1])", (1, 2)),
        ("$a.zip($a).select($[1])", (1, 2, 3)),
        ("$a.enumerate().select($[true])", (1, 2, 3)),
        ("$a.groupBy($ mod 2).select($[1])", ((1, 3), (2,))),
        ("$a.join([7], true, [$1, $2]).select($[1])", (7, 7, 7)),
        ("$a.slice(2).select($[0])", (1, 3)),
    ],
)
def test_items_of_what_lazy_functions_hand_on(text, expected):
    assert value(text, [1, 2, 3], {"x": 1, None: 2}) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("$a[3]", IndexError),
        ("$a[-4]", IndexError),
        ("range(5)[1]", exceptions.NoMatchingFunctionException),
        ("$b[y]", KeyError),
        ("$a[x]", exceptions.NoMatchingFunctionException),
        ("$a[null]", exceptions.NoMatchingFunctionException),
        ("$a[1.0]", exceptions.NoMatchingFunctionException),
        ("text[0]", exceptions.NoMatchingFunctionException),
        ("$a.select($)[0]", exceptions.NoMatchingFunctionException),
    ],
)
def test_items_that_are_not_there(text, error):
    with pytest.raises(error):
        value(text, [1, 2, 3], {"x": 1})


@pytest.mark.parametrize(
    ("count", "times"), [(3, 3), (0, 0), (-1, 0), (2.9, 2), (True, 1), (False, 0)]
)
def test_repeat_takes_numbers(count, times):
    assert run("- $n: 0\n- Repeat: $a\n  Do: [$n: $n + 1]\n- Return: $n", count) == times


@pytest.mark.parametrize(("count", "kind"), [("x", "str"), (None, "null"), ([1], "MList")])
def test_repeat_takes_nothing_else(count, kind):
    with pytest.raises(TypeError, match=f"Repeat needs a number, not {kind}"):
        run("- Repeat: $a\n  Do: [{Do: []}]", count)


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("$a", (1, 2, 3)),
        ("$a.select($ * 2)", (2, 4, 6)),
        ("range(2)", (0, 1)),
        ("set(3, 1)", (3, 1)),
        ("dict(a => 1, b => 2)", ("a", "b")),
        ("text", ("t", "e", "x", "t")),
        ("[1, {a: 2}]", (1, {"a": 2})),
    ],
)
def test_for_goes_over_collections(given, seen):
    body = f"- $l: []\n- For: x\n  In: {given}\n  Do: [$l: $l.append($x)]\n- Return: $l"
    assert run(body, [1, 2, 3]) == seen


@pytest.mark.parametrize(("given", "kind"), [(5, "int"), (None, "null"), (True, "bool")])
def test_for_goes_over_nothing_else(given, kind):
    with pytest.raises(TypeError, match=f"For needs a collection, not {kind}"):
        run("- For: x\n  In: $a\n  Do: [{Do: []}]", given)


def test_a_range_in_for_is_not_stored():
    body = "- $n: 0\n- For: x\n  In: range(5000)\n  Do: [$n: $n + 1]\n- Return: $n"
    assert run(body) == 5000
    with pytest.raises(exceptions.CollectionTooLargeException):
        value("range(5000)")


@pytest.mark.parametrize("limit", ["0", "-1", "'2'", "1.5", "[1]", "$a"])
def test_a_limit_of_parallel_is_a_positive_number(limit):
    with pytest.raises(ValueError, match="Limit must be a positive integer"):
        run(f"- Parallel: [{{Do: []}}]\n  Limit: {limit}", 0)


@pytest.mark.parametrize("limit", ["null", "1", "5", "$a"])
def test_a_limit_of_parallel_may_be_left_open(limit):
    body = f"- $n: 0\n- Parallel:\n    - $n: $n + 1\n    - $n: $n + 1\n  Limit: {limit}\n"
    assert run(body + "- Return: $n", None) == 2


def test_moments_of_yaml_are_kept_as_constants():
    made = run("""
    - Return:
        day: 2020-02-29
        moment: 2020-02-29 12:30:00
        zone: 2020-02-29T12:30:00+02:00
    """)
    assert made["day"] == datetime.date(2020, 2, 29)
    assert made["moment"].isoformat() == "2020-02-29T12:30:00"
    assert made["zone"].isoformat() == "2020-02-29T12:30:00+02:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dict(x => $a.select($ + 1))", {"x": (2, 3, 4)}),
        ("{}.set(x, range(2))", {"x": (0, 1)}),
        ("$a.toDict($, [$].select($))", {1: (1,), 2: (2,), 3: (3,)}),
        ("[$a].select($.skip(1)).zip([5])", (((2, 3), 5),)),
        ("$a.groupBy($ mod 2, aggregator => $.select($ * 2))", ((1, (2, 6)), (0, (4,)))),
        ("$a.limit(1).append(range(2)).toList()", (1, (0, 1))),
        ("list(dict(x => [dict(y => range(1))]))", ({"x": ({"y": (0,)},)},)),
        ("dict(range(2).select($) => dict(x => range(1)).keys())", {(0, 1): MSet(("x",))}),
    ],
)
def test_what_functions_make_of_something_lazy_is_stored_settled(text, expected):
    body = f"- $x: !yaql '{text}'\n- Return: [$x, $x]"
    assert run(body, [1, 2, 3]) == (expected, expected)


def test_what_functions_make_of_something_lazy_can_be_read_at_once():
    assert value("dict(x => $a.select($ + 1)).x", [1, 2]) == (2, 3)
    assert value("dict(x => $a.select($ + 1))[x]", [1, 2]) == (2, 3)
    assert value("$a.limit(1).append(range(2)).toList()[1]", [1, 2]) == (0, 1)
    assert value("list(dict(x => range(2))).x", [1]) == ((0, 1),)
