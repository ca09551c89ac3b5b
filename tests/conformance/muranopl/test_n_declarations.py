"""Checks 252 to 265 but 261: what declarations and models may say."""

import pytest

from tests.conformance.muranopl.checking import (
    ROOT,
    Raises,
    body,
    check,
    deployed,
    numbered,
    on_object,
    plain,
    program,
)


@pytest.mark.parametrize("given", ["{true => 1, 5 => 2, y => 3}", "$literal"])
def test_252_keys_that_are_no_texts(given):
    source = f"""
    Name: Main
    Methods:
      take:
        Arguments: [{{d: {{Contract: {{}}}}}}]
        Body:
          - Return: $d.keys()
      run:
        Body:
          - $literal: {{true: 1, 5: 2, y: 3}}
          - Return: $.take({given})
    """
    assert sorted(on_object(source), key=str) == [5, True, "y"]


EMPTY = """---
---
# Nothing but a comment.
---
Name: A
---
# And another.
---
---
Name: Main
Methods:
  run:
    Usage: Static
    Body:
      - Return: list(typeinfo(A).name, typeinfo(std:Object).name)
---
# The end.
"""


def test_253_empty_documents_change_nothing():
    assert plain(program(EMPTY).call("org.example.Main", "run")) == [
        "org.example.A", "io.murano.Object"
    ]  # fmt: skip


def test_254_one_item_of_metadata():
    source = """
    Name: Main
    Properties:
      p: {Contract: $, Meta: {io.murano.metadata.Title: {text: of a property}}}
    Methods:
      m:
        Arguments:
          a: {Contract: $, Meta: {io.murano.metadata.Title: {text: of an argument}}}
      run:
        Body:
          - $t: typeinfo($)
          - Return:
              - $t.properties.where($.name = p).single().meta.text
              - $t.methods.where($.name = m).single().arguments.single().meta.text
    """
    assert on_object(source) == [["of a property"], ["of an argument"]]


DERIVED_META = """
Name: BaseMeta
Usage: Meta
Inherited: true
Properties: {value: {Contract: $.int()}}
---
Name: DerivedMeta
Usage: Meta
Inherited: true
Extends: BaseMeta
---
Name: Parent
Methods:
  m:
    Meta: [BaseMeta: {value: 1}, DerivedMeta: {value: 2}]
---
Name: Main
Extends: Parent
Methods:
  m: {Body: []}
  run:
    Body:
      - $m: typeinfo(TYPE).methods.where($.name = m).single()
      - Return:
          - $m.meta.where($ is BaseMeta).value.orderBy($)
          - $m.meta.where($ is DerivedMeta).value
"""


@numbered("name", (255, "Parent"), (255, "Main"))
def test_255_a_derived_metaclass_is_another(name):
    assert on_object(DERIVED_META.replace("TYPE", name)) == [[1, 2], [2]]


NODES = """
Name: N
Properties: {x: {Contract: $.int()}}
---
Name: Main
Properties: {nodes: {Contract: [$.class(N)], Usage: InOut}}
Methods:
  .init:
    Body:
      - $.nodes: {':N': {x: 5}}
  run:
    Body:
      - Return: $.nodes.select($.x)
"""


def test_256_one_model_for_a_list():
    assert on_object(NODES) == [5]
    own = program(NODES.replace("      - $.nodes: {':N': {x: 5}}\n", "      - $.nodes\n"))
    given = {"?": {"type": "org.example.N"}, "x": 6}
    assert plain(own.call(own.load({**ROOT, "nodes": given}), "run")) == [6]


MEMBERS = """
Name: Base
Properties: {inherited: {Contract: $}}
Methods:
  base: {Scope: Public}
  session: {Body: []}
---
Name: Main
Extends: Base
Properties: {s: {Contract: $, Usage: Static}, p: {Contract: $}}
Methods:
  own: {Scope: Public}
  old: {Usage: Action}
  static: {Usage: Static, Scope: Public}
  run:
    Body:
      - $t: typeinfo($)
      - Return:
          - $t.properties.select($.name).orderBy($)
          - $t.ancestors.select($.name)
          - $t.methods.select($.name).orderBy($)
"""


def test_257_members_of_a_type():
    properties, ancestors, methods = on_object(MEMBERS)
    assert properties == ["inherited", "p", "s"]
    assert ancestors == ["org.example.Base", "io.murano.Object"]
    assert methods == sorted(
        ["base", "session", "own", "old", "static", "run", "getAttr", "setAttr"]
    )


def test_258_actions_of_an_object():
    found = deployed(MEMBERS, ROOT)["model"]["Objects"]["?"]["_actions"]
    assert set(found) == {"root_base", "root_own", "root_old", "root_static"}


