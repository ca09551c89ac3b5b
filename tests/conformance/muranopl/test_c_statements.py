"""Checks 26 to 68: expressions and statements."""

import pytest

from tests.conformance.muranopl.checking import (
    Raises,
    body,
    check,
    expression,
    numbered,
    on_object,
    plain,
    traced,
)

NO_FUNCTION = Raises("NoMatchingFunctionException")
NOT_A_CONTAINER = Raises(
    "ValueError", "attribution may only be applied to objects and dictionaries"
)


@numbered(
    "text, expected",
    (26, "5 / 2", 2), (26, "7 / 2.0", 3.5), (26, "str(null) + str(true)", "nulltrue"),
    (26, "int(null)", 0), (26, "int('123')", 123),
    (27, "true + 1", NO_FUNCTION), (27, "('a' + 1)", NO_FUNCTION),
    (28, "null < 0", True), (28, "null = false", False), (28, "1 = 1.0", True), (28, "1 = true", True),
    (29, "(5 or 6)", 5), (29, "coalesce(null, null, c)", "c"),
    (30, "$x", None), (30, "$x.y", Raises("NoFunctionRegisteredException", "#property#y")),
    (30, "$x?.y", None),
    (32, "list({a => 1}, {a => 2}).a", [1, 2]), (32, "list({a => {b => 1}}, {a => {b => 2}}).a.b", [1, 2]),
    (33, "list(1, 2, 3)[-1]", 3), (33, "list(1, 2, 3).append(4)", [1, 2, 3, 4]),
    (33, "list(1, 2).insert(0, 9)", [9, 1, 2]), (33, "list(1, 2).delete(0)", [2]),
    (34, "range(0, 5000).select($)", Raises("CollectionTooLargeException", "exceeds 2000 elements")),
    (34, "range(0, 3000).len()", 3000), (34, "len(range(0, 2000).select($))", 2000),
    (36, "let(a => 1) -> $a", 1), (36, "def(f, $ * 2) -> f(4)", 8),
    (36, "4.assert($ > 5, bad)", Raises("AssertionError", "bad")), (36, "6.assert($ > 5, bad)", 6),
    (37, "list(1, 2, 3, 4).aggregate($1 + $2)", 10),
    (37, "list(1, 2, 3, 4).aggregate($1 + $2, 11)", 21),
    (38, "range(1, 9).skip(2).take(3)", [3, 4, 5]),
)  # fmt: skip
def test_026_to_038(text, expected):
    check(lambda: expression(text), expected)


@numbered(
    "statement, expected",
    (31, "$l.select($this.trace($))", [1, 2, 3]), (31, "$l.where($this.trace($) = 5)", [1, 2, 3]),
    (31, "$l.select($).select($this.trace($ * 2))", [2, 4, 6]),
)  # fmt: skip
def test_031_an_unused_result_is_evaluated_for_its_effect(statement, expected):
    assert traced(f"- $l: [1, 2, 3]\n- {statement}")[0] == expected


def test_033_lists_do_not_change():
    text = """
    - $x: [1, 2, 3]
    - $longer: $x.append(4)
    - $shorter: $x.delete(0)
    - $begun: $x.insert(0, 9)
    - Return: [$longer, $shorter, $begun, $x]
    """
    assert plain(body(text)) == [[1, 2, 3, 4], [2, 3], [9, 1, 2, 3], [1, 2, 3]]


@numbered(
    "times, expected", (35, 20, Raises("MemoryQuotaExceededException")), (35, 10, 2048)
)  # fmt: skip
def test_035_a_text_that_doubles(times, expected):
    text = (
        f"- $s: ab\n- Repeat: {times}\n  Do:\n    - $s: $s + $s\n- Return: len($s)"
    )  # fmt: skip
    check(lambda: body(text), expected)


CALLEE = """
Name: Callee
Methods:
  toCall:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $}}, {baz: {Contract: $}}]
    Body:
      - Return: [$a, $b, $baz]
  fixed:
    Usage: Static
    Arguments: [{x: {Contract: $, Default: 0}}]
    Body:
      - Return: 7 + $x
"""


