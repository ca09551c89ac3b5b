"""Ports that note every use and pass it on to other ports."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from catalog_engine.host.binding import perform, ports_over
from catalog_engine.host.errors import PortError, Stopped
from catalog_engine.host.messages import Request
from catalog_engine.host.ports import Ports


@dataclasses.dataclass(frozen=True)
class Use:
    """One use of a port: what was asked, and what came of it."""

    request: Request
    value: Any = None
    error: Mapping[str, Any] | None = None


class Recording:
    """``ports`` do as ``target`` does; ``uses`` holds what was asked, in order."""

    def __init__(self, target: Ports, on_use: Callable[[Use], None] | None = None) -> None:
        self.uses: list[Use] = []
        self._target = target
        self._on_use = on_use
        self.ports: Ports = ports_over(self._perform, self._perform)

    def asked(self, port: str, operation: str) -> list[Mapping[str, Any]]:
        """The arguments of every use of one operation."""
        return [
            use.request.arguments
            for use in self.uses
            if (use.request.port, use.request.operation) == (port, operation)
        ]

    def _perform(self, request: Request) -> Any:
        try:
            value = perform(self._target, request)
        except (PortError, Stopped) as error:
            self._note(Use(request, error=error.to_dict()))
            raise
        self._note(Use(request, value))
        return value

    def _note(self, use: Use) -> None:
        self.uses.append(use)
        if self._on_use is not None:
            self._on_use(use)
