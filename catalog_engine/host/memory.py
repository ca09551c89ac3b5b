"""Ports that live in memory: for tests, and for running packages with no cloud."""

from __future__ import annotations

import copy
import dataclasses
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from catalog_engine.host.errors import PortError
from catalog_engine.host.ports import Packages, Plain, Row

START = 1_600_000_000.0


class MemoryStacks:
    """Stacks that are complete at once; ``failures`` maps names to the reason they fail with."""

    def __init__(self) -> None:
        self.stacks: dict[tuple[str, str], Row] = {}
        self.failures: dict[str, str] = {}

    def read(self, name: str, region: str | None = None) -> Row | None:
        """The stack as it was applied."""
        return copy.deepcopy(self.stacks.get((region or "", name)))

    def apply(
        self, name: str, region: str | None, template: Mapping[str, Plain],
        parameters: Mapping[str, Plain], files: Mapping[str, str],
        environment: Mapping[str, Plain] | str, tags: Iterable[str],
        description: str | None = None,
    ) -> Row:  # fmt: skip
        """Keep the template; outputs are evaluated as far as no cloud is needed."""
        key = (region or "", name)
        if "resources" not in template:
            self.delete(name, region)
            return {"status": "NOT_FOUND", "outputs": {}}
        status = "UPDATE" if key in self.stacks else "CREATE"
        if name in self.failures:
            reason = self.failures[name]
            self.stacks[key] = {
                "status": f"{status}_FAILED", "reason": reason, "template": {}, "parameters": {},
                "outputs": {},
            }  # fmt: skip
            raise PortError(
                "StackError", f"Unexpected stack state {status}_FAILED: {reason}",
                {"stack": name, "status": f"{status}_FAILED", "reason": reason},
            )  # fmt: skip
        outputs = {
            output: _evaluate(body.get("value"), parameters, template["resources"] or {})
            for output, body in (template.get("outputs") or {}).items()
        }
        self.stacks[key] = copy.deepcopy(
            {
                "status": f"{status}_COMPLETE", "reason": "", "template": dict(template),
                "parameters": dict(parameters or {}), "outputs": outputs,
            }
        )  # fmt: skip
        return {"status": f"{status}_COMPLETE", "outputs": copy.deepcopy(outputs)}

    def delete(self, name: str, region: str | None = None) -> None:
        """Forget the stack."""
        self.stacks.pop((region or "", name), None)


