"""A kombu transport to the hub of standalone mode.

``hub://login:password@host:port/`` for a guest, which sees its own queue and reply key only;
``hub:///`` with the transport option ``control`` (path of a UNIX socket) for an engine. Messages
are leased to a connection until they are acknowledged, and come back in their old order when it
ends. Publishing returns when the hub has stored the message.
"""

from __future__ import annotations

import base64
import queue
import socket
import threading
from typing import Any

from kombu.transport import virtual

from guest_agent.transports import frames

WAIT = 0.25
"""Seconds for which the hub waits for a message before it says that there is none."""
TIMEOUT = 20.0


class HubError(OSError):
    """The hub refuses a request, or is gone."""


class Link:
    """One socket to the hub; requests of several threads take turns."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, client: Any) -> Link:
        """Connect as a kombu connection's parameters say.

        :raises HubError: the account is refused.
        """
        control = (client.transport_options or {}).get("control")
        if control:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            sock.settimeout(TIMEOUT)
            sock.connect(str(control))
            return cls(sock)
        sock = socket.create_connection((client.hostname, client.port), timeout=TIMEOUT)
        link = cls(sock)
        try:
            link.request(op="login", name=client.userid or "", secret=client.password or "")
        except HubError:
            sock.close()
            raise
        return link

    def request(self, **message: Any) -> Any:
        """One request and its answer.

        :raises HubError: the hub refuses it.
        """
        with self._lock:
            frames.send(self._socket, message)
            answer = frames.receive(self._socket)
        if answer is None:
            raise HubError("the hub closed the connection")
        if "error" in answer:
            raise HubError(str(answer["error"]))
        return answer.get("value")

    def close(self) -> None:
        """Close the socket; leased messages go back."""
        self._socket.close()


class Channel(virtual.Channel):
    """A channel whose queues and bindings live in the hub."""

    do_restore = False
    supports_fanout = False

    @property
    def link(self) -> Link:
        """The connection's socket."""
        link: Link = self.connection.link
        return link

    def exchange_declare(self, *args: Any, **kwargs: Any) -> None:
        """Exchanges need no declaration: there is the default one and that of replies."""

    def queue_declare(self, queue: str | None = None, passive: bool = False, **kwargs: Any) -> Any:
        """Make a queue unless it exists."""
        count = self.link.request(op="declare", queue=queue, passive=passive)
        return virtual.base.queue_declare_ok_t(queue, count, 0)

    def queue_bind(
        self, queue: str, exchange: str | None = None, routing_key: str = "", **kwargs: Any
    ) -> None:
        """Have replies of a key come to a queue."""
        if exchange:
            self.link.request(op="bind", queue=queue, key=routing_key)

    def queue_delete(self, queue: str, *args: Any, **kwargs: Any) -> None:
        """Delete a queue with its messages."""
        self.link.request(op="delete", queue=queue)

    def basic_publish(self, message: Any, exchange: str, routing_key: str, **kwargs: Any) -> None:
        """Store a message in the hub."""
        body = message["body"]
        if isinstance(body, str):
            body = body.encode()
        self.link.request(
            op="put", exchange=exchange or "", key=routing_key,
            body=base64.b64encode(body).decode(),
            properties={
                **message.get("properties", {}), "content_type": message.get("content-type"),
                "content_encoding": message.get("content-encoding"),
                "headers": message.get("headers") or {},
            },
        )  # fmt: skip

    def basic_ack(self, delivery_tag: Any, multiple: bool = False) -> None:
        """The message is done with."""
        self.link.request(op="ack", id=int(delivery_tag))
        super().basic_ack(delivery_tag, multiple)

    def basic_reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        """Give the message back, or drop it."""
        self.link.request(op="release" if requeue else "ack", id=int(delivery_tag))
        self.qos.ack(delivery_tag)

    def _get(self, queue_name: str, timeout: float | None = None) -> Any:
        found = self.link.request(op="get", queue=queue_name, wait=WAIT)
        if found is None:
            raise queue.Empty()
        properties = found["properties"]
        return {
            "body": base64.b64decode(found["body"]),
            "content-type": properties.get("content_type"),
            "content-encoding": properties.get("content_encoding"),
            "headers": properties.get("headers") or {},
            "properties": {
                **properties, "delivery_tag": found["id"], "body_encoding": None,
                "delivery_info": {"exchange": "", "routing_key": queue_name},
            },
        }  # fmt: skip

    def _size(self, queue_name: str) -> int:
        count: int = self.link.request(op="declare", queue=queue_name, passive=True)
        return count

    def _purge(self, queue_name: str) -> int:
        return 0


class Transport(virtual.Transport):
    """The transport."""

    Channel = Channel
    default_port = 5671
    polling_interval = None
    driver_type = "hub"
    driver_name = "hub"
    connection_errors = (*virtual.Transport.connection_errors, OSError)
    channel_errors = virtual.Transport.channel_errors

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.link: Any = None

    def establish_connection(self) -> Any:
        """Open the socket."""
        self.link = Link.open(self.client)
        return super().establish_connection()

    def close_connection(self, connection: Any) -> None:
        """Close the socket."""
        super().close_connection(connection)
        if self.link is not None:
            self.link.close()

    def driver_version(self) -> str:
        """Version of the wire."""
        return "1"
