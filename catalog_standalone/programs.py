"""The programs of standalone mode: their configuration files and their command lines."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import guest_agent
from catalog_standalone import readiness
from catalog_standalone.layout import (
    CLOUD_SERVICES,
    LaunchError,
    Layout,
    Options,
    write_private,
)
from catalog_standalone.processes import Program

REGION = "RegionOne"
LOOPBACK = ("127.0.0.0/8", "localhost", "::1")
#: On one machine a lease need not outlive pauses of a network: an engine that dies is missed soon.
LEASE_SECONDS, REQUEST_SECONDS, WATCH_SECONDS = 4, 3, 0.5


@dataclasses.dataclass(frozen=True)
class Broker:
    """A RabbitMQ that takes the place of the hub."""

    host: str
    port: int
    login: str
    password: str
    virtual_host: str

    @classmethod
    def parse(cls, url: str) -> Broker:
        """Read ``amqp://login:password@host:port/vhost`` (or ``rabbit://``).

        :raises LaunchError: it is no such URL, or not on this machine.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or 5672
        except ValueError as error:
            raise LaunchError(f"--broker {url}: {error}") from error
        if parts.scheme not in ("amqp", "rabbit") or not parts.hostname:
            raise LaunchError(
                f"--broker {url} is not understood; write amqp://login:password@host:port/vhost"
            )
        try:
            address = socket.gethostbyname(parts.hostname)
        except OSError as error:
            raise LaunchError(f"--broker {url}: {parts.hostname}: {error}") from error
        if not ipaddress.ip_address(address).is_loopback:
            raise LaunchError(
                f"--broker {url}: local guests reach loopback addresses only; run a broker on"
                " this machine, or forward one to it"
            )
        return cls(
            address, port, unquote(parts.username or "guest"), unquote(parts.password or "guest"),
            unquote(parts.path[1:]) or "/",
        )  # fmt: skip

    @property
    def oslo_url(self) -> str:
        """As oslo.messaging writes it."""
        from urllib.parse import quote

        account = f"{quote(self.login, safe='')}:{quote(self.password, safe='')}"
        return f"rabbit://{account}@{self.host}:{self.port}/{quote(self.virtual_host, safe='')}"


