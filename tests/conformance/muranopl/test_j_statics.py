"""Checks 192 to 204: statics and extensions."""

from catalog_engine.library.natives import NATIVES
from catalog_engine.muranopl.types.native import native_method
from tests.conformance.muranopl.checking import (
    Raises,
    check,
    deployed,
    instance,
    numbered,
    on_object,
    plain,
    program,
)

NO_MATCH = Raises("NoMatchingMethodException")
SOURCE = """
Namespaces: {=: org.example, ns: org.example, std: io.murano}
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
      - Return: list($.m(1).first(), $this.m(2).first(), :T.m(3).first())
  readInst:
    Usage: Static
    Body:
      - Return: $.inst
  readThisInst:
    Usage: Static
    Body:
      - Return: $this.inst
  set:
    Usage: Static
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.num: $x
  setThis:
    Usage: Static
    Arguments: [{x: {Contract: $}}]
    Body:
      - $this.num: $x
  setPlain:
    Usage: Static
    Arguments: [{x: {Contract: $}}]
    Body:
      - :T.num: $x
  setNamed:
    Usage: Static
    Arguments: [{x: {Contract: $}}]
    Body:
      - ns:T.num: $x
  setType:
    Usage: Static
    Arguments: [{x: {Contract: $}}]
    Body:
      - type('org.example.T').num: $x
  setNested:
    Usage: Static
    Body:
      - $.stat.k: 5
      - $this.stat.new.inner: 6
      - :T.stat['other']: 7
  setOnInstance:
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.num: $x
---
Name: Child
Extends: T
---
Name: Redeclaring
Extends: T
Properties: {num: {Contract: $.int(), Usage: Static, Default: 100}}
---
Name: Other
---
Name: Main
Methods:
  only: {Usage: Static, Body: []}
  run:
    Body:
      - $t: new(T)
      - DO
      - Return: EXPRESSION
"""


def ask(text: str, do: str = "sleep(0)"):
    return on_object(SOURCE.replace("EXPRESSION", text).replace("DO", do))


NO_PROPERTY = Raises("NoPropertyFound", 'Property "inst" is not found')
VALUES = "list(:T.num, ns:T.num, type('org.example.T').num, $t.num, new(Child).num, :Child.num)"


@numbered(
    "text, expected",
    (192, "$t.m(1)", [1, True, True]), (192, ":T.m()", ["none", True, True]),
    (192, "ns:T.m(2)", [2, True, True]), (192, "type('org.example.T').m(3)", [3, True, True]),
    (192, ":T.viaDollar()", [1, 2, 3]), (192, "new(Child).m(1)", [1, True, True]),
    (192, ":Child.m()", ["none", True, True]),
    (193, ":T.readInst()", NO_PROPERTY), (193, ":T.readThisInst()", NO_PROPERTY),
    (193, "$t.readInst()", NO_PROPERTY), (193, ":T.inst", NO_PROPERTY),
    (194, VALUES, [1] * 6),
    (196, "type(T) = type('org.example.T')", True), (196, ":T = type(T)", True),
    (196, "ns:T = :T", True), (196, "typeinfo($t).type = :T", True), (196, ":T = :Child", False),
    (196, "typeinfo(:T) = typeinfo($t)", True), (196, "typeinfo('org.example.T') = typeinfo(ns:T)", True),
    (198, ":Other.only()", NO_MATCH), (198, ":Other.nothing()", Raises("NoMethodRegisteredException")),
    (198, "new(Other).only()", NO_MATCH), (198, ":T.setOnInstance(1)", NO_MATCH),
)  # fmt: skip
def test_192_to_198(text, expected):
    check(lambda: ask(text), expected)


@numbered(
    "call",
    (194, ":T.set(7)"), (194, ":T.setThis(7)"), (194, ":T.setPlain(7)"), (194, ":T.setNamed(7)"),
    (194, ":T.setType(7)"), (195, "$t.setOnInstance(7)"), (197, "new(Child).setOnInstance(7)"),
    (197, ":Child.set(7)"),
)  # fmt: skip
def test_194_195_197_one_value_for_all(call):
    assert ask(VALUES, call) == [7] * 6
    assert ask("list(:Redeclaring.num, new(Redeclaring).num)", call) == [100, 100]


def test_194_keys_of_a_static_dictionary():
    assert ask(":T.stat", ":T.setNested()") == {"k": 5, "new": {"inner": 6}, "other": 7}


def test_195_a_model_says_nothing_of_statics():
    own = program(SOURCE.replace("EXPRESSION", VALUES).replace("DO", "sleep(0)"))
    made = own.load({"?": {"type": "org.example.T", "id": "t"}, "num": 9, "stat": {"k": 9}})
    assert plain(own.call(instance(own), "run")) == [1] * 6
    assert "num" not in made.values


def test_197_a_static_that_is_declared_again():
    values = "list(:T.num, :Child.num, :Redeclaring.num)"
    assert ask(values) == [1, 1, 100]
    assert ask(values, "new(Redeclaring).setOnInstance(8)") == [1, 1, 8]
    assert ask(values, ":T.set(8)") == [8, 8, 100]


