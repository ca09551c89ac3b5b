"""Checks 87 to 118: contracts."""

import pytest

from tests.conformance.muranopl.checking import (
    Raises,
    check,
    contract,
    instance,
    numbered,
    on_object,
    plain,
    program,
)

BAD = "ContractViolationException"
CLASSES = """---
Name: C
Properties: {p: {Contract: $.int().notNull(), Default: 1}, q: {Contract: $.string()}}
---
Name: Sub
Extends: C
---
Name: Other
---
Name: Both
Extends: [C, Other]
---
Name: Strict
Properties: {p: {Contract: $.int().notNull()}, q: {Contract: $.string()}}
"""


def violates(name: str) -> Raises:
    return Raises(BAD, f"violates {name}() contract")


@numbered(
    "text, value, expected",
    (87, "$.string()", "qwerty", "qwerty"), (87, "$.string()", 123, "123"),
    (87, "$.string()", True, "True"), (87, "$.string()", None, None),
    (87, "$.string()", 1.5, violates("string")), (87, "$.string()", [1], violates("string")),
    (87, "$.string()", {"a": 1}, violates("string")), (87, "$.string()", {}, violates("string")),
    (88, "$.int()", 123, 123), (88, "$.int()", "456", 456), (88, "$.int()", " 5 ", 5),
    (88, "$.int()", True, 1), (88, "$.int()", 3.7, 3), (88, "$.int()", "nan", violates("int")),
    (88, "$.int()", "3.7", violates("int")), (88, "$.int()", "", violates("int")),
    (88, "$.int()", [1], violates("int")), (88, "$.int()", None, None),
    (89, "$.bool()", 10, True), (89, "$.bool()", 0, False), (89, "$.bool()", "something", True),
    (89, "$.bool()", "", False), (89, "$.bool()", "false", True), (89, "$.bool()", None, None),
    (90, "$.notNull()", None, Raises(BAD, "null value violates notNull() contract")),
    (90, "$.notNull()", 0, 0), (90, "$.string().notNull()", "", ""),
    (91, "$.check($ > 3)", 2, Raises(BAD, "Value 2 doesn't match predicate")),
    (91, "$.check($ > 3, 'too small {0}')", 2, Raises(BAD, "too small {0}")), (91, "$.check($ > 3)", 4, 4),
    (92, "$.check($ > 3)", None, Raises(BAD)), (92, "$.check($ < 3)", None, None),
    (93, "$.check($this.limit() > $)", 4, 4), (93, "$.check($this.limit() > $)", 11, Raises(BAD)),
    (93, "$.check(:Main.limit() > $)", 4, 4), (93, "$.check(:Main.limit() > $)", 11, Raises(BAD)),
    (94, "$.class(C)", 5, Raises(BAD, "cannot be represented as class org.example.C")),
    (94, "$.class(C)", [1], Raises(BAD, "cannot be represented as class org.example.C")),
    (94, "$.class(C)", "zzz", Raises("NoObjectFoundError", "zzz")), (94, "$.class(C)", None, None),
    (100, "$.class(NoSuch)", None, Raises("NoClassFound", "NoSuch")),
    (100, "$.class(NoSuch)", {}, Raises("NoClassFound", "NoSuch")),
    (106, "fixed", "fixed", "fixed"), (106, "456", 456, 456), (106, "true", True, True),
    (106, "fixed", "x", Raises(BAD, "Value 'x' is not equal to fixed")),
    (106, "456", 455, Raises(BAD, "is not equal to")), (106, "true", False, Raises(BAD, "is not equal to")),
    (107, "[$.int()]", ["3", 2, "1"], [3, 2, 1]), (107, "[$.int()]", "99", [99]),
    (107, "[$.int()]", None, []), (107, "[$.int()]", {"a": 1}, violates("int")),
    (108, "[$.int(), 3]", [1, 2], Raises(BAD, "Array length 2 must not be less than 3")),
    (108, "[$.int(), 3]", [1, 2, 3], [1, 2, 3]), (108, "[$.int(), 3]", [1, 2, 3, 4], [1, 2, 3, 4]),
    (108, "[$.int(), 2, 4]", [1], Raises(BAD, "Array length 1 is not within [2..4] range")),
    (108, "[$.int(), 2, 4]", [1, 2, 3, 4, 5], Raises(BAD, "is not within [2..4] range")),
    (108, "[$.int(), 2, 4]", [1, 2], [1, 2]), (108, "[$.int(), 2, 4]", [1, 2, 3, 4], [1, 2, 3, 4]),
    (109, "[$.int(), $.string()]", [1], [1]), (109, "[$.int(), $.string()]", [1, 2, 3], [1, "2", "3"]),
    (110, "[]", 5, [5]), (110, "[]", "ab", ["ab"]), (110, "[]", {"a": 1}, [{"a": 1}]),
    (110, "{}", 5, Raises(BAD, "is not of a dictionary type")),
    (110, "{}", "a", Raises(BAD, "is not of a dictionary type")),
    (110, "{}", None, {}), (110, "{}", {"a": 1}, {"a": 1}),
    (111, "{A: $.string(), B: $.int()}", {"A": 1, "B": "2", "C": 2}, {"A": "1", "B": 2}),
    (111, "{A: $.string(), B: $.int()}", {"A": 1}, {"A": "1", "B": None}),
    (111, "{A: $.string()}", "str", Raises(BAD, "Value 'str' is not of a dictionary type")),
    (112, "{$.int(): $.string(), B: $.int()}", {"321": "qwerty", "99": "val", "B": "456"},
     {321: "qwerty", 99: "val", "B": 456}),
    (112, "{$.int(): $.string(), B: $.int()}", {"str": 1}, violates("int")),
    (113, "{$.int(): $.string(), $.string(): $}", {"1": 1}, Raises("DslContractSyntaxError",
     "Dictionary contract cannot have more than one expression key")),
    (114, "{A: $.int()}", {"A": "x"}, Raises(BAD, "[org.example.Main::run(arg['A'])]")),
    (114, "[$.int()]", ["x"], Raises(BAD, "[org.example.Main::run(arg[0])]")),
    (114, "{A: [{B: $.int()}]}", {"A": [{"B": 1}, {"B": "x"}]},
     Raises(BAD, "[org.example.Main::run(arg['A'][1]['B'])]")),
    (117, "$.string().int()", "5", 5), (117, "$.int().string()", "5", "5"), (117, "$", 1.5, 1.5),
    (117, "$", None, None), (117, "$", [1, {"a": None}], [1, {"a": None}]),
)  # fmt: skip
def test_087_to_117(text, value, expected):
    limit = "  limit: {Usage: Static, Body: [{Return: 10}]}\n"
    check(lambda: contract(text, value, limit + CLASSES), expected)


