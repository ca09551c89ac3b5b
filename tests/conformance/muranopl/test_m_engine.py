"""Checks 225 to 238: functions of the engine, concurrency, mocks and tests."""

import logging

import pytest

from catalog_engine.authoring.folders import load
from catalog_engine.authoring.testing import TestRunner
from catalog_engine.host.memory import MemoryPorts, MemorySecrets
from tests.conformance.muranopl.checking import (
    Raises,
    check,
    deployed,
    expression,
    numbered,
    on_object,
)
from tests.unit.catalog_engine.authoring.conftest import write_package

NO_MATCH = Raises("NoMatchingMethodException")
PATCH = (
    "dict(foo => a, baz => list(1, 2), gone => 5).patch(list("
    "dict(op => replace, path => '/foo', value => bar), dict(op => remove, path => '/baz/1'),"
    " dict(op => remove, path => '/baz/0'), dict(op => add, path => '/baz/0', value => 42),"
    " dict(op => add, path => '/baz', value => list(7)), dict(op => test, path => '/foo', value => bar),"
    " dict(op => remove, path => '/gone'), dict(op => replace, path => '/baz/0', value => 42)))"
)


@numbered(
    "text, expected",
    (225, "base64encode(TEST)", "VEVTVA=="), (225, "base64decode('VEVTVA==')", "TEST"),
    (225, "TEST.base64encode()", "VEVTVA=="), (225, "'VEVTVA=='.base64decode()", "TEST"),
    (225, "base64encode('♥').base64decode()", "♥"),
    (226, "format('{0} + {1}', 2, 3)", "2 + 3"), (226, "'{0} + {1}'.format(2, 3)", "2 + 3"),
    (226, "format('{name}', name => x)", "x"), (226, "'{a}{0}'.format(1, a => y)", "y1"),
    (226, "format('{0.__class__}', 2)", Raises("ValueError")), (226, "format('{0.real}', 2)", Raises("ValueError")),
    (226, "format('{a.b}', a => dict(b => 1))", Raises("ValueError")),
    (226, "format('{0}')", Raises("IndexError")), (226, "format('{name}')", Raises("KeyError")),
    (227, "null.replace(a, b)", NO_MATCH), (227, "'a-b-a'.replace(dict(a => x, b => y))", "x-y-x"),
    (227, "'a-b'.replace(a, c)", "c-b"), (227, "list(list(1, list(2)), 3).flatten()", [1, 2, 3]),
    (227, "dict(a => 1, b => 2).keys().orderBy($)", ["a", "b"]), (227, "dict(a => 1).values()", [1]),
    (227, "Abc.startsWith(a)", False), (227, "Abc.startsWith(A)", True), (227, "abC.endsWith(c)", False),
    (227, "abC.endsWith(C)", True), (227, "'  x\t'.trim()", "x"),
    (228, "isString(randomName())", True), (228, "len(randomName()) > 12", True),
    (228, "range(0, 100).select(randomName()).distinct().len()", 100),
    (228, "randomName() =~ '^[a-z][a-z0-9]+$'", True),
    (229, "range(1, 11).pselect($ * $)", [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]),
    (229, "range(0, 3).pselect(let(x => $, s => sleep(0)) -> $x)", [0, 1, 2]),
    (229, "list(1, 0).pselect(1 / $)", Raises("ZeroDivisionError")),
    (230, "dict(k => dict('$Z' => list('$a', true, null))).bind(dict(Z => b, a => 1))",
     {"k": {"b": [1, True, None]}}),
    (230, "list('$qq-{suffix}', '$a', a).bind(dict(qq => x, suffix => 123, a => 5))", ["qq-123", 5, "a"]),
    (230, "'$a'.bind(dict(a => list(1)))", [1]), (230, "bind('$a', dict(a => true))", True),
    (230, "'${a}-{b}'.bind(dict(a => 1, b => 2))", "1-2"), (230, "'${none}'.bind(dict())", "None"),
    (230, "'$none'.bind(dict())", Raises("KeyError", "none")), (230, "'$a'.bind(dict(a => null))", "$a"),
    (231, PATCH, {"foo": "bar", "baz": [42]}),
    (231, "dict(a => 1).patch(dict(op => add, path => '/b', value => 2))", {"a": 1, "b": 2}),
    (231, "dict(a => 1).patch(dict(op => test, path => '/a', value => 2))",
     Raises("JsonPatchTestFailed")),
)  # fmt: skip
def test_225_to_231(text, expected):
    check(lambda: expression(f"({text})"), expected)


