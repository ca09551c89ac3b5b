"""``io.murano.system.MistralClient``: workflows of the cloud's workflow service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.library.errors import MistralError
from catalog_engine.muranopl.types.native import native_class, native_method

_PAUSE: Final = 2.0
_ENDED: Final = ("SUCCESS", "ERROR", "CANCELLED")
_INTERNAL: Final = ("openstack", "__execution", "task")


@native_class("io.murano.system.MistralClient")
class MistralClient:
    """Uploads workflows and runs them."""

    def __init__(self, this: Any, runtime: Any, region_name: str | None = None):
        self._ports = runtime.host.ports
        self._region = region_name

    @native_method()
    def upload(self, definition: str) -> None:
        """Create the workflows of a definition, or update them."""
        self._ports.cloud.upload_workflows(self._region, definition)

    @native_method()
    def run(
        self, name: str, timeout: float = 600, inputs: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """Run a workflow and return its output; without a timeout, return its execution's id.

        :param timeout: seconds to wait; 0 waits for nothing.
        :raises MistralError: it failed, or took longer.
        """
        started = self._ports.cloud.start_workflow(self._region, name, inputs or {}, params or {})
        if not timeout:
            return started["id"]
        ended = self._ended(started, timeout)
        output = ended["output"] or {}
        if ended["state"] != "SUCCESS":
            raise MistralError(
                f"Execution {ended['id']} of workflow {name} ended with {ended['state']}: {output}"
            )
        return {key: value for key, value in output.items() if key not in _INTERNAL}

    def _ended(self, started: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        clock = self._ports.clock
        deadline = clock.now() + timeout
        execution = started
        while execution["state"] not in _ENDED:
            if clock.now() >= deadline:
                raise MistralError(f"Execution {started['id']} took longer than {timeout} s")
            clock.sleep(_PAUSE)
            found = self._ports.cloud.workflow_execution(self._region, started["id"])
            if found is None:
                raise MistralError(f"Execution {started['id']} is gone")
            execution = found
        return execution
