"""Checks 205 to 217: reflection, metadata and schemas."""

import pytest

from tests.conformance.muranopl.checking import Raises, check, numbered, on_object, plain, program

CLASSES = """
Name: Inherited
Usage: Meta
Cardinality: Many
Inherited: true
Properties: {value: {Contract: $.int()}}
---
Name: Single
Usage: Meta
Inherited: true
Properties: {value: {Contract: $.int()}}
---
Name: OtherSingle
Usage: Meta
Inherited: true
Extends: Single
---
Name: Private
Usage: Meta
Cardinality: Many
Properties: {value: {Contract: $.int()}}
---
Name: Root
Meta: [Inherited: {value: 2}, Single: {value: 50}, Private: {value: 3}]
Properties:
  size: {Contract: $.int(), Default: 3, Meta: {Inherited: {value: 4}}}
  kept: {Contract: $.int(), Usage: InOut, Meta: {Inherited: {value: 1}}}
  shared: {Contract: $.int(), Usage: Static, Default: 7}
Methods:
  act:
    Meta: [Inherited: {value: 10}, Private: {value: 11}]
    Body: []
---
Name: Left
Extends: Root
Meta: {Inherited: {value: 1}}
Methods:
  act:
    Meta: [Inherited: {value: 4}, Inherited: {value: 1}]
    Body: []
---
Name: Right
Extends: Root
Meta: [Inherited: {value: 111}, OtherSingle: {value: 6}]
---
Name: Main
Extends: [Left, Right]
Meta: [Inherited: {value: 4}, Single: {value: 5}, Private: {value: 12}]
Properties:
  size: {Contract: $.int(), Default: 4, Meta: {Inherited: {value: 1}}}
  withNull: {Contract: $.int(), Default: null}
  without: {Contract: $.int()}
Methods:
  .init: {Body: []}
  act:
    Meta: [Inherited: {value: 7}, Inherited: {value: 8}, Inherited: {value: 9}]
    Arguments:
      - a:
          Contract: $.int().notNull()
          Meta: [Inherited: {value: 1}, Inherited: {value: 2}, Private: {value: 3}]
      - b: {Contract: $.int(), Default: null}
      - c: {Contract: $.int(), Default: 5}
      - d: {Contract: $.int()}
    Body:
      - Return: list($a, $b, $c, $d)
  set:
    Body:
      - $property: typeinfo($).properties.where($.name = kept).single()
      - $property.setValue($, 9)
      - $shared: typeinfo($).properties.where($.name = shared).single()
      - $shared.setValue(null, 8)
      - Return: list($.kept, $property.getValue($), $.shared, $shared.getValue(null))
  setSize:
    Body:
      - $property: typeinfo($).properties.where($.name = size).single()
      - $property.setValue($, 9)
  run:
    Body:
      - $t: typeinfo($)
      - $act: $t.methods.where($.name = act).single()
      - Return: EXPRESSION
"""


def ask(text: str, more: str = "") -> object:
    """Value of an expression in a method of an object of ``Main``."""
    return on_object(CLASSES.replace("EXPRESSION", text) + more)


