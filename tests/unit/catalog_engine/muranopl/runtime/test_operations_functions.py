"""Call sites of functions and operators: arguments left out, errors, caches by kinds of values."""

import datetime

import pytest

from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import run


def value(text, *args, **more):
    return run(f"- Return: {text}", *args, **more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("range(1, 9, 4)", (1, 5)),
        ("$a.split(' ', 1)", ("a", "b c")),
        ("[1,,2].len()", 3),
        ("format('{0}{1}{2}{3}', 1, 2, 3, 4)", "1234"),
        ("$a.replace(a, b, 1)", "b b c"),
    ],
)
def test_arguments_may_be_fewer_or_left_out(text, expected):
    assert value(f'!yaql "{text}"', "a b c") == expected


@pytest.mark.parametrize("call", ["range(1,, 2)", "concat(a,, b)", "isObject(, 1)"])
def test_an_argument_that_is_needed_cannot_be_left_out(call):
    with pytest.raises(exceptions.NoMatchingFunctionException):
        value(f"!yaql '{call}'")
    with pytest.raises(exceptions.NoMatchingMethodException):
        value("!yaql '$a.join(, b)'", [1])


@pytest.mark.parametrize(
    "call", ["nothing()", "nothing(1)", "nothing(a => 1)", "nothing(1, 2, 3, 4)"]
)
def test_a_function_that_is_not_there_is_unknown(call):
    with pytest.raises(exceptions.NoFunctionRegisteredException, match="nothing"):
        value(call)
    assert run(f"- If: false\n  Then: [{{Return: '{call}'}}]\n- Return: 1") == 1


def test_a_name_that_is_nearly_right_is_proposed():
    with pytest.raises(exceptions.NoFunctionRegisteredException, match="did you mean"):
        value("formt('{0}', 1)")


@pytest.mark.parametrize(
    "call", ["[].first()", "$a.first()", "$a.single()", "$a.last()", "$a.first().len()"]
)
def test_an_iterator_that_ends_too_early_is_an_error_and_not_the_end_of_one_around_it(call):
    """Called twice, so that the second call goes through the cache."""
    body = f"- For: x\n  In: [1, 2]\n  Do:\n    - Try: [{{Return: !yaql '{call}'}}]\n"
    body += "      Catch: [{As: e, Do: [$names: $e.name]}]\n- Return: $names"
    name = run(body, [])
    assert name in ("StopIteration", "yaql.language.exceptions.WrappedException")


def test_a_site_answers_for_values_of_changing_kinds():
    body = """
    - $all: []
    - For: x
      In: $a
      Do:
        - $all: $all.append(str($x) + '!', $x = 1, [$x, 1, 2].len())
    - Return: $all
    """
    given = [1, 1, "a", None, True, 1.5, [1], 1]
    texts = run(body, given)
    assert texts[:6:3] == ("1!", "1!")
    assert texts[6:15:3] == ("a!", "null!", "true!")
    assert texts[1::3] == (True, True, False, False, True, False, False, True)
    assert set(texts[2::3]) == {3}


def test_operators_answer_for_values_of_changing_kinds():
    body = """
    - $all: []
    - For: x
      In: $a
      Do:
        - $all: $all.append($x + $x)
        - $all: $all.append($x * 2)
        - $all: $all.append($x - $x)
    - Return: $all
    """
    day = datetime.timedelta(days=1)
    assert run(body, [1, 1.5, day, 2]) == (
        2, 2, 0, 3.0, 3.0, 0.0, 2 * day, 2 * day, 0 * day, 4, 4, 0,
    )  # fmt: skip
