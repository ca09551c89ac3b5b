"""Nothing in a package reaches out of the language: not by tags, names, formats or functions.

The lists only ever grow. That a worker holds even those who get out of the language is for the
tests beside this one.
"""

from __future__ import annotations

import datetime
import itertools
import re
from typing import Any

import pytest
import yaml

from catalog_engine.muranopl.functions import timed
from catalog_engine.muranopl.functions.library import FunctionTables
from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.table import NO_RECEIVER
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet, freeze
from catalog_engine.muranopl.source.errors import CompileError
from tests.conformance.muranopl.checking import body, instance, program
from tests.conformance.sandbox.language import SECRET, said, strange

# ---------------------------------------------------------------- YAML tags

TAGS = [
    "!!python/object:os.system x", "!!python/object/apply:os.system [id]",
    "!!python/object/new:os.system [id]", "!!python/name:os.system", "!!python/module:os",
    "!!python/tuple [1]", "!!python/str x", "!!python/bytes x", "!!python/complex 1j",
    "!!binary aGk=", "!!set {x}", "!!omap [x: 1]", "!!pairs [x: 1]", "!!timestamp 2020-01-01",
    "!include /etc/passwd", "!env HOME", "!vault x", "!<tag:yaml.org,2002:python/name:os.system> x",
    "!ruby/object:Gem::Requirement {}", "!!java.util.Date x", "!x x", "! !!python/name:os.system",
]  # fmt: skip
PLACES = {
    "a value": "- Return: {}",
    "a value in a list": "- Return: [{}]",
    "a key": "- ? {}\n  : 1",
    "a statement": "- {}",
    "an argument": "- Return:\n    a: {}",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", TAGS)
def test_no_tag_makes_anything_of_pythons(tag, place):
    try:
        found = body(PLACES[place].replace("{}", tag))
    except CompileError:
        return
    # Of all tags of YAML's own, those of time stamps alone are taken.
    assert strange(found) == []
    assert tag.startswith("!!timestamp")


@pytest.mark.parametrize("tag", TAGS)
def test_no_tag_in_a_resource_either(tag):
    source = """
    Name: Main
    Methods:
      run:
        Usage: Static
        Body:
          - Return: :sys:Resources.yaml(file)
    """.replace(":sys:", "sys:")
    own = program(source)
    package = own.cls("org.example.Main").package
    package._files["Resources/file"] = f"a: {tag}\n".encode()
    try:
        found = own.call("org.example.Main", "run")
    except yaml.YAMLError:
        return
    assert strange(found) == []


# ---------------------------------------------------------------- every function that takes texts

WALKS = [
    "__class__", "__init__", "__globals__", "__dict__", "__class__.__mro__", "__subclasses__()",
    "{0.__class__}", "{0.__init__.__globals__}", "{0[__class__]}", "{0!r:{1.__class__}}", "{.x}",
    "{self}", "%(x)s%n", "$__context__", "#property#__class__", ".init", "os.system",
    "io.murano.system.Logger", "../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd",
    "__import__('os').system('id')", "\0", "(a|a)*$", "(?P<__class__>x)", "\\g<0>", "${x}",
]  # fmt: skip
TABLES = FunctionTables()
CASES = sorted(
    {
        (form, kind, name)
        for form in ("1.0", "1.4")
        for kind in ("function", "method")
        for name in TABLES.for_format(form).names(kind)
    }
)


def samples(main: Any, walk: str) -> list[Any]:
    """One value of each kind that a parameter may ask for, the object of a walk first."""
    return [
        main, walk, MList((walk, main)), MDict({walk: main, "x": walk}), MSet((walk,)), 1, 1.5,
        True, datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), datetime.timedelta(1),
        re.compile("x"), iter((walk, main)), MappingRule(lambda: walk, lambda: main),
    ]  # fmt: skip


def rows(overload: Any, main: Any, walk: str) -> list[list[Any]]:
    """Arguments for an overload: each of its parameters that takes texts gets the walk."""
    made = []
    given = [*overload.positional, *overload.keyword.values()]
    if overload.var_positional is not None:
        given += [overload.var_positional] * 2
    texts = [index for index, own in enumerate(given) if own.type.accepts(str) or own.type.lazy]
    for index in texts:
        row = []
        for place, own in enumerate(given):
            if place == index:
                row.append(walk if not own.type.lazy else lambda *_values: walk)
                continue
            fitting = (value for value in samples(main, walk) if own.type.accepts(type(value)))
            row.append(next(fitting, None))
        made.append(row)
        # The same with a text wherever one fits.
        made.append([walk if own.type.accepts(str) else row[at] for at, own in enumerate(given)])
    return made


