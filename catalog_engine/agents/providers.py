"""Who gives a guest its credentials: one shared account, or the hub an account for each."""

from __future__ import annotations

import dataclasses
import logging
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

import kombu

from catalog_engine.host.adapters import GuestRecords
from guest_agent.transports.connections import connect

LOG = logging.getLogger(__name__)
EXCHANGE = "reply"


@dataclasses.dataclass(frozen=True)
class Credentials:
    """What a guest signs in with."""

    login: str
    password: str


class Provider(Protocol):
    """Gives each guest its credentials, the same ones whenever it is asked."""

    def connection(self) -> kombu.Connection:
        """A connection of the engine's own."""

    def credentials(self, guest: str) -> Credentials:
        """Credentials of a guest; made and remembered at first."""

    def settings(self, guest: str, placeholders: tuple[str, str]) -> dict[str, Any]:
        """How the guest reaches the broker; login and password are placeholders."""


class SharedAccount:
    """One account for all guests, as the reference has it: any guest can read what others get."""

    def __init__(self, options: Any, records: GuestRecords) -> None:
        self._options = options

    def connection(self) -> kombu.Connection:
        """A connection with the same account."""
        options = self._options
        url = kombu.utils.url.as_url(
            "amqp", options.host, options.port, options.login, options.password,
            options.virtual_host,
        )  # fmt: skip
        return connect(
            options.transport_url or url, tls=options.ssl, insecure=options.insecure,
            ca_certs=options.ca_certs,
        )  # fmt: skip

    def credentials(self, guest: str) -> Credentials:
        """The account of the configuration."""
        return Credentials(self._options.login, self._options.password)

    def settings(self, guest: str, placeholders: tuple[str, str]) -> dict[str, Any]:
        """Address of the broker."""
        options = self._options
        return {
            "host": options.host, "port": options.port, "virtual_host": options.virtual_host,
            "ssl": options.ssl, "insecure": options.insecure,
            "ca_certs": _content(options.ca_certs), "transport_url": None,
        }  # fmt: skip


class HubAccounts:
    """An account at the hub for each guest: it reads its own queue, and answers."""

    def __init__(self, options: Any, records: GuestRecords) -> None:
        self._options = options
        self._records = records

    def connection(self) -> kombu.Connection:
        """A connection to the hub's control socket."""
        return connect("hub:///", options={"control": self._options.hub_control})

    def credentials(self, guest: str) -> Credentials:
        """The guest's account, whose secret its record keeps."""
        record = self._records.get(guest)
        if record is None or "secret" not in record:
            record = self._records.put(guest, {"secret": secrets.token_urlsafe(24)})
        found = Credentials(guest, record["secret"])
        with self.connection() as connection:
            connection.connect()
            connection.transport.link.request(
                op="account", name=found.login, secret=found.password, queue=guest,
                key=reply_key(guest),
            )  # fmt: skip
        return found

    def settings(self, guest: str, placeholders: tuple[str, str]) -> dict[str, Any]:
        """Address of the hub."""
        options = self._options
        login, password = placeholders
        return {
            "host": options.host, "port": options.port, "virtual_host": "/", "ssl": False,
            "insecure": False, "ca_certs": "",
            "transport_url": f"hub://{login}:{password}@{options.host}:{options.port}/",
        }  # fmt: skip


def reply_key(guest: str) -> str:
    """Routing key of a guest's results."""
    return f"{guest}.result"


def _content(path: str) -> str:
    if not path:
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


PROVIDERS: Mapping[str, Any] = {"shared": SharedAccount, "hub": HubAccounts}
