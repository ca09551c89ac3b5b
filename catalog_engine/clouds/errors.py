"""How an adapter fails: the error that crosses a port, and the stop of a cancelled call."""

from __future__ import annotations

from typing import Any


class CloudError(Exception):
    """A cloud refused or failed; ``type`` is the name under which a port reports it."""

    def __init__(self, type: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.type, self.message, self.details = type, message, details or {}


class CallStopped(CloudError):
    """The call was cancelled or ran into its deadline; the effect may still go on in the cloud."""

    def __init__(self, reason: str) -> None:
        super().__init__("Stopped", reason, {"reason": reason})
