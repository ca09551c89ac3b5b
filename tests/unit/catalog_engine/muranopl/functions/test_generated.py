"""Generated expressions that reach every overload of yaql give what yaql gives.

They are written from the declarations of yaql's functions, the same in every run;
``BURANO_GENERATED_EXAMPLES=500`` tries more of them.
"""

from __future__ import annotations

import os
import random
from typing import Any, Final

import pytest

from catalog_engine.muranopl.functions.library import STANDARD
from tests.unit.catalog_engine.muranopl.functions import generation
from tests.unit.catalog_engine.muranopl.functions.agreement import Agreement
from tests.unit.catalog_engine.muranopl.functions.differences import DIFFERENCES, Difference
from tests.unit.catalog_engine.muranopl.functions.evaluators import Compiled
from tests.unit.catalog_engine.muranopl.functions.oracle import Oracle

EXAMPLES: Final = max(20, int(os.environ.get("BURANO_GENERATED_EXAMPLES", "0")))
"""Calls of each overload; fewer would not reach all."""

BATCHES: Final = 20
"""Parts that nested expressions are tried in, each of five times as many."""

OVERLOADS: Final = Oracle().overloads
LIBRARY: Final = generation.Library(OVERLOADS)

YAQLIZED: Final = "MuranoPL hands out no Python objects; its own objects have their own rules"
UNREACHED: Final = {
    "#iter(iterable iterator)": "drains results; they are compared before that, sets as sets",
    "#indexer(yaqlized obj, any key)": YAQLIZED,
    "#operator_.(yaqlized obj, keyword attr)": YAQLIZED,
    "#operator_.(yaqlized receiver, expression expr)": YAQLIZED,
}
"""Overloads that no expression of the language can reach."""

UNFAILING: Final = {
    "#get_context_data(variable name)": "a variable that nobody set is null",
}
"""Overloads that take everything."""


@pytest.mark.parametrize("key", sorted(OVERLOADS))
def test_calls_of_every_overload_agree(agreement: Agreement, key: str) -> None:
    def example(number: int) -> tuple[str, Any]:
        rng = random.Random(f"{key} {number}")
        write = LIBRARY.call if number else LIBRARY.spoiled_call
        return write(rng, OVERLOADS[key]), generation.data(rng)

    done = agreement.check([example(number) for number in range(EXAMPLES)])
    reached = any(one.outcome.error is None and key in one.called for one in done)
    assert reached != (key in UNREACHED)
    assert any(one.outcome.error for one in done) != (key in UNFAILING)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nested_expressions_agree(agreement: Agreement, batch: int) -> None:
    def example(number: int) -> tuple[str, Any]:
        rng = random.Random(f"nested {batch} {number}")
        return LIBRARY.chain(rng), generation.data(rng)

    done = agreement.check([example(number) for number in range(5 * EXAMPLES)])
    assert sum(one.outcome.error is None for one in done) > len(done) / 4


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.example)
def test_differences_are_as_told(agreement: Agreement, difference: Difference) -> None:
    text = difference.example
    for case in agreement.cases(Compiled([text]), 0, text, {}):
        if case.compiled or not difference.only_compiled:
            assert case.ours != case.theirs
            assert difference.allows(case)
            assert str(case.ours).startswith(difference.ours)
            assert str(case.theirs).startswith(difference.theirs)


def test_our_standard_functions_are_yaqls() -> None:
    theirs = {one.name for one in OVERLOADS.values()}
    ours = {one.name for subject in STANDARD for one in subject.registrations}
    assert ours - theirs == {"#operator_=", "#operator_!="}
    # What our code generator does itself, and what no expression can call.
    assert theirs - ours == {
        "#finalize", "#iter", "#get_context_data", "#operator_.", "#operator_?.", "#operator_->",
        "#operator_and", "#operator_or", "call",
    }  # fmt: skip
