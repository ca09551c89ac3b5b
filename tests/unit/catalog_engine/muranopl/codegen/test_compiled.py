"""Compiled packages: their errors, their stored form, and what a store may give back."""

import datetime
import marshal
import sys

import pytest

from catalog_engine.muranopl.codegen.compiled import CompiledPackage, compiler_key
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.packages import load_package
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = b"""
Name: org.example.Good
Methods:
  m: {Body: [{Return: 1}]}
---
Name: org.example.Bad
Methods:
  m: {Body: [{Nonsense: 1}]}
"""


@pytest.fixture
def compiled():
    manifest = {
        "FullName": "org.example",
        "Classes": dict.fromkeys(("org.example.Good", "org.example.Bad"), "all.yaml"),
    }
    return compile_package(load_package(manifest, lambda _path: CLASSES))


@pytest.fixture
def stored(compiled):
    return CompiledPackage.loads(compiled.dumps())


@pytest.mark.parametrize("kind", ["compiled", "stored"])
@pytest.mark.parametrize("ask", ["declaration", "code", "functions"])
def test_a_class_that_does_not_compile_says_so_to_whoever_uses_it(request, kind, ask):
    package = request.getfixturevalue(kind)
    assert getattr(package.classes["org.example.Good"], ask)
    with pytest.raises(CompileError, match="Nonsense") as first:
        getattr(package.classes["org.example.Bad"], ask)
    with pytest.raises(CompileError) as second:
        getattr(package.classes["org.example.Bad"], ask)
    assert first.value is not second.value, "tracebacks of several users must not add up"


def test_the_tree_of_a_class_can_be_looked_at_where_it_was_compiled(compiled, stored):
    assert compiled.classes["org.example.Good"].tree().body
    with pytest.raises(ValueError, match="comes from the cache"):
        stored.classes["org.example.Good"].tree()
    for own in (compiled, stored):
        with pytest.raises(CompileError, match="Nonsense"):
            own.classes["org.example.Bad"].tree()


def test_a_stored_package_is_as_it_was(compiled, stored):
    assert list(stored.classes) == list(compiled.classes)
    assert len(stored.classes) == 2
    for part in ("code", "functions"):
        good = [getattr(own.classes["org.example.Good"], part) for own in (compiled, stored)]
        assert good[0] == good[1]


def property_of(contract, default):
    """Value of a property that has its default, in a package that was stored."""
    classes = f"""
        Namespaces: {{=: org.example}}
        Name: C
        Properties:
          p:
            Contract: {contract}
            Default: {default}
    """
    return Program(package(classes)).load({"?": {"type": "org.example.C", "id": "c"}}).values["p"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2020-02-29", datetime.date(2020, 2, 29)),
        ("2020-02-29T01:02:03Z", datetime.datetime(2020, 2, 29, 1, 2, 3, tzinfo=datetime.UTC)),
        ("{version: [2013-05-23]}", {"version": (datetime.date(2013, 5, 23),)}),
    ],
)
def test_moments_of_declarations_are_stored(text, value):
    """Templates of Heat begin with a version that YAML takes for a date."""
    assert property_of("$", text) == value


def test_a_moment_may_be_a_contract():
    assert property_of("2020-02-29", "2020-02-29") == datetime.date(2020, 2, 29)


@pytest.mark.parametrize("tag", "adfprt")
def test_texts_that_look_like_tags_of_the_stored_form_are_texts(tag):
    """A text with a NUL stands first in a list, or as a key of a contract."""
    assert property_of("$", f'["\\0{tag}", C, [1]]') == (f"\0{tag}", "C", (1,))
    assert property_of(f'{{"\\0{tag}": $.int()}}', "{}") == {f"\0{tag}": None}


def test_what_another_compiler_stored_is_refused(compiled):
    rows = marshal.loads(compiled.dumps())
    with pytest.raises(ValueError, match="made by another, this is"):
        CompiledPackage.loads(marshal.dumps(("another", *rows[1:])))
    assert CompiledPackage.loads(marshal.dumps((compiler_key(), *rows[1:]))).name == "org.example"


@pytest.mark.parametrize("data", [b"", b"\0", marshal.dumps(5), marshal.dumps((1, 2))])
def test_what_is_damaged_is_refused(data):
    with pytest.raises(ValueError, match="damaged"):
        CompiledPackage.loads(data)


def test_a_class_that_python_cannot_compile_is_too_complex():
    cases = "".join(f"          {number}: [{{Return: {number}}}]\n" for number in range(5000))
    text = (
        "Namespaces: {=: org.example}\nName: C\nMethods:\n  m:\n    Usage: Static\n    Body:\n"
        f"      - Match:\n{cases}        Value: 7\n"
    )
    manifest = {"FullName": "org.example", "Classes": {"org.example.C": "all.yaml"}}
    made = compile_package(load_package(manifest, lambda _path: text.encode()))
    own = made.classes["org.example.C"]
    if sys.version_info >= (3, 14):
        assert own.code is not None  # its compiler nests as deep as memory lasts
        return
    with pytest.raises(CompileError, match=r"org\.example\.C is too complex to compile; split"):
        _ = own.code