BUILDERS = """
Namespaces: {=: org.example, m: io.murano.metadata}
Name: Main
Methods:
  one:
    Usage: Static
    Scope: Public
    Meta: m:ModelBuilder
    Arguments: [{a: {Contract: $.int()}}]
  two: {Usage: Static, Scope: Public, Meta: m:ModelBuilder}
  instance: {Scope: Public, Meta: m:ModelBuilder}
  session: {Usage: Static, Meta: m:ModelBuilder}
  plain: {Usage: Static, Scope: Public}
"""


@numbered(
    "methods, expected",
    (259, "one", {"one"}), (259, "instance", set()), (259, ["two", "session", "plain"], {"two"}),
    (259, None, {"", "one", "two"}),
)  # fmt: skip
def test_259_model_builders(methods, expected):
    found = program(BUILDERS).schemas("org.example.Main", methods)
    assert set(found) == expected
    for name in found:
        assert (found[name]["formSections"], found[name]["additionalProperties"]) == ({}, False)


PRIVATE = """
Name: Top
Methods:
  setTop:
    Body:
      - $.privateName: top
  name:
    Body:
      - Return: $.privateName
---
Name: Middle
Extends: Top
Methods:
  setMiddle:
    Body:
      - $.privateName: middle
  name:
    Body:
      - Return: $.privateName
---
Name: Main
Extends: Middle
Methods:
  name:
    Body:
      - Return: $.privateName
  run:
    Body:
      - $.setMiddle()
      - $.privateName: main
      - $.setTop()
      - Return: list($.privateName, $.name(), cast($, Middle).name(), cast($, Top).name())
"""


def test_260_private_slots():
    assert on_object(PRIVATE) == ["main", "main", "middle", "top"]


@numbered(
    "statements, expected",
    (262, "- Try: [{Throw: x}]\n  Catch: {With: x, Do: [{Return: caught}]}", "caught"),
    (262, "- Try: [{Return: done}]\n  Finally:", "done"),
    (262, "Try: [{Throw: x}]\nCatch: {With: x, Do: [{Return: one}]}\nFinally:", "one"),
)  # fmt: skip
def test_262_short_forms(statements, expected):
    assert body(statements) == expected


STATIC = """
Name: T
Methods:
  m:
    Usage: Static
    Scope: Public
    Body:
      - Return: typeinfo($this).name
---
Name: Main
Methods:
  m:
    Usage: Static
    Scope: Public
    Body:
      - Return: list(call(m, [], {}, :T), new(T).m(), :T.m())
"""


def test_263_ways_to_a_static_method():
    action = {"class_name": "org.example.T", "method": "m", "args": {}}
    outside = deployed(STATIC, None, kind="call", action=action)
    assert outside["result"]["result"] == "org.example.T"
    assert plain(program(STATIC).call("org.example.Main", "m")) == ["org.example.T"] * 3


BOTH = """
Name: A
Methods:
  a: {Body: [{Return: a}]}
---
Name: B
Methods:
  b: {Body: [{Return: b}]}
---
Name: C
Extends: [A, B]
---
Name: Main
Properties: {p: {Contract: $.class(A).class(B).notNull()}}
Methods:
  run:
    Body:
      - Return: list($.p.a(), $.p.b())
"""


def test_264_methods_of_both_contracts():
    own = program(BOTH)
    both = {"?": {"type": "org.example.C"}}
    assert plain(own.call(own.load({**ROOT, "p": both}), "run")) == ["a", "b"]
    only = {"?": {"type": "org.example.A"}}
    check(
        lambda: own.load({**ROOT, "p": only}),
        Raises("ContractViolationException", "is not compatible with requested type"),
    )


ARGUMENT = """
Name: Thing
Properties: {label: {Contract: $}}
---
Name: Main
Properties: {mine: {Contract: $.class(Thing).owned()}, free: {Contract: $.class(Thing)}}
Methods:
  plain:
    Scope: Public
    Arguments: [{x: {Contract: $.class(Thing).notNull()}}]
    Body:
      - Return: $x.label
  owned:
    Scope: Public
    Arguments: [{x: {Contract: $.class(Thing).owned()}}]
    Body:
      - Return: $x.label
  foreign:
    Scope: Public
    Arguments: [{x: {Contract: $.class(Thing).notOwned()}}]
    Body:
      - Return: $x.label
"""


@numbered(
    "method, given, expected",
    (265, "plain", "thing", "mine"), (265, "owned", "thing", "mine"),
    (265, "foreign", "thing", "violates notOwned() contract"),
    (265, "plain", "nobody", 'Object "nobody" is not found in object store'),
)  # fmt: skip
def test_265_ids_as_arguments_of_actions(method, given, expected):
    model = {**ROOT, "mine": {"?": {"type": "org.example.Thing", "id": "thing"}, "label": "mine"}}
    result = deployed(ARGUMENT, model, ("root", method, {"x": given}))["result"]
    value = result["result"]
    assert expected in (value["message"] if result["isException"] else value)
