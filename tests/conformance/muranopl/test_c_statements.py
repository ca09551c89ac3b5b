"""Checks 26 to 68: expressions and statements."""

import pytest

from tests.conformance.muranopl.checking import Raises, body, check, expression, program

NO_FUNCTION = Raises("NoMatchingFunctionException")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 / 2", 2), ("7 / 2.0", 3.5), ("str(null) + str(true)", "nulltrue"),
        ("int(null)", 0), ("int('123')", 123),
        ("true + 1", NO_FUNCTION), ("(a) + 1", NO_FUNCTION),
        ("null < 0", True), ("null = false", False), ("1 = 1.0", True), ("1 = true", True),
        ("(5 or 6)", 5), ("coalesce(null, null, c)", "c"),
        ("$x", None), ("$x.y", Raises("NoFunctionRegisteredException", "#property#y")),
        ("$x?.y", None),
        ("list({a => 1}, {a => 2}).a", [1, 2]),
        ("list(1, 2, 3)[-1]", 3), ("list(1, 2).append(4)", [1, 2, 4]),
        ("list(1, 2).insert(0, 9)", [9, 1, 2]), ("list(1, 2).delete(0)", [2]),
        ("range(0, 5000).select($)", Raises("CollectionTooLargeException")),
        ("range(0, 3000).len()", 3000),
        ("let(a => 1) -> $a", 1), ("def(f, $ * 2) -> f(4)", 8),
        ("4.assert($ > 5, bad)", Raises("AssertionError", "bad")),
        ("list(1, 2, 3, 4).aggregate($1 + $2)", 10), ("list(1, 2, 3, 4).aggregate($1 + $2, 11)", 21),
        ("range(1, 9).skip(2).take(3)", [3, 4, 5]),
    ],
)  # fmt: skip
def test_026_to_038(text, expected):
    check(lambda: expression(text), expected)


def test_031_lazy_results_are_evaluated_for_their_effect():
    text = """
    - $l: [1, 2, 3]
    - $seen: new(Box)
    - $l.select($seen.add($))
    - Return: $seen.items
    """
    source = "Name: Box\nProperties: {items: {Contract: [$], Usage: Out}}\nMethods:\n  add:\n" \
             "    Arguments: [{x: {Contract: $}}]\n    Body:\n      - $.items: $.items.append($x)\n"  # fmt: skip
    assert ask(text, source) == [1, 2, 3]


def ask(text: str, more: str = ""):
    """Value of a body beside other classes."""
    import textwrap

    from tests.conformance.muranopl.checking import plain

    source = (
        more + "---\nName: Main\nMethods:\n  run:\n    Usage: Static\n    Body:\n"
        + textwrap.indent(textwrap.dedent(text).strip("\n"), "      ") + "\n"
    )  # fmt: skip
    return plain(program(source).call("org.example.Main", "run"))


def test_035_a_text_that_doubles():
    text = "- $s: ab\n- $i: 0\n- While: $i < 20\n  Do:\n    - $s: $s + $s\n    - $i: $i + 1\n- Return: len($s)"
    check(lambda: body(text), Raises("MemoryQuotaExceededException"))


