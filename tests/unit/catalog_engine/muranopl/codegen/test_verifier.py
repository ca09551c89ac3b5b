"""The last check of generated code: what the generator makes passes, anything else does not."""

import ast

import pytest

from catalog_engine.muranopl.codegen.verifier import UnsafeCode, verify

SAFE = """
steps.left -= 1
v1 = settle(make_list((1, 'text', None)))
def m1(this, v1, *rest):
    try:
        g2 = b3()
        if g2[0] == 1:
            return g2[1]
    except Exception as x4:
        caught(x4)
"""


def test_what_the_generator_makes_passes():
    verify(ast.parse(SAFE))


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "from os import path",
        "v1.__class__",
        "steps.__class__",
        "steps.stop",
        "this.left",
        "open",
        "__builtins__",
        "settle = v1",
        "steps = v1",
        "v1[0]",
        "g1['key']",
        "g1[2]",
        "g1[v1]",
        "v1.left[0]",
        "settle(key=v1)",
        "settle(*v1)",
        "settle(**v1)",
        "(lambda: v1)()",
        "v1()()",
        "def open(): pass",
        "@v1\ndef m1(): pass",
        "def m1() -> v1: pass",
        "def m1(name): pass",
        "def m1(v1: v2): pass",
        "async def m1(): pass",
        "class m1: pass",
        "try: pass\nexcept Exception: pass",
        "try: pass\nexcept Exception as name: pass",
        "def m1():\n    nonlocal name",
        "global v1",
        "del v1",
        "with v1: pass",
        "yield v1",
        "await v1",
        "b'bytes'",
        "...",
        "1j",
        "f'{v1}'",
        "[v1]",
        "{v1}",
        "[v1 for v1 in v2]",
        "v1 ** v2",
        "v1 << 9",
        "~v1",
        "v1 in v2",
        "assert v1",
        "v1: int = 1",
    ],
)
def test_anything_else_is_refused(code):
    with pytest.raises(UnsafeCode):
        verify(ast.parse(code))


def test_a_constant_that_is_no_scalar_is_refused():
    with pytest.raises(UnsafeCode):
        verify(ast.Constant((1, 2)))