@numbered(
    "text, expected",
    (39, "call(toCall, [call, foo], {baz => 1}, new(Callee))", ["call", "foo", 1]),
    (39, "call(toCall, [], {baz => 1, a => 2, b => 3}, new(Callee))", [2, 3, 1]),
    (39, "call(toCall, [call], {nothing => 1}, new(Callee))", Raises("NoMatchingMethodException")),
    (40, "call(fixed, [], {}, :Callee)", 7), (40, "call(fixed, [], {}, new(Callee))", 7),
    (40, "call(fixed, [], {x => 2}, type(Callee))", 9),
)  # fmt: skip
def test_039_040_call(text, expected):
    check(lambda: body(f"- Return: {text}", more=CALLEE), expected)


@numbered(
    "text, expected",
    (41, "- $x: $arg\n- $x[0]: 321\n- Return: [$arg, $x]", [[1, 2], [321, 2]]),
    (41, "- $x: $arg\n- $y: $x\n- $y[1]: 5\n- Return: [$arg, $x, $y]", [[1, 2], [1, 2], [1, 5]]),
    (44, "- $x: 5\n- $x.foo: 9", NOT_A_CONTAINER), (44, "- $x: text\n- $x.foo: 9", NOT_A_CONTAINER),
    (45, "- $x.foo: 1", NOT_A_CONTAINER), (45, "- $x: null\n- $x.foo: 1", NOT_A_CONTAINER),
    (46, "- $x: {}\n- $x.a.b.c: 1\n- Return: $x", {"a": {"b": {"c": 1}}}),
    (46, "- $x: []\n- $x[0]: 1\n- $x[1]: 2\n- Return: $x", [1, 2]),
    (47, "- $: 1", Raises("ValueError", "Cannot assign to")),
    (47, "- $this: 1", Raises("ValueError", "Cannot assign to")),
    (48, "- {$x: 1, $y: 2}", Raises("SyntaxError")), (48, "- {$x: 1, y: 2}", Raises("SyntaxError")),
    (49, "- $a: z\n- $x:\n    k: v\n    $a: 3\n- Return: $x", {"k": "v", "z": 3}),
    (50, "- Return", Raises("SyntaxError")),
    (50, "- {Foo: 1}", Raises("SyntaxError", "Syntax is incorrect in expression")),
)  # fmt: skip
def test_041_to_050(text, expected):
    check(lambda: body(text, arg=(1, 2)), expected)


WANTED = {
    "Arr": [5, 2, [10, 123]], "Dict": {"Key1": "V1", "Key2": {"KEY2": "V3", "a_b": "V2"}}
}  # fmt: skip
ASSIGNMENTS = """
- TARGET.Arr: [5, 2, [10]]
- TARGET.Arr[$n + 1][$n]: 123
- TARGET.Dict.Key1: V1
- TARGET.Dict.Key2['a_b']: V2
- TARGET.Dict[$k][$k.toUpper()]: V3
- Return: TARGET
"""
NAMES = "- $n: 1\n- $k: Key2\n"


def test_042_nested_targets_in_a_variable():
    text = NAMES + "- $d: {}\n" + ASSIGNMENTS.replace("TARGET", "$d").lstrip()
    assert plain(body(text)) == WANTED


def test_042_lists_grow_by_their_next_index():
    text = "- $d: {}\n- $d.Arr: [5]\n- $d.Arr[1]: []\n- $d.Arr[1][0]: 10\n- Return: $d.Arr"
    assert plain(body(text)) == [5, [10]]


@pytest.mark.parametrize("target", ["$.data", "$this.data"])
def test_043_nested_targets_in_a_property_without_a_value(target):
    lines = (NAMES + ASSIGNMENTS.replace("TARGET", target).lstrip()).splitlines(keepends=True)
    source = (
        "Name: Main\nProperties: {data: {Contract: {}, Usage: Runtime}}\n"
        "Methods:\n  run:\n    Body:\n" + "".join("      " + line for line in lines)
    )
    assert on_object(source) == WANTED


@numbered(
    "block, seen, expected",
    (51, "$.trace(5)", [5], None), (51, "{Return: 5}", [], 5),
    (51, "\n      If: 1 > 0\n      Then: $.trace(6)", [6], None),
)  # fmt: skip
def test_051_scalar_blocks(block, seen, expected):
    source = f"""
Name: Main
Properties: {{rows: {{Contract: [], Usage: Out}}}}
Methods:
  trace:
    Arguments: [{{x: {{Contract: $}}}}]
    Body:
      - $.rows: $.rows.append($x)
  scalar:
    Body: {block}
  run:
    Body:
      - $value: $.scalar()
      - Return: [$value, $.rows]
"""
    assert on_object(source) == [expected, seen]