@pytest.fixture(scope="module")
def world():
    """A run with an object of package code."""
    own = program("Name: Main\nProperties: {x: {Contract: $, Default: word}}\n")
    return own, instance(own)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Regular expressions are stopped soon, and the environment holds a secret."""
    monkeypatch.setattr(timed, "SECONDS", 0.05)
    monkeypatch.setenv("OS_PASSWORD", SECRET)


#: Functions whose value is for the right side of ``->`` alone, which sees what it names.
SCOPES = ("def", "let", "unpack", "with")


@pytest.mark.parametrize(
    ("form", "kind", "name"), [case for case in CASES if case[2] not in SCOPES]
)
def test_no_function_walks_out_of_its_arguments(world, form, kind, name):
    own, main = world
    table = TABLES.for_format(form)
    family = table.lookup(name, kind)
    for overload, walk in itertools.product(family.overloads, WALKS):
        for row in rows(overload, main, walk):
            receiver, args = (row[0], row[1:]) if kind == "method" else (NO_RECEIVER, row)
            assert strange(outcome(own, table, name, receiver, tuple(args), main.cls)) == []


def outcome(own: Any, table: Any, name: str, receiver: Any, args: Any, caller: Any) -> Any:
    """The value of a call, or the text of its error."""
    try:
        return own.rt.run(lambda: freeze(table.call(own.rt, name, receiver, args, {}, caller)))
    except Exception as error:
        return str(error)


# ---------------------------------------------------------------- values that are none of JSON's

OPAQUE = [
    "let(a => 1)", "with(1)", "def(f, $)", "list(1, 2).unpack()", "list(1).select($)",
    "range(0, 3)", "sequence()", "regex(x)", "$", "type(Main)", "typeinfo($)",
    "typeinfo($).version", "typeinfo($).package", "now()", "timespan(days => 1)", "set(1)",
    "list(1).select($).memorize()", "dict(a => 1).items()", "dict(a => 1).keys()",
    "dict(a => 1).values()", "cast($, std:Object)", "generate(0, true, $)", "list(1).cycle()",
    "list(list(1)).zip(list(2))", "list(1).enumerate()", "list(2, 1).orderBy($)", "logger(x)",
    "new(sys:Resources)", "dict($ => typeinfo($))", "list(typeinfo($))", "set(type(Main))",
]  # fmt: skip
SINKS = [
    "str(X)", "format('{0}', X)", "format('{0!r}', X)", "format('{0:>9}', X)", "[X, 1]",
    "dict(a => X)", "{X => 1}", "{a => X}", "list(X)", "set(X)", "X = X", "X < X", "X + X",
    "X in X", "list(1).select(X)", "list(1).toDict($, X)", "list(X).groupBy($)",
    "list(1).pselect(X)", "X.name", "X.x", "X.of", "X.rt", "X.cls", "X._items", "X.values",
    "X.functions", "X.gi_frame", "X.select($)", "X.toList()", "X.len()", "X.meta", "X.type",
    "X.keys()", "X.get(x)", "X[0]", "X.invoke($)", "X.getValue($)", "X.toString()", "X.string(x)",
    "X.read(name)", "X.__class__", "isObject(X)", "hex(X)", "dump(X)", "bool(X)", "int(X)",
    "call(str, [X], {})", "bind(X, {})", "X.patch(dict(op => add, path => '/a', value => X))",
    "new(Main, x => X).x", "coalesce(null, X)",
]  # fmt: skip
HOLDER = """
Name: Main
Properties: {x: {Contract: $}}
Methods:
  run:
    Body:
      - Return: !yaql >-
          EXPRESSION
  throw:
    Body:
      - Throw: Bad
        Message: !yaql >-
          EXPRESSION
        Extra:
          x: !yaql >-
            EXPRESSION
"""


@pytest.mark.parametrize("form", ["1.0", "1.4"])
@pytest.mark.parametrize("opaque", OPAQUE)
def test_no_value_shows_how_it_is_made(form, opaque):
    """Neither Python's inside, nor an address, which the next attempt of a task has not."""
    for sink in SINKS:
        source = HOLDER.replace("EXPRESSION", sink.replace("X", opaque))
        assert strange(said(source, form), scopes=True) == []
    assert strange(said(HOLDER.replace("EXPRESSION", opaque), form, "throw")) == []
