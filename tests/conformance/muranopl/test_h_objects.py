"""Checks 151 to 181: construction and object models."""

import json

import pytest

from tests.conformance.muranopl.checking import (
    LOG,
    Raises,
    check,
    deployed,
    instance,
    numbered,
    on_object,
    plain,
    program,
)

BAD = "ContractViolationException"
CREATION = """
Name: Base
Methods:
  initialize:
    Body:
      - :Log.add('base of created')
---
Name: Created
Extends: Base
Properties:
  assigned: {Contract: $.string(), Usage: Out}
Methods:
  .init:
    Arguments: [{word: {Contract: $.string().notNull()}}]
    Body:
      - :Log.add($word)
      - $.assigned: $word + '!'
---
Name: Main
Methods:
  .init:
    Body:
      - :Log.add(creator)
      - $.created: new(Created, word => created)
  run:
    Body:
      - :Log.add($.created.assigned)
      - Return: :Log.rows
"""


def test_151_154_order_of_initialisation():
    assert on_object(LOG + CREATION) == ["creator", "base of created", "created", "created!"]


INIT = """
Name: T
Properties: {a: {Contract: $.int(), Usage: InOut, Default: 1}, b: {Contract: $.int(), Default: 2}}
Methods:
  .init:
    Arguments: [{a: {Contract: $.int()}}, {z: {Contract: $.int().notNull()}}]
    Body:
      - If: $z > 1
        Then:
          - $.a: $z + $a
---
Name: Main
Methods:
  run:
    Body:
      - Return: EXPRESSION
"""


@numbered(
    "text, expected",
    (152, "new(T, a => 5, z => 1).a", Raises("UninitializedPropertyAccessError")),
    (152, "new(T, a => 5, z => 2).a", 7), (152, "new(T, b => 5, z => 1).b", 5),
    (153, "new(T, a => 5)", Raises(BAD, "[org.example.T::.init(z)] null value violates notNull()")),
)  # fmt: skip
def test_152_153_arguments_of_init(text, expected):
    check(lambda: on_object(INIT.replace("EXPRESSION", text)), expected)


LINEAGE = """
Name: Top
Methods:
  BASE:
    Body:
      - :Log.add(top)
---
Name: Middle
Extends: Top
---
Name: Lower
Extends: Middle
Methods:
  LOWER:
    Body:
      - :Log.add(lower)
---
Name: Main
Methods:
  run:
    Body:
      - new(Lower)
      - Return: :Log.rows
"""


@pytest.mark.parametrize("base", ["initialize", ".init"])
@pytest.mark.parametrize("lower", ["initialize", ".init"])
def test_154_both_names_of_the_initialiser(base, lower):
    source = LINEAGE.replace("BASE", base).replace("LOWER", lower)
    assert on_object(LOG + source) == ["top", "lower"]


DIAMOND = """
Name: R
Methods:
  .init:
    Body:
      - :Log.add(R)
---
Name: A
Extends: R
Methods:
  .init:
    Body:
      - :Log.add(A)
---
Name: B
Extends: R
Methods:
  .init:
    Body:
      - :Log.add(B)
---
Name: Main
Extends: [A, B]
Methods:
  .init:
    Body:
      - :Log.add(Main)
  run:
    Body:
      - Return: :Log.rows
"""


def test_155_a_diamond_initialises_its_base_once():
    """The reference does so once for each way to it: R A R B Main."""
    assert on_object(LOG + DIAMOND) == ["R", "A", "B", "Main"]


TREE = """
Name: Node
Properties:
  value: {Contract: $, Usage: InOut}
  nodes: {Contract: [$.class(Node).owned()], Usage: InOut}
  ref: {Contract: $.class(Node), Usage: InOut}
  required: {Contract: $.int().notNull(), Default: 0}
  run: {Contract: $, Usage: Runtime, Default: 1}
  conf: {Contract: $, Usage: Config, Default: 1}
  stat: {Contract: $, Usage: Static, Default: 1}
Methods:
  .init:
    Body:
      - $.secret: 5
  act:
    Scope: Public
    Body:
      - Return: 1
  old: {Usage: Action, Body: []}
  hidden: {Body: []}
---
Name: Leaf
Extends: Node
Properties: {extra: {Contract: $}}
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
Properties:
  target: {Contract: $.class(Node), Usage: InOut}
Methods:
  run:
    Body:
      - Return: EXPRESSION
"""


