"""The whole table of functions, for code of new and of old formats."""

from __future__ import annotations

import functools
from collections.abc import Container, Iterable
from typing import Final

from catalog_engine.muranopl.functions import (
    branching,
    collections,
    datetime,
    dsl,
    encoding,
    engine,
    formatting,
    generating,
    grouping,
    jsonpatch,
    legacy,
    math,
    merging,
    mocking,
    operators,
    queries,
    regex,
    scopes,
    sorting,
    strings,
)
from catalog_engine.muranopl.functions.table import FunctionTable, Subject

ENGINE: Final[tuple[Subject, ...]] = (
    encoding.subject,
    engine.subject,
    formatting.subject,
    jsonpatch.subject,
    mocking.subject,
)

DSL: Final[tuple[Subject, ...]] = (dsl.subject,)

STANDARD: Final[tuple[Subject, ...]] = (
    branching.subject,
    collections.subject,
    datetime.subject,
    generating.subject,
    grouping.subject,
    math.subject,
    merging.subject,
    operators.subject,
    queries.subject,
    regex.subject,
    scopes.subject,
    sorting.subject,
    strings.subject,
)


def build_table(
    iterator_limit: int = 2000, memory_quota: int = 512 * 1024, legacy_format: bool = False
) -> FunctionTable:
    """Build the table that code of one kind of format calls.

    :param iterator_limit: items that a lazy iterable may yield to a function.
    :param memory_quota: longest text that a function may return.
    :param legacy_format: the code is of format 1.0 or 1.1.
    """
    if legacy_format:
        return FunctionTable(
            (ENGINE, DSL, (legacy.subject,), _without(STANDARD, legacy.REPLACED)),
            iterator_limit,
            memory_quota,
            iterable_dicts=True,
            as_functions_too=legacy.AS_FUNCTIONS_TOO,
        )
    return FunctionTable((ENGINE, DSL, STANDARD), iterator_limit, memory_quota)


def _without(subjects: Iterable[Subject], names: Container[str]) -> tuple[Subject, ...]:
    kept = Subject()
    kept.registrations = [
        registration
        for subject in subjects
        for registration in subject.registrations
        if registration.name not in names
    ]
    return (kept,)


@functools.cache
def _shared(iterator_limit: int, memory_quota: int, legacy_format: bool) -> FunctionTable:
    """The one table of the process for these limits: tables keep nothing of a run."""
    return build_table(iterator_limit, memory_quota, legacy_format)


class FunctionTables:
    """The tables of all formats, each built when first asked for."""

    def __init__(self, iterator_limit: int = 2000, memory_quota: int = 512 * 1024):
        self._limits = (iterator_limit, memory_quota)

    def for_format(self, version: str) -> FunctionTable:
        """The table for code of a format version such as ``1.4`` or ``1.0.0``."""
        is_legacy = tuple(int(part) for part in version.split(".")[:2]) < (1, 2)
        return _shared(*self._limits, is_legacy)