IF = """
- $r: 0
- If: CONDITION
  Then:
    - $r: 1
  Else:
    - $r: 2
- If: CONDITION
  Then:
    - $r: $r + 10
- Return: $r
"""


@numbered(
    "condition, expected",
    (52, "$v > 5", 11), (52, "$v > 7", 2), (52, "null", 2), (52, "list()", 2), (52, "[]", 2),
    (52, "''", 2), (52, "0", 2), (52, "false", 2), (52, "'qwerty'", 11), (52, "qwerty", 11),
    (52, "123", 11), (52, "$v", 11), (52, "{a: 1}", 11),
)  # fmt: skip
def test_052_if(condition, expected):
    assert body(IF.replace("CONDITION", condition), v=7) == expected


def test_052_if_in_a_row():
    text = """
    - $sum: 0
    - If: null
      Then: [{$sum: 1}]
    - If: list()
      Then:
        - $sum: $sum + 10
    - If: qwerty
      Then:
        - $sum: $sum + 100
    - If: 123
      Then:
        - $sum: $sum + 1000
    - Return: $sum
    """
    assert body(text) == 1100


LOOP = "- $s: ''\n- For: x\n  In: {}\n  Do:\n    - $s: $s + str($x)\n- Return: [$s, $x]"


@numbered(
    "items, text, last",
    (54, "[1, 2, 3]", "123", 3), (54, "range(0, 4).select($ * 2)", "0246", 6),
    (54, "{a: 1, b: 2}", "ab", "b"), (54, "'xyz'", "xyz", "z"), (54, "[]", "", None),
    (54, "$d", "k", "k"),
)  # fmt: skip
def test_054_for(items, text, last):
    assert plain(body(LOOP.replace("{}", items), d={"k": 1})) == [text, last]


@numbered(
    "text, seen, expected",
    (53, "- $n: 3\n- While: $n > 0\n  Do:\n    - $this.trace($n)\n    - $n: $n - 1\n- Return: $n", [3, 2, 1], 0),
    (53, "- $l: [1, 2]\n- While: $l\n  Do:\n    - $this.trace($l)\n    - $l: $l.delete(0)", [[1, 2], [2]], None),
    (55, "- $this.trace(before)\n- For: x\n  In: 5\n  Do: []", ["before"], Raises("TypeError")),
    (55, "- For: x\n  In: 2 + 3\n  Do: []", [], Raises("TypeError")),
    (56, "- Repeat: 4\n  Do:\n    - $this.trace(x)", ["x"] * 4, None),
    (56, "- Repeat: -1\n  Do:\n    - $this.trace(x)", [], None),
    (56, "- Repeat: 1 + 1\n  Do:\n    - $this.trace(x)", ["x"] * 2, None),
    (57, "- For: x\n  In: [1, 2, 3]\n  Do:\n    - If: $x = 2\n      Then:\n        - Break:\n    - $this.trace($x)\n"
         "- $this.trace(after)", [1, "after"], None),
    (57, "- $this.trace(before)\n- Break:\n- $this.trace(after)", ["before"],
     Raises("DslInvalidOperationError", "Break cannot be used on method level")),
    (58, "- For: x\n  In: [1, 2, 3]\n  Do:\n    - If: $x = 2\n      Then:\n        - Continue:\n"
         "    - $this.trace($x)", [1, 3], None),
    (58, "- $this.trace(before)\n- Continue:\n- $this.trace(after)", ["before"],
     Raises("DslInvalidOperationError", "Continue cannot be used on method level")),
    (62, "- Do:\n    - $res: 5\n    - $this.trace(inside)\n- Return: $res", ["inside"], 5),
    (68, "- $this.trace(1)\n- trace(2)", [1], Raises("NoFunctionRegisteredException", "trace")),
    (68, "- $mine: 5\n- Return: $this.peek()", [], None),
)  # fmt: skip
def test_053_to_068(text, seen, expected):
    found, value, error = traced(text)
    assert found == seen
    if isinstance(expected, Raises):
        assert error.endswith(expected.name)
        assert expected.text in value
    else:
        assert (value, error) == (expected, None)


