"""Reports: lines of progress of a deployment."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

from catalog_common.contract.messages import Items, Message, Text
from catalog_common.contract.values import Count, Epoch, Id

Level = Literal["info", "warning", "error"]
MAX_REPORTS = 1000
"""Reports in one call."""


@dataclasses.dataclass(frozen=True)
class Report(Message):
    """One line about an object (about the environment when there is none)."""

    text: Annotated[str, Text(65_536)]
    level: Level = "info"
    object_id: Annotated[str, Text(255)] | None = None
    details: Annotated[str, Text(1_048_576)] | None = None
    time: Epoch | None = None


@dataclasses.dataclass(frozen=True)
class ReportBatch(Message):
    """``POST …/reports``."""

    claim: Id
    number: Count
    reports: Annotated[tuple[Report, ...], Items(MAX_REPORTS, 1)]


@dataclasses.dataclass(frozen=True)
class ReportAnswer(Message):
    """How many were recorded."""

    recorded: Count
