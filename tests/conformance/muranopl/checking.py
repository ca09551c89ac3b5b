"""Running what a check says: bodies, classes and contracts, with values and errors by name."""

from __future__ import annotations

import textwrap
from typing import Any, NamedTuple

import pytest

from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.memory import MemoryPorts
from catalog_engine.muranopl.runtime.operations_faults import caught
from catalog_engine.muranopl.source.errors import CompileError
from tests.unit.catalog_engine.deployment.tasks import Packages, rows_of, run_over
from tests.unit.catalog_engine.muranopl.language import Program, package

NAMESPACES = "Namespaces: {=: org.example, std: io.murano, sys: io.murano.system, global: ''}\n"

FORM = ["1.4"]
"""Format of programs that do not say theirs; ``conftest.py`` runs every check in several."""

LOG = """
Name: Log
Properties: {rows: {Contract: [$], Usage: Static, Default: []}}
Methods:
  add:
    Usage: Static
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.rows: $.rows.append($x)
---
"""
"""A class that keeps what is added to it, a document before others."""

ROOT = {"?": {"type": "org.example.Main", "id": "root"}}
"""The header of a model with one object."""


class Raises(NamedTuple):
    """An error: the end of one of its names, and a part of its message."""

    name: str
    text: str = ""


def numbered(names: str, *rows: tuple[Any, ...]) -> Any:
    """A parametrisation whose cases bear the number of their check, the first of each row."""
    cases = [
        pytest.param(*values, id=f"{number:03}-{values[0] if values else ''}")
        for number, *values in rows
    ]
    return pytest.mark.parametrize(names, cases)


def program(classes: str, form: str | None = None, version: str = "0.1.0", **more: Any) -> Program:
    """A run of classes, documents after the namespaces."""
    text = NAMESPACES + textwrap.dedent(classes)
    return Program(package(text, version=version, form=form or FORM[0]), **more)


def deployed(
    classes: str, objects: Any, action: Any = None, *, copy: Any = None, ports: MemoryPorts | None = None, form: str | None = None, **task: Any,
) -> dict[str, Any]:  # fmt: skip
    """What a task makes of a model: its outcome, its result and the model afterwards.

    :param action: id of the object, method and arguments; or the action as a task has it.
    :param copy: the model as it was after the task before.
    """
    rows = rows_of(package(NAMESPACES + textwrap.dedent(classes), form=form or FORM[0]))
    ports = ports or MemoryPorts()
    ports.packages = Packages(rows)
    if isinstance(action, tuple):
        action = dict(zip(("object_id", "method", "args"), action, strict=True))
    model = {"Objects": objects, "ObjectsCopy": copy, "Attributes": []}
    return run_over(rows, DirectDriver(ports), **{"model": model, "action": action, **task})


def body(text: str, form: str | None = None, more: str = "", **given: Any) -> Any:
    """Value of a static method with this body, beside other classes.

    Its arguments are the names given.
    """
    arguments = "".join(f"      - {name}: {{Contract: $}}\n" for name in given)
    source = (
        (f"{textwrap.dedent(more)}---\n" if more else "")
        + "Name: Main\nMethods:\n  run:\n    Usage: Static\n"
        + (f"    Arguments:\n{arguments}" if given else "")
        + "    Body:\n"
        + textwrap.indent(textwrap.dedent(text).strip("\n"), "      ")
        + "\n"
    )
    return program(source, form).call("org.example.Main", "run", **given)


def expression(text: str, form: str | None = None, **given: Any) -> Any:
    """Value of one expression."""
    return body(f"- Return: {text}", form, **given)


def contract(text: str, value: Any, more: str = "") -> Any:
    """What a contract makes of a value."""
    source = (
        f"Name: Main\nMethods:\n  run:\n    Usage: Static\n    Arguments:\n"
        f"      - arg:\n          Contract: {text}\n    Body:\n      - Return: $arg\n{more}"
    )
    return program(source).call("org.example.Main", "run", value)


def check(ask: Any, expected: Any) -> None:
    """Compare a value, or the error, with what a check says."""
    if not isinstance(expected, Raises):
        assert plain(ask()) == expected
        return
    with pytest.raises(Exception) as raised:
        ask()
    error = raised.value
    names = [error.kind] if isinstance(error, CompileError) else caught(error).names
    assert any(str(name).rpartition(".")[2] == expected.name for name in names), (names, error)
    assert expected.text in str(error)


def plain(value: Any) -> Any:
    """Lists for tuples, so that expectations read as JSON does."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def instance(own: Program, name: str = "Main", **properties: Any) -> Any:
    """An object of a class, made as ``new()`` does."""

    def make() -> Any:
        reference = own.rt.resolve_type(f"org.example.{name}", None)
        made = own.rt.new_object(
            reference, own.rt.freeze(properties), owner=None, name=None, extra=None, caller=None
        )
        own.rt.garbage.roots.append(made)
        return made

    return own.rt.run(make)


def on_object(classes: str, method: str = "run", form: str | None = None, **more: Any) -> Any:
    """Value of a method of a fresh object of the class ``Main``."""
    own = program(classes, form, **more)
    return plain(own.call(instance(own), method))


TRACED = """
Name: Main
Properties: {rows: {Contract: [], Usage: Out}}
Methods:
  trace:
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.rows: $.rows.append($x)
      - Return: $x
  slow:
    Meta: {io.murano.metadata.engine.Synchronize: {onThis: false}}
    Body:
      - $.trace(enter)
      - sleep(0)
      - $.trace(exit)
  peek:
    Body:
      - Return: $mine
  body:
    Body:
BODY
  run:
    Body:
      - Try:
          - $value: $.body()
        Catch:
          - As: e
            Do:
              - Return: [$.rows, $e.message, $e.name]
      - Return: [$.rows, $value, null]
"""


def traced(text: str, form: str | None = None, more: str = "") -> tuple[Any, Any, Any]:
    """What a body traces by ``$this.trace()``, its value, and None; or the message and name of
    the error that leaves it.

    :param more: other classes.
    """
    rows = textwrap.indent(textwrap.dedent(text).strip("\n"), "      ")
    source = (f"{textwrap.dedent(more)}---\n" if more else "") + TRACED.replace("BODY", rows)
    found, value, error = on_object(source, form=form)
    return found, value, error
