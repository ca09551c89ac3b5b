"""The whole table of functions, for code of new and of old formats."""

from __future__ import annotations

from typing import Final

from catalog_engine.muranopl.functions import (
    branching,
    collections,
    datetime,
    dsl,
    encoding,
    engine,
    formatting,
    grouping,
    jsonpatch,
    legacy,
    math,
    operators,
    queries,
    regex,
    scopes,
    strings,
)
from catalog_engine.muranopl.functions.table import FunctionTable, Subject

ENGINE: Final[tuple[Subject, ...]] = (
    encoding.subject, engine.subject, formatting.subject, jsonpatch.subject)

DSL: Final[tuple[Subject, ...]] = (dsl.subject,)

STANDARD: Final[tuple[Subject, ...]] = (
    branching.subject, collections.subject, datetime.subject, grouping.subject, math.subject,
    operators.subject, queries.subject, regex.subject, scopes.subject, strings.subject)


def build_table(iterator_limit: int = 2000, memory_quota: int = 512 * 1024,
                legacy_format: bool = False) -> FunctionTable:
    """Build the table that code of one kind of format calls.

    :param iterator_limit: items that a lazy iterable may yield to a function.
    :param memory_quota: longest text that a function may return.
    :param legacy_format: the code is of format 1.0 or 1.1.
    """
    if legacy_format:
        return FunctionTable(
            (ENGINE, DSL, (legacy.subject,), STANDARD), iterator_limit, memory_quota,
            iterable_dicts=True, as_functions_too=legacy.AS_FUNCTIONS_TOO)
    return FunctionTable(
        (ENGINE, DSL, (*STANDARD, branching.switch_subject)), iterator_limit, memory_quota)
