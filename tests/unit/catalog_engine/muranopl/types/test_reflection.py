"""Reflection and metadata as package code sees them."""

import pytest

from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example, std: io.murano}
Name: One
Usage: Meta
Inherited: true
Properties:
  value: {Contract: $.int()}
---
Name: Many
Usage: Meta
Cardinality: Many
Inherited: true
Extends: std:Object
Properties:
  value: {Contract: $.int()}
---
Name: Own
Usage: Meta
Applies: [Type, Argument]
---
Name: Base
Meta:
  - One: {value: 1}
  - Many: {value: 1}
  - Own
Properties:
  size:
    Contract: $.int()
    Default: 3
    Meta: {Many: {value: 1}}
  shared: {Contract: $.int(), Usage: Static, Default: 7}
Methods:
  grow:
    Meta: [{Many: {value: 4}}, {One: {value: 5}}]
    Arguments:
      - by: {Contract: $.int().notNull(), Meta: [{Many: {value: 8}}, Own]}
      - limit: {Contract: $.int(), Default: null}
    Body: [{Return: $.size + $by}]
---
Name: Derived
Extends: Base
Meta:
  - One: {value: 8 + 1}
  - Many: {value: 2}
Properties:
  size:
    Contract: $.int()
    Default: 4
    Meta: {Many: {value: 2}}
Methods:
  grow:
    Meta: {One: {value: 6}}
    Arguments:
      - by: {Contract: $.int()}
    Body: [{Return: $by}]
---
Name: Main
Methods:
"""


def ask(expression: str, more: str = ""):
    """Value of an expression in a method that has an object of each class."""
    method = f"""
  run:
    Usage: Static
    Body:
      - $base: new(Base)
      - $derived: new(Derived)
      - Return: {expression}
"""
    source = CLASSES.replace("---\nName: Main", f"{more}---\nName: Main")
    return Program(package(source + method)).call("org.example.Main", "run")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("typeinfo($derived).name", "org.example.Derived"),
        ("typeinfo($derived) = typeinfo(Derived)", True),
        ("typeinfo($derived) = typeinfo(Base)", False),
        ("typeinfo($derived).usage", "Class"),
        ("str(typeinfo($derived).version)", "0.1.0"),
        ("[typeinfo($derived).version.major, typeinfo($derived).version.minor]", (0, 1)),
        ("typeinfo($derived).package.name", "org.example"),
        ("typeinfo($derived).ancestors.select($.name)", ("org.example.Base", "io.murano.Object")),
        ("typeinfo($derived).properties.select($.name).orderBy($)", ("shared", "size")),
        ("typeinfo($derived).methods.select($.name).where($ in [grow, run])", ("grow",)),
        ("type($base) = typeinfo($base).type", True),
        ("new(typeinfo($base).type).size", 3),
        ("typeinfo(One).cardinality", "One"),
        ("typeinfo(Own).targets", ("Type", "Argument")),
        ("typeinfo(Own).inherited", False),
        ("typeinfo($base).package.types.len()", 6),
    ],
)
def test_types(expression, expected):
    assert ask(expression) == expected


GROW = "typeinfo({0}).methods.where($.name = grow).single()"
SIZE = "typeinfo({0}).properties.where($.name = size).single()"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (GROW.format("Base") + ".arguments.select($.name)", ("by", "limit")),
        (GROW.format("Base") + ".arguments.select($.hasDefault)", (False, True)),
        (GROW.format("Base") + ".arguments.select($.declaringMethod.name)", ("grow", "grow")),
        (GROW.format("Derived") + ".declaringType.name", "org.example.Derived"),
        (GROW.format("Base") + ".invoke($base, 2)", 5),
        (GROW.format("Base") + ".invoke($base, by => 3)", 6),
        (SIZE.format("Derived") + ".hasDefault", True),
        (SIZE.format("Derived") + ".usage", "In"),
        (SIZE.format("Derived") + ".declaringType.name", "org.example.Derived"),
        (SIZE.format("Base") + ".getValue($base)", 3),
        ("typeinfo(Base).properties.where($.usage = Static).single().getValue(null)", 7),
    ],
)
def test_members(expression, expected):
    assert ask(expression) == expected


def values(of: str, meta: str = "Many") -> str:
    return f"{of}.meta.where($ is {meta}).select($.value)"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (values("typeinfo(Derived)"), (2, 1)),
        (values("typeinfo(Derived)", "One"), (9,)),
        ("typeinfo(Derived).meta.where($ is Own).len()", 0),
        ("typeinfo(Base).meta.where($ is Own).len()", 1),
        (values(GROW.format("Derived")), (4,)),
        (values(GROW.format("Derived"), "One"), (6,)),
        (values(GROW.format("Base") + ".arguments.first()"), (8,)),
        (GROW.format("Derived") + ".arguments.first().meta.len()", 0),
        (values(SIZE.format("Derived")), (2, 1)),
        ("typeinfo(Base).package.meta.len()", 0),
    ],
)
def test_metadata(expression, expected):
    assert ask(expression) == expected


@pytest.mark.parametrize(
    ("meta", "text"),
    [
        ("Base", "Only Meta classes can be attached"),
        ("[One, One]", "Cannot attach several Meta instances with cardinality One"),
        ("OnMethods", "is not applicable here"),
    ],
)
def test_what_cannot_be_attached(meta, text):
    more = f"---\nName: OnMethods\nUsage: Meta\nApplies: Method\n---\nName: Bad\nMeta: {meta}\n"
    with pytest.raises(ValueError, match=text):
        ask("typeinfo(Bad).meta.len()", more)


def test_one_item_from_two_parents():
    more = "---\nName: Other\nMeta: {One: {value: 3}}\n---\nName: Bad\nExtends: [Base, Other]\n"
    with pytest.raises(ValueError, match="more than one instance of Meta"):
        ask("typeinfo(Bad).meta.len()", more)
