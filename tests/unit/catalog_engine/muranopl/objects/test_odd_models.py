"""Models are made outside: whatever stands in them, an error of the language names it."""

from __future__ import annotations

import datetime

import pytest

from catalog_engine.muranopl.objects.serialisation import Serialiser
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.limits import Limits
from catalog_engine.muranopl.runtime.values import freeze
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example}
Name: Main
Methods:
  act: {Scope: Public}
Properties:
  given: {Contract: $, Usage: Out}
---
Name: Endless
Properties:
  one: {Contract: $.class(Endless), Default: {}}
---
Name: Doubling
Properties:
  one: {Contract: $.class(Doubling), Default: {}}
  two: {Contract: $.class(Doubling), Default: {}, Usage: Out}
"""


@pytest.fixture(scope="module")
def compiled():
    return package(CLASSES)


@pytest.mark.parametrize(
    "dependencies",
    ["text", [1], {"onDestruction": 1}, {"onDestruction": [1, "root", {"subscriber": [1]}]}],
)
def test_dependencies_that_are_none_are_left_out(compiled, dependencies):
    header = {"type": "org.example.Main", "id": "root", "dependencies": dependencies}
    assert not Program(compiled).load({"?": header}).dependencies


@pytest.mark.parametrize("written", ["text", [1], {"root_act": "no"}, {"root_act": [1]}, 5])
def test_actions_that_are_none_are_enabled_anew(compiled, written):
    program = Program(compiled)
    header = {"type": "org.example.Main", "id": "root", "_actions": written}
    root = program.load({"?": header})
    model = program.rt.run(lambda: Serialiser(program.rt, designer=True).model(root))
    assert model["?"]["_actions"]["root_act"]["enabled"] is True


@pytest.mark.parametrize("name", ["Endless", "Doubling"])
def test_defaults_that_make_objects_of_their_own_class_reach_the_limit_of_depth(compiled, name):
    program = Program(compiled, limits=Limits(depth=30))
    with pytest.raises(
        exceptions.DepthLimitExceeded, match=f"object of class org.example.{name} is"
    ):
        program.load({"?": {"type": f"org.example.{name}"}})


def test_each_object_of_a_model_is_a_step(compiled):
    program = Program(compiled, limits=Limits(depth=30, steps=10))
    with pytest.raises(exceptions.StepLimitExceeded):
        program.load({"?": {"type": "org.example.Doubling"}})


def serialised(program, given):
    root = program.load({"?": {"type": "org.example.Main"}, "given": freeze(given)})
    return program.rt.run(lambda: Serialiser(program.rt).model(root))["given"]


def test_keys_that_json_has_no_word_for(compiled):
    day = datetime.date(2013, 5, 23)
    assert serialised(Program(compiled), {day: 1, 2: 3}) == {"2013-05-23": 1, 2: 3}
    with pytest.raises(ValueError, match="type list cannot be the key"):
        serialised(Program(compiled), {(1, 2): 3})
