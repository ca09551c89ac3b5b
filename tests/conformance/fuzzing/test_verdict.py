"""The verdict on programs finds faults of ours, also those that a handler has wrapped."""

from __future__ import annotations

import textwrap

import pytest

from catalog_engine.muranopl.runtime import operations_objects
from catalog_engine.muranopl.runtime.exceptions import MuranoPLError, NoClassFound
from catalog_engine.muranopl.source.errors import CompileError
from tests.conformance.fuzzing.programs import Trial
from tests.conformance.fuzzing.verdict import Fault, judge

HEAD = "Namespaces: {=: org.example}\nName: Main\nMethods:\n  make:\n    Usage: Static\n    Body:\n"
HANDLED = "- Try: [{$x: !yaql ':Main.s'}]\n  Catch: [{As: e}]\n"


def tried(body: str) -> Trial:
    trial = Trial(HEAD + textwrap.indent(textwrap.dedent(body), "      "))
    trial.run_all({"?": {"type": "org.example.Main"}}, [])
    return trial


@pytest.mark.parametrize(
    "body",
    [
        "- Return: 1 / 0", "- Return: $x / 0", "- Return: !yaql '{a => 1}.b'",
        "- Return: !yaql '[1][5]'", "- Return: int(x)", "- Return: $x.m()",
        "- Return: !yaql '[].first()'", "- $.unknown: 1", "- Throw: Full", "- Rethrow:",
        "- While: $ = $\n  Do: []", "- Return: :Main.make()", "- Return: :Unknown", "- Break: 1",
    ],
)  # fmt: skip
def test_errors_of_the_language_pass(body):
    assert tried(body).errors


@pytest.mark.parametrize("kind", [AttributeError, KeyError, RecursionError, AssertionError])
@pytest.mark.parametrize("body", ["- Return: :Main.s", HANDLED])
def test_errors_inside_the_engine_are_faults(monkeypatch, kind, body):
    def fails(*_args: object) -> None:
        cause = kind("x")
        # As Python raises it: no statement of ours does.
        (_ for _ in ()).throw(cause)

    monkeypatch.setattr(operations_objects, "get_property", fails)
    with pytest.raises(Fault):
        tried(body)


@pytest.mark.parametrize(
    "error",
    [
        CompileError("No", "Classes/all.yaml", 3, 1), CompileError("No", "Classes/all.yaml", 1, 9),
        CompileError("No", "Classes/no.yaml", 1, 1), CompileError("", "Classes/all.yaml", 1, 1),
        CompileError("No", "Classes/all.yaml", 1, 1, "Odd"), NoClassFound(f"{object()}"),
        MuranoPLError(["catalog_engine.worker.Odd"], "No"),
    ],
)  # fmt: skip
def test_places_names_and_messages_that_no_package_has(error):
    with pytest.raises(Fault):
        judge(error, "a: b")


def test_a_place_in_the_source_passes():
    judge(CompileError("No", "Classes/all.yaml", 1, 5), "a: b")
