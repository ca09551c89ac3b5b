"""JSON schemas of classes and model builders, with their hints for forms."""

import pytest

from catalog_engine.muranopl.schemas.generator import DRAFT
from tests.unit.catalog_engine.muranopl.language import Program, package

NAMESPACES = (
    "Namespaces: {=: org.example, std: io.murano, m: io.murano.metadata,"
    " f: io.murano.metadata.forms}\n"
)


def schemas(text: str, name: str = "App", methods=None):
    return Program(package(NAMESPACES + text)).schemas(f"org.example.{name}", methods)


def of(contract: str, more: str = "") -> dict:
    """Schema of a property with a contract."""
    text = f"Name: App\nProperties:\n  p:\n    Contract: {contract}\n{more}"
    found = schemas(text + "Methods:\n  known:\n    Usage: Static\n    Body: [{Return: 7}]\n")
    return found[""]["properties"]["p"]


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        ("$", {}),
        ("$.string()", {"type": ["string", "null"]}),
        ("$.string().notNull()", {"type": "string"}),
        ("$.int()", {"type": ["integer", "null"]}),
        ("$.bool().notNull()", {"type": "boolean"}),
        ("$.class(App)", {"type": ["muranoObject", "null"], "muranoType": "org.example.App"}),
        ("$.class(App).notNull().owned()",
         {"type": "muranoObject", "muranoType": "org.example.App", "owned": True}),
        ("$.class(App).notOwned()",
         {"type": ["muranoObject", "null"], "muranoType": "org.example.App", "owned": False}),
        ("$.template(App, excludeProperties => [p]).notNull()",
         {"type": "muranoObject", "muranoType": "org.example.App", "owned": True,
          "excludedProperties": ["p"]}),
        ("5", {"enum": [5]}),
        ("[]", {"type": "array"}),
        ("[$.int().notNull(), 1, 3]", {"type": "array", "items": {"type": "integer"}}),
        ("[$.int(), $.string()]",
         {"type": "array", "items": [{"type": ["integer", "null"]}, {"type": ["string", "null"]}],
          "additionalItems": {"type": ["string", "null"]}}),
        ("{a: $.int(), $.string(): [$.bool()]}",
         {"type": "object", "properties": {"a": {"type": ["integer", "null"]}},
          "additionalProperties": {"type": "array", "items": {"type": ["boolean", "null"]}}}),
        ("{}", {"type": "object", "properties": {}, "additionalProperties": False}),
        ("$.notNull()", {}),
        ("$.string() + 'x'", {}),
        ("$.class($this.p)", {"type": ["muranoObject", "null"]}),
        ("$.class('org.example.App')",
         {"type": ["muranoObject", "null"], "muranoType": "org.example.App"}),
        ("$.template(App)",
         {"type": ["muranoObject", "null"], "muranoType": "org.example.App", "owned": True,
          "excludedProperties": []}),
        ("$.template(type => App, excludeProperties => $this.p)",
         {"type": ["muranoObject", "null"], "muranoType": "org.example.App", "owned": True,
          "excludedProperties": []}),
    ],
)  # fmt: skip
def test_contracts(contract, expected):
    assert of(contract) == expected


def whole(**more):
    return {"type": ["integer", "null"], **more}


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        ("$ >= 5", whole(minimum=5, exclusiveMinimum=False)),
        ("$ < 15", whole(maximum=15, exclusiveMaximum=True)),
        ("5 < $", whole(minimum=5, exclusiveMinimum=True)),
        ("$ > 1 and $ <= 9",
         whole(minimum=1, exclusiveMinimum=True, maximum=9, exclusiveMaximum=False)),
        ("$ > 1).check($ < 9",
         whole(minimum=1, exclusiveMinimum=True, maximum=9, exclusiveMaximum=True)),
        ("$ in [1, 2]", whole(enum=[1, 2])),
        ("$ > :App.known()", whole(minimum=7, exclusiveMinimum=True)),
        ("$ = 3 or $ > 9", whole()),
        ("$ > $this.p", whole()),
        ("$ > $", whole()),
        ("$ > abs($)", whole()),
        ("$ > null", whole()),
        ("$.foo() > 3", whole()),
        ("true", whole()),
        ("predicate => $ > 3, msg => low", whole(minimum=3, exclusiveMinimum=True)),
        ("$ in set(1, 2)", whole(enum=[1, 2])),
        ("$ in [:App, other]", whole(enum=["org.example.App", "other"])),
        ("$ in [[1], {a => 2}, 3]", whole(enum=[[1], {"a": 2}, 3])),
        ("$ in 5", whole()),
        ("$ in text", whole()),
        ("$ in [1, $this.p]", whole()),
        ("$.matches(5)", whole()),
        ("$.matches(a, b)", whole()),
        ("$this.matches(a)", whole()),
    ],
)  # fmt: skip
def test_predicates(predicate, expected):
    assert of(f"$.int().check({predicate})") == expected


