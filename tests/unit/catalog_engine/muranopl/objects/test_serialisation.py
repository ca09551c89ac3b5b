"""Objects as plain data: where each stands, what is left out, and the forms of headers."""

import datetime
import json

import pytest

from catalog_engine.muranopl.objects.serialisation import Serialiser
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example, engine: io.murano.metadata.engine}
Name: Base
Properties:
  note: {Contract: $, Usage: InOut}
---
Name: Node
Extends: Base
Properties:
  left: {Contract: $.class(Node), Usage: InOut}
  right: {Contract: $.class(Node), Usage: InOut}
  link:
    Contract: $.class(Node)
    Usage: InOut
    Meta: [{engine:Serialize: {as: reference}}]
  copy:
    Contract: $.class(Node)
    Usage: InOut
    Meta: [Other, {engine:Serialize: {as: copy}}]
Methods:
  set:
    Arguments: [{name: {Contract: $.string()}}, {value: {Contract: $}}]
    Body:
      - Switch:
          $name = left: [{$.left: $value}]
          $name = right: [{$.right: $value}]
          $name = link: [{$.link: $value}]
          $name = copy: [{$.copy: $value}]
          $name = note: [{$.note: $value}]
  evaluate:
    Body:
      - Return: EXPRESSION
---
Name: Other
Usage: Meta
Applies: Property
"""


class Tree:
    """A program whose objects are made one by one."""

    def __init__(self, expression="null"):
        self.own = Program(package(CLASSES.replace("EXPRESSION", expression)))
        self.root = self.own.load(node("root"))

    def node(self, name, owner=None, **properties):
        """A node that *owner* owns, or nobody."""

        def make():
            reference = self.own.rt.resolve_type("org.example.Node", None)
            return self.own.rt.new_object(
                reference, properties, owner=owner, name=name, extra=None, caller=None
            )

        return self.own.rt.run(make)

    def put(self, obj, name, value):
        self.own.call(obj, "set", name, value)

    def model(self):
        return self.own.rt.run(lambda: Serialiser(self.own.rt).model(self.root))

    def dump(self, value, kind="Serializable"):
        return self.own.rt.run(lambda: Serialiser(self.own.rt, kind).reference(value))


def node(name, **properties):
    return {"?": {"id": name, "type": "org.example.Node"}, **properties}


# ---------------------------------------------------------------- where objects stand


def test_in_a_model_what_nobody_owns_stands_where_it_is_first_referred_to():
    tree = Tree()
    free = tree.node("free")
    tree.put(tree.root, "left", free)
    tree.put(tree.root, "right", free)
    model = tree.model()
    assert model["left"]["?"]["name"] == "free"
    assert model["right"] == free.id
    again = Program(package(CLASSES)).load(json.loads(json.dumps(model)))
    assert again.values["left"].owner is again
    assert again.values["right"] is again.values["left"]


def test_in_a_result_what_nobody_owns_is_an_id():
    tree = Tree()
    free = tree.node("free")
    tree.put(tree.root, "left", free)
    assert tree.dump(tree.root)["left"] == free.id


def test_in_a_result_an_object_stands_below_its_owner_only():
    tree = Tree()
    child = tree.node("child", owner=tree.root)
    grandchild = tree.node("grandchild", owner=tree.root)
    stranger = tree.node("stranger", owner=tree.node("elsewhere"))
    tree.put(tree.root, "left", child)
    tree.put(child, "left", grandchild)
    tree.put(child, "right", stranger)
    result = tree.dump(tree.root)
    assert result["left"]["left"]["?"]["name"] == "grandchild"
    assert result["left"]["right"] == stranger.id


def test_an_object_inside_a_list_of_a_result_is_its_id_unless_it_is_the_result():
    tree = Tree()
    row = tree.dump([tree.root, {"a": tree.root}])
    assert row == ["root", {"a": "root"}]


def test_a_property_that_is_serialised_as_a_reference_is_an_id_in_results():
    tree = Tree()
    for name in ("link", "copy"):
        tree.put(tree.root, name, tree.node(name, owner=tree.root))
    result = tree.dump(tree.root)
    assert result["link"] == tree.root.values["link"].id
    assert result["copy"]["?"]["name"] == "copy"


def test_a_property_that_is_serialised_as_a_reference_stands_in_models():
    tree = Tree()
    tree.put(tree.root, "link", tree.node("linked", owner=tree.root))
    assert tree.model()["link"]["?"]["name"] == "linked"


def test_a_reference_that_is_null_stays_null_in_results():
    tree = Tree()
    tree.put(tree.root, "link", None)
    assert tree.dump(tree.root)["link"] is None


# ---------------------------------------------------------------- headers


def test_inline_form_has_the_type_as_key_and_the_header_beside_it():
    tree = Tree()
    tree.put(tree.root, "left", tree.node("child", owner=tree.root))
    tree.put(tree.root, "note", 5)
    result = tree.dump(tree.root, "Inline")
    reference = tree.root.cls.reference
    assert result["id"] == "root"
    assert result["name"] is None
    assert result[reference]["note"] == 5
    assert result[reference]["left"]["name"] == "child"
    assert reference in result[reference]["left"]
    assert "?" not in result


def test_mixed_form_has_the_type_as_a_value():
    tree = Tree()
    assert tree.dump(tree.root, "Mixed")["?"]["type"] is tree.root.cls.reference


@pytest.mark.parametrize(("kind", "header"), [("Mixed", "?"), ("Inline", None)])
def test_an_object_that_metadata_refers_to_stands_there(kind, header):
    tree = Tree("new({type(Node) => null, metadata => {of => new(Node, $this)}}, $this)")
    made = tree.own.call(tree.root, "evaluate")
    result = tree.dump(made, kind)
    of = (result[header] if header else result)["metadata"]["of"]
    assert of["?"]["id"] if header else of["id"]


def test_a_destroyed_object_that_somebody_kept_says_so():
    tree = Tree()
    child = tree.node("child", owner=tree.root)
    tree.put(tree.root, "left", child)
    assert "destroyed" not in tree.model()["left"]["?"]
    child.destroyed = True
    model = tree.model()
    assert model["left"]["?"]["destroyed"] is True
    assert Tree().own.load({**model, "?": node("r")["?"]}).values["left"].destroyed


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Serializable", "org.example.Node/0.1.0@org.example"),
        ("Mixed", None),
        ("Inline", None),
    ],
)
def test_types_are_texts_in_serializable_form_and_values_in_others(kind, expected):
    tree = Tree("list({type(Node) => 1}, type(Node), {$this => 2})")
    by_type, type_, by_object = tree.dump(tree.own.call(tree.root, "evaluate"), kind)
    expected = expected or tree.root.cls.reference
    assert by_type == {expected: 1}
    assert type_ == expected
    assert by_object == {"root": 2}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("datetime(2020, 2, 29, 1, 2, 3)", "2020-02-29 01:02:03+00:00"),
        ("timespan(days => 1, hours => 2)", "1 day, 2:00:00"),
        ("set(1, 2)", [1, 2]),
        ("[1.5, true, null]", [1.5, True, None]),
    ],
)
def test_values_that_json_does_not_have_are_kept_as_near_to_it_as_can_be(expression, expected):
    tree = Tree(expression)
    tree.put(tree.root, "note", tree.own.call(tree.root, "evaluate"))
    assert tree.model()["note"] == expected


def test_a_date_of_yaml_is_kept_as_its_text():
    tree = Tree("2020-02-29")
    tree.put(tree.root, "note", tree.own.call(tree.root, "evaluate"))
    assert tree.root.values["note"] == datetime.date(2020, 2, 29)
    assert tree.model()["note"] == "2020-02-29"


def test_a_value_that_no_model_can_keep_is_an_error_that_names_its_type():
    tree = Tree("regex('a+')")
    tree.put(tree.root, "note", tree.own.call(tree.root, "evaluate"))
    with pytest.raises(ValueError, match=r"type .+ cannot be kept in a model"):
        tree.model()
