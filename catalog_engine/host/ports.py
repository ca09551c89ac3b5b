"""The ports: every way in which a task reads or changes the world.

All arguments and results are plain JSON-like data. The methods look synchronous; in a worker a
call suspends the branch that makes it, and other branches go on. They raise
:class:`catalog_engine.host.errors.PortError`, and ``Stopped`` when the task is cancelled or out
of time. What each operation means to the journal is data: :mod:`catalog_engine.host.operations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

Plain: TypeAlias = Any
"""None, bool, int, float, str, bytes, and lists and dicts of these."""
Row: TypeAlias = dict[str, Any]


class Stacks(Protocol):
    """Heat stacks, identified by name."""

    def read(self, name: str, region: str | None = None) -> Row | None:
        """``{status, reason, template, parameters, outputs}``, or None when there is no stack."""

    def apply(
        self, name: str, region: str | None, template: Mapping[str, Plain],
        parameters: Mapping[str, Plain], files: Mapping[str, str],
        environment: Mapping[str, Plain] | str, tags: Iterable[str],
        description: str | None = None,
    ) -> Row:  # fmt: skip
        """Create or update, wait until complete: ``{status, outputs}``; error ``StackError``."""

    def delete(self, name: str, region: str | None = None) -> None:
        """Delete and wait until it is gone; nothing to do when there is none."""


class Agents(Protocol):
    """Agents on guests."""

    def prepare(self, guest: str, region: str | None = None) -> Row:
        """Make the guest's queue and credentials; answers what its agent must know.

        ``{queue, reply_exchange, reply_key, host, port, virtual_host, ssl, insecure, ca_certs,
        transport_url, login_placeholder, password_placeholder}``. The placeholders stand for
        secrets that ``stacks.apply`` puts in, below the journal.
        """

    def execute(
        self, guest: str, region: str | None, plan: Mapping[str, Plain], timeout: float
    ) -> Row:
        """Send a plan and wait for its result document; error ``TimeoutError``."""

    def send(self, guest: str, region: str | None, plan: Mapping[str, Plain]) -> None:
        """Send a plan whose result nobody awaits."""


class Cloud(Protocol):
    """Questions to Neutron, Keystone, Glance and Mistral, and the few things made there."""

    def networks(self, region: str | None = None) -> list[Row]:
        """All networks that the project sees."""

    def subnets(self, region: str | None = None) -> list[Row]:
        """All subnets that the project sees."""

    def ports(self, region: str | None = None) -> list[Row]:
        """All ports that the project sees."""

    def routers(self, region: str | None = None) -> list[Row]:
        """All routers that the project sees."""

    def extensions(self, region: str | None = None) -> list[Row]:
        """Extensions of Neutron."""

    def create_router(self, region: str | None, name: str, external_network: str) -> Row:
        """A router with its gateway on an external network (an id)."""

    def user(self, id: str) -> Row | None:
        """A user by id."""

    def project(self, id: str) -> Row | None:
        """A project by id."""

    def metadef_namespaces(
        self, region: str | None = None, resource_type: str | None = None
    ) -> list[Row]:
        """Glance's metadata namespaces, those of a resource type if one is given."""

    def metadef_objects(self, region: str | None, namespace: str) -> list[Row]:
        """Objects of a metadata namespace."""

    def upload_workflows(self, region: str | None, definition: str) -> list[Row]:
        """Workflows of a definition, created or updated."""

    def start_workflow(
        self,
        region: str | None,
        name: str,
        inputs: Mapping[str, Plain],
        params: Mapping[str, Plain],
    ) -> Row:
        """A new execution, ``{id, state, output}``."""

    def workflow_execution(self, region: str | None, id: str) -> Row | None:
        """An execution as it stands, ``{id, state, output}``; None when there is none."""


class Packages(Protocol):
    """Packages by name or by a class that they hold."""

    def find(self, name: str | None, class_name: str | None, version_spec: str) -> Row:
        """``{name, version, digest}`` of the best match.

        Errors ``NoPackageFound`` (by name) and ``NoPackageForClassFound`` (by class).
        """

    def content(self, digest: str) -> Row:
        """``{manifest: {…}, compiled: bytes, files: {path: bytes}}`` of a found package."""


class Configuration(Protocol):
    """The engine's own configuration, as far as classes may read it."""

    def option(self, section: str, key: str) -> Plain:
        """The value of an option; None when there is no such option."""

    def class_config(self, class_name: str, version: str) -> Row | None:
        """The values of properties with usage Config of a class; None without a file."""


class Reports(Protocol):
    """What people are told: lines of progress, for which nobody waits, and counted instances."""

    def report(
        self, object_id: str, text: str, level: str = "info", details: str | None = None
    ) -> None:
        """A report about an object; level ``info``, ``warning`` or ``error``."""

    def track_instance(
        self, object_id: str, instance_type: int, type_name: str,
        type_title: str | None = None, unit_count: int | None = None,
    ) -> None:  # fmt: skip
        """Count an instance (100 application, 200 server), until it is untracked.

        One that is counted already goes on being counted, with this title and number of units.
        """

    def untrack_instance(self, object_id: str, instance_type: int) -> None:
        """Count an instance of this type no longer; nothing to do when there is none."""


class Clock(Protocol):
    """Time; replayed, so that an attempt sees what its predecessor saw."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class State(Protocol):
    """What a successor or the conductor needs to clean up; written to the journal only."""

    def objects_copy(self, model: Plain) -> None:
        """The model to clean up from, should the task end without a result."""

    def attribute(self, object_id: str, class_name: str, name: str, value: Plain) -> None:
        """An attribute was set; value None: deleted."""


class Secrets(Protocol):
    """Secrets that a model refers to."""

    def decrypt(self, reference: str) -> str:
        """The secret behind a reference."""


class Ports(Protocol):
    """All ports of one task."""

    @property
    def stacks(self) -> Stacks:
        """Stacks of Heat."""

    @property
    def agents(self) -> Agents:
        """Agents on guests."""

    @property
    def cloud(self) -> Cloud:
        """Questions to the cloud."""

    @property
    def packages(self) -> Packages:
        """Packages."""

    @property
    def configuration(self) -> Configuration:
        """The engine's configuration."""

    @property
    def reports(self) -> Reports:
        """Lines of progress."""

    @property
    def clock(self) -> Clock:
        """Time."""

    @property
    def state(self) -> State:
        """What is needed to clean up."""

    @property
    def secrets(self) -> Secrets:
        """Secrets."""