def test_091_the_own_message_is_all_there_is():
    with pytest.raises(Exception, match="exactly this") as raised:
        contract("$.check($ > 3, 'exactly this')", 2)
    assert str(raised.value) == "[org.example.Main::run(arg)] exactly this"


LIMITED = """
Name: Main
Properties:
  limit: {Contract: $.int(), Default: 3}
  p:
    Contract: $.int().check($ < $this.limit and $ < :Main.most() and $this.fits($))
Methods:
  most: {Usage: Static, Body: [{Return: 10}]}
  fits:
    Arguments: [{x: {Contract: $}}]
    Body:
      - Return: $x != 1
"""


@numbered(
    "limit, value, expected",
    (93, 3, 2, 2), (93, 3, 3, Raises(BAD)), (93, 20, 9, 9), (93, 20, 10, Raises(BAD)),
    (93, 20, 1, Raises(BAD)),
)  # fmt: skip
def test_093_predicates_see_the_object(limit, value, expected):
    own = program(LIMITED)
    check(lambda: instance(own, limit=limit, p=value).values["p"], expected)


TAKER = """Name: Taker
Methods:
  given:
    Arguments:
      - arg:
          Contract: {text}
    Body:
      - Return: $arg
---
Name: Main
Methods:
  run:
    Body:
      - $t: new(Taker)
      - $c: new(C)
      - $sub: new(Sub)
      - $both: new(Both)
      - $other: new(Other)
      - $mine: new(C, $t)
      - $inner: new(C, $mine)
      - Return: {expression}
"""


def given(text: str, expression: str):
    """Value of an expression where ``$t.given(…)`` passes its argument through a contract."""
    return on_object(TAKER.replace("{text}", text).replace("{expression}", expression) + CLASSES)


NOT_COMPATIBLE = Raises(BAD, "is not compatible with requested type")
KEYS = "$t.given({}).keys().orderBy($)"