@numbered(
    "text, expected",
    (205, "$t.name", "org.example.Main"),
    (205, "str($t.version)", "0.1.0"),
    (205, "list($t.version.major, $t.version.minor, $t.version.patch)", [0, 1, 0]),
    (205, "list($t.version.prerelease, $t.version.build)", [[], []]),
    (205, "$t.ancestors.select($.name)",
     ["org.example.Left", "org.example.Right", "org.example.Root", "io.murano.Object"]),
    (205, "$t.properties.select($.name).orderBy($)", ["kept", "shared", "size", "withNull", "without"]),
    (205, "$t.methods.select($.name).where($.startsWith('.') or $.startsWith('__'))", []),
    (205, "$t.methods.select($.name).where($ in [act, set, setSize, run]).orderBy($)",
     ["act", "run", "set", "setSize"]),
    (205, "$t.package.name", "org.example"),
    (206, "$act.arguments.select($.name)", ["a", "b", "c", "d"]),
    (206, "$act.arguments.select($.hasDefault)", [False, True, True, False]),
    (206, "$act.arguments.select($.declaringMethod.name)", ["act", "act", "act", "act"]),
    (206, "$act.declaringType.name", "org.example.Main"),
    (206, "$t.properties.where($.name = kept).single().declaringType.name", "org.example.Root"),
    (206, "list(withNull, without, size).select(let(n => $) -> $t.properties.where($.name = $n).single().hasDefault)",
     [True, False, True]),
    (207, "$act.invoke($, 1, 2)", [1, 2, 5, None]),
    (207, "$act.invoke($, 1, d => 4, b => 3)", [1, 3, 5, 4]),
    (207, "$act.invoke($, b => 3)", Raises("ContractViolationException", "act(a)")),
    (207, "$act.invoke($, 1, nothing => 3)", Raises("NoMatchingMethodException")),
    (207, "new(typeinfo($).type, size => 12).size", 12),
    (208, "$t.meta.where($ is Inherited).value", [4, 1, 111, 2]),
    (208, "$t.meta.where($ is Single).value.orderBy($)", [5, 6]),
    (208, "$t.meta.where($ is Private).value", [12]),
    (208, "typeinfo(Right).meta.where($ is Private).value", []),
    (209, "$act.meta.where($ is Inherited).value", [7, 8, 9, 4, 1, 10]),
    (209, "$act.meta.where($ is Private).value", []),
    (209, "$act.arguments.first().meta.value", [1, 2, 3]),
    (209, "$t.properties.where($.name = kept).single().meta.value", [1]),
    (209, "$t.properties.where($.name = size).single().meta.value", [1, 4]),
    (209, "$t.package.meta", []),
)  # fmt: skip
def test_205_to_209(text, expected):
    check(lambda: ask(text), expected)


def test_207_values_of_properties():
    """Writing is subject to the rules of any write: what is immutable to the class stays so."""
    source = CLASSES.replace("EXPRESSION", "null")
    assert on_object(source, "set") == [9, 9, 8, 8]
    check(lambda: on_object(source, "setSize"), Raises("NoWriteAccessError", "size"))


MODELS = """
Name: Thing
Properties: {x: {Contract: $.int()}}
---
Name: Holder
Usage: Meta
Cardinality: Many
Properties:
  number: {Contract: $.int()}
  thing: {Contract: $.class(Thing)}
---
Name: Main
Meta:
  - Holder: {number: 8 + 1}
  - Holder: {thing: {x: 1}}
  - Holder: {thing: {':Thing': {x: 2}}}
  - Holder:
      thing:
        :Thing:
          x: 1 + 2
  - Holder: {thing: {'?': {type: org.example.Thing}, x: 4}}
  - Holder:
      thing: new(Thing, x => 5)
Methods:
  run:
    Usage: Static
    Body:
      - $meta: typeinfo(Main).meta
      - Return:
          - $meta.number
          - $meta.thing.where($ != null).x
"""


def test_210_expressions_and_models_in_metadata():
    numbers, things = plain(program(MODELS).call("org.example.Main", "run"))
    assert numbers == [9, None, None, None, None, None]
    assert things == [1, 2, 3, 4, 5]


REFUSED = """---
Name: OnMethods
Usage: Meta
Applies: [Method, Argument]
---
Name: Bad
"""


@numbered(
    "declaration, text",
    (211, "Meta: Root", "Only Meta classes can be attached"),
    (211, "Meta: OnMethods", "is not applicable here"),
    (211, "Properties: {p: {Contract: $, Meta: OnMethods}}", "is not applicable here"),
    (211, "Meta: [Single: {value: 1}, Single: {value: 2}]",
     "Cannot attach several Meta instances with cardinality One"),
    (212, "Extends: [FromOne, FromAnother]",
     "Found more than one instance of Meta org.example.Single with Cardinality One"),
)  # fmt: skip
def test_211_212_what_cannot_be_attached(declaration, text):
    parents = (
        "---\nName: FromOne\nMeta: {Single: {value: 1}}\n"
        "---\nName: FromAnother\nMeta: {Single: {value: 2}}\n"
    )
    where = "typeinfo(Bad).properties.first().meta" if "Properties" in declaration else (
        "typeinfo(Bad).meta"
    )  # fmt: skip
    check(lambda: ask(where, parents + REFUSED + declaration + "\n"), Raises("ValueError", text))


def test_212_one_declaration_reached_by_two_ways_is_one():
    more = "---\nName: Third\nExtends: [Left, Right]\n"
    assert ask("typeinfo(Third).meta.where($ is Single).value.orderBy($)", more) == [6, 50]


