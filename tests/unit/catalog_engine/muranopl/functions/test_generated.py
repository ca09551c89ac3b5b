"""Generated expressions that reach every overload of yaql give what yaql gives.

They are written from the declarations of yaql's functions, the same in every run;
``BURANO_GENERATED_EXAMPLES=500`` tries more of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Any, Final

import pytest

from catalog_engine.muranopl.functions.library import STANDARD
from tests.unit.catalog_engine.muranopl.functions import generation, leaves
from tests.unit.catalog_engine.muranopl.functions.agreement import Agreement, Evaluated
from tests.unit.catalog_engine.muranopl.functions.differences import (
    DIFFERENCES,
    OLD_DIFFERENCES,
    Difference,
)
from tests.unit.catalog_engine.muranopl.functions.evaluators import Compiled
from tests.unit.catalog_engine.muranopl.functions.oracle import Oracle, Overload

EXAMPLES: Final = max(20, int(os.environ.get("BURANO_GENERATED_EXAMPLES", "0")))
"""Calls of each overload; fewer would not reach all."""

BATCHES: Final = 20
"""Parts that nested expressions are tried in, each of five times as many."""

OVERLOADS: Final = Oracle().overloads
LIBRARY: Final = generation.Library(OVERLOADS)
OLD_OVERLOADS: Final = Oracle(old_formats=True).overloads
"""Those for code of formats 1.0 and 1.1."""
OLD_LIBRARY: Final = generation.Library(OLD_OVERLOADS)

YAQLIZED: Final = "MuranoPL hands out no Python objects; its own objects have their own rules"
HIDDEN: Final = "the one of old formats stands before it"
UNREACHED: Final = {
    "#iter(iterable iterator)": "drains results; they are compared before that, sets as sets",
    "#indexer(yaqlized obj, any key)": YAQLIZED,
    "#operator_.(yaqlized obj, keyword attr)": YAQLIZED,
    "#operator_.(yaqlized receiver, expression expr)": YAQLIZED,
    "#operator_.(dict dict, keyword key), hidden": HIDDEN,
    "method toList(iterable collection), hidden": HIDDEN,
    "#operator_=>(expression left, any right)": "the grammar has no such operator",
}
"""Overloads that no expression of the language can reach."""

UNFAILING: Final = {
    "#get_context_data(variable name)": "a variable that nobody set is null",
}
"""Overloads that take everything."""


def calls(library: generation.Library, key: str, overload: Overload) -> list[tuple[str, Any]]:
    """Calls of an overload, of which the first is one that should fail, each with its data."""
    made = []
    for number in range(EXAMPLES):
        rng = random.Random(f"{key} {number}")
        write = library.call if number else library.spoiled_call
        made.append((write(rng, overload), leaves.data(rng)))
    return made


def nested(library: generation.Library, batch: int) -> list[tuple[str, Any]]:
    """Nested expressions, each with its data."""
    made = []
    for number in range(5 * EXAMPLES):
        rng = random.Random(f"nested {batch} {number}")
        made.append((library.chain(rng), leaves.data(rng)))
    return made


def check_reach(key: str, done: Sequence[Evaluated]) -> None:
    reached = any(one.outcome.error is None and key in one.called for one in done)
    assert reached != (key in UNREACHED)
    assert any(one.outcome.error for one in done) != (key in UNFAILING)


@pytest.mark.parametrize("key", sorted(OVERLOADS))
def test_calls_of_every_overload_agree(agreement: Agreement, key: str) -> None:
    check_reach(key, agreement.check(calls(LIBRARY, key, OVERLOADS[key])))


@pytest.mark.parametrize("key", sorted(OLD_OVERLOADS.keys() - OVERLOADS.keys()))
def test_calls_of_every_overload_of_old_formats_agree(old_agreement: Agreement, key: str) -> None:
    check_reach(key, old_agreement.check(calls(OLD_LIBRARY, key, OLD_OVERLOADS[key])))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nested_expressions_agree(agreement: Agreement, batch: int) -> None:
    done = agreement.check(nested(LIBRARY, batch))
    assert sum(one.outcome.error is None for one in done) > len(done) / 4


@pytest.mark.parametrize("batch", range(BATCHES // 4))
def test_nested_expressions_of_old_formats_agree(old_agreement: Agreement, batch: int) -> None:
    done = old_agreement.check(nested(OLD_LIBRARY, batch))
    assert sum(one.outcome.error is None for one in done) > len(done) / 4


def check_told(agreement: Agreement, difference: Difference) -> None:
    text = difference.example
    for case in agreement.cases(Compiled([text], agreement.form), 0, text, {}):
        if case.compiled or not difference.only_compiled:
            assert case.ours != case.theirs
            assert difference.allows(case)
            assert str(case.ours).startswith(difference.ours)
            assert str(case.theirs).startswith(difference.theirs)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.example)
def test_differences_are_as_told(agreement: Agreement, difference: Difference) -> None:
    check_told(agreement, difference)


@pytest.mark.parametrize("difference", OLD_DIFFERENCES, ids=lambda one: one.example)
def test_differences_of_old_formats_are_as_told(
    old_agreement: Agreement, difference: Difference
) -> None:
    check_told(old_agreement, difference)


def test_our_standard_functions_are_yaqls() -> None:
    theirs = {one.name for one in OVERLOADS.values()}
    ours = {one.name for subject in STANDARD for one in subject.registrations}
    assert ours - theirs == {"#operator_=", "#operator_!="}
    # What our code generator does itself, and what no expression can call.
    assert theirs - ours == {
        "#finalize", "#iter", "#get_context_data", "#operator_.", "#operator_?.", "#operator_->",
        "#operator_and", "#operator_or", "call",
    }  # fmt: skip
