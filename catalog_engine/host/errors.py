"""How a port fails: an error that crosses the socket, and the stop that no package can catch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STOPPED = "Stopped"
"""The error type under which a stop crosses the socket."""


class PortError(Exception):
    """A port's operation failed; ``type`` names the kind of failure, and may be matched on."""

    def __init__(self, type: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.type = type
        self.message = message
        self.details = dict(details or {})

    @property
    def muranopl_names(self) -> tuple[str, ...]:
        """Names under which packages catch it."""
        return (self.type,)

    def to_dict(self) -> dict[str, Any]:
        """The error as it stands in frames and journals."""
        return {"type": self.type, "message": self.message, "details": self.details}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PortError:
        """The error of a frame or a journal entry."""
        return cls(
            str(data.get("type") or "PortError"), str(data.get("message") or ""),
            data.get("details") or {},
        )  # fmt: skip


class Stopped(BaseException):
    """The task was cancelled or ran out of time; ``reason`` is ``cancelled`` or ``deadline``.

    Outside the tree of exceptions, so that no package code catches it.
    """

    def __init__(self, reason: str = "cancelled") -> None:
        super().__init__(reason)
        self.reason = reason

    def to_dict(self) -> dict[str, Any]:
        """The stop as it stands in frames and journals."""
        return {"type": STOPPED, "message": self.reason, "details": {"reason": self.reason}}


def error_from(data: Mapping[str, Any]) -> PortError | Stopped:
    """What to raise for the error of a frame or a journal entry."""
    if data.get("type") == STOPPED:
        details = data.get("details") or {}
        return Stopped(str(details.get("reason") or data.get("message") or "cancelled"))
    return PortError.from_dict(data)
