"""Connections to the broker: RabbitMQ, or the hub of standalone mode, both through kombu."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import kombu
import kombu.utils.url

from guest_agent.transports import hub

HEARTBEAT = 15
CONNECT_SECONDS = 10


def connect(
    url: str, *, tls: bool = False, insecure: bool = False, ca_certs: str = "",
    options: Mapping[str, Any] | None = None,
) -> kombu.Connection:  # fmt: skip
    """A connection that is made at first use.

    :param url: ``amqp://…``, or ``hub://login:password@host:port/``.
    """
    if url.startswith("hub:"):
        return kombu.Connection(
            url, transport=hub.Transport, transport_options=dict(options or {}),
            connect_timeout=CONNECT_SECONDS,
        )  # fmt: skip
    host = kombu.utils.url.parse_url(url)["hostname"]
    return kombu.Connection(
        url, heartbeat=HEARTBEAT, connect_timeout=CONNECT_SECONDS,
        ssl=_tls(host, insecure, ca_certs) if tls else False,
        transport_options={"confirm_publish": True, **(options or {})},
    )  # fmt: skip


def _tls(host: str, insecure: bool, ca_certs: str) -> dict[str, Any]:
    """Options of the socket; the name makes the library check that the certificate is for it."""
    if insecure:
        return {"cert_reqs": ssl.CERT_NONE}
    found: dict[str, Any] = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": host}
    if ca_certs:
        found["ca_certs"] = ca_certs
    return found
