"""Whatever a definition holds, the check ends with findings and never with an exception."""

from __future__ import annotations

import contextlib
import random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_forms.checking import check
from catalog_forms.definition import load
from catalog_forms.errors import FormError, LimitError
from catalog_forms.expressions import Parser
from catalog_forms.patterns import Pattern
from catalog_forms.reading import MAXIMUM_BYTES

PARSER = Parser()
GOOD = """Version: 2.4
Parameters: {p: 1}
Templates: {t: {n: $index, x: $.f.a}}
Application:
  '?': {type: org.example.App}
  a: $.f.a
  l: repeat($t, 2)
  r: ref(t)
  h: generateHostname('', $.f.a)
Forms:
  - f:
      fields:
        - {name: a, type: string, regexpValidator: '/^a+$/i', initial: $p}
        - {name: n, type: network, murano_networks: translate}
        - {name: c, type: choice, choices: [[a, A]], validators: [{expr: $ > 1, message: m}]}
      validators: [{expr: $.f.a != $.f.c, message: m}]
"""


def bomb(levels):
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, levels)]
    return "\n".join(rows).encode()


HOSTILE = {
    "a bomb": (bomb(12), "limit"),
    "a circle": (b"a: &a [*a]", "syntax"),
    "too large": (b"#" * (MAXIMUM_BYTES + 1), "limit"),
    "deep": (b"[" * 50_000, "syntax"),
    "binary": (bytes(range(256)), "syntax"),
    "nulls": (b"\0" * 100, "syntax"),
    "not UTF-8": (b"a: \xff\xfe", "syntax"),
    "UTF-16": ("[1]".encode("utf-16"), "no-mapping"),
    "a key that cannot be one": (b"? [a]\n: 1", "syntax"),
    "no date": (b"a: 2015-99-99", "syntax"),
    "a long expression": (b"a: !yaql '" + b"1+" * 9000 + b"1'", "bad-expression"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name):
    data, code = HOSTILE[name]
    assert code in {found.code for found in check(data, PARSER)}
    with pytest.raises(FormError):
        load(data, PARSER)


def test_a_deep_expression_does_not_exhaust_the_stack():
    deep = GOOD.replace("a: $.f.a\n", f"a: {'1+' * 4000}$.f.a\n")
    assert "unknown-function" not in {found.code for found in check(deep.encode(), PARSER)}


def test_a_catastrophic_pattern_ends():
    with pytest.raises(LimitError):
        Pattern.written("(a|aa|b?)+$").search("a" * 60 + "!")


def _paths(value, path=()):
    yield path
    pairs = value.items() if isinstance(value, dict) else ()
    for key, item in list(pairs) + (list(enumerate(value)) if isinstance(value, list) else []):
        yield from _paths(item, (*path, key))


STRANGE = [
    None,
    True,
    0,
    -1.5,
    "",
    "$",
    "$.",
    "$.f.a.b.c",
    "[",
    {},
    [],
    [[]],
    {"?": 1},
    [{}],
    "ref()",
]


@given(seed=st.integers(0, 2**32), count=st.integers(1, 4))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_mutated_definitions(seed, count):
    choose = random.Random(seed)
    document = yaml.safe_load(GOOD)
    for _ in range(count):
        path = choose.choice([p for p in _paths(document) if p])
        owner = document
        for key in path[:-1]:
            owner = owner[key]
        owner[path[-1]] = choose.choice(STRANGE)
    data = yaml.safe_dump(document).replace("'$", "$").encode()
    check(data, PARSER)
    with contextlib.suppress(FormError):
        load(data, PARSER)


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_any_bytes(data):
    check(data, PARSER)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_mutated_texts(seed):
    choose = random.Random(seed)
    text = list(GOOD)
    for _ in range(choose.randint(1, 12)):
        text[choose.randrange(len(text))] = choose.choice("[]{}:,$'\"!&*?-\n \t#ab1.(")
    check("".join(text).encode(), PARSER)
