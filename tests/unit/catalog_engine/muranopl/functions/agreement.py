"""The comparison of our evaluators with the published yaql."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog_engine.muranopl.functions.library import build_table
from tests.unit.catalog_engine.muranopl.functions.differences import (
    DIFFERENCES,
    OLD_DIFFERENCES,
    Case,
)
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
    """Compares evaluations of expressions: ours by table, ours compiled, and yaql's.

    :param old_formats: the expressions are of formats 1.0 and 1.1.
    """

    def __init__(self, old_formats: bool = False):
        self.form = "1.0" if old_formats else "1.4"
        self.oracle = Oracle(old_formats)
        self.evaluator = Evaluator(build_table(legacy_format=old_formats), old_formats)
        self.differences = DIFFERENCES + (OLD_DIFFERENCES if old_formats else ())

    def check(self, expressions: Sequence[tuple[str, Any]]) -> list[Evaluated]:
        """Assert that all agree on expressions, each with its data, and return yaql's part.

        What the table of differences allows counts as agreement.
        """
        done: list[Evaluated] = []
        faults: list[tuple[str, Any, Case]] = []
        compiled = Compiled([text for text, _data in expressions], self.form)
        for number, (text, data) in enumerate(expressions):
            for case in self.cases(compiled, number, text, data):
                if case.ours != case.theirs and not self.is_meant(case):
                    faults.append((text, data, case))
            done.append(Evaluated(text, case.theirs, case.called))
        faults.sort(key=lambda fault: len(fault[0]))
        assert not faults, "\n".join(
            (f"{len(faults)} differences from yaql", *map(_shown, faults[:SHOWN]))
        )
        return done

    def is_meant(self, case: Case) -> bool:
        """Say whether the table of differences has what a case shows."""
        return any(one.allows(case) for one in self.differences)

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
