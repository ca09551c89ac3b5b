"""The choice between overloads: arity, names, kinds, specialisation, laziness."""

import pytest

from catalog_engine.muranopl.functions import overloads
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.table import NO_RECEIVER, NO_VALUE, FunctionTable, Subject
from catalog_engine.muranopl.runtime import exceptions


def table(*functions, **options):
    """A table of functions, each ``(name, kind, payload, types)``."""
    subject = Subject()
    for name, kind, payload, types in functions:
        subject.function(name, kind=kind, **types)(payload)
    return FunctionTable([[subject]], **options)


def call(own, name, *args, receiver=NO_RECEIVER, **kwargs):
    return own.call(None, name, receiver, args, kwargs)


def test_the_most_specific_overload_counts_in_any_order():
    rows = [
        ("f", "function", lambda a: "any", {"a": p.Any_}),
        ("f", "function", lambda a: "int", {"a": p.Int}),
        ("f", "function", lambda a: "bool", {"a": p.Bool}),
    ]
    for order in (rows, rows[::-1], [rows[1], rows[0], rows[2]]):
        own = table(*order)
        assert [call(own, "f", value) for value in (True, 1, "x", 1.5)] == [
            "bool", "int", "any", "any",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "receiver", "error"),
    [
        ("function", NO_RECEIVER, exceptions.AmbiguousFunctionException),
        ("method", 1, exceptions.AmbiguousMethodException),
    ],
)
def test_overloads_of_which_none_is_more_specific_are_ambiguous(kind, receiver, error):
    own = table(
        ("f", kind, lambda a, b: 1, {"a": p.Int, "b": p.Any_}),
        ("f", kind, lambda a, b: 2, {"a": p.Any_, "b": p.Int}),
    )
    args = (1,) if kind == "method" else (1, 1)
    with pytest.raises(error, match="f"):
        call(own, "f", *args, receiver=receiver)
    assert call(own, "f", *args[:-1], "x", receiver=receiver) == 1


def test_overloads_that_disagree_about_laziness_are_ambiguous():
    own = table(
        ("f", "method", lambda a, b: b(), {"a": p.Int, "b": p.Lambda}),
        ("f", "method", lambda a, b: b, {"a": p.Int, "b": p.Any_}),
        ("f", "method", lambda a, b, c: c, {"a": p.Int, "b": p.Any_, "c": p.Any_}),
    )
    with pytest.raises(exceptions.AmbiguousMethodException):
        call(own, "f", lambda: 5, receiver=1)
    assert call(own, "f", lambda: 5, 6, receiver=1) == 6


def test_a_lazy_argument_may_be_a_value_and_an_eager_one_a_thunk():
    own = table(
        ("f", "function", lambda a, b: (a(7), b), {"a": p.Lambda, "b": p.Any_}),
        ("f", "function", lambda a: a, {"a": p.Any_}),
    )
    assert call(own, "f", 5, 6) == (5, 6)
    assert call(own, "f", lambda *values: values, 6) == ((7,), 6)
    assert call(own, "f", lambda: 8) == 8
    assert call(own, "f", b=2, a=lambda *values: values) == ((7,), 2)


def test_arguments_by_name():
    def payload(a, b=2, *, some_name=3, **more):
        return (a, b, some_name, more)

    own = table(("f", "function", payload, {"a": p.Int, "more": p.String}))
    assert call(own, "f", 1) == (1, 2, 3, {})
    assert call(own, "f", b=5, a=1, someName=6, other="x") == (1, 5, 6, {"other": "x"})
    for args, kwargs in (((), {"b": 1}), ((1,), {"a": 2}), ((1, 2, 3), {}), ((1,), {"other": 5})):
        with pytest.raises(exceptions.NoMatchingFunctionException):
            call(own, "f", *args, **kwargs)


def test_overloads_are_told_apart_by_names_and_by_kinds_of_named_values():
    own = table(
        ("f", "function", lambda **more: "texts", {"more": p.String}),
        ("f", "function", lambda **more: "numbers", {"more": p.Int}),
    )
    assert call(own, "f", x="a") == "texts"
    assert call(own, "f", x=1) == "numbers"
    with pytest.raises(exceptions.NoMatchingFunctionException):
        call(own, "f", x=1, y="a")


def test_choices_are_forgotten_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(overloads, "_REMEMBERED", 5)
    own = table(("f", "function", lambda **more: len(more), {"more": p.Any_}))
    for round_ in range(2):
        for number in range(20):
            assert call(own, "f", **{f"n{number}_{round_}": 1}) == 1


def test_an_argument_left_out_has_its_default():
    own = table(("f", "function", lambda a, b=7: (a, b), {"a": p.Int, "b": p.Int}))
    assert call(own, "f", 1) == (1, 7)
    assert call(own, "f", 1, NO_VALUE) == (1, 7)


def test_null_is_taken_where_it_is_said_and_never_converted():
    own = table(
        ("f", "function", lambda a: a, {"a": p.NullableTimespan}),
        ("f", "function", lambda a, b: (a, b), {"a": p.Lambda, "b": p.Iterable}),
    )
    assert call(own, "f", None) is None
    assert call(own, "f", None, (1,)) == (None, (1,))
    with pytest.raises(exceptions.NoMatchingFunctionException):
        call(own, "f", 5, None)


def test_functions_without_keywords_refuse_them():
    subject = Subject()
    subject.function("f", no_kwargs=True, args=p.Rule)(lambda *args: len(args))
    own = FunctionTable([[subject]])
    assert call(own, "f") == 0
    assert call(own, "f", p.MappingRule(lambda: 1, lambda: 2)) == 1
    with pytest.raises(exceptions.ArgumentException, match="x"):
        call(own, "f", x=1)


def test_an_earlier_layer_hides_a_later_one_only_where_it_fits():
    first, second = Subject(), Subject()
    first.function("f", a=p.Int)(lambda a: "first")
    second.function("f", a=p.Any_)(lambda a: "second")
    own = FunctionTable([[first], [second]])
    assert (call(own, "f", 1), call(own, "f", "x")) == ("first", "second")


def test_a_registration_whose_parameters_are_misspelt_is_a_mistake():
    with pytest.raises(TypeError, match=r"has no parameters \['b'\]"):
        table(("f", "function", lambda a: a, {"b": p.Int}))


def test_iterable_dictionaries_are_those_of_old_formats():
    rows = [("f", "function", lambda a: list(a), {"a": p.Iterable})]
    assert call(table(*rows, iterable_dicts=True), "f", {"x": 1}) == ["x"]
    with pytest.raises(exceptions.NoMatchingFunctionException):
        call(table(*rows), "f", {"x": 1})


def test_a_text_that_is_returned_has_a_longest_length():
    own = table(("f", "function", lambda a: "x" * a, {"a": p.Int}), memory_quota=5)
    assert call(own, "f", 5) == "xxxxx"
    with pytest.raises(exceptions.MemoryQuotaExceededException):
        call(own, "f", 6)