ACTION = """
Name: Main
Methods:
  act:
    Usage: Static
    Scope: Public
    Arguments: [{x: {Contract: $.int()}}]
    Body:
      - Return: {got: $x}
  session: {Usage: Static, Body: []}
  instance: {Scope: Public, Body: []}
"""


@numbered(
    "method, arguments, expected",
    (199, "act", {"x": "5"}, {"got": 5}), (199, "session", {}, "session is not an action"),
    (199, "instance", {}, "instance is not an action"),
)  # fmt: skip
def test_199_a_static_action_from_outside(method, arguments, expected):
    action = {"class_name": "org.example.Main", "method": method, "args": arguments}
    found = deployed(ACTION, None, kind="call", action=action)["result"]["result"]
    assert found == expected or expected in found["message"]


EXTENSIONS = """
Name: Ext
Methods:
  ext:
    Usage: Extension
    Arguments: [{self: {Contract: $.int()}}]
    Body:
      - Return: 222
  strict:
    Usage: Extension
    Arguments: [{self: {Contract: $.int().notNull()}}, {add: {Contract: $.int(), Default: 1}}]
    Body:
      - Return: $self + $add
  toTileCase:
    Usage: Extension
    Arguments: [{self: {Contract: $.string().notNull()}}]
    Body:
      - Return: $self.substring(0, 1).toUpper() + $self.substring(1).toLower()
  describe:
    Usage: Extension
    Arguments: [{self: {Contract: $.class(Thing).notNull()}}]
    Body:
      - Return: list($self.label, $ = :Ext, $this = :Ext)
---
Name: Thing
Properties: {label: {Contract: $.string(), Default: thing}}
---
Name: Python
Methods:
  squared:
    Usage: Extension
    Arguments: [{self: {Contract: $.int().notNull()}}]
    Body:
      - Return: :Python.square($self)
  doubled:
    Usage: Extension
    Arguments: [{self: {Contract: $.int().notNull()}}]
    Body:
      - Return: :Python.double($self)
---
Name: Main
Import: [Ext, Python]
Methods:
OWN  run:
    Body:
      - Return: EXPRESSION
"""
OWN = (
    "  ext:\n    Usage: Extension\n    Arguments: [{self: {Contract: $.int()}}]\n"
    "    Body: [{Return: 111}]\n"
)
STRING = "'text'"


def extended(text: str, own: str = "", imports: str = "Import: [Ext, Python]\n"):
    source = EXTENSIONS.replace("Import: [Ext, Python]\n", imports)
    return on_object(
        source.replace("EXPRESSION", text.replace("QwertY", "qWERTy")).replace("OWN", own)
    )


@numbered(
    "text, own, imports, expected",
    (200, "5.ext()", OWN, "", 111), (200, "5.ext()", "", "Import: Ext\n", 222),
    (200, "5.ext()", "", "Import: [Thing, Ext]\n", 222), (200, "5.ext()", OWN, "Import: Ext\n", 111),
    (200, ":Ext.ext(5)", OWN, "Import: Ext\n", 222), (200, ":Main.ext(5)", OWN, "Import: Ext\n", 111),
    (200, "5.ext()", "", "", Raises("NoMethodRegisteredException", "ext")),
    (200, "new(Thing).describe()", "", "Import: Ext\n", ["thing", True, True]),
    (201, "null.ext()", "", "Import: Ext\n", 222), (201, "null.strict()", "", "Import: Ext\n", NO_MATCH),
    (201, "4.strict()", "", "Import: Ext\n", 5), (201, "4.strict(6)", "", "Import: Ext\n", 10),
    (202, "new(Ext).ext(5)", "", "Import: Ext\n", NO_MATCH), (202, "$.ext(5)", OWN, "", NO_MATCH),
    (203, "QwertY.toTileCase()", "", "Import: Ext\n", "Qwerty"),
    (204, "abc.ext()", "", "Import: Ext\n", NO_MATCH), (204, "'5'.ext()", "", "Import: Ext\n", NO_MATCH),
    (204, "true.ext()", "", "Import: Ext\n", NO_MATCH), (204, "5.toTileCase()", "", "Import: Ext\n", NO_MATCH),
    (204, "dict(label => x).describe()", "", "Import: Ext\n", NO_MATCH),
)  # fmt: skip
def test_200_to_204(text, own, imports, expected):
    text = f"({text})" if text.startswith("'") else text
    check(lambda: extended(text, own, imports), expected)


class Python:
    """A Python half with static methods."""

    def __init__(self):
        pass

    @staticmethod
    @native_method(static=True)
    def square(value):
        return value * value

    @classmethod
    @native_method(static=True)
    def double(cls, value):
        return value * 2


@numbered(
    "text, expected",
    (203, "4.squared()", 16), (203, "7.doubled()", 14), (203, ":Python.square(4)", 16),
    (203, ":Python.double(7)", 14), (203, "abc.squared()", NO_MATCH),
)  # fmt: skip
def test_203_static_methods_of_python_halves(text, expected):
    """Python halves are the engine's own here, so extensions are MuranoPL; these call them."""
    source = EXTENSIONS.replace("EXPRESSION", text).replace("OWN", "")
    check(lambda: on_object(source, natives={**NATIVES, "org.example.Python": Python}), expected)
