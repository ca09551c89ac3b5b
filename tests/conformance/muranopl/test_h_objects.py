"""Checks 151 to 181: construction and object models."""

import pytest

from catalog_engine.muranopl.objects.serialisation import Serialiser
from tests.conformance.muranopl.checking import Raises, check, instance, on_object, plain, program

TREE = """
Name: Node
Properties:
  value: {Contract: $, Usage: InOut}
  nodes: {Contract: [$.class(Node).owned()], Usage: InOut}
  ref: {Contract: $.class(Node), Usage: InOut}
  run: {Contract: $, Usage: Runtime, Default: 1}
  conf: {Contract: $, Usage: Config, Default: 1}
  stat: {Contract: $, Usage: Static, Default: 1}
Methods:
  .init:
    Body:
      - $.secret: 5
  act: {Scope: Public, Body: [{Return: 1}]}
  old: {Usage: Action, Body: []}
  hidden: {Body: []}
---
Name: Leaf
Extends: Node
Methods:
  leaf:
    Scope: Public
    Meta:
      - io.murano.metadata.Title: {text: A title}
      - io.murano.metadata.Description: {text: What it does}
      - io.murano.metadata.HelpText: {text: How}
    Body: []
---
Name: Main
Methods:
  run:
    Body:
      - Return: EXPRESSION
"""


def tree(text: str):
    return on_object(TREE.replace("EXPRESSION", text))


def node(name: str, kind: str = "Node", **more) -> dict:
    return {"?": {"id": name, "type": f"org.example.{kind}"}, **more}


def loaded(model: dict):
    own = program(TREE)
    return own, own.load(model)


def model_of(own, root, designer: bool = False):
    return own.rt.run(lambda: Serialiser(own.rt, designer=designer).model(root))


def test_151_154_order_of_initialisation():
    source = """
    Name: Log
    Properties: {rows: {Contract: [$], Usage: Out}}
    Methods:
      add:
        Arguments: [{x: {Contract: $}}]
        Body:
          - $.rows: $.rows.append($x)
    ---
    Name: Base
    Properties: {log: {Contract: $.class(Log).notNull()}}
    Methods:
      initialize:
        Body:
          - $.log.add(base)
    ---
    Name: Derived
    Extends: Base
    Methods:
      .init:
        Arguments: [{word: {Contract: $.string().notNull()}}]
        Body:
          - $.log.add($word)
    ---
    Name: Main
    Methods:
      run:
        Body:
          - $l: new(Log)
          - new(Derived, log => $l, word => derived)
          - Return: $l.rows
    """
    assert on_object(source) == ["base", "derived"]


