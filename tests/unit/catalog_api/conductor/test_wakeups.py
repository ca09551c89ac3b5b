"""Wake-ups, and whether the broker takes them; the broker itself is in memory."""

from __future__ import annotations

import queue

import pytest

from catalog_api.conductor import wakeups
from catalog_api.conductor.wakeups import Publisher


class Client:
    """What is published, and whether it fails."""

    def __init__(self):
        self.casts = queue.Queue()
        self.fails = False

    def cleanup(self):
        pass

    def prepare(self, topic, retry):
        self.topic = topic
        return self

    def cast(self, context, method, **arguments):
        self.casts.put((self.topic, arguments.get("task_id")))
        if self.fails:
            raise OSError("no broker")


@pytest.fixture
def client(monkeypatch):
    client = Client()
    monkeypatch.setattr(wakeups.messaging, "transport", lambda *_: client)
    monkeypatch.setattr(wakeups.oslo_messaging, "get_rpc_client", lambda *_: client)
    return client


@pytest.fixture
def clock():
    return [100.0]


@pytest.fixture
def make(client, clock):
    made = []

    def publisher():
        made.append(Publisher(None, "rabbit://nowhere", lambda: clock[0]))
        return made[-1]

    yield publisher
    for one in made:
        one.close()


def settled(publisher, client, task):
    """Have a task told of, and everything before it done."""
    publisher.tell(task)
    publisher.tell("last")
    while client.casts.get(timeout=20)[1] != "last":
        pass


def test_it_is_asked_before_anything_is_told(make, client):
    make()
    assert client.casts.get(timeout=20) == ("burano_probe", None)


def test_what_is_taken_tells_that_it_is_there(make, client, clock):
    publisher = make()
    settled(publisher, client, "t1")
    assert publisher.reaches_broker()
    clock[0] += 3 * wakeups.PROBE_SECONDS
    assert not publisher.reaches_broker()


def test_what_is_not_taken_tells_that_it_is_away(make, client):
    publisher = make()
    settled(publisher, client, "t1")
    client.fails = True
    settled(publisher, client, "t2")
    assert not publisher.reaches_broker()
    client.fails = False
    settled(publisher, client, "t3")
    assert publisher.reaches_broker()


def test_it_is_asked_again_when_nobody_tells_anything(make, client, monkeypatch):
    monkeypatch.setattr(wakeups, "PROBE_SECONDS", 0.01)
    make()
    assert [client.casts.get(timeout=20) for _ in range(3)] == [("burano_probe", None)] * 3
