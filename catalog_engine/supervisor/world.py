"""The world of one task: each port's adapter, with this task's rights and no other's."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

from catalog_engine.clouds.cloud_queries import CloudQueries
from catalog_engine.clouds.stacks import HeatStacks
from catalog_engine.clouds.waiting import Patience
from catalog_engine.host.adapters import AgentsAdapter
from catalog_engine.host.errors import PortError
from catalog_engine.host.messages import Request
from catalog_engine.supervisor.calls import Context
from catalog_engine.supervisor.instances import Instances
from catalog_engine.supervisor.options import Options

PLACEHOLDER = re.compile('@@burano:guest:([^:@"]{1,255}):')
"""What stands in a template for a secret of a guest."""


class PackagesAdapter(Protocol):
    """Adapter of the port ``packages``."""

    def find(
        self, name: str | None, class_name: str | None, version_spec: str, *, operation_id: str,
        cancelled: threading.Event, deadline: float | None,
    ) -> Mapping[str, Any]:  # fmt: skip
        """``{name, version, digest}`` of the best match."""

    def content(
        self, digest: str, *, operation_id: str, cancelled: threading.Event,
        deadline: float | None,
    ) -> Mapping[str, Any]:  # fmt: skip
        """``{manifest, compiled, files}`` of a found package."""


class TaskWorld:
    """Performs the requests of one task's worker.

    :param environment_id: the environment whose guests the task may speak to.
    """

    def __init__(
        self, environment_id: str | None, stacks: HeatStacks, cloud: CloudQueries,
        agents: AgentsAdapter, packages: PackagesAdapter, options: Options,
        instances: Instances,
    ) -> None:  # fmt: skip
        self._environment_id = environment_id or ""
        self._stacks = stacks
        self._cloud = cloud
        self._agents = agents
        self._packages = packages
        self._options = options
        self._instances = instances

    def perform(self, request: Request, context: Context) -> Any:
        """Do what a request asks; PortError when it fails."""
        arguments = dict(request.arguments)
        use = getattr(self, f"_{request.port}_port", None)
        if use is None:
            raise PortError("NotSupported", f"This engine has no port {request.port}")
        return use(request.operation, arguments, context)

    def recorded(self, request: Request, operation_id: str) -> None:
        """The journal holds the effect's result."""
        if request.port == "agents":
            self._agents.recorded(operation_id)

    def close(self) -> None:
        """The task has ended here."""
        self._agents.close()

    # ------------------------------------------------------------ ports

    def _stacks_port(self, operation: str, arguments: dict[str, Any], context: Context) -> Any:
        if operation == "apply":
            arguments["template"] = self._with_secrets(arguments["template"])
        return getattr(self._stacks, operation)(**arguments, **_common(context))

    def _cloud_port(self, operation: str, arguments: dict[str, Any], context: Context) -> Any:
        return getattr(self._cloud, operation)(**arguments, **_common(context))

    def _agents_port(self, operation: str, arguments: dict[str, Any], context: Context) -> Any:
        self._check_guest(str(arguments.get("guest")))
        return getattr(self._agents, operation)(**arguments, **_common(context))

    def _packages_port(self, operation: str, arguments: dict[str, Any], context: Context) -> Any:
        return getattr(self._packages, operation)(**arguments, **_common(context))

    def _configuration_port(
        self, operation: str, arguments: dict[str, Any], _context: Context
    ) -> Any:
        return getattr(self._options, operation)(**arguments)

    def _reports_port(self, operation: str, arguments: dict[str, Any], _context: Context) -> Any:
        return getattr(self._instances, operation)(**arguments)

    def _clock_port(self, operation: str, arguments: dict[str, Any], context: Context) -> Any:
        if operation == "now":
            return time.time()
        Patience(context.cancelled, context.deadline).pause(max(0.0, arguments["seconds"]))
        return None

    def _secrets_port(self, _operation: str, arguments: dict[str, Any], _context: Context) -> Any:
        raise PortError(
            "SecretNotFound",
            f"Secret {str(arguments.get('reference'))[:64]} cannot be read: this engine has no key"
            " manager configured",
        )

    # ------------------------------------------------------------ secrets of guests

    def _with_secrets(self, template: Mapping[str, Any]) -> Any:
        """The template with guests' secrets in the place of their placeholders."""
        guests = set(PLACEHOLDER.findall(json.dumps(template)))
        if not guests:
            return template
        secrets: dict[str, str] = {}
        for guest in sorted(guests):
            self._check_guest(guest)
            secrets.update(self._agents.secrets(guest))
        return _replaced(template, secrets)

    def _check_guest(self, guest: str) -> None:
        if not guest.startswith(f"e{self._environment_id}-".lower()):
            raise PortError(
                "UnknownGuest", f"Guest {guest[:255]} is none of environment {self._environment_id}"
            )


def _common(context: Context) -> dict[str, Any]:
    return {
        "operation_id": context.operation_id, "cancelled": context.cancelled,
        "deadline": context.deadline,
    }  # fmt: skip


def _replaced(value: Any, secrets: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for placeholder, secret in secrets.items():
            value = value.replace(placeholder, secret)
        return value
    if isinstance(value, Mapping):
        return {key: _replaced(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(item, secrets) for item in value]
    return value