def _evaluate(value: Any, parameters: Mapping[str, Any], resources: Mapping[str, Any]) -> Any:
    """An output's value: parameters and addresses, other functions as a text that names them."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "get_param" and isinstance(argument, str):
                return parameters.get(argument)
            if function == "get_attr" and isinstance(argument, list | tuple):
                address = _address(argument, resources)
                if address is not None:
                    return address
            if function.startswith(("get_", "str_", "list_", "Fn::")):
                return f"<{function} {argument}>"
        return {key: _evaluate(item, parameters, resources) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_evaluate(item, parameters, resources) for item in value]
    return value


def _address(path: Sequence[Any], resources: Mapping[str, Any]) -> Any:
    """What a server or a floating address would have got, the same at every update; or None."""
    name, *attribute = path
    resource = resources.get(name) or {}
    number = zlib.crc32(str(name).encode())
    match (resource.get("type"), attribute):
        case ("OS::Nova::Server", ["addresses", _network]):
            parts = [10, *number.to_bytes(4, "big")[1:]]
            return [{"addr": ".".join(map(str, parts)), "version": 4}]
        case ("OS::Neutron::FloatingIP", ["floating_ip_address"]):
            return f"203.0.113.{number % 254 + 1}"
    return None


def agent_succeeds(guest: str, plan: Mapping[str, Plain]) -> Row:
    """The result document of an agent that ran every script of the plan without output."""
    return {
        "FormatVersion": "2.0.0", "ID": str(plan.get("ID", "")), "SourceID": plan.get("ID", ""),
        "Action": "Execution:Result", "ErrorCode": 0, "Body": None,
    }  # fmt: skip


class MemoryAgents:
    """Agents that answer each plan with what ``answer(guest, plan)`` returns."""

    def __init__(self, answer: Callable[[str, Mapping[str, Plain]], Row] = agent_succeeds) -> None:
        self.answer = answer
        self.prepared: set[str] = set()
        self.plans: list[tuple[str, Row]] = []

    def prepare(self, guest: str, region: str | None = None) -> Row:
        """A queue on a broker that does not exist."""
        self.prepared.add(guest)
        return {
            "queue": guest, "reply_exchange": "reply", "reply_key": f"{guest}.result",
            "host": "localhost", "port": 5672, "virtual_host": "/", "ssl": False,
            "insecure": False, "ca_certs": "", "transport_url": None,
            "login_placeholder": f"@@burano:guest:{guest}:login@@",
            "password_placeholder": f"@@burano:guest:{guest}:password@@",
        }  # fmt: skip

    def execute(
        self, guest: str, region: str | None, plan: Mapping[str, Plain], timeout: float
    ) -> Row:
        """The answer to the plan."""
        self.plans.append((guest, dict(plan)))
        return self.answer(guest, plan)

    def send(self, guest: str, region: str | None, plan: Mapping[str, Plain]) -> None:
        """Note the plan."""
        self.plans.append((guest, dict(plan)))


class MemoryCloud:
    """A cloud whose lists are the dicts in ``rows``, by noun."""

    def __init__(self, rows: Mapping[str, list[Row]] | None = None) -> None:
        self.rows: dict[str, list[Row]] = {key: list(value) for key, value in (rows or {}).items()}

    def networks(self, region: str | None = None) -> list[Row]:
        """Rows of ``networks``."""
        return list(self.rows.get("networks", []))

    def subnets(self, region: str | None = None) -> list[Row]:
        """Rows of ``subnets``."""
        return list(self.rows.get("subnets", []))

    def ports(self, region: str | None = None) -> list[Row]:
        """Rows of ``ports``."""
        return list(self.rows.get("ports", []))

    def routers(self, region: str | None = None) -> list[Row]:
        """Rows of ``routers``."""
        return list(self.rows.get("routers", []))

    def extensions(self, region: str | None = None) -> list[Row]:
        """Rows of ``extensions``."""
        return list(self.rows.get("extensions", []))

    def create_router(self, region: str | None, name: str, external_network: str) -> Row:
        """A new row of ``routers``, or the one of that name."""
        for row in self.rows.setdefault("routers", []):
            if row["name"] == name:
                return dict(row)
        router = {
            "id": f"router-{len(self.rows['routers']) + 1}", "name": name,
            "external_gateway_info": {"network_id": external_network},
        }  # fmt: skip
        self.rows["routers"].append(router)
        return dict(router)

    def user(self, id: str) -> Row | None:
        """The row of ``users`` with that id."""
        return self._by_id("users", id)

    def project(self, id: str) -> Row | None:
        """The row of ``projects`` with that id."""
        return self._by_id("projects", id)

    def metadef_namespaces(
        self, region: str | None = None, resource_type: str | None = None
    ) -> list[Row]:
        """Rows of ``namespaces`` that name the resource type, or all."""
        return [
            row
            for row in self.rows.get("namespaces", [])
            if resource_type is None or resource_type in row.get("resource_types", [])
        ]

    def metadef_objects(self, region: str | None, namespace: str) -> list[Row]:
        """Rows of ``objects`` of that namespace."""
        return [row for row in self.rows.get("objects", []) if row.get("namespace") == namespace]

    def upload_workflows(self, region: str | None, definition: str) -> list[Row]:
        """A new row of ``workflows``."""
        row = {"definition": definition}
        self.rows.setdefault("workflows", []).append(row)
        return [dict(row)]

    def start_workflow(
        self,
        region: str | None,
        name: str,
        inputs: Mapping[str, Plain],
        params: Mapping[str, Plain],
    ) -> Row:
        """A new row of ``executions``, which ended at once and gives its inputs back."""
        rows = self.rows.setdefault("executions", [])
        row = {"id": f"execution-{len(rows) + 1}", "state": "SUCCESS", "output": dict(inputs)}
        rows.append(row)
        return dict(row)

    def workflow_execution(self, region: str | None, id: str) -> Row | None:
        """The row of ``executions`` with that id."""
        return self._by_id("executions", id)

    def _by_id(self, noun: str, id: str) -> Row | None:
        return next((dict(row) for row in self.rows.get(noun, []) if row.get("id") == id), None)


class NoPackages:
    """A catalog without packages."""

    def find(self, name: str | None, class_name: str | None, version_spec: str) -> Row:
        """Nothing is found."""
        if name:
            raise PortError("NoPackageFound", f"Package {name} is not found")
        raise PortError("NoPackageForClassFound", f"No package for class {class_name} is found")

    def content(self, digest: str) -> Row:
        """Nothing is there."""
        raise PortError("NoPackageFound", f"There is no package with digest {digest}")


class MemoryConfiguration:
    """Options by (section, key), class configurations by class name."""

    def __init__(
        self, options: Mapping[tuple[str, str], Plain] | None = None,
        class_configs: Mapping[str, Row] | None = None,
    ) -> None:  # fmt: skip
        self.options = dict(options or {})
        self.class_configs = dict(class_configs or {})

    def option(self, section: str, key: str) -> Plain:
        """The option, or None."""
        return self.options.get((section, key))

    def class_config(self, class_name: str, version: str) -> Row | None:
        """The class's values, or None."""
        return self.class_configs.get(class_name)


