"""Whatever a program is made of, a value comes out of it or an error of the language."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given

from tests.conformance.fuzzing import examples
from tests.conformance.fuzzing.draws import Draws, bounded, drawn, seeded
from tests.conformance.fuzzing.examples import Example, main_of
from tests.conformance.fuzzing.notation import Expression, Pairs
from tests.conformance.fuzzing.programs import PACKAGE, Trial, compiled
from tests.unit.catalog_engine.muranopl.language import Program

_SOUND = compiled(main_of([Pairs([("Return", Expression("[5, 50].sum()"))])]))


def tried(example: Example) -> Trial:
    """A program after its trial; the engine is as it was before."""
    trial = Trial(example.text, example.form)
    trial.run_all(example.model, list(example.arguments))
    assert Program((PACKAGE, "0.1.0", _SOUND, {})).call(f"{PACKAGE}.Main", "make") == 55
    return trial


@bounded(250)
@given(drawn(examples.expression))
def test_expressions(example: Example) -> None:
    tried(example)


@bounded(200)
@given(drawn(examples.statements))
def test_statements(example: Example) -> None:
    tried(example)


@bounded(150)
@given(seeded(examples.classes))
def test_classes_and_models(example: Example) -> None:
    tried(example)


@bounded(150)
@given(seeded(examples.mutations))
def test_texts_with_changes(example: Example) -> None:
    tried(example)


@pytest.mark.parametrize("make", [examples.expression, examples.statements, examples.classes])
def test_much_of_what_the_grammars_make_runs(make: Any) -> None:
    trials = [tried(make(Draws(random.Random(seed).randrange))) for seed in range(40)]
    assert sum(trial.values > 1 + len(trial.package.classes) for trial in trials) > 12
