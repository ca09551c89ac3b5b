"""Checks 135 to 150: properties."""

import pytest

from tests.conformance.muranopl.checking import Raises, check, instance, on_object, plain, program

NO_ACCESS = Raises("NoWriteAccessError")


def one(properties: str, text: str, more: str = "", **given):
    source = f"Name: Main\nProperties:\n{properties}Methods:\n  run:\n    Body:\n{text}{more}"
    own = program(source)
    return plain(own.call(instance(own, **given), "run"))


def read(properties: str, name: str, **given):
    return one(properties, f"      - Return: $.{name}\n", **given)


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("{Contract: $.int(), Default: 5}", 5), ("{Contract: $.int(), Usage: Const, Default: 5}", 5),
        ("{Contract: $.int(), Usage: InOut, Default: 5}", 5),
        ("{Contract: $.int(), Usage: Static, Default: 5}", 5), ("{Contract: [$], Default: [1]}", [1]),
        ("{Contract: $.int(), Usage: Out}", None), ("{Contract: $.int(), Usage: Runtime, Default: 5}", 5),
        ("{Contract: $.int(), Usage: Runtime}", Raises("UninitializedPropertyAccessError", "Main")),
    ],
)  # fmt: skip
def test_135_137_defaults(declaration, expected):
    check(lambda: read(f"  p: {declaration}\n", "p"), expected)


def test_135_a_default_that_reads_another_property():
    text = "  inp: {Contract: $.int(), Default: 1}\n  p:\n    Contract: $.int()\n    Default: $.inp + 10\n"
    assert read(text, "p") == 11
    assert read(text, "p", inp=5) == 15


def test_136_defaults_that_need_each_other():
    cycle = "  a:\n    Contract: $.int()\n    Default: $.b\n  b:\n    Contract: $.int()\n    Default: $.a\n"
    check(lambda: read(cycle, "a"), Raises("CircularExpressionDependenciesError"))
    chain = cycle.replace("Default: $.a", "Default: 7")
    assert read(chain, "a") == 7


def test_138_runtime_properties_set_at_initialisation():
    text = "  a: {Contract: $.int().notNull(), Usage: Runtime}\n  b: {Contract: $.int().notNull(), Usage: Runtime}\n"
    init = "  initialize:\n    Body:\n      - $.a: 5\n"
    assert one(text, "      - Return: $.a\n", init) == 5
    check(
        lambda: one(text, "      - Return: $.b\n", init), Raises("UninitializedPropertyAccessError")
    )


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ("In", NO_ACCESS), ("Const", NO_ACCESS), ("Out", 5), ("InOut", 5), ("Runtime", 5),
        ("Config", 5), ("Static", 5),
    ],
)  # fmt: skip
def test_139_writing(usage, expected):
    text = f"  p: {{Contract: $.int(), Usage: {usage}, Default: 1}}\n"
    check(lambda: one(text, "      - $.p: 5\n      - Return: $.p\n"), expected)


def test_139_without_usage():
    check(lambda: one("  p: {Contract: $.int()}\n", "      - $.p: 5\n"), NO_ACCESS)


def test_140_writing_at_initialisation():
    text = "  p: {Contract: $.int()}\n  q: {Contract: $.int(), Usage: Const}\n"
    init = "  .init:\n    Body:\n      - $.p: 5\n      - $.helper()\n  helper:\n    Body:\n      - $.q: 6\n"
    assert one(text, "      - Return: list($.p, $.q)\n", init) == [5, 6]


OTHER = """
Name: Other
Properties: {p: {Contract: $.int(), Usage: InOut, Default: 1}}
Methods:
  .init:
    Body:
      - $.secret: 7
---
Name: Main
Methods:
  run:
    Body:
      - $o: new(Other)
      - EXPRESSION
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$o.p: 5", NO_ACCESS), ("Return: $o.p", 1),
        ("Return: $o.secret", Raises("PropertyReadError", "cannot be read")),
        ("$o.secret: 1", Raises("PropertyWriteError", "cannot be written")),
        ("Return: $.privateName", Raises("UninitializedPropertyAccessError",
         'Access to uninitialized property "privateName" in class "org.example.Main" is forbidden')),
    ],
)  # fmt: skip
def test_141_143_144_other_classes(text, expected):
    check(lambda: on_object(OTHER.replace("EXPRESSION", text)), expected)


def test_142_private_properties_of_each_class():
    source = """
    Name: Top
    Methods:
      .init:
        Body:
          - $.name_: Top
      top: {Body: [{Return: $.name_}]}
    ---
    Name: Main
    Extends: Top
    Methods:
      .init:
        Body:
          - $.name_: Main
      main: {Body: [{Return: $.name_}]}
      run:
        Body:
          - Return: list($.top(), $.main(), cast($, Top).top())
    """
    source = source.replace(
        "top: {Body: [{Return: $.name_}]}", "top:\n        Body:\n          - Return: $.name_"
    )
    source = source.replace(
        "main: {Body: [{Return: $.name_}]}", "main:\n        Body:\n          - Return: $.name_"
    )
    assert on_object(source) == ["Top", "Main", "Top"]


REDECLARED = """
Name: A
Properties: {p: {Contract: $.int(), Usage: InOut}}
---
Name: B
Properties: {p: {Contract: $.string(), Usage: InOut}}
---
Name: Main
Extends: [A, B]
Properties: {p: {Contract: CONTRACT, Usage: InOut}}
Methods:
  run:
    Body:
      - $.p: VALUE
      - Return: $.p
"""


@pytest.mark.parametrize(
    ("contract", "value", "expected"),
    [
        ("$.string()", "321", Raises("ContractViolationException")),
        ("$.int()", "321", Raises("ContractViolationException")), ("$", "null", None),
    ],
)  # fmt: skip
def test_146_incompatible_declarations(contract, value, expected):
    source = REDECLARED.replace("CONTRACT", contract).replace("VALUE", value)
    check(lambda: on_object(source), expected)


def test_145_147_one_value_for_all_declarations():
    source = """
    Name: Root
    Properties: {p: {Contract: $.string(), Usage: InOut, Default: ROOT}}
    ---
    Name: A
    Extends: Root
    ---
    Name: B
    Extends: Root
    ---
    Name: Main
    Extends: [A, B]
    Methods:
      run:
        Body:
          - $before: $.p
          - $.p: 321
          - Return: list($before, $.p, cast($, A).p, cast($, Root).p)
    """
    assert on_object(source) == ["ROOT", "321", "321", "321"]


CONFIGURED = """
Name: Main
Properties:
  c: {Contract: $.int(), Usage: Config, Default: 123}
  ordinary: {Contract: $.int(), Default: 1}
Methods:
  run:
    Body:
      - Return: list($.c, $.ordinary)
"""


@pytest.mark.parametrize(
    ("config", "given", "expected"),
    [
        ({}, {}, [123, 1]), ({"c": "987"}, {}, [987, 1]), ({"c": 1}, {"c": 5}, [1, 1]),
        ({"ordinary": 9}, {}, [123, 9]), ({"ordinary": 9}, {"ordinary": 7}, [123, 7]),
    ],
)  # fmt: skip
def test_148_149_configuration(config, given, expected):
    own = program(CONFIGURED, configs={"org.example.Main": config})
    assert plain(own.call(instance(own, **given), "run")) == expected


def test_150_unknown_parameters():
    assert read("  p: {Contract: $.int()}\n", "p", p=1, unknown=2) == 1
