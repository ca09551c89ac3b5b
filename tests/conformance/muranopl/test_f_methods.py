"""Checks 119 to 134: methods and calls."""

import pytest

from tests.conformance.muranopl.checking import (
    Raises,
    body,
    check,
    deployed,
    numbered,
    on_object,
    program,
)

NO_MATCH = Raises("NoMatchingMethodException")
BAD = "ContractViolationException"

FAMILY = """
Name: CommonParent
Methods:
  virtualMethod: {Body: [{Return: CommonParent}]}
---
Name: Parent
Extends: CommonParent
Methods:
  m1:
    Body:
      - Return: list('m1 parent') + $.m2()
  m2: {Body: [{Return: [m2 parent]}]}
  virtualMethod: {Body: [{Return: Parent}]}
  one:
    Arguments: [{a: {Contract: $.int()}}]
    Body: [{Return: 1}]
  callsOne:
    Body:
      - Return: $.one(1)
---
Name: Second
Extends: CommonParent
Methods:
  m2:
    Body:
      - Return: [m2 second]
---
Name: Main
Extends: PARENTS
Methods:
  m1:
    Body:
      - $parents: super($, $.m1())
      - Return: list('m1 child') + $parents.first()
  m2:
    Body:
      - $parents: super($, $.m2())
      - Return: list('m2 child') + $parents.first()
  virtualMethod: {Body: [{Return: Main}]}
  run:
    Body:
      - Return: EXPRESSION
"""


def family(text: str, form: str | None = None, parents: str = "Parent", more: str = ""):
    source = FAMILY.replace("EXPRESSION", text).replace("PARENTS", parents)
    return on_object(source + more, form=form)


def test_119_virtual_calls():
    assert family("$.m1()") == ["m1 child", "m1 parent", "m2 child", "m2 parent"]


@numbered(
    "arguments, text, expected",
    (120, "[]", "$.callsOne()", NO_MATCH),
    (120, "[{b: {Contract: $.int()}}]", "$.callsOne()", 2),
    (120, "[{b: {Contract: $.int()}}]", "$.one(a => 1)", NO_MATCH),
    (120, "[{a: {Contract: $.int()}}, {b: {Contract: $.int().notNull()}}]", "$.callsOne()",
     Raises(BAD, "[org.example.Main::one(b)]")),
    (120, "[{a: {Contract: $.int()}}, {b: {Contract: $.int()}}]", "$.callsOne()", 2),
    (120, "[{a: {Contract: $.int()}}, {b: {Contract: $.int().notNull()}}]",
     "cast($, Parent).callsOne()", Raises(BAD, "[org.example.Main::one(b)]")),
)  # fmt: skip
def test_120_overriding_with_other_parameters(arguments, text, expected):
    override = f"  one:\n    Arguments: {arguments}\n    Body: [{{Return: 2}}]\n"
    check(lambda: family(text, more=override), expected)


ARGUMENTS = """
Name: Main
Methods:
  plain:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $, Default: 2}}]
    Body:
      - Return: list($a, $b)
  varied:
    Arguments: [{arg1: {Contract: $}}, {rest: {Contract: $.int(), Usage: VarArgs}}]
    Body:
      - Return: list($arg1, $rest)
  named:
    Arguments: [{arg1: {Contract: $}}, {rest: {Contract: $.int(), Usage: KwArgs}}]
    Body:
      - Return: list($arg1, $rest)
  both:
    Arguments: [{args: {Contract: $, Usage: VarArgs}}, {kw: {Contract: $, Usage: KwArgs}}]
    Body:
      - Return: list($args, $kw)
  mapping:
    Arguments: {b: {Contract: $}, a: {Contract: $}, c: {Contract: $}}
    Body:
      - Return: list($a, $b, $c)
  dollars:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $}}, {c: {Contract: $}}]
    Body:
      - Return: list($ = $this, $a, $2, $3)
  run:
    Body:
      - Return: EXPRESSION
"""


