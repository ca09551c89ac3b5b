"""Statements nested deeper than Python's own blocks may be, and literals of all kinds."""

import datetime
import textwrap

import pytest

from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import run

DEEP = 30


def nested(header, innermost, depth=DEEP):
    """The innermost statements in *depth* constructs, each a header that ends in its block."""
    text = innermost
    for _ in range(depth):
        first, *rest = header.strip("\n").split("\n")
        lines = [f"- {first}", *(f"  {line}" for line in rest)]
        text = "\n".join(lines) + "\n" + textwrap.indent(text, "      ")
    return text


LOOP = "For: x\nIn: [1, 2]\nDo:"
ATTEMPT = "Try:"


def with_catch(text):
    """The same, where each ``Try`` has a ``Finally`` that counts."""
    lines = text.split("\n")
    closed = []
    open_at: list[int] = []
    for line in [*lines, ""]:
        indent = len(line) - len(line.lstrip())
        while open_at and indent <= open_at[-1] and line.strip() != "":
            closed.extend(_final(open_at.pop()))
        if line.strip() == "- Try:":
            open_at.append(indent)
        if line.strip():
            closed.append(line)
    while open_at:
        closed.extend(_final(open_at.pop()))
    return "\n".join(closed)


def _final(indent):
    space = " " * (indent + 2)
    return [f"{space}Finally:", f"{space}  - $n: $n + 1"]


def test_a_return_leaves_the_method_from_any_depth():
    body = "- $n: 0\n" + with_catch(nested(ATTEMPT, "- Return: $n")) + "\n- Return: missed"
    assert run(body) == 0


def test_variables_of_any_depth_are_those_of_the_method():
    body = "- $n: 0\n" + with_catch(nested(ATTEMPT, "- $n: $n + 100")) + "\n- Return: $n"
    assert run(body) == 100 + DEEP


@pytest.mark.parametrize(("word", "expected"), [("Break", (1, 1)), ("Continue", (1, 2, 1, 2))])
def test_break_and_continue_reach_the_loop_from_any_depth(word, expected):
    inner = with_catch(nested(ATTEMPT, f"- {{{word}: }}"))
    body = (
        "- $n: 0\n- $seen: []\n"
        "- For: y\n  In: [1, 2]\n  Do:\n"
        "    - For: x\n      In: [1, 2]\n      Do:\n"
        "        - $seen: $seen.append($x)\n" + textwrap.indent(inner, "        ") + "\n"
        "        - $seen: $seen.append(missed)\n"
        "- Return: list($seen, $n)"
    )
    assert run(body) == (expected, DEEP * len(expected))


@pytest.mark.parametrize("word", ["Break", "Continue"])
def test_break_outside_of_a_loop_is_an_error_at_any_depth(word):
    body = "- $n: 0\n" + with_catch(nested(ATTEMPT, f"- {{{word}: }}"))
    with pytest.raises(exceptions.DslInvalidOperationError, match=f"{word} cannot be used"):
        run(body)


def test_loops_nest_to_any_depth():
    inner = "- $n: $n + 1\n- If: $n >= 5\n  Then: [{Return: $n}]"
    assert run("- $n: 0\n" + nested(LOOP, inner)) == 5
    leaving = "- $n: $n + 1\n- {Break: }"
    assert run("- $n: 0\n" + nested(LOOP, leaving, 8) + "\n- Return: $n") == 2**7


def test_a_return_leaves_loops_and_attempts_that_alternate():
    text = "- Return: $x"
    for _ in range(DEEP // 2):
        text = nested(LOOP, with_catch(nested(ATTEMPT, text, 1)), 1)
    assert run(f"- $n: 0\n{text}\n- Return: missed") == 1


def test_literals_of_yaml_keep_their_kinds():
    made = run("""
        - Return:
            - 2020-02-29
            - 2020-02-29T01:02:03
            - {a: 1.5, 2: true, null: 'text'}
    """)
    assert made[0] == datetime.date(2020, 2, 29)
    assert made[1] == datetime.datetime(2020, 2, 29, 1, 2, 3)  # noqa: DTZ001 - as YAML has it
    assert made[2] == {"a": 1.5, 2: True, None: "text"}
