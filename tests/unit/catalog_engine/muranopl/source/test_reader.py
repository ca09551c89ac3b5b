"""YAML of packages: what is an expression, positions, limits, and what is refused."""

import datetime

import pytest

from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.nodes import ExpressionNode, MappingNode, ScalarNode
from catalog_engine.muranopl.source.reader import MAXIMUM_DEPTH, Reader


def read(text):
    return Reader(Parser()).documents("a.yaml", text.encode())


def scalar(text):
    (document,) = read(f"- {text}")
    return document.items[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("off", False),
        ("~", None),
        ("12", 12),
        ("0x10", 16),
        ("1.5", 1.5),
        ("12:30:45", 45045),
        ("16:9", 969),
        ("2013-05-23", datetime.date(2013, 5, 23)),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("=", "="),
    ],
)
def test_yaml_takes_what_is_its(text, value):
    node = scalar(text)
    assert isinstance(node, ScalarNode)
    assert node.value == value and type(node.value) is type(value)


def test_block_scalars_are_literals():
    (document,) = read("a: |\n  $x + 1\nb: >\n  $y\n")
    assert [value.value for _key, value in document.pairs] == ["$x + 1\n", "$y\n"]


def test_keys_may_be_expressions():
    (document,) = read("$x: 1\nfoo: 2\n")
    assert [type(key) for key, _value in document.pairs] == [ExpressionNode, ScalarNode]


def test_the_last_of_equal_keys_wins():
    (document,) = read("a: 1\nb: 2\na: 3\n")
    assert [(key.value, value.value) for key, value in document.pairs] == [("a", 3), ("b", 2)]


def test_merge_keys():
    (document,) = read("- &x {a: 1, b: 2}\n- <<: *x\n  b: 3\n- <<: [*x, {c: 4, a: 5}]\n")
    assert [{key.value: value.value for key, value in item.pairs} for item in document.items] == [
        {"a": 1, "b": 2},
        {"a": 1, "b": 3},
        {"a": 1, "b": 2, "c": 4},
    ]


def test_positions_count_from_one():
    (document,) = read("a:\n  - $x +\n    $yy * 2\n")
    node = document.get("a").items[0]
    assert node.position[1:] == (2, 5, 3, 12)
    assert node.place_of(0) == (2, 5)
    assert node.text[5:8] == "$yy"
    assert node.place_of(5) == (3, 5)
    assert node.place_of(11) == (3, 11)


def test_positions_inside_quotes():
    (document,) = read("- !yaql '1 + $x'\n")
    assert document.items[0].place_of(4) == (1, 14)


def test_empty_documents_are_dropped():
    assert len(read("---\n# nothing\n---\na: 1\n---\n---\nb: 2\n")) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "Not YAML"),
        ("a: !!python/object:os.system x", "tag"),
        ("a: !foo x", "tag"),
        ("a: !!binary aGk=", "tag"),
        ("a: !foo [x]", "tag"),
        ("a: !foo {x: 1}", "tag"),
        ("a: !!set {x}", "tag"),
        ("? [1, 2]\n: 3", "cannot be a key"),
        ("a: *nothing", "no anchor"),
        ("a: &x [*x]", "inside its own anchor"),
        ("a: !yaql '1 +'", "Not an expression"),
        ("a: !!int x", "is not of type"),
        ("<<: 5", "merge key"),
        ("a: \x01", "Not YAML"),
    ],
)
def test_what_is_refused_and_where(text, message):
    with pytest.raises(CompileError, match=message) as raised:
        read(text)
    assert raised.value.file == "a.yaml"
    assert raised.value.kind == "SyntaxError"


def test_errors_name_line_and_column():
    with pytest.raises(CompileError) as raised:
        read("a: 1\nb:\n  - !foo x\n")
    assert str(raised.value).startswith("a.yaml:3:5: ")


def test_text_that_is_not_utf8():
    with pytest.raises(CompileError, match="not UTF-8"):
        Reader(Parser()).documents("a.yaml", b"a: \xff")


def test_alias_bombs_end_early():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(CompileError, match="aliases"):
        read("\n".join(lines))


@pytest.mark.parametrize(
    "text", ["[" * (MAXIMUM_DEPTH + 1) + "]" * (MAXIMUM_DEPTH + 1), "[" * 5000, "- " * 3000 + "x"]
)
def test_depth_is_bounded(text):
    with pytest.raises(CompileError):
        read(text)


def test_size_is_bounded():
    with pytest.raises(CompileError, match="larger than"):
        Reader(Parser()).documents("a.yaml", b" " * (4 * 1024 * 1024 + 1))


def test_aliases_share_their_nodes():
    (document,) = read("- &x {a: 1}\n- *x\n")
    assert isinstance(document.items[0], MappingNode)
    assert document.items[0] is document.items[1]
