"""Arguments at the edge of what functions take: empty, ended early, or of a rarely used kind."""

import datetime

import pytest

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MSet
from tests.unit.catalog_engine.muranopl.language import run

HOUR = datetime.timedelta(hours=1)


def value(text, *args, **more):
    return run(f'- Return: !yaql "{text}"', *args, **more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set(1, 2) + set(2, 3)", MSet((1, 2, 3))),
        ("($a.select($) + $a.select($ * 2)).toList()", (1, 2, 2, 4)),
        ("2 * timespan(hours => 1)", 2 * HOUR),
        ("timespan(hours => 1) * 2", 2 * HOUR),
        ("timespan(hours => 1) / 2", HOUR / 2),
        ("$a.takeWhile($ < 9).toList()", (1, 2)),
        ("$a.takeWhile($ < 2).toList()", (1,)),
        ("$a.skipWhile($ < 9).toList()", ()),
        ("$a.skipWhile($ < 2).toList()", (2,)),
        ("list().sliceWhere($).toList()", ()),
        ("$a.sliceWhere($ > 1).toList()", ((1,), (2,))),
        ("regex('a').replace('aaa', 'b', 2)", "bba"),
        ("regex('a').replace('aaa', 'b', 9)", "bbb"),
        ("'aaa'.replace('a', 'bb', 2)", "bbbba"),
        ("'aaa'.replace('a', 'bb', -1)", "bbbbbb"),
        ("random(3.0, 3)", 3),
        ("random(true, 1.0)", 1),
        ("str(false)", "false"),
        ("str(true)", "true"),
        ("$a.groupBy($ > 1, aggregator => $.sum()).toList()", ((False, 1), (True, 2))),
        ("$a.groupBy($ > 1, aggregator => [$[0], $[1].sum()]).toList()", ((False, 1), (True, 2))),
        ("format('{} {}', 1, 2)", "1 2"),
        ("format('{0}', type(Main))", "org.example.Main/0.1.0@org.example"),
        ("format('{0}', [null, true, 1.5])", "[None, True, 1.5]"),
    ],
)
def test_values(text, expected):
    assert value(text, [1, 2]) == expected


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("dict(a => 1).mergeWith(dict(a => dict(b => 2)))", TypeError, "Cannot merge integer with"),
        ("dict(a => 1).mergeWith(dict(a => [2]))", TypeError, "Cannot merge integer with"),
        ("random(1.5, 2)", ValueError, "takes whole numbers, not 1.5"),
        ("random(1, null)", TypeError, "takes whole numbers, not null"),
        ("float($a)", TypeError, "a string or a number"),
        ("int($a)", TypeError, "a string or a number"),
        ("format('{} {0}', 1)", ValueError, "cannot switch from automatic"),
        ("format('{0} {}', 1)", ValueError, "cannot switch from manual"),
        (
            "$a.groupBy($ > 1, aggregator => $.nothing()).toList()",
            exceptions.NoMethodRegisteredException,
            "nothing",
        ),
        (
            "$a.groupBy($ > 9, aggregator => $[2]).toList()",
            IndexError,
            "index",
        ),
        (
            "[3, 4, 1, 2, 3].groupBy($ > 2, aggregator => $[2]).toList()",
            IndexError,
            "index",
        ),
    ],
)
def test_errors(text, error, message):
    with pytest.raises(error, match=message):
        value(text, [1, 2])


def test_a_switch_of_old_formats_without_a_case_is_null():
    assert value("5.switch($ < 3 => a)", form="1.0") is None
    assert value("5.switch($ > 3 => a)", form="1.0") == "a"


def test_an_ordering_can_be_gone_over_again():
    body = "- $o: $a.orderByDescending($)\n- Return: list($o.toList(), $o.toList())"
    assert run(body, [1, 3, 2]) == ((3, 2, 1), (3, 2, 1))
    assert value("let(o => $a.orderBy($)) -> list($o.toList(), $o.toList())", [3, 1]) == (
        (1, 3), (1, 3),
    )  # fmt: skip


def test_what_is_counted_without_being_stored_ends_too(monkeypatch):
    monkeypatch.setattr(bounds, "COUNTED", 100)
    assert value("range(100).count()") == 100
    with pytest.raises(exceptions.CollectionTooLargeException):
        value("sequence().count()")