def test_211_what_a_class_and_a_metaclass_extend():
    check(
        lambda: program("Name: M\nUsage: Meta\n---\nName: C\nExtends: M\n").cls("org.example.C"),
        Raises("InvalidInheritanceError", "cannot have parent with Usage Meta"),
    )
    own = program("Name: C\n---\nName: M\nUsage: Meta\nExtends: C\n")
    assert [parent.name for parent in own.cls("org.example.M").parents] == ["org.example.C"]


KNOWN = """Methods:
  bounds:
    Usage: Static
    Body:
      - Return: [3, 4]
---
Name: Other
"""


def schema(contract: str, default: str = ""):
    """Schema of a property with a contract."""
    source = f"Name: Main\nProperties:\n  p:\n    Contract: {contract}\n{default}{KNOWN}"
    found = program(source).schemas("org.example.Main")[""]
    return found["properties"]["p"]


OTHER = {"type": ["muranoObject", "null"], "muranoType": "org.example.Other"}
INTEGER = {"type": ["integer", "null"]}


@numbered(
    "contract, expected",
    (213, "$.string()", {"type": ["string", "null"]}), (213, "$.int()", INTEGER),
    (213, "$.bool()", {"type": ["boolean", "null"]}), (213, "$", {}),
    (213, "$.string().notNull()", {"type": "string"}), (213, "$.int().notNull()", {"type": "integer"}),
    (213, "$.bool().notNull()", {"type": "boolean"}),
    (213, "$.class(Other)", OTHER), (213, "$.class(Other).notNull()", {**OTHER, "type": "muranoObject"}),
    (213, "$.class(Other).owned()", {**OTHER, "owned": True}),
    (213, "$.class(Other).notOwned()", {**OTHER, "owned": False}),
    (213, "$.template(Other)", {**OTHER, "owned": True, "excludedProperties": []}),
    (213, "$.template(Other, excludeProperties => [a, 'b.c'])",
     {**OTHER, "owned": True, "excludedProperties": ["a", "b.c"]}),
    (214, "[$.int()]", {"type": "array", "items": INTEGER}),
    (214, "[$.int(), 2, 4]", {"type": "array", "items": INTEGER}),
    (214, "[$.int(), $.string()]",
     {"type": "array", "items": [INTEGER, {"type": ["string", "null"]}],
      "additionalItems": {"type": ["string", "null"]}}),
    (214, "[[$.int()]]", {"type": "array", "items": {"type": "array", "items": INTEGER}}),
    (214, "{a: $.int(), b: {c: [$.int()]}}",
     {"type": "object", "additionalProperties": False, "properties": {"a": INTEGER, "b": {
         "type": "object", "additionalProperties": False,
         "properties": {"c": {"type": "array", "items": INTEGER}}}}}),
    (214, "{a: $.int(), $.string(): $.bool()}",
     {"type": "object", "properties": {"a": INTEGER},
      "additionalProperties": {"type": ["boolean", "null"]}}),
    (215, "$.int().check($ >= 5)", {**INTEGER, "minimum": 5, "exclusiveMinimum": False}),
    (215, "$.int().check($ < 15)", {**INTEGER, "maximum": 15, "exclusiveMaximum": True}),
    (215, "$.int().check($ >= 5 and $ < 15)",
     {**INTEGER, "minimum": 5, "exclusiveMinimum": False, "maximum": 15, "exclusiveMaximum": True}),
    (215, "$.int().check($ >= 5).check($ < 15)",
     {**INTEGER, "minimum": 5, "exclusiveMinimum": False, "maximum": 15, "exclusiveMaximum": True}),
    (215, "$.string().check($.matches('^a+$'))", {"type": ["string", "null"], "pattern": "^a+$"}),
    (215, "$.int().check($ in [1, 2])", {**INTEGER, "enum": [1, 2]}),
    (215, "$.int().check($ in :Main.bounds())", {**INTEGER, "enum": [3, 4]}),
    (215, "$.int().check($ in $this.bounds())", {**INTEGER, "enum": [3, 4]}),
)  # fmt: skip
def test_213_to_215(contract, expected):
    assert schema(contract) == expected