def tree(text: str, more: str = ""):
    return on_object(TREE.replace("EXPRESSION", text) + more)


def node(name: str, kind: str = "Node", **more) -> dict:
    return {"?": {"id": name, "type": f"org.example.{kind}"}, **more}


def loaded(model: dict):
    own = program(TREE.replace("EXPRESSION", "null"))
    return own, own.load(model)


HEADED = "{'?' => {type => 'org.example.Node'}, value => 7}"


@numbered(
    "text, expected",
    (156, "name(new(Node, $, nm))", "nm"), (156, "new(Node, $, nm).find(Main) = $", True),
    (156, "dump(new(Node, $, nm)).get('?').name", "nm"), (156, "new(Node, null, nm).find(Main)", None),
    (157, "new(Node, dict(value => 5), owner => $).value", 5),
    (157, "new(Node, dict(value => 5), owner => $).find(Main) = $", True),
    (157, "new({':Node' => {value => 6}}).value", 6), (157, "new({:Node => {value => 6}}).value", 6),
    (157, f"new({HEADED}).value", 7), (157, f"new({HEADED}, $).find(Main) = $", True),
    (157, "new({value => 7})", Raises("ValueError", "no type information was provided")),
    (158, "name(new(Node, null, nm))", "nm"), (158, "name(new(Node, name => z))", None),
    (158, "new(Leaf, extra => z).extra", "z"),
)  # fmt: skip
def test_156_to_158_new(text, expected):
    check(lambda: tree(text), expected)


def test_158_a_property_called_name():
    source = """
    Name: Named
    Properties: {name: {Contract: $.string()}, owner: {Contract: $}}
    ---
    Name: Main
    Methods:
      run:
        Body:
          - $n: new(Named, name => z, owner => 5)
          - Return: list(name($n), $n.name, $n.owner, $n.find(Main))
    """
    assert on_object(source) == [None, "z", 5, None]


LOCAL = """
  local:
    Body:
      - $model:
          '?': {type: org.example.Node, id: node0}
          nodes:
            - '?': {type: org.example.Node, id: node1}
              ref: node2
            - '?': {type: org.example.Node, id: node2}
              ref: node0
      - $one: new($model, $)
      - $two: new($model)
      - $first: $one.nodes[0]
      - $second: $one.nodes[1]
      - Return:
          - $first.ref = $second
          - $second.ref = $one
          - id($one) in [node0, node1, node2] or id($first) in [node0, node1, node2]
          - $one = $two or $first = $two.nodes[0]
          - $first.find(Node) = $one
          - $second.find(Main) = $
"""


def test_159_local_ids():
    own = program(TREE.replace("EXPRESSION", "null") + LOCAL)
    assert plain(own.call(instance(own), "local")) == [True, True, False, False, True, True]


def test_160_references_to_itself_and_in_circles():
    _own, root = loaded(node("a", nodes=[node("b", nodes=[node("c", ref="a")], ref="c")], ref="a"))
    (inner,) = root.values["nodes"]
    assert root.values["ref"] is root
    assert inner.values["ref"] is inner.values["nodes"][0]
    assert inner.values["ref"].values["ref"] is root


ONCE = """
Name: Part
Methods:
  .init:
    Body:
      - :Log.add(part)
---
Name: Base
Properties: {part: {Contract: $.class(Part).notNull(), Usage: InOut}}
---
Name: Main
Extends: Base
Properties: {part: {Contract: $.class(Part).notNull(), Usage: InOut, Default: {':Part': {}}}}
Methods:
  run:
    Body:
      - $.part: {':Part': {}}
      - $.part: new(Part)
      - Return: :Log.rows
"""


def test_161_a_nested_model_is_made_once():
    assert on_object(LOG + ONCE) == ["part"] * 3


NESTED_LOADS = """
Name: Node
Properties:
  label: {Contract: $}
  next: {Contract: $.class(Node)}
  more: {Contract: [$.class(Node)]}
Methods:
  .init:
    Body:
      - :Log.add($.label + $.next?.label)
---
Name: Main
Properties: {node: {Contract: $.class(Node)}}
Methods:
  .init:
    Body:
      - $model:
          '?': {type: org.example.Node, id: same}
          label: inner
          next: {'?': {type: org.example.Node, id: other}, label: second, next: same}
      - $.made: new($model)
  run:
    Body:
      - Return:
          - $.made.next.next = $.made
          - $.made.label + $.made.next.label
          - $.node.label + $.node.next.label
          - $.made = $.node
"""


