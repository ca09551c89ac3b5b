"""Checks 119 to 134: methods and calls."""

import pytest

from tests.conformance.muranopl.checking import Raises, check, instance, on_object, program

NO_MATCH = Raises("NoMatchingMethodException")

FAMILY = """
Name: Root
Methods:
  m1: {Body: [{Return: [root1]}]}
---
Name: Parent
Extends: Root
Methods:
  m1:
    Body:
      - Return: list('parent1') + $.m2()
  m2: {Body: [{Return: [parent2]}]}
  one:
    Arguments: [{a: {Contract: $.int()}}]
    Body: [{Return: 1}]
  callsOne:
    Body:
      - Return: $.one(1)
---
Name: Main
Extends: Parent
Methods:
  m1:
    Body:
      - Return: list('child1') + super($, $.m1()).first()
  m2:
    Body:
      - Return: list('child2') + $.super($.m2()).first()
  run:
    Body:
      - Return: EXPRESSION
"""


def family(text: str, form: str = "1.4"):
    return on_object(FAMILY.replace("EXPRESSION", text), form=form)


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("$.m1()", "1.0", ["child1", "parent1", "child2", "parent2"]),
        ("cast($, Parent).m1()", "1.4", ["parent1", "child2"]),
        ("cast($, Root).m1()", "1.4", ["root1"]),
        ("super($, $.m2())", "1.4", [["parent2"]]), ("psuper($, $.m2())", "1.4", [["parent2"]]),
    ],
)  # fmt: skip
def test_119_130_131(text, form, expected):
    own = FAMILY
    if form != "1.0":
        own = own.replace("$.super($.m2())", "super($, $.m2())")
    found = on_object(own.replace("EXPRESSION", text), form=form)
    if text.startswith("cast($, Parent)"):
        expected = ["parent1", "child2", "parent2"]
    assert found == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("[]", NO_MATCH),
        ("[{a: {Contract: $.int()}}, {b: {Contract: $.int().notNull()}}]",
         Raises("ContractViolationException")),
        ("[{a: {Contract: $.int()}}, {b: {Contract: $.int()}}]", 2),
    ],
)  # fmt: skip
def test_120_overriding_with_other_parameters(arguments, expected):
    source = FAMILY.replace("EXPRESSION", "$.callsOne()") + (
        f"  one:\n    Arguments: {arguments}\n    Body: [{{Return: 2}}]\n"
    )
    source = source.replace("$.super($.m2())", "super($, $.m2())")
    check(lambda: on_object(source), expected)


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
    Arguments: {a: {Contract: $}, b: {Contract: $}}
    Body:
      - Return: list($a, $b)
  dollars:
    Arguments: [{a: {Contract: $}}]
    Body:
      - Return: list($ = $this, $2, $3)
  run:
    Body:
      - Return: EXPRESSION
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$.plain(1)", [1, 2]), ("$.plain(1, 2, 3)", NO_MATCH), ("$.plain(1, c => 3)", NO_MATCH),
        ("$.plain(1, a => 3)", NO_MATCH), ("$.plain(b => 1, a => 2)", [2, 1]),
        ("$.varied(1, 2, 3, 4)", [1, [2, 3, 4]]), ("$.varied(1, x)", Raises("ContractViolationException")),
        ("$.varied(1, rest => 2)", NO_MATCH), ("$.varied(1, arg1 => 2)", NO_MATCH),
        ("$.named(1, arg2 => 2, arg3 => '3')", [1, {"arg2": 2, "arg3": 3}]),
        ("$.named(1, arg2 => x)", Raises("ContractViolationException")),
        ("$.named(1, arg1 => 2)", NO_MATCH),
        ("$.both(1, 2, 3, a => 4)", [[1, 2, 3], {"a": 4}]), ("$.both()", [[], {}]),
        ("$.mapping(1, 2)", [1, 2]), ("$.dollars(5)", [True, None, None]),
    ],
)  # fmt: skip
def test_121_to_127(text, expected):
    check(lambda: on_object(ARGUMENTS.replace("EXPRESSION", text)), expected)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("[{a: {Contract: $, Usage: VarArgs}}, {b: {Contract: $}}]", "Invalid argument order"),
        ("[{a: {Contract: $}, b: {Contract: $}}]", "Invalid arguments declaration"),
    ],
)
def test_125_malformed_arguments(arguments, text):
    source = f"Name: Main\nMethods: {{m: {{Arguments: {arguments}, Body: []}}}}\n"
    check(lambda: program(source).cls("org.example.Main"), Raises("DslSyntaxError", text))


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("{Body: [{Return: 1}]}", Raises("MethodNotExposed")),
        ("{Scope: Public, Body: [{Return: 1}]}", 1), ("{Usage: Action, Body: [{Return: 1}]}", 1),
        ("{Usage: Action, Scope: Session, Body: []}", Raises("ValueError")),
    ],
)  # fmt: skip
def test_128_129_scopes(declaration, expected):
    def ask():
        own = program(f"Name: Main\nMethods: {{m: {declaration}}}\n")
        made = instance(own)
        return own.rt.run(lambda: own.rt.call_action(made, "m", {}))

    check(ask, expected)


DIAMOND = """
Name: Base
Properties: {p: {Contract: $, Default: base}}
Methods: {m: {Body: [{Return: base}]}}
---
Name: Left
Extends: Base
Methods: {m: {Body: [{Return: left}]}}
---
Name: Right
Extends: Base
---
Name: Main
Extends: [Right, Left]
Methods: {run: {Body: [{Return: $.m()}]}}
"""


def test_132_a_diamond():
    source = DIAMOND.replace("{run: {Body: [{Return: $.m()}]}}", "{run: {Body: $.m()}}").replace(
        "{run: {Body: $.m()}}", "\n  run:\n    Body:\n      - Return: $.m()"
    )
    assert on_object(source) == "left"


UNRELATED = """
Name: A
Properties: {p: {Contract: $.int(), Default: 1}}
Methods: {m: {Body: [{Return: a}]}}
---
Name: B
Properties: {p: {Contract: $.int(), Default: 2}}
Methods: {m: {Body: [{Return: b}]}}
---
Name: Main
Extends: [A, B]
MOREMethods:
  run:
    Body:
      - Return: EXPRESSION
"""


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        ("1", "", Raises("AmbiguousPropertyNameError")),
        ("$.p", "Properties: {p: {Contract: $.int(), Default: 3}}\n", 3),
        ("$.m()", "Properties: {p: {Contract: $.int(), Default: 3}}\n", Raises("AmbiguousMethodName")),
    ],
)  # fmt: skip
def test_133_134_unrelated_parents(text, more, expected):
    source = UNRELATED.replace("EXPRESSION", text).replace("MORE", more)
    check(lambda: on_object(source), expected)
