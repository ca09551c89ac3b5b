"""Checks 218 to 236: versions and packages, engine functions, concurrency."""

from __future__ import annotations

import pytest

from catalog_common.versions import Version, VersionSpec
from tests.conformance.muranopl.checking import (
    Raises,
    check,
    expression,
    on_object,
    program,
)


@pytest.mark.parametrize(
    ("spec", "inside", "outside"),
    [
        ("", ["0.0.0", "0.9.9"], ["1.0.0"]), ("1.11.111", ["1.11.111"], ["1.11.112"]),
        (">=2", ["2.0.0", "3.1.0"], ["1.9.9"]), (">=2.1", ["2.1.0"], ["2.0.9"]),
        ("< =  2 .1", ["2.1.9", "0.1.0"], ["2.2.0"]), (">3.0.0,<=4.1", ["4.1.5", "3.0.1"], ["3.0.0", "4.2.0"]),
    ],
)  # fmt: skip
def test_218_219_version_specifications(spec, inside, outside):
    own = VersionSpec(spec)
    assert [text for text in inside if own.matches(Version.coerce(text))] == inside
    assert [text for text in outside if own.matches(Version.coerce(text))] == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"type": "org.example.Main/0.1.0@org.example"}, None), ({"type": "org.example.Main/0.1"}, None),
        ({"type": "org.example.Main", "classVersion": "0.1.0"}, None),
        ({"type": "org.example.Main", "classVersion": ""}, None),
        ({"type": "org.example.Main", "classVersion": "1.11.111"}, Raises("NoPackageForClassFound")),
        ({"type": "org.example.Main", "classVersion": ">3.0.0,<=4.1"}, Raises("NoPackageForClassFound")),
        ({"type": "org.example.Main", "package": "org.example"}, None),
        ({"type": "a-b"}, Raises("ValueError")), ({"type": "Main"}, Raises("NoPackageForClassFound")),
    ],
)  # fmt: skip
def test_219_220_242_243_headers(header, expected):
    def load():
        program("Name: Main\n").load({"?": {"id": "x", **header}})

    check(load, expected)


def test_221_where_a_class_was_looked_for():
    check(
        lambda: expression("new(Nothing)"),
        Raises("NoClassFound", "org.example/0.1.0, io.murano/0.0.0"),
    )


def test_222_extensions_of_old_packages():
    assert expression("typeinfo(type('io.murano.extensions.io.murano.Object')).name") == (
        "io.murano.Object"
    )
    check(
        lambda: expression("type('io.murano.extensions.Nothing')"),
        Raises("NoClassFound", "io.murano.extensions.Nothing"),
    )


VIEWS = """
Name: Base
---
Name: Child
Extends: Base
---
Name: Other
---
Name: Main
Extends: Child
Methods:
  run:
    Body:
      - $v: cast($, Base)
      - Return: EXPRESSION
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cast($, Other)", Raises("NoClassFound")), ("cast($v, Child)", Raises("NoClassFound")),
        ("$v = $this", False), ("id($v) = id($this)", True), ("$v is Child", False),
        ("typeinfo($v).name", "org.example.Base"),
    ],
)  # fmt: skip
def test_223_224_views(text, expected):
    check(lambda: on_object(VIEWS.replace("EXPRESSION", text)), expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("base64encode(TEST)", "VEVTVA=="), ("base64decode('VEVTVA==')", "TEST"),
        ("TEST.base64encode()", "VEVTVA=="),
        ("format('{0} + {1}', 2, 3)", "2 + 3"), ("'{0} + {1}'.format(2, 3)", "2 + 3"),
        ("format('{name}', name => x)", "x"), ("format('{0.__class__}', 2)", Raises("ValueError")),
        ("null.replace(a, b)", Raises("NoMatchingMethodException")),
        ("'a-b'.replace(dict(a => x, b => y))", "x-y"),
        ("list(list(1, list(2)), 3).flatten()", [1, 2, 3]), ("dict(a => 1).keys().orderBy($)", ["a"]),
        ("dict(a => 1).values()", [1]), ("Abc.startsWith(a)", False), ("abC.endsWith(c)", False),
        ("'  x\t'.trim()", "x"), ("len(randomName()) > 12", True), ("randomName() = randomName()", False),
        ("range(1, 11).pselect($ * $)", [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]),
        ("list(1, 0).pselect(1 / $)", Raises("ZeroDivisionError")),
        ("dict('$Z' => true).bind(dict(Z => b))", {"b": True}),
        ("list('$qq-{suffix}', '$a').bind(dict(qq => x, suffix => s, a => 5))", ["qq-s", 5]),
        ("'$a'.bind(dict(a => list(1)))", [1]),
        ("dict(bar => 1, baz => list(1)).patch(dict(op => replace, path => '/baz/0', value => 42))",
         {"bar": 1, "baz": [42]}),
        ("1 is std:Object", Raises("NoMatchingFunctionException")), ("null is std:Object", False),
    ],
)  # fmt: skip
def test_225_to_232(text, expected):
    text = f"({text})" if text.startswith("'") else text
    check(lambda: expression(text), expected)


LOCKS = """
Name: Box
Properties: {rows: {Contract: [$], Usage: Out}}
Methods:
  add:
    META
    Arguments: [{x: {Contract: $}}, {flag: {Contract: $, Default: 0}}]
    Body:
      - $.rows: $.rows.append(format('{0}+', $x))
      - sleep(0)
      - $.rows: $.rows.append(format('{0}-', $x))
  recurse:
    Arguments: [{n: {Contract: $.int()}}]
    Body:
      - If: $n = 0
        Then: [{Return: done}]
      - $m: $n - 1
      - Return: $.recurse($m)
---
Name: Main
Methods:
  run:
    Body:
      - $b: new(Box)
      - Parallel:
          - $b.add(FIRST)
          - $b.add(SECOND)
      - Return: $b.rows
  deep:
    Body:
      - Parallel:
          - new(Box).recurse(5)
          - sleep(0)
      - Return: new(Box).recurse(5)
"""
APART, TOGETHER = ["a+", "a-", "b+", "b-"], ["a+", "b+", "a-", "b-"]


@pytest.mark.parametrize(
    ("meta", "first", "second", "expected"),
    [
        ("", "a", "b", APART), ("Synchronize", "a", "b", APART),
        ("Synchronize: {onThis: true}", "a", "b", APART), ("Synchronize: {onThis: false}", "a", "b", TOGETHER),
        ("Synchronize: {onThis: false, onArgs: flag}", "a, 1", "b, 1", APART),
        ("Synchronize: {onThis: false, onArgs: flag}", "a, 1", "b, 2", TOGETHER),
    ],
)  # fmt: skip
def test_234_235_locks(meta, first, second, expected):
    meta = f"Meta: [{{io.murano.metadata.engine.{meta}}}]" if ":" in meta else meta
    meta = "Meta: io.murano.metadata.engine.Synchronize" if meta == "Synchronize" else meta
    meta = meta.replace("onArgs: flag", "onArgs: [flag]")
    source = LOCKS.replace("META", meta).replace("FIRST", first).replace("SECOND", second)
    assert on_object(source) == expected


def test_236_a_lock_is_reentrant():
    source = LOCKS.replace("META", "").replace("FIRST", "a").replace("SECOND", "b")
    assert on_object(source, "deep") == "done"
