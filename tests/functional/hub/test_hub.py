"""The hub as guests and engines find it, hostile ones included."""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import struct
import threading

import kombu
import pytest

from catalog_standalone.hub import server
from catalog_standalone.hub.server import Hub
from catalog_standalone.hub.store import Store
from guest_agent.transports import frames
from guest_agent.transports.connections import connect
from guest_agent.transports.hub import HubRefused

WAIT = 10


@pytest.fixture
def hub(tmp_path):
    made = Hub(Store(tmp_path / "hub.sqlite"), "127.0.0.1", 0, tmp_path / "hub.sock")
    for name in ("one", "two"):
        made._store.add_account(name, f"secret-{name}", name, f"{name}.result")
    made.start()
    yield made
    made.close()


@pytest.fixture
def engine(hub, tmp_path):
    with connect("hub:///", options={"control": str(tmp_path / "hub.sock")}) as connection:
        yield connection


@pytest.fixture
def guest(hub):
    with connect(f"hub://one:secret-one@127.0.0.1:{hub.port}/") as connection:
        connection.connect()
        yield connection


def received(connection, queue, count=1):
    """Messages of a queue: bodies and delivery properties."""
    found: list = []
    consumer = kombu.Consumer(
        connection.channel(), [kombu.Queue(queue, no_declare=True)], auto_declare=False,
        on_message=lambda message: (found.append(message), message.ack()),
    )  # fmt: skip
    with consumer:
        while len(found) < count:
            connection.drain_events(timeout=WAIT)
    return found


def publish(connection, body, key, exchange="", **more):
    kombu.Producer(connection.channel(), auto_declare=False).publish(
        body, exchange=exchange, routing_key=key, **more
    )


class TestMessages:
    """There and back, once, in order."""

    def test_a_plan_and_its_result(self, engine, guest):
        engine.channel().queue_declare("answers")
        engine.channel().queue_bind("answers", "reply", "one.result")
        publish(engine, "plan", "one", headers={"signature": b"\x00\xff"})
        (plan,) = received(guest, "one")
        assert plan.headers == {"signature": b"\x00\xff"}
        publish(guest, "result", "one.result", "reply", message_id="p")
        (result,) = received(engine, "answers")
        assert result.properties["message_id"] == "p"
        assert result.delivery_info["routing_key"] == "one.result"

    def test_order_survives_a_connection_that_ends_with_messages(self, hub, engine, guest):
        for number in range(3):
            publish(engine, str(number), "one")
        taken = guest.channel().basic_get("one")
        assert bytes(taken.body) == b"0"
        guest.close()
        with connect(f"hub://one:secret-one@127.0.0.1:{hub.port}/") as again:
            bodies = [bytes(m.body) for m in received(again, "one", 3)]
        assert bodies == [b"0", b"1", b"2"]

    def test_a_mandatory_message_that_no_queue_gets_comes_back(self, guest):
        returned = []
        producer = kombu.Producer(
            guest.channel(), auto_declare=False, on_return=lambda *event: returned.append(event)
        )
        producer.publish("x", exchange="reply", routing_key="one.result", mandatory=True)
        assert len(returned) == 1

    def test_messages_survive_a_restart(self, tmp_path):
        store = Store(tmp_path / "own.sqlite")
        store.declare("q")
        store.put("", "q", "eA==", {})
        store.close()
        store = Store(tmp_path / "own.sqlite")
        assert store.get("q", object(), 0)["body"] == "eA=="
        store.close()


class TestRefusals:
    """A guest may read its queue and answer under its key, and nothing else."""

    @pytest.mark.parametrize("account", ["one:wrong", "nobody:x", ":"])
    def test_accounts(self, hub, account):
        with pytest.raises(HubRefused, match="refused"):
            connect(f"hub://{account}@127.0.0.1:{hub.port}/").connect()

    def test_what_is_anothers(self, guest):
        channel = guest.channel()
        for attempt in (
            lambda: channel.basic_get("two"),
            lambda: channel.queue_declare("mine"),
            lambda: channel.queue_declare("two", passive=True),
            lambda: channel.queue_bind("one", "reply", "two.result"),
            lambda: channel.queue_delete("one"),
            lambda: publish(guest, "x", "two"),
            lambda: publish(guest, "x", "one"),
            lambda: publish(guest, "x", "two.result", "reply"),
        ):
            with pytest.raises(HubRefused):
                attempt()
        publish(guest, "x", "one.result", "reply")

    def test_a_full_queue(self, engine, monkeypatch):
        monkeypatch.setattr("catalog_standalone.hub.store.MAX_MESSAGES", 2)
        for _ in range(2):
            publish(engine, "x", "one")
        with pytest.raises(HubRefused, match="full"):
            publish(engine, "x", "one")

    def test_a_message_that_is_too_large(self, engine, monkeypatch):
        monkeypatch.setattr(frames, "MAX_FRAME", 1000)
        with pytest.raises(HubRefused, match="too large"):
            publish(engine, "x" * 2000, "one")
        publish(engine, "x", "one")


