"""Checks 1 to 14: YAML and names."""

import pytest

from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.source.namespaces import resolve
from catalog_engine.muranopl.source.nodes import ExpressionNode, ScalarNode
from catalog_engine.muranopl.source.reader import Reader
from tests.conformance.muranopl.checking import Raises, body, check, expression, program

LITERALS = [
    "foo bar", "1.5.2", "192.168.0.1", "a and b", "not x", "1 mod 2", "a is b",
    "/etc/x", "http://x.y", "foo@bar", "a,b", "foo!", "a => b", "солнце ♥",
]  # fmt: skip
EXPRESSIONS = [
    "foo-bar", "a/b", "80/tcp", "key=value", "10.0.0.0/24", "ns:Foo", ":Foo"
]  # fmt: skip


def node(text: str):
    """What a plain scalar is read as."""
    (document,) = Reader(Parser()).documents("all.yaml", f"- {text}\n".encode())
    return document.items[0]


@pytest.mark.parametrize("text", LITERALS)
def test_001_003_plain_literals(text):
    assert isinstance(node(text), ScalarNode)
    assert expression(text) == text


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_002_plain_expressions(text):
    assert isinstance(node(text), ExpressionNode)


@pytest.mark.parametrize("text", ['"$x"', "'$x'", "!!str $x"])
def test_004_quoted_texts(text):
    assert expression(text) == "$x"


def test_004_tagged_expressions():
    assert expression("!yaql '1 + 1'") == 2


def test_005_unicode():
    assert expression("('солнце ♥' + ' φεγγάρι').toUpper()") == "СОЛНЦЕ ♥ ΦΕΓΓΆΡΙ"


def test_006_a_boolean_is_no_condition():
    check(lambda: body("- While: false\n  Do: []"), Raises("SyntaxError"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("X", "a.b.X"), ("a.X", "a.X"), (":X", "a.b.X"), ("p:X", "c.d.X"),
        ("e:TestUnicode", "TestUnicode"), ("q:X", Raises("KeyError")),
    ],
)  # fmt: skip
def test_007_008_names(name, expected):
    namespaces = {"=": "a.b", "p": "c.d", "e": ""}
    check(lambda: resolve(namespaces, name), expected)


def test_009_namespaces_of_a_stream():
    source = """
    Name: A
    ---
    Name: Main
    Methods:
      run:
        Usage: Static
        Body:
          - Return: typeinfo(A).name
    """
    assert program(source).call("org.example.Main", "run") == "org.example.A"


def test_011_workflow():
    source = "Name: Main\nWorkflow:\n  run:\n    Usage: Static\n    Body:\n      - Return: 1\n"
    assert program(source).call("org.example.Main", "run") == 1
    both = source + "Methods:\n  run:\n    Usage: Static\n    Body:\n      - Return: 2\n"
    assert program(both).call("org.example.Main", "run") == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Name: Main\nUsage: Foo\n", Raises("ValueError")),
        ("Name: Main\nProperties: {p: {Usage: Foo, Contract: $}}\n",
         Raises("DslSyntaxError", "In")),
        ("Name: Main\nMethods: {m: {Usage: Foo}}\n", Raises("ValueError")),
        ("Name: Main\nProperties: {p: {Default: 1}}\n", Raises("DslSyntaxError")),
    ],
)  # fmt: skip
def test_012_013_definitions(source, expected):
    check(lambda: program(source).cls("org.example.Main"), expected)


def test_014_formats():
    assert program("Name: Main\n", form="1.3").cls("org.example.Main").name == "org.example.Main"
    check(lambda: program("Name: Main\n", form="2.0"), Raises("DslSyntaxError", "2.0"))
