"""Checks 135 to 150: properties."""

import pytest

from tests.conformance.muranopl.checking import (
    Raises,
    check,
    instance,
    numbered,
    on_object,
    plain,
    program,
)

NO_ACCESS = Raises("NoWriteAccessError", 'Property "p" is immutable to the caller')
UNSET = "UninitializedPropertyAccessError"


def one(properties: str, text: str, more: str = "", **given):
    source = f"Name: Main\nProperties:\n{properties}Methods:\n  run:\n    Body:\n{text}{more}"
    own = program(source)
    return plain(own.call(instance(own, **given), "run"))


def read(properties: str, name: str, **given):
    return one(properties, f"      - Return: $.{name}\n", **given)


@numbered(
    "declaration, expected",
    (135, "{Contract: $.int(), Default: 5}", 5), (135, "{Contract: $.int(), Usage: In, Default: 5}", 5),
    (135, "{Contract: $.int(), Usage: Const, Default: 5}", 5),
    (135, "{Contract: $.int(), Usage: InOut, Default: 5}", 5),
    (135, "{Contract: $.int(), Usage: Static, Default: 5}", 5), (135, "{Contract: [$], Default: [1, {a: 2}]}", [1, {"a": 2}]),
    (135, "{Contract: $.int(), Usage: Out}", None), (135, "{Contract: $.int(), Usage: Out, Default: 5}", 5),
    (137, "{Contract: $.int(), Usage: Runtime, Default: 5}", 5),
    (137, "{Contract: $.int(), Usage: Runtime}",
     Raises(UNSET, 'Access to uninitialized property "p" in class "org.example.Main" is forbidden')),
)  # fmt: skip
def test_135_137_defaults(declaration, expected):
    check(lambda: read(f"  p: {declaration}\n", "p"), expected)


def test_135_a_default_that_reads_another_property():
    text = (
        "  p:\n    Contract: $.int()\n    Default: $.inp + 10\n"
        "  inp: {Contract: $.int(), Default: 1}\n"
    )
    assert read(text, "p") == 11
    assert read(text, "p", inp=5) == 15
    assert read(text, "p", p=None) is None


def test_136_defaults_that_need_each_other():
    cycle = "  a:\n    Contract: $.int()\n    Default: $.b\n  b:\n    Contract: $.int()\n    Default: $.a\n"
    check(lambda: read(cycle, "a"), Raises("CircularExpressionDependenciesError"))
    assert read(cycle, "a", b=3) == 3
    chain = cycle.replace("Default: $.a", "Default: $.c") + "  c: {Contract: $.int(), Default: 7}\n"
    assert read(chain, "a") == 7


@pytest.mark.parametrize("name", ["initialize", ".init"])
def test_138_runtime_properties_set_at_initialisation(name):
    text = "".join(f"  {own}: {{Contract: $.int().notNull(), Usage: Runtime}}\n" for own in "ab")
    init = f"  {name}:\n    Body:\n      - $.a: 5\n"
    assert one(text, "      - Return: $.a\n", init) == 5
    check(lambda: one(text, "      - Return: $.b\n", init), Raises(UNSET, '"b"'))


@numbered(
    "usage, expected",
    (139, "In", NO_ACCESS), (139, "Const", NO_ACCESS), (139, "", NO_ACCESS), (139, "Out", 5),
    (139, "InOut", 5), (139, "Runtime", 5), (139, "Config", 5), (139, "Static", 5),
)  # fmt: skip
def test_139_writing(usage, expected):
    usage = f"Usage: {usage}, " if usage else ""
    text = f"  p: {{Contract: $.int(), {usage}Default: 1}}\n"
    check(lambda: one(text, "      - $.p: 5\n      - Return: $.p\n"), expected)


@pytest.mark.parametrize("name", ["initialize", ".init"])
def test_140_writing_at_initialisation(name):
    text = "  p: {Contract: $.int()}\n  q: {Contract: $.int(), Usage: Const}\n"
    init = (
        f"  {name}:\n    Body:\n      - $.p: 5\n      - $.helper()\n"
        "  helper:\n    Body:\n      - $.q: 6\n"
    )
    assert one(text, "      - Return: list($.p, $.q)\n", init) == [5, 6]
    check(
        lambda: one(text, "      - $.helper()\n", init),
        NO_ACCESS._replace(text='Property "q" is immutable to the caller'),
    )


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


@numbered(
    "text, expected",
    (141, "$o.p: 5", NO_ACCESS), (141, "Return: $o.p", 1),
    (143, "Return: $o.secret",
     Raises("PropertyReadError", 'Property "secret" in class "org.example.Other" cannot be read')),
    (143, "$o.secret: 1",
     Raises("PropertyWriteError", 'Property "secret" in class "org.example.Other" cannot be written')),
    (144, "Return: $.privateName",
     Raises(UNSET, 'Access to uninitialized property "privateName" in class "org.example.Main" is forbidden')),
)  # fmt: skip
def test_141_143_144_other_classes(text, expected):
    check(lambda: on_object(OTHER.replace("EXPRESSION", text)), expected)