class Programs:
    """Everything that one launcher starts."""

    def __init__(
        self, options: Options, layout: Layout, ports: Mapping[str, int], secrets: Mapping[str, Any]
    ) -> None:
        self._options, self._layout, self._ports, self._secrets = options, layout, ports, secrets
        self._broker = Broker.parse(options.broker) if options.broker else None
        loopback = ",".join(LOOPBACK)
        known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        quiet = f"{known},{loopback}" if known else loopback
        self._environment = {
            **{key: value for key, value in os.environ.items() if not _is_credential(key)},
            "PYTHONUNBUFFERED": "1", "no_proxy": quiet, "NO_PROXY": quiet,
        }  # fmt: skip

    def url(self, name: str) -> str:
        """Address of a service of ours."""
        return f"http://{self._options.host}:{self._ports[name]}"

    @property
    def identity_url(self) -> str:
        """Where clients sign in."""
        return self.url("identity") + "/v3"

    # -- what clients read ----------------------------------------------------------------

    def endpoints(self) -> dict[str, Any]:
        """The content of ``endpoints.json``."""
        return {
            "application-catalog": self.url("api"), "identity": self.identity_url,
            "page": self.url("page") + "/", "region": REGION, "state": str(self._layout.root),
            "project": "demo", "user": "demo", "domain": "Default",
            "services": {name: self.url(name) for name in CLOUD_SERVICES},
        }  # fmt: skip

    def openrc(self) -> str:
        """The content of ``openrc``: sourced by a shell, it makes clients find this cloud."""
        values = {
            "OS_AUTH_URL": self.identity_url, "OS_IDENTITY_API_VERSION": "3",
            "OS_USERNAME": "demo", "OS_PASSWORD": self._secrets["demo"],
            "OS_PROJECT_NAME": "demo", "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default", "OS_REGION_NAME": REGION,
        }  # fmt: skip
        lines = [
            "# For a shell: . openrc (administrator: user admin, its password is in secrets.json)",
            "unset OS_CLOUD OS_TOKEN OS_TENANT_NAME OS_TENANT_ID OS_PROJECT_ID OS_SYSTEM_SCOPE",
            "unset OS_USER_ID OS_DOMAIN_ID OS_DOMAIN_NAME OS_AUTH_TYPE MURANO_URL",
            *(f"export {key}='{value}'" for key, value in values.items()),
            f'export no_proxy="${{no_proxy:+$no_proxy,}}{",".join(LOOPBACK)}"',
        ]
        return "\n".join(lines) + "\n"

    # -- configuration files --------------------------------------------------------------

    def write_files(self) -> None:
        """Write the configuration of every program."""
        etc = self._layout.etc
        write_private(etc / "cloud.json", json.dumps(self._cloud(), indent=2) + "\n")
        write_private(etc / "burano.conf", ini(self._services()))
        for number in range(1, self._options.engines + 1):
            name = self._layout.engine(number)
            write_private(etc / f"{name}.conf", ini(self._engine(name)))
        (etc / "class-configs").mkdir(exist_ok=True)
        if not self._broker:
            write_private(etc / "hub.json", json.dumps(self._hub(), indent=2) + "\n")

    def _cloud(self) -> dict[str, Any]:
        agent = Path(guest_agent.__file__).parent
        python = [sys.executable, "-P"]
        users = {
            "admin": {"admin": ["admin"], "demo": ["admin"]}, "demo": {"demo": ["member"]},
            "burano": {"service": ["admin", "service"]},
        }  # fmt: skip
        return {
            "state_dir": str(self._layout.root / "cloud"), "host": self._options.host,
            "ports": {name: self._ports[name] for name in CLOUD_SERVICES}, "region": REGION,
            "users": [
                {"name": name, "password": self._secrets[name], "projects": projects}
                for name, projects in users.items()
            ],
            "cors_origins": [self.url("page")],
            "extra_endpoints": {"application-catalog": self.url("api")},
            "guests": {
                "commands": {
                    "burano-agent": ["env", f"PYTHONPATH={agent.parent}", *python, "-m",
                                     "guest_agent"],
                    "python3": python[:1],
                },
                "read_only_paths": [str(agent)],
                "forwards": [self._guest_broker()],
            },
        }  # fmt: skip

    def _guest_broker(self) -> str:
        if self._broker:
            return f"{self._broker.host}:{self._broker.port}"
        return f"{self._options.host}:{self._ports['hub']}"

    def _hub(self) -> dict[str, Any]:
        return {
            "state_dir": str(self._layout.root / "hub"), "host": self._options.host,
            "port": self._ports["hub"], "control": str(self._layout.hub_socket),
        }  # fmt: skip

    def _service_user(self) -> dict[str, Any]:
        return {
            "auth_type": "password", "auth_url": self.identity_url, "username": "burano",
            "password": self._secrets["burano"], "project_name": "service",
            "user_domain_name": "Default", "project_domain_name": "Default",
            "region_name": REGION, "www_authenticate_uri": self.identity_url,
        }  # fmt: skip

    def _services(self) -> dict[str, dict[str, Any]]:
        socket_url = f"unix://{self._layout.conductor_socket}"
        database = self._options.database or f"sqlite:///{self._layout.root}/burano.sqlite"
        return {
            "DEFAULT": {"use_stderr": True},
            "api": {"host": self._options.host, "port": self._ports["api"]},
            "database": {"connection": database},
            "database_encryption": {"keys": self._secrets["encryption_key"]},
            "conductor": {
                "endpoint": socket_url, "listen": socket_url, "lease_seconds": LEASE_SECONDS,
                "request_timeout": REQUEST_SECONDS, "watch_interval": WATCH_SECONDS,
            },
            "messaging": {"transport_url": self._broker.oslo_url if self._broker else ""},
            "keystone_authtoken": self._service_user(),
            "cors": {"allowed_origin": self.url("page")},
        }  # fmt: skip

    def _engine(self, name: str) -> dict[str, dict[str, Any]]:
        return {
            "DEFAULT": {"use_stderr": True},
            "engine": {
                "name": name, "state_dir": self._layout.root / "engines" / name,
                "conductor_endpoint": f"unix://{self._layout.conductor_socket}",
                "class_configs": self._layout.etc / "class-configs",
            },
            "messaging": {"transport_url": self._broker.oslo_url if self._broker else ""},
            "rabbitmq": self._guest_channel(),
            "keystone_authtoken": self._service_user(),
        }  # fmt: skip

    def _guest_channel(self) -> dict[str, Any]:
        if self._broker:
            return {**dataclasses.asdict(self._broker), "credentials_provider": "shared"}
        return {
            "host": self._options.host, "port": self._ports["hub"], "login": "", "password": "",
            "credentials_provider": "hub", "hub_control": self._layout.hub_socket,
        }  # fmt: skip

    # -- command lines --------------------------------------------------------------------

    def synchronise_database(self) -> list[str]:
        """The command that brings the database's tables up to date."""
        return [*self._module("catalog_api.cmd.manage"), "db", "sync", *self._config("burano.conf")]

    def stages(self) -> list[list[Program]]:
        """What is started side by side, stage after stage."""
        host, ports = self._options.host, self._ports
        cloud = self._program(
            "cloud", self._module("catalog_standalone.cloud"),
            ["--config", str(self._layout.etc / "cloud.json")],
            readiness.http_answers(host, ports["identity"], "/v3"), stop_seconds=20,
        )  # fmt: skip
        hub = self._program(
            "hub", self._module("catalog_standalone.hub"),
            ["--config", str(self._layout.etc / "hub.json")],
            readiness.listens(host, ports["hub"], self._layout.hub_socket),
        )  # fmt: skip
        conductor = self._program(
            "conductor", self._module("catalog_api.cmd.conductor"), self._config("burano.conf"),
            readiness.unix_answers(self._layout.conductor_socket, "/healthcheck"),
        )  # fmt: skip
        api = self._program(
            "api", self._module("catalog_api.cmd.api"), self._config("burano.conf"),
            readiness.http_answers(host, ports["api"], "/healthcheck"),
        )  # fmt: skip
        page = self._program(
            "page", self._module("catalog_standalone.page"),
            ["--host", host, "--port", str(ports["page"]),
             "--endpoints", str(self._layout.endpoints)],
            readiness.http_answers(host, ports["page"], "/"),
        )  # fmt: skip
        return [[cloud] if self._broker else [cloud, hub], [conductor, api, page], self._engines()]

    def _engines(self) -> list[Program]:
        # The others go on with what a dead engine held; only a lone one hurries back.
        alone = self._options.engines == 1
        delay = 0.5 if alone else LEASE_SECONDS + REQUEST_SECONDS + 2 * WATCH_SECONDS + 1
        return [
            self._program(
                name, self._module("catalog_engine.cmd.engine"), self._config(f"{name}.conf"),
                readiness.logs("is ready"), restart_seconds=delay,
            )
            for name in map(self._layout.engine, range(1, self._options.engines + 1))
        ]  # fmt: skip

    def _program(
        self, name: str, command: list[str], arguments: list[str], ready: readiness.Ready,
        **times: float,
    ) -> Program:  # fmt: skip
        return Program(name, [*command, *arguments], ready, self._environment, **times)

    @property
    def environment(self) -> Mapping[str, str]:
        """What the programs find in their environment."""
        return self._environment

    def _config(self, name: str) -> list[str]:
        return ["--config-file", str(self._layout.etc / name)]

    @staticmethod
    def _module(name: str) -> list[str]:
        return [sys.executable, "-P", "-m", name]


def _is_credential(variable: str) -> bool:
    """Whether it tells clients of a cloud where to sign in.

    The local cloud is the only one here; ``OS_SECTION__OPTION`` sets an option of a service.
    """
    return variable.startswith("OS_") and "__" not in variable


def ini(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """An oslo.config file; ``$`` is doubled, since it would name another option."""
    lines = []
    for section, options in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {str(value).replace('$', '$$')}" for key, value in options.items()]
        lines.append("")
    return "\n".join(lines)