class MemoryReports:
    """Keeps what is reported and counted."""

    def __init__(self) -> None:
        self.reports: list[Row] = []
        self.instances: dict[str, Row] = {}

    def report(
        self, object_id: str, text: str, level: str = "info", details: str | None = None
    ) -> None:
        """Keep a report."""
        self.reports.append(
            {"object_id": object_id, "text": text, "level": level, "details": details}
        )

    def track_instance(
        self, object_id: str, instance_type: int, type_name: str,
        type_title: str | None = None, unit_count: int | None = None,
    ) -> None:  # fmt: skip
        """Keep an instance."""
        self.instances[object_id] = {
            "instance_type": instance_type, "type_name": type_name, "type_title": type_title,
            "unit_count": unit_count,
        }  # fmt: skip

    def untrack_instance(self, object_id: str, instance_type: int) -> None:
        """Forget an instance of this type."""
        found = self.instances.get(object_id)
        if found is not None and found["instance_type"] == instance_type:
            del self.instances[object_id]


class MemoryClock:
    """A clock that only ``sleep`` moves."""

    def __init__(self, now: float = START) -> None:
        self._now = now

    def now(self) -> float:
        """The start plus what was slept."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the clock; nobody waits."""
        self._now += max(0.0, seconds)


class MemoryState:
    """Keeps the newest state to clean up from."""

    def __init__(self) -> None:
        self.copy: Plain = None
        self.attributes: dict[tuple[str, str, str], Plain] = {}

    def objects_copy(self, model: Plain) -> None:
        """Keep the copy."""
        self.copy = model

    def attribute(self, object_id: str, class_name: str, name: str, value: Plain) -> None:
        """Keep the attribute; None deletes it."""
        if value is None:
            self.attributes.pop((object_id, class_name, name), None)
        else:
            self.attributes[object_id, class_name, name] = value


class MemorySecrets:
    """Secrets by reference."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self.secrets = dict(secrets or {})

    def decrypt(self, reference: str) -> str:
        """The secret; PortError ``SecretNotFound``."""
        if reference not in self.secrets:
            raise PortError("SecretNotFound", f"There is no secret {reference}")
        return self.secrets[reference]


@dataclasses.dataclass
class MemoryPorts:
    """All ports in memory; replace a part by passing it."""

    stacks: MemoryStacks = dataclasses.field(default_factory=MemoryStacks)
    agents: MemoryAgents = dataclasses.field(default_factory=MemoryAgents)
    cloud: MemoryCloud = dataclasses.field(default_factory=MemoryCloud)
    packages: Packages = dataclasses.field(default_factory=NoPackages)
    configuration: MemoryConfiguration = dataclasses.field(default_factory=MemoryConfiguration)
    reports: MemoryReports = dataclasses.field(default_factory=MemoryReports)
    clock: MemoryClock = dataclasses.field(default_factory=MemoryClock)
    state: MemoryState = dataclasses.field(default_factory=MemoryState)
    secrets: MemorySecrets = dataclasses.field(default_factory=MemorySecrets)
