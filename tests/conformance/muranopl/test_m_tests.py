"""Checks 237 and 238: mocks, and which methods are tests."""

import pytest

from catalog_engine.authoring.folders import load
from catalog_engine.authoring.testing import TestRunner
from tests.conformance.muranopl.checking import on_object
from tests.unit.catalog_engine.authoring.conftest import write_package

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
