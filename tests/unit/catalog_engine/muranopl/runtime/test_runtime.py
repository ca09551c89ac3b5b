"""What functions and Python halves ask of the runtime: types, casts, calls from outside."""

import pytest

from catalog_engine.muranopl.objects.model import View
from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example, sys: io.murano.system}
Name: Base
Methods:
  who: {Body: [{Return: base}]}
---
Name: Thing
Extends: Base
Methods:
  who: {Body: [{Return: thing}]}
  text:
    Arguments: [{resources: {Contract: $.class(sys:Resources)}}]
    Body:
      - Return: $resources.string(note)
  evaluate:
    Body:
      - Return: EXPRESSION
"""


def make(expression="null", *more):
    own = Program(package(CLASSES.replace("EXPRESSION", expression)), *more)
    return own, own.load({"?": {"type": "org.example.Thing", "id": "t"}})


def value(expression, *more):
    own, thing = make(expression, *more)
    return own.call(thing, "evaluate")


@pytest.mark.parametrize("given", ["5", "[Thing]", "{a => 1}", "true", "1.5"])
@pytest.mark.parametrize("function", ["type", "typeinfo", "new"])
def test_only_names_and_references_are_types(function, given):
    if function == "new" and given.startswith("{"):
        error, text = ValueError, "no type information"
    else:
        error, text = ValueError, "is no type"
    with pytest.raises(error, match=text):
        value(f"{function}({given})")


@pytest.mark.parametrize(
    "type_", ["Base", "'org.example.Base'", ":Base", "type(Base)", "':Base'", "typeinfo(Base).type"]
)
def test_a_cast_takes_a_name_or_a_reference(type_):
    assert value(f"cast($, {type_}).who()") == "base"


def test_a_cast_to_what_is_no_ancestor():
    for type_ in ("Nothing", "type('io.murano.Exception')", "sys:Resources"):
        with pytest.raises(exceptions.NoClassFound):
            value(f"cast($, {type_})")


def test_a_cast_to_one_of_several_versions_needs_the_version():
    base = """
        Namespaces: {=: org.base}
        Name: Base
        Methods:
          who: {Body: [{Return: VERSION}]}
    """
    middle = """
        Namespaces: {=: org.NAME, base: org.base}
        Name: Middle
        Extends: base:Base
    """
    bases = [package(base.replace("VERSION", v), "org.base", f"{v}.0.0") for v in ("1", "2")]
    middles = [
        package(middle.replace("NAME", name), f"org.{name}", Require={"org.base": version})
        for name, version in (("a", "1"), ("b", "2"))
    ]
    own = """
        Namespaces: {=: org.example, a: org.a, b: org.b}
        Name: Both
        Extends: [a:Middle, b:Middle]
        Methods:
          cast:
            Arguments: [{spec: {Contract: $.string()}}]
            Body:
              - Return: cast($, 'org.base.Base', $spec).who()
    """
    requires = {"org.a": "0", "org.b": "0", "org.base": ">=1"}
    program = Program(package(own, Require=requires), *middles, *bases)
    both = program.load({"?": {"type": "org.example.Both", "id": "both"}})
    assert program.call(both, "cast", "1") == 1
    assert program.call(both, "cast", "=2") == 2
    with pytest.raises(exceptions.AmbiguousClassName, match=r"org\.base\.Base"):
        program.call(both, "cast", None)
    with pytest.raises(exceptions.NoClassFound, match=r"org\.base\.Base"):
        program.call(both, "cast", "3")


# ---------------------------------------------------------------- calls from outside


def test_the_engine_calls_as_nobody():
    own, thing = make()
    own.call(thing, "setAttr", "key", 5)
    assert own.host.attributes == {("t", "org.example.Thing", "key"): 5}
    assert own.call(thing, "getAttr", "key") == 5
    assert value("list($.setAttr(key, 5), $.getAttr(key), $.getAttr(key, 7, Base))") == (None, 5, 7)


def test_the_engine_calls_objects_views_and_types():
    own, thing = make()
    assert own.call(View(thing, own.cls("org.example.Base")), "who") == "base"
    with pytest.raises(exceptions.NoMethodFound, match=r"whom.*who"):
        own.call(thing, "whom")
    with pytest.raises(exceptions.NoPackageForClassFound):
        own.call("org.example.Nothing", "who")


# ---------------------------------------------------------------- Python halves


@pytest.mark.parametrize(
    "expression",
    [
        "new(sys:Resources).string(note)",
        "sys:Resources.string(note)",
        "sys:Resources.string(note, Thing)",
        "$.text(new(sys:Resources))",
        "cast(new(sys:Resources), sys:Resources).string(note)",
    ],
)
def test_the_python_half_of_an_object_answers(expression):
    own = package(CLASSES.replace("EXPRESSION", expression))
    own[3]["Resources/note"] = b"content"
    program = Program(own)
    thing = program.load({"?": {"type": "org.example.Thing", "id": "t"}})
    assert program.call(thing, "evaluate") == "content"


def test_a_python_half_is_not_there_before_its_object_is_ready():
    text = """
        Namespaces: {=: org.example}
        Name: Early
        Properties:
          p: {Contract: $, Default: $.getAttr(x)}
    """
    program = Program(package(text))
    with pytest.raises(exceptions.DslInvalidOperationError, match="is not initialized yet"):
        program.load({"?": {"type": "org.example.Early", "id": "e"}})