def test_162_a_load_inside_of_an_initialiser():
    own = program(LOG + NESTED_LOADS.replace(" + $.next?.label", ""))
    root = own.load(
        node("main", "Main", node=node("same", label="outer", next=node("x", label="X")))
    )
    assert plain(own.call(root, "run")) == [True, "innersecond", "outerX", False]


def test_163_initialisers_see_what_is_referred_to():
    source = LOG + NESTED_LOADS.replace(
        "  .init:\n    Body:\n      - $model", "  later:\n    Body:\n      - $model"
    )
    own = program(source)
    own.load(node(
        "main", "Main",
        node=node("a", label="a", next="c", more=[
            node("b", label="b", next="a"), node("c", label="c", next="b"),
        ]),
    ))  # fmt: skip
    rows = own.rt.resolve_type("org.example.Log", None).cls.find_property("rows").static_value()
    assert sorted(rows) == ["ac", "ba", "cb"]


@numbered("default", (164, "{value: 12}"), (164, "{':Node': {value: 12}}"),
          (164, "{'?': {type: org.example.Node}, value: 12}"))  # fmt: skip
def test_164_an_object_as_default(default):
    source = TREE.replace(
        "  target: {Contract: $.class(Node), Usage: InOut}\n",
        f"  target: {{Contract: $.class(Node), Default: {default}}}\n",
    )
    assert on_object(
        source.replace("EXPRESSION", "list($.target.value, $.target.find(Main) = $)")
    ) == [12, True]


MIXED = """
Name: Main
Properties:
  all: {Contract: [$.class(Node)], Usage: InOut}
  one: {Contract: $.class(Node), Usage: InOut}
Methods:
  run:
    Body:
      - $new: new(Node, label => new)
      - $.all:
          - :Node: {label: inline}
          - '?': {type: org.example.Node}
            label: header
          - id($.one)
          - $new
          - label: bare
      - Return: list($.all.label, $.all[2] = $.one, $.all[3] = $new)
---
Name: Node
Properties: {label: {Contract: $}}
"""


def test_165_notations_side_by_side():
    source = MIXED.replace("list($.all.label, ", "list($.all.select($.label).join(','), ")
    own = program(source)
    root = own.load(
        node("main", "Main", one=node("n", label="one"), all=["n", node("m", label="m")])
    )
    assert root.values["all"][0] is root.values["one"]
    assert plain(own.call(root, "run")) == ["inline,header,one,new,bare", True, True]


@numbered(
    "model, expected",
    (166, node("a", ref="zzz"), Raises("NoObjectFoundError", 'Object "zzz" is not found in object store')),
    (166, node("a", nodes=[node("b", ref="zzz")]), Raises("NoObjectFoundError", '"zzz"')),
    (166, node("a", required=None), Raises(BAD, "[org.example.Node.required]")),
    (166, node("a", nodes=[node("b", required="x")]), Raises(BAD, "[org.example.Node.required]")),
)  # fmt: skip
def test_166_models_that_cannot_be_loaded(model, expected):
    check(lambda: loaded(model), expected)


OWNERS = """
  assign:
    Body:
      - $.target: {':Node': {value: 1}}
      - Return: $.target.find(Main) = $
  free:
    Body:
      - $.target: new(Node)
      - Return: $.target.find(Main)
  byId:
    Body:
      - $new: new(Node)
      - $this.target: id($new)
      - Return: $.target = $new
"""


@numbered("method, expected", (167, "assign", True), (167, "free", None), (168, "byId", True))
def test_167_168_assigned_objects(method, expected):
    assert on_object(TREE.replace("EXPRESSION", "null") + OWNERS, method) == expected