@numbered(
    "contract, default, expected",
    (214, "$.int()", "5", 5), (214, "$.int()", "null", None),
    (214, "[$.int()]", "[1, 2]", [1, 2]), (214, "{a: $.int()}", "{a: 1}", {"a": 1}),
)  # fmt: skip
def test_214_defaults(contract, default, expected):
    assert schema(contract, f"    Default: {default}\n")["default"] == expected


def test_215_a_comparison_the_other_way_round():
    """The reference takes ``5 < $`` by the wrong side; the constant is a lower bound."""
    assert schema("$.int().check(5 < $)") == {**INTEGER, "minimum": 5, "exclusiveMinimum": True}


FORM = """
Namespaces: {=: org.example, m: io.murano.metadata, f: io.murano.metadata.forms}
Name: Base
Meta:
  - f:Section: {name: net, title: Old network, index: 1}
  - f:Section: {name: far, title: Far, index: 9}
Properties:
  inherited: {Contract: $.int(), Meta: [f:Position: {section: net, index: 1}]}
---
Name: Main
Extends: Base
Meta:
  - m:Title: {text: An application}
  - m:Description: {text: What it is}
  - m:HelpText: {text: How to use it}
  - f:Section: {name: general, title: General, index: 3}
  - f:Section: {name: net, title: Network, index: 8}
  - f:Section: {name: net, title: Nearer network, index: 2}
  - f:Section: {name: plain}
Properties:
  name:
    Contract: $.string().notNull()
    Meta:
      - m:Title: {text: Name}
      - m:Description: {text: What it is called}
      - m:HelpText: {text: Any word}
      - f:Position: {section: general, index: 1}
  secret: {Contract: $.int(), Meta: f:Hidden}
  shown: {Contract: $.int(), Meta: [f:Hidden: {visible: true}]}
  output: {Contract: $.int(), Usage: Out}
Methods:
  build:
    Usage: Static
    Scope: Public
    Meta: [m:ModelBuilder, m:Title: {text: Build it}]
    Arguments:
      - size:
          Contract: $.int().notNull()
          Default: 2
          Meta: [m:Title: {text: Size}, f:Position: {section: s, index: 3}, f:Hidden]
  sections:
    Usage: Static
    Scope: Public
    Meta: [m:ModelBuilder, f:Section: {name: s, title: S, index: 4}]
  off: {Usage: Static, Scope: Public, Meta: [m:ModelBuilder: {enabled: false}]}
  hidden: {Usage: Static, Meta: m:ModelBuilder}
  instance: {Scope: Public, Meta: m:ModelBuilder}
  plain: {Usage: Static, Scope: Public}
"""


def form(methods=None):
    return program(FORM).schemas("org.example.Main", methods)


def test_216_hints_for_forms():
    own = form()[""]
    assert (own["title"], own["description"], own["helpText"]) == (
        "An application", "What it is", "How to use it"
    )  # fmt: skip
    assert own["properties"] == {
        # The hierarchy is Main, Base and the root: an index counts three steps.
        "name": {
            "type": "string", "title": "Name", "description": "What it is called",
            "helpText": "Any word", "formSection": "general", "formIndex": 6,
        },
        "secret": {**INTEGER, "visible": False}, "shown": {**INTEGER, "visible": True},
        "inherited": {**INTEGER, "formSection": "net", "formIndex": 5},
    }  # fmt: skip


def test_216_of_the_sections_of_a_name_the_nearest_counts_and_of_these_the_first():
    assert form()[""]["formSections"] == {
        "net": {"title": "Nearer network", "index": 0}, "general": {"title": "General", "index": 1},
        "far": {"title": "Far", "index": 2}, "plain": {"title": "plain"},
    }  # fmt: skip


def test_217_model_builders():
    found = form()
    assert set(found) == {"", "build", "sections"}
    assert found["build"] == {
        "$schema": "http://json-schema.org/draft-04/schema#", "type": "object",
        "title": "Build it", "additionalProperties": False, "formSections": {},
        "properties": {"size": {
            "type": "integer", "default": 2, "title": "Size", "visible": False,
            "formSection": "s", "formIndex": 4,
        }},
    }  # fmt: skip
    assert found["sections"]["formSections"] == {"s": {"title": "S", "index": 0}}


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        (["build"], {"build"}), (["", "sections"], {"", "sections"}),
        (["build", "plain", "nothing"], {"build"}), ([], set()),
    ],
)  # fmt: skip
def test_217_names_that_are_asked_for(methods, expected):
    assert set(form(methods)) == expected