PRIVATE = """
Name: CommonParent
Methods:
  .init:
    Body:
      - $.privateName: CommonParent
  common:
    Body:
      - Return: $.privateName
---
Name: ParentClass1
Extends: CommonParent
Methods:
  .init:
    Body:
      - $.privateName: ParentClass1
  parent:
    Body:
      - Return: list($.common(), $.privateName)
---
Name: Main
Extends: ParentClass1
Methods:
  .init:
    Body:
      - $.privateName: SampleClass3
  run:
    Body:
      - Return: $.parent() + list($.privateName, cast($, CommonParent).common())
"""


def test_142_private_properties_of_each_class():
    assert on_object(PRIVATE) == ["CommonParent", "ParentClass1", "SampleClass3", "CommonParent"]


REDECLARED = """
Name: A
Properties: {p: {Contract: FIRST, Usage: InOut}}
Methods:
  setByA:
    Body:
      - $.p: VALUE
---
Name: B
Properties: {p: {Contract: SECOND, Usage: InOut}}
---
Name: Main
Extends: [A, B]
Properties: {p: {Contract: OWN, Usage: InOut}}
Methods:
  run:
    Body:
      - $.p: VALUE
      - $own: list($.p, cast($, A).p, cast($, B).p)
      - $.p: null
      - $.setByA()
      - Return: $own + list($.p)
"""


@numbered(
    "first, second, own, value, expected",
    (145, "$.string()", "$.string()", "$.string()", "555", ["555"] * 4),
    (145, "$", "$.string()", "$.string()", "321", ["321"] * 4),
    (145, "$", "$", "$.string()", "321", ["321"] * 4), (145, "$", "$", "$.int()", "'321'", [321] * 4),
    (146, "$.int()", "$.string()", "$.string()", "321", Raises("ContractViolationException")),
    (146, "$.int()", "$.string()", "$.int()", "321", Raises("ContractViolationException")),
    (146, "$.int()", "$.string()", "$", "null", [None] * 4),
    (146, "$.int()", "$.int().check($ < 5)", "$.int()", "7",
     Raises("ContractViolationException", "[org.example.B.p] Value 7 doesn't match predicate")),
    (146, "$.int()", "$.int().check($ < 5)", "$.int()", "'4'", [4] * 4),
)  # fmt: skip
def test_145_146_several_declarations(first, second, own, value, expected):
    """An error of a further declaration says of which; the reference's is empty."""
    source = REDECLARED.replace("FIRST", first).replace("SECOND", second)
    check(lambda: on_object(source.replace("OWN", own).replace("VALUE", value)), expected)


ROOTS = """
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
      - Return: list($before, $.p, cast($, A).p, cast($, B).p, cast($, Root).p)
"""


def test_147_a_property_that_two_ways_lead_to():
    assert on_object(ROOTS) == ["ROOT", "321", "321", "321", "321"]


CONFIGURED = """
Name: Main
Properties:
  c: {Contract: $.int(), Usage: Config, Default: 123}
  without: {Contract: $.int(), Usage: Config}
  ordinary: {Contract: $.int(), Default: 1}
Methods:
  run:
    Body:
      - Return: list($.c, $.without, $.ordinary)
"""


@numbered(
    "config, given, expected",
    (148, {"c": "987"}, {}, [987, None, 1]), (148, {"c": "987"}, {"c": 5}, [987, None, 1]),
    (148, {}, {"c": 5}, [123, None, 1]), (148, {}, {}, [123, None, 1]),
    (148, {"without": 3}, {}, [123, 3, 1]),
    (149, {"ordinary": 9}, {}, [123, None, 9]), (149, {"ordinary": 9}, {"ordinary": 7}, [123, None, 7]),
    (149, {"ordinary": 9}, {"ordinary": None}, [123, None, None]),
)  # fmt: skip
def test_148_149_configuration(config, given, expected):
    own = program(CONFIGURED, configs={"org.example.Main": config})
    assert plain(own.call(instance(own, **given), "run")) == expected
    root = own.load({"?": {"type": "org.example.Main", "id": "root"}, **given})
    assert plain(own.call(root, "run")) == expected


def test_150_unknown_parameters():
    text = "  p: {Contract: $.int()}\n"
    assert read(text, "p", p=1, unknown=2) == 1
    own = program(f"Name: Main\nProperties:\n{text}")
    root = own.load({"?": {"type": "org.example.Main", "id": "root"}, "p": 1, "unknown": 2})
    assert root.values == {"p": 1}