ATTRIBUTES = """
Name: Other
Methods:
  get:
    Arguments: [{of: {Contract: $}}]
    Body:
      - Return: $of.getAttr(a)
---
Name: Main
Methods:
  set:
    Scope: Public
    Body:
      - $.setAttr(a, 5)
      - $.setAttr(a, 6, Other)
      - $.setAttr(data, {x: [1, null, {y: z}]})
      - $.setAttr(o, $)
      - $.setAttr(gone, 1)
      - $.setAttr(gone, null)
  get:
    Scope: Public
    Body:
      - Return:
          - $.getAttr(a)
          - $.getAttr(a, null, Other)
          - new(Other).get($)
          - $.getAttr(data)
          - $.getAttr(o) = id($)
          - $.getAttr(gone)
          - $.getAttr(gone, 8)
          - $.getAttr(none, 7)
"""
ROOT = {"?": {"type": "org.example.Main", "id": "root"}}


def test_169_170_attributes():
    source = ATTRIBUTES.replace("{x: [1, null, {y: z}]}", "dict(x => list(1, null, dict(y => z)))")
    first = deployed(source, ROOT, ("root", "set", {}))["model"]
    main, other = "org.example.Main", "org.example.Other"
    data = {"x": [1, None, {"y": "z"}]}
    assert sorted(first["Attributes"], key=str) == sorted(
        (["root", main, "a", 5], ["root", other, "a", 6], ["root", main, "data", data],
         ["root", main, "o", "root"]), key=str,
    )  # fmt: skip
    again = deployed(source, None, ("root", "get", {}), model=json.loads(json.dumps(first)))
    assert again["result"]["result"] == [5, 6, 6, data, True, None, 8, 7]


MERGED = """
Name: Node
Properties:
  value: {Contract: $.string(), Usage: InOut}
  nodes: {Contract: [$.class(Node)], Usage: InOut}
  next: {Contract: $.class(Node), Usage: InOut}
Methods:
  .destroy:
    Body:
      - $.next.note($.value, $.next.value)
  note:
    Arguments: [{rows: {Contract: $, Usage: VarArgs}}]
    Body:
      - $.noted: $rows
  noted:
    Scope: Public
    Body:
      - Return: $.noted
"""


def test_171_two_states_of_a_model():
    before = node("root", value="root", nodes=[
        node("node1", value="node1"), node("node2", value="node2", next="node1")])  # fmt: skip
    after = node("root", value="root", nodes=[node("node1", value="node1-updated")])
    result = deployed(MERGED, after, ("node1", "noted", {}), copy=before)
    assert result["result"]["result"] == ["node2", "node1-updated"]
    for key in ("Objects", "ObjectsCopy"):
        (left,) = result["model"][key]["nodes"]
        assert (left["?"]["id"], left["value"]) == ("node1", "node1-updated")


def test_172_173_serialisation():
    data = node("a", value={"k": [1, None]}, nodes=[node("b", "Leaf", extra=True)], ref="b")
    model = deployed(TREE.replace("EXPRESSION", "null"), data)["model"]
    for found in (model["Objects"], model["ObjectsCopy"]):
        assert found["?"]["id"] == "a"
        assert found["?"]["type"] == "org.example.Node/0.1.0@org.example"
        assert found["value"] == {"k": [1, None]}
        (leaf,) = found["nodes"]
        assert (leaf["?"]["id"], leaf["?"]["type"], leaf["extra"]) == (
            "b", "org.example.Leaf/0.1.0@org.example", True
        )  # fmt: skip
        assert found["ref"] == "b"
        assert set(found) == {"?", "value", "nodes", "ref", "required"}


def test_174_actions():
    data = node("a", nodes=[node("b", "Leaf")])
    found = deployed(TREE.replace("EXPRESSION", "null"), data)["model"]["Objects"]
    assert set(found["?"]["_actions"]) == {"a_act", "a_old"}
    leaf = found["nodes"][0]["?"]["_actions"]
    assert set(leaf) == {"b_act", "b_old", "b_leaf"}
    assert leaf["b_act"] == {"name": "act", "title": "act", "enabled": True}
    assert leaf["b_leaf"] == {
        "name": "leaf", "title": "A title", "description": "What it does", "helpText": "How",
        "enabled": True,
    }  # fmt: skip


def test_175_designer_attributes():
    data = node("a", nodes=[node("b")])
    data["?"]["_x"] = {"y": [1]}
    data["nodes"][0]["?"]["_26411a1861294160833743e45d0eaad9"] = {"name": "App"}
    model = deployed(TREE.replace("EXPRESSION", "null"), data)["model"]
    assert model["Objects"]["?"]["_x"] == {"y": [1]}
    (inner,) = model["Objects"]["nodes"]
    assert inner["?"]["_26411a1861294160833743e45d0eaad9"] == {"name": "App"}
    copy = model["ObjectsCopy"]
    for header in (copy["?"], copy["nodes"][0]["?"]):
        assert [key for key in header if key.startswith("_")] == []