CALLEE = """Name: Callee
Methods:
  toCall:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $}}, {baz: {Contract: $}}]
    Body:
      - Return: [$a, $b, $baz]
  fixed: {Usage: Static, Body: [{Return: 7}]}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call(toCall, [call, foo], {baz => 1}, new(Callee))", ["call", "foo", 1]),
        ("call(fixed, [], {}, :Callee)", 7), ("call(fixed, [], {}, new(Callee))", 7),
    ],
)  # fmt: skip
def test_039_040_call(text, expected):
    assert ask(f"- Return: {text}", CALLEE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- $a: [1]\n- $x: $a\n- $x[0]: 321\n- Return: [$a, $x]", [[1], [321]]),
        ("- $x: 5\n- $x.foo: 9", Raises("ValueError", "attribution may only be applied")),
        ("- $x.foo: 1", Raises("ValueError", "attribution may only be applied")),
        ("- $x: {}\n- $x.a.b.c: 1\n- Return: $x", {"a": {"b": {"c": 1}}}),
        ("- $x: []\n- $x[0]: 1\n- $x[1]: 2\n- Return: $x", [1, 2]),
        ("- $: 1", Raises("ValueError", "Cannot assign to")),
        ("- $this: 1", Raises("ValueError", "Cannot assign to")),
        ("- {$x: 1, $y: 2}", Raises("SyntaxError")),
        ("- {$x: 1, y: 2}", Raises("SyntaxError")),
        ("- $a: z\n- $x:\n    k: v\n    $a: 3\n- Return: $x", {"k": "v", "z": 3}),
        ("- Return", Raises("SyntaxError")),
        ("- {Foo: 1}", Raises("SyntaxError", "Syntax is incorrect in expression")),
    ],
)  # fmt: skip
def test_041_to_050(text, expected):
    check(lambda: body(text), expected)


NESTED = """
- $d: {}
- $k: Key2
- $d.Arr: [5, 2]
- $d.Arr[2]: []
- $d.Arr[2][0]: 10
- $d.Arr[1 + 1][1]: 123
- $d.Dict.Key1: V1
- $d.Dict[$k][toUpper(key2)]: V3
- $d.Dict.Key2['a_b']: V2
- Return: $d
"""


def test_042_nested_targets():
    text = NESTED.replace("toUpper(key2)", "key2.toUpper()")
    assert body(text) == {
        "Arr": (5, 2, (10, 123)), "Dict": {"Key1": "V1", "Key2": {"KEY2": "V3", "a_b": "V2"}}
    }  # fmt: skip


@pytest.mark.parametrize("scalar", ["$.m()", "{Return: 5}"])
def test_051_scalar_blocks(scalar):
    source = f"Name: Main\nMethods:\n  m: {{Body: []}}\n  run:\n    Body: {scalar}\n"
    assert program(source).cls("org.example.Main").find_method("run") is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- $i: 3\n- $seen: []\n- While: $i > 0\n  Do:\n    - $seen: $seen + [$i]\n    - $i: $i - 1\n"
         "- Return: $seen", [3, 2, 1]),
        ("- $l: [1, 2]\n- $n: 0\n- While: $l\n  Do:\n    - $l: $l.delete(0)\n    - $n: $n + 1\n"
         "- Return: $n", 2),
        ("- $s: 0\n- For: x\n  In: [1, 2, 3]\n  Do:\n    - $s: $s + $x\n- Return: [$s, $x]", [6, 3]),
        ("- $s: 0\n- For: x\n  In: range(0, 4).select($ * 2)\n  Do:\n    - $s: $s + $x\n- Return: $s", 12),
        ("- $s: ''\n- For: x\n  In: {a: 1, b: 2}\n  Do:\n    - $s: $s + $x\n- Return: $s", "ab"),
        ("- $s: ''\n- For: x\n  In: 'xyz'\n  Do:\n    - $s: $x + $s\n- Return: $s", "zyx"),
        ("- For: x\n  In: 5\n  Do: []", Raises("TypeError")),
        ("- $n: 0\n- Repeat: 4\n  Do:\n    - $n: $n + 1\n- Return: $n", 4),
        ("- $n: 0\n- Repeat: -1\n  Do:\n    - $n: $n + 1\n- Return: $n", 0),
        ("- Repeat: x\n  Do: []", Raises("DslSyntaxError")),
        ("- $n: 0\n- For: x\n  In: [1, 2, 3]\n  Do:\n    - If: $x = 2\n      Then:\n        - Break:\n"
         "    - $n: $n + 1\n- Return: $n", 1),
        ("- Break:", Raises("DslInvalidOperationError")),
        ("- $n: 0\n- For: x\n  In: [1, 2, 3]\n  Do:\n    - If: $x = 2\n      Then:\n        - Continue:\n"
         "    - $n: $n + $x\n- Return: $n", 4),
        ("- Continue:", Raises("DslInvalidOperationError")),
        ("- Break: 1", Raises("DslSyntaxError", "Break cannot have value")),
        ("- Match:\n    1: [{Return: one}]\n    2: [{Return: two}]\n  Value: 2", "two"),
        ("- Match:\n    1: [{Return: one}]\n  Value: 7", None),
        ("- Match:\n    1: [{Return: one}]\n  Value: '1'\n  Default: [{Return: none}]", "none"),
        ("- $r: []\n- Switch:\n    $v > 10: [{$r: $r + [gt]}]\n    $v > 100: [{$r: $r + [gt100]}]\n"
         "  Default: [{$r: [none]}]\n- Return: $r", None),
        ("- Do:\n    - $res: 5\n- Return: $res", 5),
        ("- Return: $this.nothing()", Raises("NoMethodRegisteredException")),
        ("- Return: nothing()", Raises("NoFunctionRegisteredException")),
    ],
)  # fmt: skip
def test_053_to_068(text, expected):
    if "Switch" in text:
        for value, found in ((200, ["gt", "gt100"]), (50, ["gt"]), (5, ["none"])):
            own = text.replace("[{$r: $r + [gt]}]", "\n      - $r: $r + [gt]")
            own = own.replace("[{$r: $r + [gt100]}]", "\n      - $r: $r + [gt100]")
            own = own.replace("[{$r: [none]}]", "\n    - $r: [none]")
            check(lambda own=own, value=value: body(own, v=value), found)
        return
    check(lambda: body(text), expected)


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


LOGGING = """Name: Log
Properties: {rows: {Contract: [$], Usage: Out}}
Methods:
  add:
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.rows: $.rows.append($x)
  slow:
    Body:
      - $.add(enter)
      - sleep(0)
      - $.add(exit)
"""


@pytest.mark.parametrize(
    ("branches", "limit", "expected"),
    [
        (2, "", ["enter", "enter", "exit", "exit"]),
        (3, "  Limit: 2\n", ["enter", "enter", "exit", "exit", "enter", "exit"]),
    ],
)
def test_064_parallel(branches, limit, expected):
    rows = "".join("    - $l.slow()\n" for _ in range(branches))
    text = f"- $l: new(Log)\n- Parallel:\n{rows}{limit}- Return: $l.rows\n"
    source = LOGGING.replace("  slow:\n", "  slow:\n    Meta: {io.murano.metadata.engine.Synchronize: "
                             "{onThis: false}}\n")  # fmt: skip
    assert ask(text, source) == expected


def test_065_return_inside_of_parallel():
    text = "- $l: new(Log)\n- Parallel:\n    - Return: $l\n    - $l.add(other)\n- Return: 7\n"
    wrapped = text.replace("- Return: $l\n", "- Return: [5]\n")
    assert ask(wrapped, LOGGING) == [5]


def test_066_an_error_in_a_branch():
    text = """
    - $l: new(Log)
    - Try:
        - Parallel:
            - Throw: Bad
            - $l.add(other)
      Catch:
        - With: Bad
          Do:
            - $l.add(caught)
    - Return: $l.rows
    """
    assert ask(text, LOGGING) == ["other", "caught"]


def test_067_methods_without_a_value():
    source = "Name: Main\nMethods:\n  none: {Usage: Static}\n  empty: {Usage: Static, Body: []}\n"
    own = program(source)
    assert own.call("org.example.Main", "none") is None
    assert own.call("org.example.Main", "empty") is None
