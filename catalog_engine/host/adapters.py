"""What the supervisor expects of an adapter: the port's operations, fenced and stoppable.

An adapter takes the same arguments as its port and three more, by keyword: ``operation_id``
names the effect and stays the same when a later attempt asks again; ``cancelled`` is set when the
call must end soon (it then raises PortError of type ``Stopped``); ``deadline`` is a value of
``time.monotonic()`` or None. Adapters are called from several threads at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from catalog_engine.host.ports import Plain, Row


class StacksAdapter(Protocol):
    """Adapter of the port ``stacks`` for one project."""

    def read(
        self, name: str, region: str | None, *, operation_id: str,
        cancelled: threading.Event, deadline: float | None,
    ) -> Row | None:  # fmt: skip
        """As the port says."""

    def apply(
        self, name: str, region: str | None, template: Mapping[str, Plain],
        parameters: Mapping[str, Plain], files: Mapping[str, str],
        environment: Mapping[str, Plain] | str, tags: Iterable[str], description: str | None,
        *, operation_id: str, cancelled: threading.Event, deadline: float | None,
    ) -> Row:  # fmt: skip
        """As the port says."""

    def delete(
        self, name: str, region: str | None, *, operation_id: str,
        cancelled: threading.Event, deadline: float | None,
    ) -> None:  # fmt: skip
        """As the port says."""


class AgentsAdapter(Protocol):
    """Adapter of the port ``agents`` for one task.

    The supervisor has checked that the guest is one of the task's own environment.
    """

    def prepare(
        self, guest: str, region: str | None, *, operation_id: str,
        cancelled: threading.Event, deadline: float | None,
    ) -> Row:  # fmt: skip
        """As the port says."""

    def execute(
        self, guest: str, region: str | None, plan: Mapping[str, Plain], timeout: float,
        *, operation_id: str, cancelled: threading.Event, deadline: float | None,
    ) -> Row:  # fmt: skip
        """As the port says."""

    def send(
        self, guest: str, region: str | None, plan: Mapping[str, Plain], *, operation_id: str,
        cancelled: threading.Event, deadline: float | None,
    ) -> None:  # fmt: skip
        """As the port says."""

    def secrets(self, guest: str) -> Mapping[str, str]:
        """Placeholder -> secret of a prepared guest (PortError ``UnknownGuest`` of others).

        Called while ``stacks.apply`` fills in a template; the secrets come from the guest's
        record, so a successor of the engine that prepared the guest knows them too.
        """

    def recorded(self, operation_id: str) -> None:
        """The journal holds the result of this operation: its message may be acknowledged."""

    def close(self) -> None:
        """The task has ended here: leave results to a successor, give back connections."""


class GuestRecords(Protocol):
    """Guest records of one environment, kept by the conductor; handed to the agents adapter."""

    def get(self, guest: str) -> dict[str, Any] | None:
        """The record; None when the guest has none."""

    def put(self, guest: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Store a record unless there is one, and return the one that is stored."""


class CloudAdapter(Protocol):
    """Adapter of the port ``cloud``: the same operations with the three keywords."""

    def create_router(
        self, region: str | None, name: str, external_network: str, *, operation_id: str,
        cancelled: threading.Event, deadline: float | None,
    ) -> Row:  # fmt: skip
        """As the port says."""


class SecretsAdapter(Protocol):
    """Adapter of the port ``secrets``."""

    def decrypt(
        self, reference: str, *, operation_id: str, cancelled: threading.Event,
        deadline: float | None,
    ) -> str:  # fmt: skip
        """As the port says."""