@numbered(
    "text, expected",
    (121, "$.plain(1)", [1, 2]), (121, "$.plain(1, 2, 3)", NO_MATCH), (121, "$.plain(1, c => 3)", NO_MATCH),
    (121, "$.plain(1, a => 3)", NO_MATCH), (121, "$.plain(b => 1, a => 2)", [2, 1]),
    (122, "$.varied(1, 2, 3, 4)", [1, [2, 3, 4]]), (122, "$.varied(1, 2, '3')", [1, [2, 3]]),
    (122, "$.varied(1, 2, string)", Raises(BAD, "violates int() contract")), (122, "$.varied(1)", [1, []]),
    (122, "$.varied(1, rest => 2)", NO_MATCH), (122, "$.varied(1, arg1 => 2)", NO_MATCH),
    (123, "$.named(1, arg2 => 2, arg3 => '3')", [1, {"arg2": 2, "arg3": 3}]), (123, "$.named(1)", [1, {}]),
    (123, "$.named(1, arg2 => string)", Raises(BAD, "violates int() contract")),
    (123, "$.named(1, arg1 => 2)", NO_MATCH),
    (124, "$.both(1, 2, 3, a => 4, b => 5)", [[1, 2, 3], {"a": 4, "b": 5}]), (124, "$.both()", [[], {}]),
    (126, "$.dollars(5, 6, 7)", [True, 5, None, None]),
    (127, "$.mapping(1, 2, 3)", [2, 1, 3]), (127, "$.mapping(1, c => 5)", [None, 1, 5]),
)  # fmt: skip
def test_121_to_127(text, expected):
    check(lambda: on_object(ARGUMENTS.replace("EXPRESSION", text)), expected)


@numbered(
    "arguments, text",
    (125, "[{a: {Contract: $, Usage: VarArgs}}, {b: {Contract: $}}]", "Invalid argument order in method m"),
    (125, "[{a: {Contract: $, Usage: KwArgs}}, {b: {Contract: $, Usage: VarArgs}}]", "Invalid argument order"),
    (125, "[{a: {Contract: $, Usage: VarArgs}}, {b: {Contract: $, Usage: VarArgs}}]", "Invalid argument order"),
    (125, "[{a: {Contract: $}, b: {Contract: $}}]", "Invalid arguments declaration"),
)  # fmt: skip
def test_125_malformed_arguments(arguments, text):
    source = f"Name: Main\nMethods: {{m: {{Arguments: {arguments}, Body: []}}}}\n"
    check(lambda: program(source).cls("org.example.Main"), Raises("DslSyntaxError", text))


@numbered(
    "declaration, expected",
    (128, "{Body: [{Return: 1}]}", "m is not an action"),
    (128, "{Scope: Session, Body: [{Return: 1}]}", "m is not an action"),
    (128, "{Scope: Public, Body: [{Return: 1}]}", 1), (128, "{Usage: Action, Body: [{Return: 1}]}", 1),
    (128, "{Usage: Static, Scope: Public, Body: [{Return: 1}]}", 1),
)  # fmt: skip
def test_128_calls_from_outside(declaration, expected):
    root = {"?": {"type": "org.example.Main", "id": "root"}}
    source = f"Name: Main\nMethods: {{m: {declaration}}}\n"
    found = deployed(source, root, ("root", "m", {}))["result"]
    assert found["isException"] is isinstance(expected, str)
    if found["isException"]:
        exposed = "[murano.dsl.exceptions.MethodNotExposed]"
        assert found["result"]["message"] == f"{exposed}: {expected}"
    else:
        assert found["result"] == expected


def test_129_an_action_has_no_scope_of_its_own():
    source = "Name: Main\nMethods: {m: {Usage: Action, Scope: Session, Body: []}}\n"
    check(
        lambda: program(source).cls("org.example.Main"),
        Raises("ValueError", 'Both "Usage: Action" and "Scope: Session" are provided for method m'),
    )