@numbered(
    "text, ask, expected",
    (94, "$.class(C)", "$t.given($c) = $c", True), (94, "$.class(C)", "$t.given($sub) = $sub", True),
    (94, "$.class(C)", "typeinfo($t.given({})).name", "org.example.C"),
    (94, "$.class(C)", "$t.given(dict(p => 7, q => x)).p", 7),
    (95, "$.class(C, Sub)", "typeinfo($t.given({})).name", "org.example.Sub"),
    (95, "$.class(C, Sub)", "typeinfo($t.given($c)).name", "org.example.C"),
    (96, "$.class(Sub)", "$t.given($c)", NOT_COMPATIBLE), (96, "$.class(Sub)", "$t.given($other)", NOT_COMPATIBLE),
    (97, "$.class(C).class(Other)", "$t.given($both) = $both", True),
    (97, "$.class(C).class(Other)", "$t.given($c)", NOT_COMPATIBLE),
    (97, "$.class(C).class(Other)", "$t.given($other)", NOT_COMPATIBLE),
    (98, "$.class(C)", "$t.given(id($c)) = $c", True),
    (98, "[$.class(C)]", "$t.given(list(id($c), $sub)) = list($c, $sub)", True),
    (99, "$.class(C)", "id($t.given({'?' => {id => own, type => 'org.example.C'}})) = own", False),
    (99, "$.class(C)", "len(id($t.given({'?' => {id => own, type => 'org.example.C'}})))", 32),
    (101, "$.template(C)", "$t.given(dict(p => '5', zzz => 1)).p", 5),
    (101, "$.template(C)", KEYS.replace("{}", "dict(p => 5, zzz => 1)"), ["?", "p", "q"]),
    (101, "$.template(C)", "$t.given($c)['?'].keys().contains(type)", True),
    (101, "$.template(C)", "$t.given($other)", NOT_COMPATIBLE),
    (101, "$.template(Sub)", "$t.given($c)", NOT_COMPATIBLE),
    (101, "$.template(C)", "$t.given(null)", None),
    (101, "$.template(C)", "$t.given(dict(p => bad))", violates("int")),
    (101, "$.template(C)", "$t.given(5)", Raises(BAD)),
    (102, "$.template(C, excludeProperties => [p])", KEYS.replace("{}", "dict(p => bad)"), ["?", "q"]),
    (102, "$.template(C, excludeProperties => [p])", "$t.given(dict(p => bad, q => 5)).q", "5"),
    (102, "$.template(C, excludeProperties => [p])", KEYS.replace("{}", "{':C' => {p => bad}}"), ["?", "q"]),
    (102, "$.template(C, excludeProperties => [p])", KEYS.replace("{}", "{:C => {p => bad}}"), ["?", "q"]),
    (105, "$.class(C).owned()", "$t.given($c)", violates("owned")),
    (105, "$.class(C).owned()", "$t.given($mine) = $mine", True),
    (105, "$.class(C).owned()", "$t.given($inner) = $inner", True),
    (105, "$.class(C).owned()", "$t.given(null)", None),
    (105, "$.class(C).notOwned()", "$t.given($c) = $c", True),
    (105, "$.class(C).notOwned()", "$t.given($mine)", violates("notOwned")),
    (105, "$.class(C).notOwned()", "$t.given($inner)", violates("notOwned")),
    (105, "$.class(C).notOwned()", "$t.given(null)", None),
)  # fmt: skip
def test_094_to_105(text, ask, expected):
    check(lambda: given(text, ask), expected)


TEMPLATES = """
Name: Base
Properties:
  template: {Contract: BASE, Usage: InOut}
---
Name: Main
Extends: Base
Properties:
  template: {Contract: OWN, Usage: InOut}
  outside: {Contract: $.class(C)}
Methods:
  keys:
    Body:
      - Return: $.template.keys().orderBy($)
  make:
    Body:
      - $template: $.template
      - $template.p: 3
      - $made: new($template, $)
      - Return: [$made.p, $made.q, $made is Strict]
"""


def templates(base: str, own: str, value: dict):
    source = TEMPLATES.replace("BASE", f"!yaql '{base}'").replace("OWN", f"!yaql '{own}'") + CLASSES
    made = program(source)
    return made, instance(made, template=value)


PARTIAL = "$.template(Strict, excludeProperties => [p])"


def test_103_a_partial_template():
    own, main = templates(PARTIAL, PARTIAL, {"q": 5})
    assert plain(own.call(main, "keys")) == ["?", "q"]
    assert plain(own.call(main, "make")) == [3, "5", True]
    check(
        lambda: templates("$.template(Strict)", "$.template(Strict)", {"q": 5}),
        Raises(BAD, "notNull"),
    )


@numbered(
    "base, own, value, expected",
    (103, "$.template(C)", "$.template(Sub)", {"p": 5}, None),
    (103, "$.template(Other)", "$.template(C)", {"p": 5}, NOT_COMPATIBLE),
    (103, "$.template(Strict)", PARTIAL, {"q": 5}, None),
)  # fmt: skip
def test_103_each_declaration_of_a_template_is_held_against_it(base, own, value, expected):
    check(lambda: templates(base, own, value) and None, expected)