ASKED = """
Name: Parent
---
Name: Other
---
Name: Main
Extends: Parent
Methods:
  run:
    Body:
      - Return: EXPRESSION
"""
NO_OVERLOAD = Raises("NoMatchingFunctionException")


@numbered(
    "text, expected",
    (232, "(id($) * 2) = id($) + id($)", True), (232, "len(id($) * 2)", 64),
    (232, "$ is Main", True), (232, "$ is 'org.example.Parent'", True), (232, "$ is :Parent", True),
    (232, "$ is type('org.example.Main')", True), (232, "$ is std:Object", True), (232, "$ is Other", False),
    (232, "$none is Main", False), (232, "(5) is Main", NO_OVERLOAD), (232, "(text) is Main", NO_OVERLOAD),
    (232, "list() is Main", NO_OVERLOAD), (232, "typeinfo($).name + '!'", "org.example.Main!"),
)  # fmt: skip
def test_232_ids_and_types(text, expected):
    check(lambda: on_object(ASKED.replace("EXPRESSION", text)), expected)


def test_232_types_are_texts_in_old_formats():
    text = ASKED.replace("EXPRESSION", "type($) + '!'")
    assert on_object(text, form="1.3") == "org.example.Main!"


SECRET = """
Name: Main
Methods:
  reveal:
    Scope: Public
    Body:
      - Return: decryptData(some-reference)
"""
ROOT = {"?": {"type": "org.example.Main", "id": "root"}}


def test_233_secrets(caplog):
    """That there is no key manager is told to the user in a report of the deployment, too."""
    source = SECRET.replace("some-reference", "'some-reference'")
    ports = MemoryPorts(secrets=MemorySecrets({"some-reference": "secret"}))
    found = deployed(source, ROOT, ("root", "reveal", {}), ports=ports)
    assert found["result"] == {"result": "secret", "isException": False}
    ports = MemoryPorts()
    found = deployed(source, ROOT, ("root", "reveal", {}), ports=ports)
    assert found["result"]["isException"] is True
    assert found["result"]["result"]["message"].startswith("[SecretNotFound]: ")
    (report,) = ports.reports.reports
    assert (report["level"], report["text"]) == ("error", found["result"]["result"]["message"])


def test_226_a_logger_writes_what_it_cannot_format(caplog):
    source = ASKED.replace(
        "- Return: EXPRESSION", "- $l: logger(checks)\n      - $l.info('a {0} {b}', 1)"
    )
    with caplog.at_level(logging.INFO, "applications.checks"):
        on_object(source)
    assert [row.getMessage() for row in caplog.records if row.name == "applications.checks"] == [
        "Can not format string: a {0} {b}", "a {0} {b}"
    ]  # fmt: skip


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


