"""Readers that report errors and go on, for the checker; and scalars that are no numbers."""

import pytest

from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.source.classes import ClassReader
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.nodes import MappingNode, ScalarNode
from catalog_engine.muranopl.source.reader import Reader

SOURCE = b"""
Usage: Clas
Extends: [none:Base, Other]
Properties:
  bad: {}
  good: {Contract: $}
Methods:
  worse: {Usage: Nothing}
  fair:
    Body:
      - Retrun: 1
      - If: $x
        Then: [{Wile: 1}]
      - Return: 2
"""


def node() -> MappingNode:
    (found,) = Reader(Parser()).documents("f.yaml", SOURCE)
    assert isinstance(found, MappingNode)
    return found


def test_each_error_is_reported_and_the_rest_is_read():
    errors: list[CompileError] = []
    source = ClassReader("a.B", {"=": "a"}, "1.4", errors.append).read(node())
    assert [error.line for error in errors] == [2, 3, 5, 8, 11, 13]
    assert source.declaration.extends == ("a.Other",)
    assert list(source.declaration.properties) == ["good"]
    assert list(source.declaration.methods) == ["fair"]
    (function,) = (f for f in source.functions.values() if f.kind == "method")
    assert len(function.body) == 3


def test_without_a_report_the_first_error_is_raised():
    with pytest.raises(CompileError, match="Usage"):
        ClassReader("a.B", {"=": "a"}, "1.4").read(node())


def test_keys_that_others_replace_are_told():
    reader = Reader(Parser())
    repeated: list[object] = []
    reader.repeated = lambda key: repeated.append((key.value, key.line))
    reader.documents("f.yaml", b"base: &b {x: 1}\na: {x: 1, y: 2, x: 3}\nc: {<<: *b, x: 2}\n")
    assert repeated == [("x", 2)]


@pytest.mark.parametrize("text", ["2013-13-45", "9" * 5000, "0x_"])
def test_what_looks_like_a_number_or_date_and_is_none(text):
    with pytest.raises(CompileError, match=r"f\.yaml:1:4: .*quote it"):
        Reader(Parser()).documents("f.yaml", f"a: {text}".encode())
    (found,) = Reader(Parser()).documents("f.yaml", f"'{text}'".encode())
    assert isinstance(found, ScalarNode)
    assert found.value == text
