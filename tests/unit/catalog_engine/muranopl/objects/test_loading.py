"""Loading of single objects: ids, headers, notations, references that nobody fills."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example}
Name: Node
Properties:
  value: {Contract: $}
  next: {Contract: $.class(Node)}
  model: {Contract: $.template(Node), Default: $.next}
  nodes: {Contract: [$.class(Node)]}
  odd: {Contract: $.int(), Usage: Runtime, Default: 'no number'}
  even: {Contract: $.int(), Usage: Runtime, Default: 2}
Methods:
  evaluate:
    Body:
      - Return: EXPRESSION
---
Name: Other
"""


def node(name, **properties):
    return {"?": {"id": name, "type": "org.example.Node"}, **properties}


def make(expression="null", **properties):
    own = Program(package(CLASSES.replace("EXPRESSION", expression)))
    return own, own.load(node("root", **properties))


def value(expression):
    own, root = make(expression)
    return own.call(root, "evaluate")


# ---------------------------------------------------------------- ids


def test_an_id_that_is_written_twice_is_one_object_as_first_written():
    _own, root = make(nodes=[node("a", value=1), node("a", value=2)])
    first, second = root.values["nodes"]
    assert first is second
    assert first.values["value"] == 1


def test_an_object_that_is_only_data_somewhere_is_no_object():
    with pytest.raises(exceptions.NoObjectFoundError, match="data"):
        make(value=node("data"), next="data")


def test_an_id_without_a_type_is_no_object_until_it_is_loaded():
    with pytest.raises(exceptions.NoObjectFoundError, match="untyped"):
        make(next="untyped", nodes=[{"?": {"id": "untyped"}}])


def test_a_template_of_an_object_that_is_not_loaded_yet_is_empty():
    _own, root = make(next="later", nodes=[node("later", value=1)])
    assert root.values["model"] == {}
    _own, root = make(next=node("now", value=1))
    assert root.values["model"]["value"] == 1


# ---------------------------------------------------------------- new()


def test_designer_attributes_may_be_given_to_new():
    made = value("new(Node, null, named, {_color => red, other => 1})")
    assert made.name == "named"
    assert made.header == {"_color": "red"}
    assert value("new(Node)").header is None


@pytest.mark.parametrize(
    "model",
    [
        "{':Node' => {value => 5}, name => label, _color => red}",
        "{type(Node) => {value => 5}, name => label, _color => red}",
        "{'?' => {type => 'org.example.Node', name => label, _color => red}, value => 5}",
        "{'?' => {type => type(Node), name => label, _color => red}, value => 5}",
    ],
)
def test_notations_of_an_object(model):
    made = value(f"new({model})")
    assert made.cls.name == "org.example.Node"
    assert (made.name, made.values["value"], made.header) == ("label", 5, {"_color": "red"})


def test_an_inline_object_may_have_no_properties():
    assert value("new({':Node' => null})").values["value"] is None


@pytest.mark.parametrize(
    ("model", "error", "text"),
    [
        ("{value => 5}", ValueError, "no type information"),
        ("{Node => {}}", ValueError, "no type information"),
        ("{'?' => 5}", ValueError, "Invalid object representation format"),
        ("{':None' => {}}", exceptions.NoClassFound, "org.example.None"),
        ("{'?' => {type => Node}}", exceptions.NoPackageForClassFound, "Node"),
        (
            "{'?' => {type => 'org.example.Nodes@org.example'}}",
            exceptions.NoPackageForClassFound,
            "org.example.Nodes",
        ),
        (
            "{'?' => {type => 'org.example.Node@org.other'}}",
            exceptions.NoPackageFound,
            "org.other",
        ),
        (
            "{'?' => {type => 'org.example.Node/1'}}",
            exceptions.NoPackageForClassFound,
            "org.example.Node",
        ),
    ],
)
def test_models_that_are_no_objects(model, error, text):
    with pytest.raises(error, match=text):
        value(f"new({model})")


@pytest.mark.parametrize("model", [[], "text", 5, None])
def test_what_is_no_mapping_is_no_model(model):
    own, _root = make()
    with pytest.raises(ValueError, match="Invalid object representation format"):
        own.load(model)


@pytest.mark.parametrize(
    "header",
    [
        {"type": "org.example.Node@org.example"},
        {"type": "org.example.Node/0.1.0@org.example"},
        {"type": "org.example.Node", "package": "org.example"},
        {"type": "org.example.Node", "classVersion": "0.1"},
        {"type": "org.example.Node/0.1", "classVersion": "9", "package": "org.example"},
    ],
)
def test_headers_of_the_same_type(header):
    own, root = make()
    other = own.load({"?": {"id": "other", **header}})
    assert other.cls is root.cls


def test_metadata_and_names_of_a_header_are_kept():
    own, _root = make()
    header = {"id": "x", "type": "org.example.Node", "name": 5, "metadata": {"a": [1]}}
    made = own.load({"?": header})
    assert made.name == "5"
    assert made.metadata == {"a": (1,)}


# ---------------------------------------------------------------- properties


def test_a_default_that_breaks_the_contract_leaves_a_runtime_property_unset():
    _own, root = make()
    assert "odd" not in root.values
    assert root.values["even"] == 2


def test_runtime_properties_are_not_taken_of_a_model():
    _own, root = make(even=4)
    assert root.values["even"] == 2


def test_values_are_immutable_from_the_load_on():
    _own, root = make(value={"a": [1, {"b": 2}]})
    assert root.values["value"].__class__ is MDict
    with pytest.raises(TypeError, match="cannot be changed"):
        root.values["value"]["a"] = 5
