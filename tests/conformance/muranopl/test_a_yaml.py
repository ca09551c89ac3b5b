"""Checks 1 to 14: YAML and names."""

import pytest

from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.source.namespaces import resolve
from catalog_engine.muranopl.source.nodes import ExpressionNode, ScalarNode
from catalog_engine.muranopl.source.reader import Reader
from tests.conformance.muranopl.checking import (
    Raises,
    body,
    check,
    contract,
    expression,
    numbered,
    on_object,
    program,
)
from tests.unit.catalog_engine.muranopl.language import Program, package


def node(text: str):
    """What a plain scalar is read as."""
    (document,) = Reader(Parser()).documents("all.yaml", f"- {text}\n".encode())
    return document.items[0]


@numbered(
    "text",
    (1, "foo bar"), (1, "1.5.2"), (1, "192.168.0.1"), (1, "a and b"), (1, "not x"),
    (1, "1 mod 2"), (1, "a is b"),
    (3, "/etc/x"), (3, "http://x.y"), (3, "foo@bar"), (3, "a,b"), (3, "foo!"), (3, "a => b"),
    (3, "солнце ♥"),
)  # fmt: skip
def test_001_003_plain_literals(text):
    assert isinstance(node(text), ScalarNode)
    assert expression(text) == text


@numbered(
    "text",
    (2, "foo-bar"), (2, "a/b"), (2, "80/tcp"), (2, "key=value"), (2, "10.0.0.0/24"),
    (2, "ns:Foo"), (2, ":Foo"),
)  # fmt: skip
def test_002_plain_expressions(text):
    assert isinstance(node(text), ExpressionNode)


@pytest.mark.parametrize("text", ['"$x"', "'$x'", "!!str $x"])
def test_004_quoted_texts(text):
    assert isinstance(node(text), ScalarNode)
    assert expression(text) == "$x"


@pytest.mark.parametrize("text", ["'1 + 1'", '"1 + 1"', "1 + 1"])
def test_004_tagged_expressions(text):
    assert expression(f"!yaql {text}") == 2


def test_005_unicode():
    text = "('солнце ♥' + ' φεγγάρι').toUpper()"
    assert expression(text) == "СОЛНЦЕ ♥ ΦΕΓΓΆΡΙ"
    assert contract("$.string()", "СОЛНЦЕ ♥ φεγγάρι") == "СОЛНЦЕ ♥ φεγγάρι"
    source = f"""
    Name: Main
    Methods:
      take:
        Arguments: [{{text: {{Contract: $.string().notNull()}}}}]
        Body:
          - Return: $text
      run:
        Body:
          - Return: $.take({text})
    """
    assert on_object(source) == "СОЛНЦЕ ♥ ΦΕΓΓΆΡΙ"


@pytest.mark.parametrize("condition", ["false", "true"])
def test_006_a_boolean_is_no_condition(condition):
    check(lambda: body(f"- While: {condition}\n  Do: []"), Raises("SyntaxError"))


@numbered(
    "name, expected",
    (7, "X", "a.b.X"), (7, "a.X", "a.X"), (7, ":X", "a.b.X"), (7, "p:X", "c.d.X"),
    (7, "q:X", Raises("KeyError", "Unknown namespace prefix q")), (8, "e:TestUnicode", "TestUnicode"),
)  # fmt: skip
def test_007_008_names(name, expected):
    namespaces = {"=": "a.b", "p": "c.d", "e": ""}
    check(lambda: resolve(namespaces, name), expected)


def test_008_a_class_of_the_global_namespace():
    source = """
    Namespaces: {=: org.example, e: ''}
    Name: e:TestUnicode
    ---
    Name: Main
    Methods:
      run:
        Usage: Static
        Body:
          - Return: typeinfo(new(e:TestUnicode)).name
    """
    own = package(source, Classes={"TestUnicode": "all.yaml", "org.example.Main": "all.yaml"})
    assert Program(own).call("org.example.Main", "run") == "TestUnicode"


def test_009_namespaces_of_a_stream():
    source = """
    Namespaces: {=: org.example.first, other: org.example.second}
    ---
    Name: A
    ---
    Namespaces: {=: org.example.second, first: org.example.first}
    ---
    Name: Main
    Methods:
      run:
        Usage: Static
        Body:
          - Return: list(typeinfo(first:A).name, typeinfo(Main).name)
    """
    first, second = "org.example.first.A", "org.example.second.Main"
    own = package(source, Classes={first: "all.yaml", second: "all.yaml"})
    assert Program(own).call(second, "run") == (first, second)


def test_010_two_classes_without_a_name():
    source = "Namespaces: {=: org.example}\n---\nMethods: {}\n---\nProperties: {}\n"
    own = Program(package(source, Classes={"org.example.Main": "all.yaml"}))
    check(
        lambda: own.cls("org.example.Main"),
        Raises("AmbiguousClassName", "2 classes without a Name"),
    )
    one = package(source.rpartition("---")[0], Classes={"org.example.Main": "all.yaml"})
    assert Program(one).cls("org.example.Main").name == "org.example.Main"


WORKFLOW = "Name: Main\nWorkflow:\n  run:\n    Usage: Static\n    Body:\n      - Return: 1\n"


@numbered(
    "methods, expected",
    (11, "", 1), (11, "Methods: {}\n", 1),
    (11, "Methods:\n  run:\n    Usage: Static\n    Body:\n      - Return: 2\n", 2),
)  # fmt: skip
def test_011_workflow(methods, expected):
    assert program(WORKFLOW + methods).call("org.example.Main", "run") == expected


@numbered(
    "source, expected",
    (12, "Name: Main\nUsage: Foo\n", Raises("ValueError", "Foo")),
    (12, "Name: Main\nMethods: {m: {Usage: Foo}}\n", Raises("ValueError", "Foo")),
    (13, "Name: Main\nProperties: {p: {Default: 1}}\n",
     Raises("DslSyntaxError", "property p of class org.example.Main has no Contract")),
)  # fmt: skip
def test_012_013_definitions(source, expected):
    """The reference answers a property without contract with a bare ``KeyError``."""
    check(lambda: program(source).cls("org.example.Main"), expected)


@pytest.mark.parametrize("usage", ["In", "Out", "InOut", "Const", "Runtime", "Static", "Config"])
def test_012_the_error_lists_the_usages_of_a_property(usage):
    source = "Name: Main\nProperties: {p: {Usage: Foo, Contract: $}}\n"
    check(lambda: program(source).cls("org.example.Main"), Raises("DslSyntaxError", usage))


@pytest.mark.parametrize("form", ["1.3", "MuranoPL/1.3", "MuranoPL/1.4", "MuranoPL/1.0", None])
def test_014_formats(form):
    given = {} if form is None else {"Format": form}
    own = Program(package("Namespaces: {=: org.example}\nName: Main\n", **given))
    assert own.cls("org.example.Main").name == "org.example.Main"


@pytest.mark.parametrize("form", ["MuranoPL/2.0", "2.0", "MuranoPL/0.9", "Other/1.0"])
def test_014_formats_that_are_not_supported(form):
    source = "Namespaces: {=: org.example}\nName: Main\n"
    check(lambda: package(source, Format=form), Raises("DslSyntaxError", form.rpartition("/")[2]))