@numbered(
    "text, expected",
    (130, "super($, $.m2())", [["m2 parent"], ["m2 second"]]),
    (130, "psuper($, $.m2())", [["m2 parent"], ["m2 second"]]),
    (130, "super($, $.virtualMethod())", ["Parent", "CommonParent"]),
    (130, "super($).select(typeinfo($).name)", ["org.example.Parent", "org.example.Second"]),
    (130, "super($, $.callsOne())", NO_MATCH),
)  # fmt: skip
def test_130_super(text, expected):
    check(lambda: family(text, parents="[Parent, Second]"), expected)


@pytest.mark.parametrize("function", ["super", "psuper"])
def test_130_super_as_a_method(function):
    found = family(f"$.{function}($.m2())", form="1.0", parents="[Parent, Second]")
    assert found == [["m2 parent"], ["m2 second"]]


@numbered(
    "text, expected",
    (131, "$.virtualMethod()", "Main"), (131, "cast($, Parent).virtualMethod()", "Parent"),
    (131, "cast($, CommonParent).virtualMethod()", "CommonParent"),
    (131, "cast(cast($, Parent), CommonParent).virtualMethod()", "CommonParent"),
    (131, "cast($, Parent).m1()", ["m1 parent", "m2 child", "m2 parent"]),
)  # fmt: skip
def test_131_cast(text, expected):
    assert family(text) == expected


def test_131_cast_as_a_method():
    assert family("$.cast(Parent).virtualMethod()", form="1.0") == "Parent"
    assert family("$.cast(Parent).cast(CommonParent).virtualMethod()", form="1.0") == "CommonParent"


DIAMOND = """
Name: Base
Methods: {m: {Body: [{Return: base}]}}
---
Name: Mixin
Extends: Base
Methods: {m: {Body: [{Return: mixin}]}}
---
Name: Plain
Extends: Base
---
Name: Main
Extends: PARENTS
Methods:
  run:
    Body:
      - Return: $.m()
"""


@pytest.mark.parametrize("parents", ["[Plain, Mixin]", "[Mixin, Plain]", "[Base, Mixin]"])
def test_132_a_diamond_with_one_override(parents):
    assert on_object(DIAMOND.replace("PARENTS", parents)) == "mixin"


UNRELATED = """
Name: A
Properties: {p: {Contract: $.int(), Default: 1, Usage: Runtime}}
Methods: {m: {Body: [{Return: a}]}}
---
Name: B
Properties: {p: {Contract: $.int(), Default: 2, Usage: Runtime}}
Methods: {m: {Body: [{Return: b}]}}
---
Name: Main
Extends: [A, B]
MOREMethods:
  OWNrun:
    Body:
      - Return: EXPRESSION
"""
AGAIN = "Properties: {p: {Contract: $.int(), Default: 3, Usage: Runtime}}\n"
OWN = "m: {Body: [{Return: own}]}\n  "


@numbered(
    "text, more, own, expected",
    (133, "$.m()", AGAIN, "", Raises("AmbiguousMethodName", 'Found more than one method "m"')),
    (133, "$.m()", AGAIN, OWN, "own"), (133, "cast($, A).m() + cast($, B).m()", AGAIN, "", "ab"),
    (133, "1", AGAIN, "", 1),
    (134, "$.p", "", "", Raises("AmbiguousPropertyNameError", 'Found more than one property "p"')),
    (134, "$.p", AGAIN, "", 3),
)  # fmt: skip
def test_133_134_unrelated_parents(text, more, own, expected):
    source = UNRELATED.replace("EXPRESSION", text).replace("MORE", more).replace("OWN", own)
    check(lambda: on_object(source), expected)


def test_133_the_class_loads_all_the_same():
    source = UNRELATED.replace("EXPRESSION", "1").replace("MORE", "").replace("OWN", "")
    parents = program(source).cls("org.example.Main").parents
    assert [parent.name for parent in parents] == ["org.example.A", "org.example.B"]
    assert body("- Return: typeinfo(Both).name", more=source.replace("Main", "Both")) == (
        "org.example.Both"
    )  # fmt: skip
