"""How an adapter of the cloud fails: an error that crosses its port."""

from __future__ import annotations

from catalog_engine.host.errors import STOPPED, PortError


class CloudError(PortError):
    """A cloud refused or failed; ``type`` is the name under which a port reports it."""


class CallStopped(CloudError):
    """The call was cancelled or ran into its deadline; the effect may still go on in the cloud."""

    def __init__(self, reason: str) -> None:
        super().__init__(STOPPED, reason, {"reason": reason})
