"""A kombu transport to the hub of standalone mode.

``hub://login:password@host:port/`` for a guest, which sees its own queue and reply key only;
``hub:///`` with the transport option ``control`` (path of a UNIX socket) for an engine. Messages
are leased to a connection until they are acknowledged, and come back in their old order when it
ends. Publishing returns when the hub has stored the message.
"""

from __future__ import annotations

import base64
import logging
import queue
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from kombu.transport import virtual

from guest_agent.transports import frames

LOG = logging.getLogger(__name__)
WAIT = 0.25
"""Seconds for which the hub waits for a message before it says that there is none."""
TIMEOUT = 20.0
LEAVE_TIMEOUT = 2.0
"""Seconds for which a connection that ends waits for the hub to take its messages back."""


class HubError(OSError):
    """The hub is gone."""


class HubRefused(Exception):
    """The hub refuses a request; asking again would not help."""


class Link:
    """One socket to the hub; requests of several threads take turns."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, client: Any) -> Link:
        """Connect as a kombu connection's parameters say.

        :raises HubRefused: the account is refused.
        """
        control = (client.transport_options or {}).get("control")
        if control:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            sock.settimeout(TIMEOUT)
            try:
                sock.connect(str(control))
            except OSError:
                sock.close()
                raise
            return cls(sock)
        sock = socket.create_connection((client.hostname, client.port), timeout=TIMEOUT)
        link = cls(sock)
        try:
            link.request(op="login", name=client.userid or "", secret=client.password or "")
        except HubRefused:
            link.close()
            raise
        return link

    def request(self, **message: Any) -> Any:
        """One request and its answer.

        :raises HubRefused: the hub refuses it, or it is too large.
        :raises OSError: the hub is gone.
        """
        try:
            frame = frames.encode(message)
        except frames.FrameError as error:
            raise HubRefused(str(error)) from error
        with self._lock:
            try:
                self._socket.sendall(frame)
                answer = frames.receive(self._socket)
                if answer is None:
                    raise HubError("the hub closed the connection")
            except OSError:
                # An answer that comes late must not be taken for that of the next request.
                self.close()
                raise
        if "error" in answer:
            raise HubRefused(str(answer["error"]))
        return answer.get("value")

    def leave(self) -> None:
        """Give leased messages back and close the socket.

        As with AMQP's ``connection.close-ok``, the messages are back in their places when this
        returns: who connects next gets them in order. A hub that does not answer in time takes
        them back when it finds the socket closed.
        """
        if self._lock.acquire(timeout=LEAVE_TIMEOUT):
            try:
                self._socket.settimeout(LEAVE_TIMEOUT)
                frames.send(self._socket, {"op": "leave"})
                frames.receive(self._socket)
            except OSError as error:
                LOG.debug("the hub was left without its answer: %s", error)
            finally:
                self._lock.release()
        self.close()

    def close(self) -> None:
        """Close the socket; leased messages go back when the hub finds it closed."""
        self._socket.close()


class Channel(virtual.Channel):
    """A channel whose queues and bindings live in the hub."""

    do_restore = False
    supports_fanout = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.events: dict[str, set[Callable[..., None]]] = {"basic_return": set()}
        """What a producer's ``on_return`` is put into, as with AMQP."""

    @property
    def link(self) -> Link:
        """The connection's socket."""
        link: Link = self.connection.link
        return link

    def exchange_declare(self, *args: Any, **kwargs: Any) -> None:
        """Exchanges need no declaration: there is the default one and that of replies."""

    def queue_declare(self, queue: str | None = None, passive: bool = False, **kwargs: Any) -> Any:
        """Make a queue unless it exists."""
        expires = (kwargs.get("arguments") or {}).get("x-expires")
        count = self.link.request(op="declare", queue=queue, passive=passive, expires=expires)
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
        """Store a message in the hub; a mandatory one that no queue gets comes back."""
        body = message["body"]
        if isinstance(body, str):
            body = body.encode()
        count = self.link.request(
            op="put", exchange=exchange or "", key=routing_key,
            body=base64.b64encode(body).decode(),
            properties={
                **message.get("properties", {}), "content_type": message.get("content-type"),
                "content_encoding": message.get("content-encoding"),
                "headers": _encoded(message.get("headers") or {}),
            },
        )  # fmt: skip
        if not count and kwargs.get("mandatory"):
            for callback in self.events["basic_return"]:
                callback(HubRefused("no queue is bound"), exchange, routing_key, message)

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
            "headers": _decoded(properties.get("headers") or {}),
            "properties": {
                **properties, "delivery_tag": found["id"], "body_encoding": None,
                "delivery_info": {"exchange": found["exchange"], "routing_key": found["key"]},
            },
        }  # fmt: skip

    def _purge(self, queue_name: str) -> int:
        count = 0
        while (found := self.link.request(op="get", queue=queue_name, wait=0)) is not None:
            self.link.request(op="ack", id=found["id"])
            count += 1
        return count

    def _size(self, queue_name: str) -> int:
        count: int = self.link.request(op="declare", queue=queue_name, passive=True)
        return count


_BYTES = "base64:"
"""Begins what stands for bytes among the headers, which JSON has no form for."""


def _encoded(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _BYTES + base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in headers.items()
    }


def _decoded(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: base64.b64decode(value.removeprefix(_BYTES))
        if isinstance(value, str) and value.startswith(_BYTES)
        else value
        for name, value in headers.items()
    }


class Transport(virtual.Transport):
    """The transport."""

    Channel = Channel
    default_port = 5671
    polling_interval = None
    driver_type = "hub"
    driver_name = "hub"
    connection_errors = (*virtual.Transport.connection_errors, OSError)
    channel_errors = (*virtual.Transport.channel_errors, HubRefused)

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.link: Any = None

    def establish_connection(self) -> Any:
        """Open the socket."""
        self.link = Link.open(self.client)
        return super().establish_connection()

    def close_connection(self, connection: Any) -> None:
        """Give leased messages back and close the socket."""
        super().close_connection(connection)
        if self.link is not None:
            self.link.leave()

    def driver_version(self) -> str:
        """Version of the wire."""
        return "1"
