"""``io.murano.system.Agent`` and ``AgentListener``: talking to the agent of a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.host.errors import PortError
from catalog_engine.library import plans, results
from catalog_engine.library.errors import AgentTimeout, PolicyViolation
from catalog_engine.library.values import owner_of, plain
from catalog_engine.muranopl.types.native import native_class, native_method

_DEFAULT_TIMEOUT: Final = 3600
_READY_TIMEOUT: Final = 100
_PROBE: Final[Mapping[str, Any]] = {
    "Name": "Readiness probe",
    "FormatVersion": "2.0.0",
    "Version": "1.0.0",
    "Action": "Execute",
    "Parameters": {},
    "Body": "return",
    "Files": {},
    "Scripts": {},
}


def _is_enabled(runtime: Any) -> bool:
    return not runtime.host.ports.configuration.option("engine", "disable_murano_agent")


@native_class("io.murano.system.Agent")
class Agent:
    """The agent on one server; its queue's name is made of the ids of environment and server."""

    def __init__(self, this: Any, runtime: Any, host: Any):
        environment = owner_of(host, "io.murano.Environment")
        if environment is None:
            raise ValueError("An agent's host must belong to an environment")
        self._runtime = runtime
        self._ports = runtime.host.ports
        self._host = host
        self._queue = f"e{environment.id}-h{host.id}".lower()
        self._region: str | None = None
        self._settings: Mapping[str, Any] | None = None

    @native_method()
    def queue_name(self) -> str:
        """Name of the queue that the agent reads its plans from."""
        return self._queue

    @native_method()
    def signing_key(self, line_prefix: str = "") -> str:
        """The engine's public key, each line after *line_prefix*; empty, plans are not signed."""
        return ""

    @native_method()
    def connection_settings(self) -> Mapping[str, Any]:
        """What the agent must be configured with; login and password are placeholders."""
        if self._settings is None:
            self._settings = self._ports.agents.prepare(self._queue, self._region_name())
        return self._settings

    @native_method()
    def call(self, template: Any, resources: Any, timeout: int | None = None) -> Any:
        """Build a plan, have it executed and return its value.

        :raises AgentError: the plan failed on the guest.
        :raises AgentTimeout: no answer came in time.
        :raises PolicyViolation: agents are disabled.
        """
        self._check_enabled()
        return self._execute(self._built(template, resources), timeout)

    @native_method()
    def send(self, template: Any, resources: Any) -> None:
        """Build a plan and send it, without waiting for its result."""
        self._check_enabled()
        self._send(self._built(template, resources))

    @native_method()
    def call_raw(self, plan: Any, timeout: int | None = None) -> Any:
        """Have a complete plan executed and return its value."""
        self._check_enabled()
        return self._execute(plain(plan), timeout)

    @native_method()
    def send_raw(self, plan: Any) -> None:
        """Send a complete plan."""
        self._check_enabled()
        self._send(plain(plan))

    @native_method()
    def wait_ready(self, timeout: int = _READY_TIMEOUT) -> None:
        """Wait until the agent answers.

        :raises AgentTimeout: it did not in time.
        """
        self._check_enabled()
        self._execute(_PROBE, timeout)

    @native_method()
    def is_ready(self, timeout: int = _READY_TIMEOUT) -> bool:
        """Say whether the agent answers in time."""
        try:
            self.wait_ready(timeout)
        except AgentTimeout:
            return False
        return True

    def _check_enabled(self) -> None:
        if not _is_enabled(self._runtime):
            raise PolicyViolation("Use of murano-agent is disallowed by the server configuration")

    def _built(self, template: Any, resources: Any) -> dict[str, Any]:
        def read(path: str) -> bytes:
            content: bytes = self._runtime.native_of(resources).content(path)
            return content

        return plans.build(plain(template), read)

    def _region_name(self) -> str | None:
        if self._region is None:
            region = self._runtime.call_method(self._host, "getRegion", (), {}, None)
            self._region = self._runtime.get_property(region, "name", None)
        return self._region

    def _execute(self, plan: Mapping[str, Any], timeout: int | None) -> Any:
        if timeout is None:
            configured = self._ports.configuration.option("engine", "agent_timeout")
            timeout = int(configured or _DEFAULT_TIMEOUT)
        self.connection_settings()
        try:
            result = self._ports.agents.execute(self._queue, self._region_name(), plan, timeout)
        except PortError as error:
            if error.type == "TimeoutError":
                raise AgentTimeout(
                    f"The murano-agent did not respond within {timeout} seconds"
                ) from error
            raise
        return results.value_of(result)

    def _send(self, plan: Mapping[str, Any]) -> None:
        self.connection_settings()
        self._ports.agents.send(self._queue, self._region_name(), plan)


@native_class("io.murano.system.AgentListener")
class AgentListener:
    """What is left of the receiver of results: answers are matched below the ports.

    Packages read its queue's name at most.
    """

    def __init__(self, this: Any, runtime: Any, name: str):
        self._runtime = runtime
        self._name = name

    @native_method()
    def queue_name(self) -> str:
        """Name under which the region's results were once received."""
        return f"-execution-results-{self._name.lower()}"

    @native_method()
    def start(self) -> None:
        """Nothing to start: results are received for the whole task."""

    @native_method()
    def stop(self) -> None:
        """Nothing to stop."""

    @native_method()
    def subscribe(self, message_id: str, event: Any) -> None:
        """Refused: a result goes to the call that waits for it.

        :raises PolicyViolation: always.
        """
        raise PolicyViolation("Results cannot be subscribed to; use Agent.call()")

    @native_method()
    def unsubscribe(self, message_id: str) -> None:
        """Refused as :meth:`subscribe` is.

        :raises PolicyViolation: always.
        """
        raise PolicyViolation("Results cannot be subscribed to; use Agent.call()")