def test_patterns():
    assert of("$.string().check($.matches('^a+$'))") == {
        "type": ["string", "null"], "pattern": "^a+$"
    }  # fmt: skip


def test_defaults():
    assert of("$.int()", "    Default: 3\n")["default"] == 3
    assert of("{}", "    Default: {a: [1, x]}\n")["default"] == {"a": [1, "x"]}
    assert "default" not in of("$.int()", "    Default: 3 + 4\n")
    assert of("$", "    Default: {1: [2020-02-29, null]}\n")["default"] == {
        "1": ["2020-02-29", None]
    }


FORM = """
Name: Base
Meta:
  - f:Section: {name: general, title: Old, index: 0}
  - f:Section: {name: net, title: Network, index: 5}
Properties:
  inherited:
    Contract: $.int()
    Meta: [f:Position: {section: net, index: 1}]
---
Name: App
Extends: Base
Meta:
  - m:Title: {text: An application}
  - f:Section: {name: general, title: General, index: 7}
Properties:
  name:
    Contract: $.string().notNull()
    Meta:
      - m:Title: {text: Name}
      - m:Description: {text: What it is called}
      - m:HelpText: {text: Any word}
      - f:Position: {section: general, index: 1}
  secret: {Contract: $.int(), Meta: f:Hidden}
  output: {Contract: $.int(), Usage: Out}
  both: {Contract: $.int(), Usage: InOut}
  fixed: {Contract: $.int(), Usage: Const}
Methods:
  build:
    Usage: Static
    Scope: Public
    Meta: [m:ModelBuilder, m:Title: {text: Build it}]
    Arguments:
      - size: {Contract: $.int().notNull(), Default: 2, Meta: [f:Position: {index: 3}]}
      - rest: {Contract: $.string(), Usage: VarArgs}
  other: {Usage: Static, Scope: Public, Meta: m:ModelBuilder}
  off: {Usage: Static, Scope: Public, Meta: [m:ModelBuilder: {enabled: false}]}
  hidden: {Usage: Static, Meta: m:ModelBuilder}
  instance: {Scope: Public, Meta: m:ModelBuilder}
  plain: {Usage: Static, Scope: Public}
"""


def test_a_class():
    found = schemas(FORM)[""]
    assert (found["$schema"], found["type"], found["additionalProperties"]) == (
        DRAFT, "object", False
    )  # fmt: skip
    assert found["title"] == "An application"
    assert set(found["properties"]) == {"name", "secret", "both", "inherited"}
    # Three classes: App, Base and the root.
    assert found["properties"]["name"] == {
        "type": "string", "title": "Name", "description": "What it is called",
        "helpText": "Any word", "formSection": "general", "formIndex": 6,
    }  # fmt: skip
    assert found["properties"]["inherited"]["formIndex"] == 5
    assert found["properties"]["secret"] == {"type": ["integer", "null"], "visible": False}
    assert found["formSections"] == {
        "general": {"title": "General", "index": 1}, "net": {"title": "Network", "index": 0}
    }  # fmt: skip


def test_hints_may_be_incomplete():
    text = """
Name: Base
Meta:
  - f:Section: {name: last}
  - f:Section: {name: first, index: 4, title: First}
---
Name: Left
Extends: Base
---
Name: Right
Extends: Base
Meta:
  - f:Section: {name: first, title: Nearer}
Properties:
  p:
    Contract: $.int()
    Meta: [f:Position: {section: last}]
---
Name: App
Extends: [Left, Right]
"""
    found = schemas(text)[""]
    assert found["properties"]["p"] == {"type": ["integer", "null"], "formSection": "last"}
    assert found["formSections"] == {"last": {"title": "last"}, "first": {"title": "Nearer"}}


def test_model_builders():
    assert set(schemas(FORM)) == {"", "build", "other"}
    assert set(schemas(FORM, methods="build")) == {"build"}
    assert set(schemas(FORM, methods=["build", "unknown"])) == {"build"}
    build = schemas(FORM)["build"]
    assert build["title"] == "Build it"
    assert build["formSections"] == {}
    assert build["properties"] == {"size": {"type": "integer", "default": 2, "formIndex": 4}}