@numbered(
    "text, expected",
    (56, "- Repeat: x\n  Do: []", Raises("DslSyntaxError")),
    (59, "- Break: 1", Raises("DslSyntaxError", "Break cannot have value")),
    (59, "- Continue: 1", Raises("DslSyntaxError", "Continue cannot have value")),
)  # fmt: skip
def test_056_059_what_no_class_can_be_compiled_with(text, expected):
    check(lambda: body(text), expected)


MATCH = """
- $one: 1
- Match:
    1: [{Return: one}]
    2: [{Return: two}]
    3: [{Return: three}]
    $one: [{Return: expression}]
    text: [{Return: text}]
  Value: $v
- Return: after
"""


@numbered(
    "value, expected",
    (60, 1, "one"), (60, 2, "two"), (60, 3, "three"), (60, "text", "text"), (60, 7, "after"),
    (60, "1", "after"), (60, None, "after"), (60, "$one", "after"),
)  # fmt: skip
def test_060_match(value, expected):
    assert body(MATCH, v=value) == expected
    otherwise = MATCH.replace("  Value: $v\n", "  Value: $v\n  Default: [{Return: default}]\n")
    assert body(otherwise, v=value) == ("default" if expected == "after" else expected)


SWITCH = """
- $r: []
- Switch:
    $v > 10:
      - $r: $r + [gt]
    $v > 100:
      - $r: $r + [gt100]
    $v < 0:
      - $r: $r + [lt]
  Default:
    - $r: $r + [none]
- Return: $r
"""


@numbered(
    "value, expected", (61, 200, ["gt", "gt100"]), (61, 50, ["gt"]), (61, 5, ["none"]), (61, -5, ["lt"])
)  # fmt: skip
def test_061_switch(value, expected):
    assert plain(body(SWITCH, v=value)) == expected


def test_061_keys_of_a_switch_that_are_no_booleans():
    text = """
    - $r: []
    - Switch:
        qwerty:
          - $r: $r + [1]
        list(1):
          - $r: $r + [2]
        12:
          - $r: $r + [3]
        list():
          - $r: $r + [4]
        0:
          - $r: $r + [5]
      Default:
        - $r: [none]
    - Return: $r
    """
    check(lambda: body(text), [1, 2, 3])


def test_063_variables_of_inner_blocks():
    text = """
    - $s: ''
    - If: true = true
      Then:
        - $s: $s + '8'
    - While: len($s) < 2
      Do:
        - $s: $s + '7'
    - For: x
      In: [6]
      Do:
        - $s: $s + str($x)
    - Repeat: 1
      Do:
        - $s: $s + '5'
    - Match:
        1:
          - $s: $s + '4'
      Value: 1
    - Switch:
        $s != '':
          - $s: $s + '3'
    - Do:
        - $s: $s + '2'
    - Parallel:
        - $s: $s + '1'
    - Return: $s
    """
    assert body(text) == "87654321"


@numbered(
    "branches, limit, expected",
    (64, 2, "", ["enter", "enter", "exit", "exit"]),
    (64, 3, "  Limit: 2\n", ["enter", "enter", "exit", "exit", "enter", "exit"]),
    (64, 3, "  Limit: 1 + 1\n", ["enter", "enter", "exit", "exit", "enter", "exit"]),
    (64, 3, "", ["enter"] * 3 + ["exit"] * 3),
)  # fmt: skip
def test_064_parallel(branches, limit, expected):
    assert traced("- Parallel:\n" + "    - $this.slow()\n" * branches + limit) == (
        expected,
        None,
        None,
    )


def test_065_return_inside_of_parallel():
    text = """
    - Parallel:
        - Return: [5]
        - Do:
            - sleep(0)
            - $this.trace(other)
    - $this.trace(after)
    - Return: 7
    """
    assert traced(text) == (["other"], [5], None)


def test_066_an_error_in_a_branch():
    text = """
    - Parallel:
        - Throw: Bad
          Message: first
        - Do:
            - sleep(0)
            - $this.trace(other)
        - Throw: Worse
    - $this.trace(after)
    """
    assert traced(text) == (["other"], "first", "org.example.Bad")


@numbered("method", (67, "none"), (67, "nothing"), (67, "empty"), (67, "null"))
def test_067_methods_without_a_value(method):
    source = f"""
    Name: Main
    Methods:
      none:
      nothing: {{Scope: Public}}
      empty: {{Body: []}}
      'null': {{Body: }}
      run:
        Body:
          - Return: [$.{method}(), 1]
    """
    assert on_object(source) == [None, 1]
