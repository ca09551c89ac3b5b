"""Checks 246 to 251 and 261: beginnings and ends of objects and runs, calls, bindings."""

from tests.conformance.muranopl.checking import (
    ROOT,
    Raises,
    check,
    deployed,
    expression,
    instance,
    numbered,
    program,
)

LIFETIMES = """
Name: Log
Methods:
  add:
    Usage: Static
    Arguments: [{text: {Contract: $}}]
    Body:
      - $l: logger(checks)
      - $l.info($text)
---
Name: Thing
Properties:
  label: {Contract: $.string()}
  runtime: {Contract: $.class(Thing), Usage: Runtime}
  part: {Contract: $.class(Thing), Usage: InOut}
Methods:
  keep:
    Arguments: [{thing: {Contract: $.class(Thing)}}]
    Body:
      - $.secret: $thing
  .destroy:
    Body:
      - :Log.add('destroy ' + $.label)
---
Name: Main
Properties:
  static: {Contract: $.class(Thing), Usage: Static}
  child: {Contract: $.class(Thing), Usage: InOut}
Methods:
  leave:
    Body:
      - $local: new(Thing, label => local)
      - $local.label
  holdStatic:
    Scope: Public
    Body:
      - $.static: new(Thing, label => static)
      - sys:GC.collect()
      - :Log.add(collected)
  holdLocal:
    Scope: Public
    Body:
      - $dead: new(Thing, label => dead)
      - $dead.keep(new(Thing, label => private))
      - sys:GC.collect()
      - :Log.add(collected)
"""


def thing(label, **more):
    return {"?": {"type": "org.example.Thing", "id": label}, "label": label, **more}


@numbered(
    "method, after",
    (246, "holdStatic", ["destroy static"]), (246, "holdLocal", ["destroy dead", "destroy private"]),
)  # fmt: skip
def test_246_what_only_the_call_held_goes_when_the_run_ends(logged, method, after):
    result = deployed(LIFETIMES, ROOT, ("root", method, {}))
    assert result["outcome"] == "succeeded"
    first, *rest = [text for _level, text in logged()]
    assert first == "collected"
    assert sorted(rest) == after


def test_246_what_a_destroyed_object_held_goes_with_it(logged):
    source = LIFETIMES + """
  drop:
    Scope: Public
    Body:
      - $.child.keep(new(Thing, label => private))
      - $.child: null
      - :Log.add(dropped)
"""  # fmt: skip
    result = deployed(source, {**ROOT, "child": thing("child")}, ("root", "drop", {}))
    assert result["outcome"] == "succeeded"
    first, *rest = [text for _level, text in logged()]
    assert first == "dropped"
    assert sorted(rest) == ["destroy child", "destroy private"]


REMOVED = """
Name: Child
Methods:
  .destroy:
    Body:
      - $.find(Main).remember('last words')
---
Name: Main
Properties:
  children: {Contract: [$.class(Child).owned()], Usage: InOut}
Methods:
  remember:
    Arguments: [{text: {Contract: $}}]
    Body:
      - $.secret: $text
  recall:
    Scope: Public
    Body:
      - Return: $.secret
"""


def test_247_what_a_removed_object_leaves_behind():
    child = {"?": {"type": "org.example.Child", "id": "child"}}
    result = deployed(
        REMOVED, {**ROOT, "children": []}, ("root", "recall", {}),
        copy={**ROOT, "children": [child]},
    )  # fmt: skip
    assert result["result"] == {"result": "last words", "isException": False}


UNCAUGHT = """
Name: Main
Methods:
  run:
    Scope: Public
    Body:
      - $x: 1
      - $.fail($x + 1)
  fail:
    Arguments: [{x: {Contract: $}}]
    Body:
      - If: $x > 1
        Then:
          - Throw: Bad
            Message: too much
"""


def test_248_the_report_of_an_uncaught_throw():
    result = deployed(UNCAUGHT, ROOT, ("root", "run", {}))
    assert result["result"]["isException"] is True
    assert result["result"]["result"] == {
        "message": "[org.example.Bad]: too much",
        "details": "\n".join((
            "org.example.Bad: too much",
            "Traceback (most recent call last):",
            '  File "Classes/all.yaml", line 9:9 in method run of type org.example.Main',
            "      $.fail($x + 1)",
            '  File "Classes/all.yaml", line 15:13 in method fail of type org.example.Main',
            "      block construct",
        )),
    }  # fmt: skip


FRESH = """
Name: Thing
Properties:
  label: {Contract: $.string()}
  inner: {Contract: $.class(Thing).owned()}
---
Name: Main
Methods:
  make:
    Scope: Public
    Body:
      - $inner: {':Thing': {label: inside}}
      - Return: new(Thing, label => fresh, inner => $inner)
"""


def test_249_a_fresh_object_as_result():
    """The reference has destroyed it before it is serialised, and fails; here it comes out whole."""
    result = deployed(FRESH, ROOT, ("root", "make", {}))
    assert result["outcome"] == "succeeded"
    found = result["result"]["result"]
    assert found["?"]["type"] == "org.example.Thing/0.1.0@org.example"
    assert "destroyed" not in found["?"]
    assert (found["label"], found["inner"]["label"]) == ("fresh", "inside")
    assert result["model"]["Objects"]["?"]["id"] == "root"


CALLED = """
Name: Main
Methods:
  hidden: {Body: []}
  act:
    Scope: Public
    Arguments: [{a: {Contract: $.int()}}]
    Body:
      - Return: $a
"""


@numbered(
    "method, arguments, expected",
    (250, "hidden", {}, Raises("MethodNotExposed", "hidden is not an action")),
    (250, "nothing", {}, Raises("NoMethodFound", 'Method "nothing" is not found')),
    (250, "act", {"b": 1}, Raises("NoMatchingMethodException")),
    (250, "act", {"a": "x"}, Raises("ContractViolationException", "[org.example.Main::act(a)]")),
    (250, "act", {"a": "5"}, 5),
)  # fmt: skip
def test_250_calls_from_outside(method, arguments, expected):
    def ask():
        own = program(CALLED)
        made = instance(own)
        return own.rt.run(lambda: own.rt.call_action(made, method, arguments))

    check(ask, expected)


@numbered(
    "text, expected",
    (251, "{'$Z' => true}.bind({Z => b})", {"b": True}),
    (251, "{'$Z' => {'$Y' => '$Z'}}.bind({Z => b, Y => c})", {"b": {"c": "b"}}),
    (251, "bind(list('$value of d'), {'value of d' => 7})", [7]),
    (251, "bind(list('$value of d'), {value => 7})", Raises("KeyError", "value of d")),
)  # fmt: skip
def test_251_binding(text, expected):
    check(lambda: expression(f"({text})"), expected)


INITIALISED = """
Name: Node
Properties:
  next: {Contract: $.class(Node)}
  label: {Contract: $.string()}
---
Name: Main
Methods:
  .init:
    Body:
      - $model:
          '?': {type: org.example.Node, id: first}
          label: a
          next:
            '?': {type: org.example.Node, id: second}
            label: b
            next: first
      - $.ring: new($model)
      - :Log.add(init)
  act:
    Scope: Public
    Body:
      - :Log.add(act)
      - Return: list($.ring.next.label, $.ring.next.next.label, $.ring.next.next = $.ring)
---
"""


def test_261_initialisation_comes_before_any_action(logged):
    source = INITIALISED + LIFETIMES.partition("---")[0]
    result = deployed(source, ROOT, ("root", "act", {}))
    assert result["result"]["result"] == ["b", "a", True]
    assert [text for _level, text in logged()] == ["init", "act"]