@numbered(
    "meta, first, second, expected",
    (234, "", "a", "b", APART), (235, "Synchronize", "a", "b", APART),
    (235, "Synchronize: {onThis: true}", "a", "b", APART),
    (235, "Synchronize: {onThis: false}", "a", "b", TOGETHER),
    (235, "Synchronize: {onThis: false, onArgs: [flag]}", "a, 1", "b, 1", APART),
    (235, "Synchronize: {onThis: false, onArgs: [flag]}", "a, text", "b, text", APART),
    (235, "Synchronize: {onThis: false, onArgs: [flag]}", "a, $b", "b, $b", APART),
    (235, "Synchronize: {onThis: false, onArgs: flag}", "a, 1", "b, 1", APART),
    (235, "Synchronize: {onThis: false, onArgs: [flag]}", "a, 1", "b, 2", TOGETHER),
    (235, "Synchronize: {onThis: false, onArgs: [flag]}", "a, $b", "b, $", TOGETHER),
    (235, "Synchronize: {onThis: true, onArgs: [flag]}", "a, 1", "b, 2", TOGETHER),
    (235, "Synchronize: {onThis: true, onArgs: [flag]}", "a, 1", "b, 1", APART),
)  # fmt: skip
def test_234_235_locks(meta, first, second, expected):
    meta = f"Meta: [{{io.murano.metadata.engine.{meta}}}]" if ":" in meta else meta
    meta = "Meta: io.murano.metadata.engine.Synchronize" if meta == "Synchronize" else meta
    source = LOCKS.replace("META", meta).replace("FIRST", first).replace("SECOND", second)
    assert on_object(source) == expected


def test_236_a_lock_is_reentrant():
    source = LOCKS.replace("META", "").replace("FIRST", "a").replace("SECOND", "b")
    assert on_object(source, "deep") == "done"


MOCKED = """
Name: Target
Methods:
  ask:
    Arguments: [{what: {Contract: $.string()}}]
    Body:
      - $inner: inside
      - Return: $.answer($what)
  answer:
    Arguments: [{what: {Contract: $.string()}}]
    Body:
      - Return: ('real ' + $what)
---
Name: Main
Properties:
  property: {Contract: $.string(), Default: mine}
Methods:
  mock:
    Arguments: [{what: {Contract: $}}]
    Body:
      - Return: ($.property + ' ' + $what)
  run:
    Body:
      - $target: new(Target)
      - $other: new(Target)
      - $captured: captured
      - $name: answer
"""


@pytest.mark.parametrize(
    ("injected", "answers"),
    [
        ("inject(Target, $name, $this, mock)", ["mine x", "mine x"]),
        ("inject(:Target, answer, $this, mock)", ["mine x", "mine x"]),
        ("inject($target, answer, $this, mock)", ["mine x", "real x"]),
        ("inject(Target, answer, constant)", ["constant", "constant"]),
        ("inject($target, answer, constant)", ["constant", "real x"]),
        ("inject(Target, answer, $captured + $2)", ["capturedx", "capturedx"]),
        ("inject(Target, answer, $.property)", ["mine", "mine"]),
        ("inject(Target, answer, $1.property + $this.property)", ["minemine", "minemine"]),
        ("inject(Target, answer, '!' + originalMethod())", ["!real x", "!real x"]),
        ("inject(Target, answer, withOriginal(i => $inner) -> $i + $2)", ["insidex", "insidex"]),
    ],
)
@pytest.mark.parametrize("form", ["1.0", "1.4"])
def test_237_mocks(injected, answers, form):
    source = (
        f"{MOCKED}      - {injected}\n      - Return: [$target.ask(x), $other.ask(x)]\n"
    )  # fmt: skip
    assert on_object(source, form=form, mocking=True) == answers


def test_238_which_methods_are_tests(tmp_path):
    source = """
Namespaces: {'=': org.example, test: io.murano.test}
Name: App
Extends: test:TestFixture
Methods:
  testFoo: {Body: []}
  test_foo: {Body: []}
  test: {Body: []}
  testing: {Body: []}
---
Name: Derived
Extends: App
Methods:
  testOwn: {Body: []}
---
Name: Other
Methods:
  testFoo: {Body: []}
"""
    classes = {f"org.example.{name}": "App.yaml" for name in ("App", "Derived", "Other")}
    package = write_package(tmp_path / "package", source, Classes=classes)
    tests, _broken = TestRunner(load([package])).find()
    assert {test.name for test in tests} == {
        "org.example.App.testFoo", "org.example.App.test_foo", "org.example.App.test",
        "org.example.Derived.testOwn",
    }  # fmt: skip
