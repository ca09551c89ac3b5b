"""Guest records of one environment, kept by the conductor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog_common.contract.guests import Guest
from catalog_engine.host.errors import PortError
from catalog_engine.supervisor.conductors import Claim


class EnvironmentGuests:
    """Reads and writes records through the conductor; waits while it is away."""

    def __init__(self, claim: Claim, environment_id: str) -> None:
        self._claim = claim
        self._environment_id = environment_id

    def get(self, guest: str) -> dict[str, Any] | None:
        """The record; None when the guest has none.

        :raises PortError: ``UnknownGuest``: it is another environment's.
        """
        found = self._claim.guest(guest)
        return None if found is None else self._checked(guest, found)

    def put(self, guest: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Store a record unless there is one, and return the one that is stored."""
        return self._checked(
            guest, self._claim.remember_guest(guest, Guest(self._environment_id, record))
        )

    def _checked(self, guest: str, found: Guest) -> dict[str, Any]:
        if found.environment_id != self._environment_id:
            raise PortError("UnknownGuest", f"Guest {guest} is another environment's")
        return dict(found.record)