RESULTS = """
Name: Main
Methods:
  act:
    Scope: Public
    Body:
      - Return: {a: [1, 2.5, {b: null}], c: {d: [true, x]}, e: []}
"""


def test_176_results_of_actions():
    found = deployed(RESULTS, ROOT, ("root", "act", {}))["result"]
    data = {"a": [1, 2.5, {"b": None}], "c": {"d": [True, "x"]}, "e": []}
    assert found == {"result": data, "isException": False}


DUMPED = """
Name: Node
Properties:
  value: {Contract: $}
  first: {Contract: $.class(Node)}
  second: {Contract: $.class(Node)}
  linked:
    Contract: $.class(Node)
    Meta: {io.murano.metadata.engine.Serialize: {as: reference}}
  copied:
    Contract: $.class(Node)
    Meta: {io.murano.metadata.engine.Serialize: {as: copy}}
---
Name: Leaf
Extends: Node
Properties: {extra: {Contract: $}}
---
Name: Main
Methods:
  run:
    Body:
      - $inner: {':Node': {value: 2}}
      - $n: new(Node, null, nm, value => 1, first => $inner)
      - $s: $n.first
      - $p: new(Node, linked => $inner, copied => $inner)
      - $leaf: new(Leaf, value => 1, extra => 2)
      - Return: EXPRESSION
"""


@numbered(
    "text, expected",
    (177, "dump($n, Inline).keys().where(not isString($)).single() = type('org.example.Node')", True),
    (177, "dump($n, Inline).get(type('org.example.Node')).value", 1),
    (177, "dump($n, Inline).id = id($n)", True), (177, "dump($n, Inline).name", "nm"),
    (177, "dump($n, Inline).get(type('org.example.Node')).first.keys().where(not isString($)).len()", 1),
    (177, "dump($n).get('?').type", "org.example.Node/0.1.0@org.example"),
    (177, "dump($n, Serializable).get('?').type", "org.example.Node/0.1.0@org.example"),
    (177, "dump($n, Mixed).get('?').type = type('org.example.Node')", True),
    (177, "dump($n, Mixed).get('?').keys().where($ in [classVersion, package, _actions])", []),
    (177, "dump($n, Nothing)", Raises("ValueError", "Invalid Serialization Type")),
    (180, "dump(cast($leaf, Node)).extra", 2),
    (180, "dump(cast($leaf, Node), Serializable, false).keys().contains(extra)", False),
    (180, "dump(cast($leaf, Node), ignoreUpcasts => false).value", 1),
    (180, "dump($leaf, ignoreUpcasts => false).extra", 2),
    (181, "metadata($n)", None), (181, "metadata(null)", None),
)  # fmt: skip
def test_177_to_181_dump(text, expected):
    source = DUMPED.replace("EXPRESSION", text)
    check(lambda: on_object(source), expected)


def test_178_a_shared_object():
    source = DUMPED.replace("EXPRESSION", "dump($.both)") + """
  .init:
    Body:
      - $model:
          ':Node':
            first: {'?': {type: org.example.Node, id: shared}, value: 2}
            second: shared
      - $.both: new($model)
"""  # fmt: skip
    found = on_object(source)
    assert found["first"]["value"] == 2
    assert found["second"] == found["first"]["?"]["id"]
    other = on_object(source.replace("dump($.both)", "dump($.both.second).value"))
    assert other == 2


def test_179_properties_that_are_references():
    found = on_object(DUMPED.replace("EXPRESSION", "dump($p)"))
    assert isinstance(found["linked"], str)
    assert found["copied"]["value"] == 2


def test_181_metadata():
    data = node("a", nodes=[node("b")])
    data["?"]["metadata"] = {"m": [1, {"n": None}]}
    source = TREE.replace("      - Return: 1\n", "      - Return: metadata($)\n")
    result = deployed(source, data, ("a", "act", {}))
    assert result["result"]["result"] == {"m": [1, {"n": None}]}
    assert result["model"]["Objects"]["?"]["metadata"] == {"m": [1, {"n": None}]}
