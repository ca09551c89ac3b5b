"""Pages of ordered rows, each going on after a marker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


def after(columns: Sequence[Any], row: Sequence[Any], descending: Sequence[bool]) -> Any:
    """Condition of the rows that follow one in the order of some columns.

    :param row: values of the columns in the row to go on from.
    :param descending: for each column, whether it falls.
    """
    alternatives = []
    for index, column in enumerate(columns):
        further = column < row[index] if descending[index] else column > row[index]
        same = [columns[before] == row[before] for before in range(index)]
        alternatives.append(sa.and_(*same, further))
    return sa.or_(*alternatives)
