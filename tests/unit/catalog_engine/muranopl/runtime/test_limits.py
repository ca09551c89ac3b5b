"""Limits on steps and on the length of texts: where they are met, and what is left afterwards."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import Stop
from catalog_engine.muranopl.runtime.limits import Limits, Steps
from tests.unit.catalog_engine.muranopl.language import run

ENDLESS = "While: (1 = 1)\n  Do: [{Do: []}]"


def test_after_the_limit_on_steps_a_tenth_is_left_to_clean_up_once():
    body = """
    - $n: 0
    - Try:
        - While: (1 = 1)
          Do:
            - $n: $n + 1
      Catch:
        - With: io.murano.limits.StepLimitExceeded
          Do:
            - $m: 0
            - Repeat: 90
              Do:
                - $m: $m + 1
            - Return: list($n, $m)
    """
    assert run(body, limits=Limits(steps=1000)) == (999, 90)
    with pytest.raises(exceptions.StepLimitExceeded, match="more than 1000 steps"):
        run(body.replace("Repeat: 90", "Repeat: 110"), limits=Limits(steps=1000))
    again = body.replace("Repeat: 90", "Repeat: 110").replace("\n", "\n  ")
    nested = f"- Try:{again}\n  Finally:\n    - Repeat: 5\n      Do: [{{Do: []}}]"
    with pytest.raises(exceptions.StepLimitExceeded):
        run(nested, limits=Limits(steps=1000))


def test_a_stop_is_met_at_the_next_step_and_at_every_later_one():
    steps = Steps(Limits(steps=1000))
    steps.strike(Stop("cancelled"))
    for _ in range(2):
        steps.left = -1
        with pytest.raises(Stop, match="cancelled"):
            steps.out_of_steps()
        assert steps.left == 10


def test_limits_are_made_of_what_is_known():
    assert Limits.of({"steps": "5", "unknown": 3}) == Limits(steps=5)
    assert Limits.of({}) == Limits()


@pytest.mark.parametrize(
    "call",
    [
        "$x.toUpper()",
        "$x.trim(z)",
        "$x.replace(z, y)",
        "$x.replace(z, y, 1)",
        "toUpper($x)",
        "call(toUpper, [], {}, $x)",
        "$x.trim(chars => z)",
        "str($x)",
    ],
)
def test_a_function_returns_no_text_above_the_quota(call):
    body = f"- $all: []\n- For: x\n  In: $a\n  Do:\n    - $all: {call}\n- Return: $all"
    limits = Limits(memory_quota=6)
    form = "1.0" if call.startswith("toUpper") else "1.4"
    run(body, ["aaa", "bbb"], limits=limits, form=form)
    for texts in (["aaa", "b" * 10], ["b" * 10]):
        with pytest.raises(exceptions.MemoryQuotaExceededException):
            run(body, texts, limits=limits, form=form)
