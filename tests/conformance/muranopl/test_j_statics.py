"""Checks 192 to 204: statics and extensions."""

import pytest

from tests.conformance.muranopl.checking import Raises, check, on_object, program

SOURCE = """
Name: T
Properties:
  inst: {Contract: $.int(), Default: 1}
  stat: {Contract: $, Usage: Static, Default: {k: 1}}
  num: {Contract: $.int(), Usage: Static, Default: 1}
Methods:
  m:
    Usage: Static
    Arguments: [{x: {Contract: $, Default: none}}]
    Body:
      - Return: list($x, $ = type(T), $this = type(T))
  viaDollar:
    Usage: Static
    Body:
      - Return: list($.m(1).first(), $this.m(2).first())
  inst1:
    Usage: Static
    Body:
      - Return: $.inst
  set:
    Usage: Static
    Body:
      - $.stat.k: 5
      - $this.num: 7
      - Return: list($.stat, :T.num, type(T).num)
---
Name: Child
Extends: T
Properties: {num: {Contract: $.int(), Usage: Static, Default: 100}}
---
Name: Ext
Methods:
  ext:
    Usage: Extension
    Arguments: [{self: {Contract: $.int()}}]
    Body:
      - Return: 222
  toTitle:
    Usage: Extension
    Arguments: [{self: {Contract: $.string().notNull()}}]
    Body:
      - Return: $self.toUpper()
---
Name: Main
Import: Ext
Methods:
MORE  run:
    Body:
      - Return: EXPRESSION
"""


def ask(text: str, more: str = ""):
    return on_object(SOURCE.replace("EXPRESSION", text).replace("MORE", more))


OWN = "  ext:\n    Usage: Extension\n    Arguments: [{self: {Contract: $.int()}}]\n    Body: [{Return: 111}]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new(T).m(1)", [1, True, True]), (":T.m()", ["none", True, True]), ("type(T).m(3)", [3, True, True]),
        ("new(Child).m(1)", [1, True, True]), (":T.viaDollar()", [1, 2]),
        (":T.inst1()", Raises("NoPropertyFound")), (":T.set()", [{"k": 5}, 7, 7]),
        (":T.inst", Raises("NoPropertyFound")), ("list(:T.num, :Child.num)", [1, 100]),
        ("list(new(T).num, new(Child).num)", [1, 100]), (":Child.stat", {"k": 1}),
        ("typeinfo(T) = typeinfo(new(T))", True), ("new(T, num => 9).num", 1),
        ("type(Ext).m()", Raises("NoMethodRegisteredException")),
        ("5.ext()", 222), ("null.ext()", 222), ("abc.ext()", Raises("NoMethodRegisteredException")),
        ("true.ext()", Raises("NoMethodRegisteredException")),
        (":Ext.ext(4)", 222), ("QwertY.toTitle()", "QWERTY"),
        ("null.toTitle()", Raises("NoMethodRegisteredException")),
    ],
)  # fmt: skip
def test_192_to_204(text, expected):
    check(lambda: ask(text), expected)


def test_200_own_extensions_come_first():
    assert ask("5.ext()", OWN) == 111
    assert ask(":Ext.ext(5)", OWN) == 222


def test_199_a_static_action_from_outside():
    own = program(SOURCE.replace("EXPRESSION", "1").replace("MORE", OWN.replace(
        "ext:\n    Usage: Extension\n    Arguments: [{self: {Contract: $.int()}}]",
        "act:\n    Usage: Static\n    Scope: Public")))  # fmt: skip
    cls = own.cls("org.example.Main")
    assert own.rt.run(lambda: own.rt.call_action(cls.reference, "act", {})) == 111
