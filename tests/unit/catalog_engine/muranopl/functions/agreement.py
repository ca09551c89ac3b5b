"""The comparison of our evaluators with the published yaql."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.unit.catalog_engine.muranopl.functions.differences import DIFFERENCES, Case
from tests.unit.catalog_engine.muranopl.functions.evaluators import Compiled, Evaluator
from tests.unit.catalog_engine.muranopl.functions.oracle import Oracle, Outcome, outcome

SHOWN: Final = 5
"""So many of the differences found are shown, the shortest expressions first."""


@dataclass(frozen=True)
class Evaluated:
    """What yaql made of an expression.

    :ivar called: its overloads that ran.
    """

    text: str
    outcome: Outcome
    called: frozenset[str]


class Agreement:
    """Compares evaluations of expressions: ours by table, ours compiled, and yaql's."""

    def __init__(self, oracle: Oracle, evaluator: Evaluator):
        self.oracle = oracle
        self.evaluator = evaluator

    def check(self, expressions: Sequence[tuple[str, Any]]) -> list[Evaluated]:
        """Assert that all agree on expressions, each with its data, and return yaql's part.

        What DIFFERENCES allows counts as agreement.
        """
        done: list[Evaluated] = []
        faults: list[tuple[str, Any, Case]] = []
        compiled = Compiled([text for text, _data in expressions])
        for number, (text, data) in enumerate(expressions):
            for case in self.cases(compiled, number, text, data):
                if case.ours != case.theirs and not any(one.allows(case) for one in DIFFERENCES):
                    faults.append((text, data, case))
            done.append(Evaluated(text, case.theirs, case.called))
        faults.sort(key=lambda fault: len(fault[0]))
        assert not faults, "\n".join(
            (f"{len(faults)} differences from yaql", *map(_shown, faults[:SHOWN]))
        )
        return done

    def cases(self, compiled: Compiled, number: int, text: str, data: Any) -> tuple[Case, Case]:
        """The evaluation by our table, and by compiled code."""
        statement = self.oracle.engine(text)
        self.oracle.called.clear()
        theirs = outcome(self.oracle, statement, data)
        table = outcome(self.evaluator, statement, data)
        called = frozenset(self.oracle.called | self.evaluator.notes)
        failed = self.evaluator.argument_failed
        code = outcome(compiled, number, data)
        return (
            Case(text, table, theirs, called, failed),
            Case(text, code, theirs, called, failed, compiled=True),
        )


def _shown(fault: tuple[str, Any, Case]) -> str:
    text, data, case = fault
    if isinstance(data, dict):
        data = {
            name: data[name] for name in re.findall(r"\$(?:data)?\.(\w+)", text) if name in data
        }
    way = "compiled" if case.compiled else "by table"
    return f"{text}\n    with {data}\n    ours, {way}: {case.ours}\n    yaql: {case.theirs}"