REFERRING = """
Name: Node
Properties: {friend: {Contract: $.class(Node).notNull()}, next: {Contract: $.class(Node)}}
---
Name: Main
Properties:
  friend: {Contract: $.class(Node)}
  template: {Contract: $.template(Node)}
Methods:
  run:
    Body:
      - $one: new($.template)
      - $two: new($.template)
      - Return:
          - $one.friend = $.friend
          - $two.friend = $.friend
          - $one.next.friend = $.friend
          - $one = $two
          - $one.next = $two.next
"""


@numbered("before", (104, "friend"), (104, "template"))
def test_104_a_template_that_refers_to_an_object_outside_of_it(before):
    """Whether the load has come to that object already or not."""
    source = REFERRING
    if before == "template":
        first = "  friend: {Contract: $.class(Node)}\n"
        second = "  template: {Contract: $.template(Node)}\n"
        source = source.replace(first + second, second + first)
    own = program(source)
    main = own.load({
        "?": {"type": "org.example.Main", "id": "main"},
        "friend": {"?": {"type": "org.example.Node", "id": "friend"}, "friend": "friend"},
        "template": {
            "?": {"type": "org.example.Node", "id": "node"}, "friend": "friend",
            "next": {"?": {"type": "org.example.Node", "id": "other"}, "friend": "friend"},
        },
    })  # fmt: skip
    assert plain(own.call(main, "run")) == [True, True, True, False, False]


PROPERTY = """
Name: Main
Properties:
  inp: {Contract: $.int(), Usage: InOut}
  deep: {Contract: {a: [$.int()]}, Usage: InOut}
"""


@numbered(
    "properties, text",
    (114, {"inp": "x"}, "[org.example.Main.inp] Value 'x' violates int() contract"),
    (114, {"deep": {"a": [1, "x"]}}, "[org.example.Main.deep['a'][1]] Value 'x' violates int() contract"),
)  # fmt: skip
def test_114_the_path_of_a_property(properties, text):
    check(lambda: instance(program(PROPERTY), **properties), Raises(BAD, text))


DEFAULTS = """
Name: Other
Properties: {ordinaryProperty: {Contract: $.int(), Default: 5}}
Methods:
  with:
    Arguments:
      - a: {Contract: $.string(), Default: DEFAULT}
      - b: {Contract: $.int(), Default: $.ordinaryProperty}
    Body:
      - Return: list($a, $b)
---
Name: Main
Properties:
  ordinaryProperty: {Contract: $.int(), Default: 6}
  lists: {Contract: {$.string(): [$.string()]}, Usage: InOut}
Methods:
  run:
    Body:
      - $o: new(Other)
      - Return: list($o.with(), $o.with(null, 3), $o.with(b => null), $o.with(b => 4), $o.with(x))
  items:
    Body:
      - Return: $.take(range(0, 5).select($ + 1), range(0, 2).select(range(0, $ + 1)), dict(a => range(0, 2)))
  take:
    Arguments:
      - l: {Contract: [$.string()]}
      - nested: {Contract: [[$.int()]]}
      - d: {Contract: {a: [$.int()]}}
    Body:
      - Return:
          - $l[2]
          - $nested
          - $d.a
  assign:
    Body:
      - $.lists: {k: "x"}
      - $.lists.a: range(0, 3).select($ + 1)
      - $.lists.b: range(0, 2)
      - Return:
          - $.lists.a[2]
          - $.lists
"""


def test_115_defaults_of_arguments():
    assert on_object(DEFAULTS) == [
        ["DEFAULT", 5], [None, 3], ["DEFAULT", None], ["DEFAULT", 4], ["x", 5]
    ]  # fmt: skip


def test_116_iterators_become_lists():
    assert on_object(DEFAULTS, "items") == ["3", [[0], [0, 1]], [0, 1]]
    assert on_object(DEFAULTS, "assign") == [
        "3", {"k": ["x"], "a": ["1", "2", "3"], "b": ["0", "1"]}
    ]  # fmt: skip


LOADED = """
Name: Part
Properties: {size: {Contract: $.int().notNull()}}
---
Name: Main
Properties: {part: {Contract: $.class(Part)}, more: {Contract: $.class(Part).notNull()}}
"""


@numbered(
    "model, expected",
    (118, {"more": {"size": 1}}, None), (118, {"part": None, "more": {"size": 1}}, None),
    (118, {"part": {}, "more": {"size": 1}}, Raises(BAD, "[org.example.Part.size] null value violates")),
    (118, {"part": {"size": None}, "more": {"size": 1}}, Raises(BAD, "[org.example.Part.size]")),
    (118, {}, Raises(BAD, "[org.example.Main.more] null value violates notNull()")),
)  # fmt: skip
def test_118_loading(model, expected):
    root = {"?": {"type": "org.example.Main", "id": "root"}, **model}
    check(lambda: program(LOADED).load(root).values["part"], expected)
