"""The parser agrees with the published yaql on trees, and on what is no expression."""

import collections.abc  # noqa: F401 - yaql.language needs it imported
import random

import pytest
from yaql.language import expressions as ye
from yaql.language import factory, utils
from yaql.language.factory import OperatorType

from catalog_engine.muranopl.expressions import nodes as n
from catalog_engine.muranopl.expressions.lexer import ExpressionError
from catalog_engine.muranopl.expressions.parser import MAXIMUM_HEIGHT, Parser

OPERATORS = (
    ".",
    "?.",
    ":",
    "+",
    "-",
    "*",
    "/",
    "mod",
    "<",
    ">",
    "<=",
    ">=",
    "=",
    "!=",
    "in",
    "is",
    "and",
    "or",
    "->",
    "=~",
    "!~",
)
LEAVES = ("$", "$x", "$1", "1", "2.5", "a", "b", "'s'", "`v`", '"\\n"', "true", "null")
TOKENS = (
    *LEAVES,
    *OPERATORS,
    "foo(",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    "=>",
    "not",
    "__x",
    "1a",
    ".5",
    "mod(",
    "@",
    "é",
)


@pytest.fixture(scope="module")
def oracle():
    made = factory.YaqlFactory()
    made.insert_operator(None, True, ":", OperatorType.BINARY_LEFT_ASSOCIATIVE, True)
    made.insert_operator(None, True, ":", OperatorType.PREFIX_UNARY, True)
    made.insert_operator(">", True, "is", OperatorType.BINARY_LEFT_ASSOCIATIVE, False)
    return made.create()


def theirs(tree):
    if tree is utils.NO_VALUE:
        return "missing"
    if isinstance(tree, ye.Wrap):
        return ("group", theirs(tree.expr))
    if isinstance(tree, ye.KeywordConstant):
        return ("word", tree.value)
    if isinstance(tree, ye.Constant):
        return ("constant", tree.value)
    if isinstance(tree, ye.GetContextValue):
        return ("variable", tree.path.value)
    if isinstance(tree, ye.MappingRuleExpression):
        return ("rule", theirs(tree.source), theirs(tree.destination))
    name = getattr(tree, "operator", None) or tree.name
    if isinstance(tree, ye.UnaryOperator):
        name = "unary " + name
    return (name, *map(theirs, tree.args))


def ours(tree):
    if isinstance(tree, n.Missing):
        return "missing"
    if isinstance(tree, n.Group):
        return ("group", ours(tree.inner))
    if isinstance(tree, n.Constant):
        return ("word" if tree.keyword else "constant", tree.value)
    if isinstance(tree, n.Variable):
        return ("variable", "$" + tree.name)
    if isinstance(tree, n.TypeName):
        return ("unary :" if tree.prefix is None else ":", *map(ours, n.children(tree)))
    if isinstance(tree, n.Unary):
        return ("unary " + tree.operator, ours(tree.operand))
    name = {
        n.Rule: "rule",
        n.Arrow: "->",
        n.Index: "#indexer",
        n.ListDisplay: "#list",
        n.MapDisplay: "#map",
    }.get(type(tree))
    if isinstance(tree, n.Member):
        name = "?." if tree.safe else "."
    if isinstance(tree, n.Binary):
        name = tree.operator
    return (name or tree.name, *map(ours, n.children(tree)))


def generated(rng, depth):
    if depth <= 0 or rng.random() < 0.25:
        return rng.choice(LEAVES)

    def inner():
        return generated(rng, depth - 1)

    kind = rng.randrange(11)
    if kind < 4:
        return f"{inner()} {rng.choice(OPERATORS)} {inner()}"
    if kind == 4:
        return rng.choice(("not ", "-", "+", ":")) + inner()
    if kind == 5:
        return f"({inner()})"
    if kind == 6:
        return "f(" + ", ".join(rng.choice((inner(), inner(), "")) for _ in range(4)) + ")"
    if kind == 7:
        return f"f({inner()}, {inner()} => {inner()}, a => {inner()})"
    if kind == 8:
        return f"{inner()}[{inner()}]"
    if kind == 9:
        return "[" + ", ".join(inner() for _ in range(rng.randrange(3))) + "]"
    return "{" + ", ".join(f"{inner()} => {inner()}" for _ in range(rng.randrange(3))) + "}"


@pytest.mark.parametrize("seed", range(4))
def test_trees_agree_with_yaql(oracle, seed):
    rng = random.Random(seed)
    parser = Parser()
    parsed = 0
    for number in range(1000):
        if number % 2:
            text = generated(rng, 4)
        else:
            text = "".join(
                rng.choice(TOKENS) + rng.choice(("", " ")) for _ in range(rng.randrange(1, 8))
            )
        try:
            expected = theirs(oracle(text).expression)
        except Exception:
            expected = None
        found = parser.recognise(text)
        assert (None if found is None else ours(found)) == expected, text
        parsed += expected is not None
    assert parsed > 300


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("1 +", 3),
        ("$a b", 3),
        ("f(1,)", 4),
        ("(1", 2),
        ("1 ♥ 2", 2),
        ("", 0),
        ("f(a => 1, 2)", 11),
        ("f(, a => 1)", 10),
    ],
)
def test_errors_say_where(text, offset):
    with pytest.raises(ExpressionError) as raised:
        Parser().parse(text)
    assert raised.value.offset == offset


def test_nodes_know_their_offsets():
    tree = Parser().parse("$.a + foo($b, c)")
    assert (tree.start, tree.end) == (0, 16)
    assert (tree.right.start, tree.right.end) == (6, 16)
    assert (tree.right.args[1].start, tree.right.args[1].end) == (14, 15)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "1" + ")" * 500,
        "+".join("1" for _ in range(MAXIMUM_HEIGHT + 10)),
        "- " * 400 + "1",
        "$" + ".a" * 400,
    ],
)
def test_expressions_that_nest_too_deeply_are_refused(text):
    with pytest.raises(ExpressionError, match="split it"):
        Parser().parse(text)


def test_a_text_is_parsed_once():
    parser = Parser()
    assert parser.parse("$a + 1") is parser.parse("$a + 1")


def test_numbers_too_long_for_python_are_no_expressions():
    assert Parser().recognise("1" * 5000 + " + $") is None
