"""Calls of methods, by every way there is: steps, depth, destroyed receivers, arguments, locks."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.limits import Limits
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example, sys: io.murano.system, engine: io.murano.metadata.engine}
Name: Thing
Properties:
  notes: {Contract: [$], Usage: Runtime, Default: []}
  keeper: {Contract: $.class(Thing), Usage: InOut}
Methods:
  none: {Body: [{Return: 0}]}
  one:
    Arguments: [{a: {Contract: $}}]
    Body: [{Return: $a}]
  two:
    Arguments: [{a: {Contract: $}}, {b: {Contract: [$]}}]
    Body:
      - Return: list($a, $b)
  three:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $}}, {c: {Contract: $, Default: 3}}]
    Body:
      - Return: list($a, $b, $c)
  rest:
    Arguments:
      - a: {Contract: $}
      - more: {Contract: $.int(), Usage: VarArgs}
      - named: {Contract: $.int(), Usage: KwArgs}
    Body:
      - Return: list($a, $more, $named)
  recurse0:
    Body:
      - Return: $.recurse0()
  recurse1:
    Arguments: [{a: {Contract: $}}]
    Body:
      - Return: $.recurse1($a)
  recurse2:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $}}]
    Body:
      - Return: $.recurse2($a, $b)
  recurse3:
    Arguments: [{a: {Contract: $}}]
    Body:
      - Return: $.recurse3(a => $a)
  evaluate:
    Body:
      - Return: EXPRESSION
  often:
    Body:
      - Return: list(EXPRESSION, EXPRESSION, EXPRESSION, EXPRESSION, EXPRESSION, EXPRESSION)
---
Name: Extensions
Methods:
  bare:
    Usage: Extension
    Body: [{Return: 1}]
"""
WAYS = {
    "no argument": "$.none()",
    "one argument": "$.one(1)",
    "two arguments": "$.two(1, [2])",
    "three arguments": "$.three(1, 2, 3)",
    "by name": "$.one(a => 1)",
    "native": "$.getAttr(a)",
    "dynamic": "call(one, [1], {}, $this)",
}


def make(expression="null", **more):
    own = Program(package(CLASSES.replace("EXPRESSION", expression)), **more)
    return own, own.load({"?": {"type": "org.example.Thing", "id": "t"}})


def value(expression):
    own, thing = make(expression)
    return own.call(thing, "evaluate")


@pytest.mark.parametrize("way", WAYS)
def test_every_call_is_a_step(way):
    own, thing = make(WAYS[way], limits=Limits(steps=5))
    with pytest.raises(exceptions.StepLimitExceeded, match="more than 5 steps"):
        own.call(thing, "often")


def test_a_call_that_replaces_another_is_a_step():
    text = "inject(Thing, none, 5)"
    body = "list(INJECT, $.none(), $.none(), $.none(), $.none(), $.none())".replace("INJECT", text)
    own, thing = make(body, limits=Limits(steps=5), mocking=True)
    with pytest.raises(exceptions.StepLimitExceeded):
        own.call(thing, "evaluate")


@pytest.mark.parametrize(
    "call", ["$.recurse0()", "$.recurse1(1)", "$.recurse2(1, 2)", "$.recurse3(1)"]
)
def test_calls_that_nest_too_deep_are_an_error(call):
    own, thing = make(call, limits=Limits(depth=30))
    with pytest.raises(exceptions.DepthLimitExceeded, match="deeper than 30"):
        own.call(thing, "evaluate")
    # And the depth is given back.
    assert own.call(thing, "none") == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_destroyed_object_takes_no_calls(way):
    own, thing = make(WAYS[way].replace("$.", "$.keeper.").replace("$this", "$.keeper"))
    other = own.rt.run(lambda: own.rt.loader.new_object(thing.cls, {}, thing, None, None))
    thing.values["keeper"] = other
    own.call(thing, "evaluate")
    other.destroyed = True
    with pytest.raises(exceptions.ObjectDestroyedError, match="already destroyed"):
        own.call(thing, "evaluate")


