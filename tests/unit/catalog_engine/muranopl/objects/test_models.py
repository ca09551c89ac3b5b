"""Loading, serialising and destroying objects."""

import json

import pytest

from catalog_engine.muranopl.objects.serialisation import Serialiser
from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {'=': org.example, m: io.murano.metadata}
Name: Box
Properties:
  label: {Contract: $.string()}
  items: {Contract: [$.class(Item).owned()], Usage: InOut}
  best: {Contract: $.class(Item), Usage: InOut}
  log: {Contract: [$.string()], Usage: Runtime, Default: []}
Methods:
  .init:
    Body:
      - $.note(box)
  note:
    Arguments: [{text: {Contract: $.string()}}]
    Body:
      - $.log: $.log.append($text)
  names:
    Scope: Public
    Meta: [{m:Title: {text: All names}}]
    Body:
      - Return: $.items.select($.name)
  make:
    Body:
      - $.best: new(Item, $this, name => new)
  drop:
    Body:
      - $.items: $.items.skip(1)
      - io.murano.system:GC.collect()
---
Namespaces: {'=': org.example, std: io.murano}
Name: Item
Properties:
  name: {Contract: $.string().notNull()}
  friend: {Contract: $.class(Item)}
Methods:
  .init:
    Body:
      - $.find(Box)?.note($.name)
  .destroy:
    Body:
      - If: $.name = bad
        Then: [{Throw: Bad}]
"""
MODEL = {
    "?": {"type": "org.example.Box", "id": "box", "_color": "red"},
    "label": "L",
    "items": [
        {"?": {"type": "org.example.Item", "id": "i1"}, "name": "one", "friend": "i2"},
        {"?": {"type": "org.example.Item", "id": "i2", "name": "Second"}, "name": "two"},
    ],
    "best": "i2",
}


@pytest.fixture
def program():
    return Program(package(CLASSES.replace("io.murano.system:GC", "sys:GC").replace(
        "m: io.murano.metadata", "m: io.murano.metadata, sys: io.murano.system")))  # fmt: skip


def serialise(program, root, **how):
    return program.rt.run(lambda: Serialiser(program.rt, **how).model(root))


def test_references_forward_and_back(program):
    box = program.load(MODEL)
    one, two = box.values["items"]
    assert one.values["friend"] is two
    assert box.values["best"] is two
    assert one.owner is box
    assert two.name == "Second"


def test_inner_objects_are_initialised_before_the_outer_one(program):
    box = program.load(MODEL)
    assert box.values["log"] == ("one", "two", "box")


def test_a_model_survives_a_round_trip(program):
    box = program.load(MODEL)
    text = json.dumps(serialise(program, box, designer=True))
    model = json.loads(text)
    assert model["?"]["type"] == "org.example.Box/0.1.0@org.example"
    assert model["?"]["_color"] == "red"
    action = model["?"]["_actions"]["box_names"]
    assert action == {"name": "names", "title": "All names", "enabled": True}
    assert model["best"] == "i2"
    assert "log" not in model
    again = program.__class__(
        *[package(CLASSES.replace("io.murano.system:GC", "sys:GC").replace(
            "m: io.murano.metadata", "m: io.murano.metadata, sys: io.murano.system"))]
    )  # fmt: skip
    other = again.load(model)
    assert json.dumps(serialise(again, other, designer=True)) == text


def test_what_nobody_owns_is_put_where_it_is_first_met(program):
    box = program.load(MODEL)
    program.call(box, "make")
    model = serialise(program, box)
    assert model["best"]["name"] == "new"
    assert "_color" not in model["?"]


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"best": "nobody"}, exceptions.NoObjectFoundError, "nobody"),
        ({"best": "box"}, exceptions.ContractViolationException, "not compatible"),
        ({"items": [{"name": "x"}, 5]}, exceptions.ContractViolationException, r"items\[1\]"),
        ({"?": {"id": "box"}}, ValueError, "no type information"),
        ({"?": {"type": "org.example.None", "id": "b"}}, exceptions.NoPackageForClassFound, "None"),
        ({"?": {"type": "!", "id": "b"}}, ValueError, "Invalid type"),
        ({"?": 5}, ValueError, "Invalid object representation"),
    ],
)
def test_malformed_models(program, change, error, text):
    with pytest.raises(error, match=text):
        program.load({**MODEL, **change})


def test_a_deep_model_is_refused_and_nothing_else(program):
    deep = value = {}
    for _ in range(100_000):
        value["label"] = {}
        value = value["label"]
    with pytest.raises((exceptions.MemoryQuotaExceededException, RecursionError)):
        program.load({**MODEL, "label": deep})


def test_garbage_is_destroyed_and_what_is_used_is_not(program):
    box = program.load(MODEL)
    one, two = box.values["items"]
    program.call(box, "drop")
    assert one.destroyed
    assert not two.destroyed
    with pytest.raises(exceptions.ObjectDestroyedError):
        program.call(one, "getAttr", "x")


def test_a_destructor_that_fails_is_remembered(program):
    items = [{"?": {"type": "org.example.Item", "id": "i3"}, "name": "bad"}, *MODEL["items"]]
    box = program.load({**MODEL, "items": items})
    program.call(box, "drop")
    ((obj, error),) = program.rt.garbage.failed
    assert obj.id == "i3"
    assert error.names == ["org.example.Bad"]


def test_loading_is_linear(program):
    """Steps, not seconds: every object is filled once."""
    count = 1500
    items = [
        {"?": {"type": "org.example.Item", "id": f"x{n}"}, "name": str(n), "friend": f"x{n - 1}"}
        for n in range(1, count)
    ]
    items[0]["friend"] = f"x{count - 1}"
    before = program.rt.steps.left
    box = program.load({**MODEL, "items": items, "best": None})
    assert len(box.values["items"]) == count - 1
    # An item, its ``.init``, and the box's ``note``.
    assert before - program.rt.steps.left <= 3 * count