INIT = """
Name: T
Properties: {a: {Contract: $.int(), Usage: InOut, Default: 1}}
Methods:
  .init:
    Arguments: [{a: {Contract: $.int()}}, {z: {Contract: $.int().notNull()}}]
    Body: []
---
Name: Main
Methods:
  run:
    Body:
      - Return: EXPRESSION
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new(T, a => 5, z => 1).a", Raises("UninitializedPropertyAccessError")),
        ("new(T, a => 5)", Raises("ContractViolationException", "[org.example.T::.init(z)]")),
    ],
)
def test_152_153_arguments_of_init(text, expected):
    check(lambda: on_object(INIT.replace("EXPRESSION", text)), expected)


def test_155_a_diamond_initialises_its_base_once():
    source = """
    Name: Base
    Properties: {n: {Contract: $.int(), Usage: Static, Default: 0}}
    Methods:
      .init:
        Body:
          - :Base.n: :Base.n + 1
    ---
    Name: L
    Extends: Base
    ---
    Name: R
    Extends: Base
    ---
    Name: Main
    Extends: [L, R]
    Methods:
      run:
        Body:
          - Return: :Base.n
    """
    source = source.replace(
        "          - :Base.n: :Base.n + 1", "          - $t: ':Base'\n          - $.add()"
    )
    source = source.replace("Methods:\n      .init:", "Methods:\n      add:\n        Usage: Static\n"
                            "        Body:\n          - $.n: $.n + 1\n      .init:", 1)  # fmt: skip
    source = source.replace("          - $t: ':Base'\n", "")
    assert on_object(source) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name(new(Node, $, nm))", "nm"), ("new(Node, $).find(Main) = $", True),
        ("new(Node, null, nm).find(Main)", None), ("name(new(Node, null, nm))", "nm"),
        ("new(Node, dict(value => 5)).value", 5), ("new(Node, dict(value => 5), owner => $).find(Main) = $", True),
        ("new({'?' => {type => 'org.example.Node'}, value => 7}).value", 7),
        ("new({value => 7})", Raises("ValueError")),
        ("new(Node, name => z).value", None),
        ("new({'?' => {type => 'org.example.Node', id => node0}, nodes => [{'?' => {type => 'org.example.Node',"
         " id => node1}, ref => node0}]}).nodes.first().ref.nodes.len()", 1),
        ("id(new({'?' => {type => 'org.example.Node', id => node0}})) = node0", False),
        ("new({'?' => {type => 'org.example.Node'}, ref => nowhere})", Raises("NoObjectFoundError")),
    ],
)  # fmt: skip
def test_156_to_166(text, expected):
    check(lambda: tree(text), expected)


def test_157_167_inline_notation():
    source = TREE.replace("      - Return: EXPRESSION", """      - $o: new({:Node => {value => 6}})
      - $o.find(Main)
      - Return: list($o.value, $o.find(Main))""")  # fmt: skip
    assert on_object(source) == [6, None]


def test_160_cycles():
    _own, root = loaded(node("a", nodes=[node("b", ref="a")], ref="a"))
    assert root.values["ref"] is root
    assert root.values["nodes"][0].values["ref"] is root


def test_164_an_object_as_default():
    source = TREE.replace(
        "---\nName: Main\n",
        "---\nName: Main\nProperties: {o: {Contract: $.class(Node), Default: {value: 12}}}\n",
    )
    assert on_object(source.replace("EXPRESSION", "$.o.value")) == 12


def test_165_166_models():
    _own, root = loaded(node("a", nodes=[node("b")], ref="b"))
    assert root.values["ref"] is root.values["nodes"][0]
    check(lambda: loaded(node("a", ref="zzz")), Raises("NoObjectFoundError"))


def test_169_170_attributes():
    source = TREE.replace("      - Return: EXPRESSION", """      - $n: new(Node)
      - $.setAttr(a, 5)
      - $.setAttr(o, id($n))
      - $.setAttr(gone, 1)
      - $.setAttr(gone, null)
      - Return: list($.getAttr(a), $.getAttr(none, 7), $.getAttr(gone, 8), $.getAttr(a, null, Node))""")  # fmt: skip
    assert on_object(source) == [5, 7, 8, None]


def test_172_173_serialisation():
    own, root = loaded(node("a", value={"k": [1]}, nodes=[node("b", "Leaf")], ref="b"))
    found = model_of(own, root)
    assert found["?"]["id"] == "a"
    assert found["?"]["type"] == "org.example.Node/0.1.0@org.example"
    assert found["value"] == {"k": [1]}
    assert found["nodes"][0]["?"]["id"] == "b"
    assert found["ref"] == "b"
    assert not {"run", "conf", "stat", "secret"} & set(found)


def test_174_actions():
    own, root = loaded(node("a", nodes=[node("b", "Leaf")]))
    found = model_of(own, root, designer=True)
    assert set(found["?"]["_actions"]) == {"a_act", "a_old"}
    leaf = found["nodes"][0]["?"]["_actions"]
    assert set(leaf) == {"b_act", "b_old", "b_leaf"}
    assert leaf["b_act"] == {"name": "act", "title": "act", "enabled": True}
    assert leaf["b_leaf"] == {
        "name": "leaf", "title": "A title", "description": "What it does", "helpText": "How",
        "enabled": True,
    }  # fmt: skip


def test_175_designer_attributes():
    data = node("a")
    data["?"]["_x"] = {"y": 1}
    own, root = loaded(data)
    assert model_of(own, root, designer=True)["?"]["_x"] == {"y": 1}
    assert "_x" not in model_of(own, root)["?"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dump(new(Node, value => 5)).get('?').keys().contains(type)", True),
        ("dump(new(Node, value => 5)).value", 5),
        ("dump(new(Node, value => 5), Mixed).get('?').type = type(Node)", True),
        ("dump(new(Node, value => 5), Nothing)", Raises("ValueError")),
        ("dump(cast(new(Leaf, value => 5), Node)).keys().contains(value)", True),
        ("metadata(new(Node))", None),
    ],
)  # fmt: skip
def test_177_to_181_dump(text, expected):
    check(lambda: tree(text), expected)


def test_178_a_shared_object():
    own, root = loaded(node("a", nodes=[node("b")], ref="b"))
    found = model_of(own, root)
    assert found["ref"] == "b"
    assert found["nodes"][0]["?"]["id"] == "b"


def test_181_metadata():
    data = node("a")
    data["?"]["metadata"] = {"m": 1}
    _own, root = loaded(data)
    assert plain(root.metadata) == {"m": 1}


def test_171_two_states_of_a_model():
    from catalog_engine.muranopl.objects.garbage import everything, reachable

    own, root = loaded(node("a", value="new", nodes=[node("b")]))

    def merge():
        own.rt.loader.load_model(node("a", value="old", nodes=[node("b"), node("c")]))
        needed = dict.fromkeys(reachable(own.rt.garbage.roots, everything))
        own.rt.garbage.finish(needed)

    gone = []
    own.rt.run(lambda: None)
    before = set(own.rt.loader.objects)
    own.rt.run(merge)
    gone = before ^ set(own.rt.loader.objects)
    assert root.values["value"] == "new"
    assert "c" not in own.rt.loader.objects
    assert gone == set()
    assert instance(own, "Node") is not None