# ---------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("$.two([1].select($), [2].select($))", ((1,), (2,))),
        ("$.two(range(2).select($), 2)", ((0, 1), (2,))),
        ("$.one([1].select($))", (1,)),
        ("$.three([1].select($), 2)", ((1,), 2, 3)),
        ("$.three(1, c => 4, b => 2)", (1, 2, 4)),
        ("$.rest(1)", (1, (), {})),
        ("$.rest(1, '2', 3)", (1, (2, 3), {})),
        ("$.rest(1, 2, x => '3')", (1, (2,), {"x": 3})),
        ("$.rest(a => 1, x => 3)", (1, (), {"x": 3})),
    ],
)
def test_arguments_are_bound_and_settled(call, expected):
    assert value(call) == expected


@pytest.mark.parametrize(
    "call",
    [
        "$.none(1)",
        "$.one(1, 2)",
        "$.one(1, a => 1)",
        "$.one(b => 1)",
        "$.two(1, 2, 3)",
        "$.rest(1, a => 1)",
        "$.getAttr()",
        "$.getAttr(a, b, c, d)",
        "$.getAttr(a, name => b)",
        "$.getAttr(a, nothing => b)",
    ],
)
def test_arguments_that_do_not_fit(call):
    with pytest.raises(exceptions.NoMatchingMethodException):
        value(call)


@pytest.mark.parametrize(
    ("call", "place"), [("$.rest(1, x)", r"rest\(more\)"), ("$.rest(1, b => x)", r"rest\(named\)")]
)
def test_each_of_several_values_meets_the_contract(call, place):
    with pytest.raises(exceptions.ContractViolationException, match=rf"Thing::{place}"):
        value(call)


def test_an_extension_without_arguments_extends_nothing():
    text = CLASSES.replace("Name: Thing\n", "Name: Thing\nImport: Extensions\n")
    own = Program(package(text.replace("EXPRESSION", "5.bare()")))
    thing = own.load({"?": {"type": "org.example.Thing", "id": "t"}})
    with pytest.raises(exceptions.NoMatchingMethodException, match="bare"):
        own.call(thing, "evaluate")
    assert own.call("org.example.Extensions", "bare") == 1


def test_methods_name_themselves():
    _own, thing = make()
    assert repr(thing.cls.find_method("none")) == "<method org.example.Thing::none>"
    native = thing.cls.find_method("getAttr")
    assert repr(native) == "<native method io.murano.Object::getAttr>"


# ---------------------------------------------------------------- locks

LOCKS = """
Namespaces: {=: org.example, engine: io.murano.metadata.engine, m: io.murano.metadata}
Name: Other
Usage: Meta
Applies: Method
---
Name: Gate
Properties:
  log: {Contract: [$], Usage: Runtime, Default: []}
Methods:
  pass:
    META
    Arguments: [{name: {Contract: $.string()}}, {group: {Contract: $, Default: null}}]
    Body:
      - $.log: $.log.append(concat('+', $name))
      - sleep(0)
      - $.log: $.log.append(concat('-', $name))
  run:
    Arguments: [{first: {Contract: $}}, {second: {Contract: $}}]
    Body:
      - Parallel:
          - $.pass(a, $first)
          - $.pass(b, $second)
      - Return: $.log
"""
APART = ("+a", "-a", "+b", "-b")
AT_ONCE = ("+a", "+b", "-a", "-b")


@pytest.mark.parametrize(
    ("meta", "first", "second", "expected"),
    [
        ("", 1, 2, APART),
        ("Meta: Other", 1, 2, APART),
        ("Meta: [Other, {engine:Synchronize: {onThis: false}}]", 1, 1, AT_ONCE),
        ("Meta: [{m:Title: {text: T}}, engine:Synchronize]", 1, 2, APART),
        ("Meta: {engine:Synchronize: {onThis: false, onArgs: group}}", 1, 1, APART),
        ("Meta: {engine:Synchronize: {onThis: false, onArgs: [group]}}", 1, 2, AT_ONCE),
        ("Meta: {engine:Synchronize: {onThis: true, onArgs: [group]}}", 1, 2, AT_ONCE),
        ("Meta: {engine:Synchronize: {onThis: true, onArgs: [group]}}", 1, 1, APART),
        ("Meta: {engine:Synchronize: {onThis: true, onArgs: [group]}}", None, None, APART),
    ],
)
def test_synchronize(meta, first, second, expected):
    own = Program(package(LOCKS.replace("META", meta or "Usage: Runtime")))
    gate = own.load({"?": {"type": "org.example.Gate", "id": "g"}})
    assert own.call(gate, "run", first, second) == expected
