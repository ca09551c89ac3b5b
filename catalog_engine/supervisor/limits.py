"""What one task may use."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from catalog_engine.supervisor.journal import Bounds


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one task may use.

    :ivar language: limits that the language counts, by name.
    :ivar memory: bytes. :ivar cpu_seconds: CPU time.
    :ivar wall_seconds: time of one attempt after which the task is stopped.
    :ivar allowance: seconds for cleaning up after a stop.
    """

    language: Mapping[str, int]
    memory: int
    cpu_seconds: int
    wall_seconds: float
    allowance: float
    journal: Bounds = dataclasses.field(default_factory=Bounds)

    @property
    def process(self) -> dict[str, int]:
        """Limits of the worker's process."""
        return {"memory": self.memory, "cpu_seconds": self.cpu_seconds}