def _end_of_writing(connection):
    """Say that no more comes; a connection that the hub has reset meanwhile needs no telling."""
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError as error:
        if error.errno not in (errno.ENOTCONN, errno.ECONNRESET):
            raise


class TestHostileConnections:
    """They are ended; others go on."""

    @pytest.mark.parametrize(
        "data",
        [
            struct.pack(">I", 1 << 31), struct.pack(">I", 3) + b"{]}", struct.pack(">I", 2) + b"[]",
            struct.pack(">I", 100) + b"short", b"GET / HTTP/1.1\r\n\r\n",
            struct.pack(">I", 100_000) + b"[" * 100_000, frames.encode({"op": "get"}),
        ],
        ids=["huge", "no JSON", "list", "short", "http", "nested", "not signed in"],
    )  # fmt: skip
    def test_frames(self, hub, guest, data):
        with socket.create_connection(("127.0.0.1", hub.port), WAIT) as bad:
            bad.sendall(data)
            rest = b""
            # The hub resets a connection of which it has not read everything.
            with contextlib.suppress(ConnectionResetError):
                _end_of_writing(bad)
                while part := bad.recv(4096):
                    rest += part
        assert rest == b"" or "error" in json.loads(rest[4:])
        publish(guest, "x", "one.result", "reply")

    @pytest.mark.parametrize(
        "request_",
        [
            {"op": "nothing"}, {}, {"op": "get", "queue": 7}, {"op": "get", "queue": "x" * 300},
            {"op": "put", "key": "one.result", "exchange": "reply", "properties": []},
            {"op": "put", "key": "one.result", "exchange": "reply"},
            {"op": "ack", "id": "x"}, {"op": "ack", "id": float("inf")},
            {"op": "get", "queue": "one", "wait": "long"},
        ],
    )  # fmt: skip
    def test_requests(self, hub, guest, request_):
        with socket.create_connection(("127.0.0.1", hub.port), WAIT) as bad:
            frames.send(bad, {"op": "login", "name": "one", "secret": "secret-one"})
            assert frames.receive(bad) == {"value": True}
            frames.send(bad, request_)
            answer = frames.receive(bad)
        assert answer is None or "error" in answer
        publish(guest, "x", "one.result", "reply")

    def test_too_many(self, hub, monkeypatch):
        monkeypatch.setattr(server, "MAX_CONNECTIONS", 0)
        with socket.create_connection(("127.0.0.1", hub.port), WAIT) as one:
            assert one.recv(1) == b""

    def test_many_at_once(self, hub, engine):
        for number in range(40):
            publish(engine, str(number), "one")
        seen: list[bytes] = []
        lock = threading.Lock()

        def take() -> None:
            with connect(f"hub://one:secret-one@127.0.0.1:{hub.port}/") as own:
                channel = own.channel()
                while (message := channel.basic_get("one")) is not None:
                    with lock:
                        seen.append(bytes(message.body))
                    message.ack()

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT)
        assert sorted(map(int, seen)) == list(range(40))


def test_a_hub_that_ends_wakes_who_waits(tmp_path):
    hub = Hub(Store(tmp_path / "own.sqlite"), "127.0.0.1", 0, tmp_path / "own.sock")
    hub._store.add_account("one", "secret", "one", "k")
    hub.start()
    with socket.create_connection(("127.0.0.1", hub.port), WAIT) as own:
        frames.send(own, {"op": "login", "name": "one", "secret": "secret"})
        assert frames.receive(own) == {"value": True}
        frames.send(own, {"op": "get", "queue": "one", "wait": 5})
        hub.close()
        own.settimeout(WAIT)
        with contextlib.suppress(ConnectionResetError):
            assert frames.receive(own) in (None, {"value": None})
