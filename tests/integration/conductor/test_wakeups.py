"""Wake-ups over a real broker: from a conductor's publisher to an engine's listener."""

from __future__ import annotations

import logging
import queue
import socket
import threading
import time
import types

import pytest
from kombu import Connection
from oslo_config import cfg
from webob import Request

from catalog_api.conductor.face import Face, Wakeups
from catalog_api.conductor.wakeups import PROBE_TOPIC, Publisher
from catalog_common.messaging import TOPIC
from catalog_engine.supervisor.wakeups import Listener
from tests.functional.conductor.asking import MOST

SECONDS = 30


def conf() -> cfg.ConfigOpts:
    """A configuration without files."""
    made = cfg.ConfigOpts()
    made(args=[], default_config_files=[])
    return made


@pytest.fixture
def url(rabbitmq):
    return rabbitmq.replace("amqp://", "rabbit://")


@pytest.fixture
def publisher(url):
    publisher = Publisher(conf(), url)
    yield publisher
    publisher.close()


@pytest.fixture
def listen(url):
    """Starts listeners, each of which puts what wakes it into a queue of its own."""
    started = []

    def start(name):
        woken = queue.Queue()
        listener = Listener(conf(), url, name, lambda: woken.put(name))
        listener.start()
        assert listener._started.wait(SECONDS)
        started.append(listener)
        return woken

    yield start
    for listener in started:
        listener.close()


def queues(rabbitmq, name=TOPIC):
    """The durable queue of wake-ups as the broker knows it: how many messages wait."""
    with Connection(rabbitmq) as connection:
        return connection.default_channel.queue_declare(name, passive=True).message_count


def test_each_wake_up_reaches_one_engine_and_is_gone_then(publisher, listen, rabbitmq):
    one, two = listen("engine-1"), listen("engine-2")
    for number in range(20):
        publisher.tell(f"task-{number}")
    until = time.monotonic() + SECONDS
    while one.qsize() + two.qsize() < 20:
        assert time.monotonic() < until
        threading.Event().wait(0.05)
    assert one.qsize()
    assert two.qsize()
    assert queues(rabbitmq) == 0


def test_the_queue_outlives_engines_and_broker(publisher, listen, rabbitmq):
    listen("engine-1")
    with Connection(rabbitmq) as connection:
        # A durable queue is refused to one who declares it otherwise.
        channel = connection.default_channel
        with pytest.raises(channel.connection.channel_errors, match="durable"):
            channel.queue_declare(TOPIC, durable=False)


def test_a_wake_up_at_the_face_goes_out_over_the_broker(publisher, listen):
    woken = listen("engine-1")
    recorder = types.SimpleNamespace()
    face = Face(recorder, Wakeups(), publisher.tell, MOST)
    request = Request.blank("/v1/wake", method="POST")
    request.body = b'{"task_id": "t"}'
    assert request.get_response(face).status_code == 204
    assert woken.get(timeout=SECONDS) == "engine-1"


def test_a_broker_that_is_there_is_reached_and_keeps_no_probe(publisher, rabbitmq):
    until = time.monotonic() + SECONDS
    while not publisher.reaches_broker():
        assert time.monotonic() < until
        threading.Event().wait(0.05)
    with Connection(rabbitmq) as connection:
        channel = connection.default_channel
        with pytest.raises(channel.connection.channel_errors, match="no queue"):
            channel.queue_declare(PROBE_TOPIC, passive=True)


def test_a_broker_that_is_away_is_not_reached(caplog, away):
    caplog.set_level(logging.WARNING, "catalog_api.conductor.wakeups")
    publisher = Publisher(conf(), away)
    until = time.monotonic() + SECONDS
    while "probe of the broker was not published" not in caplog.text:
        assert time.monotonic() < until
        threading.Event().wait(0.05)
    assert not publisher.reaches_broker()
    publisher.close()


@pytest.fixture
def away():
    """The URL of a broker that nobody runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return f"rabbit://guest:guest@127.0.0.1:{port}/"


def test_a_broker_that_is_away_keeps_nobody_waiting(away):
    publisher = Publisher(conf(), away)
    done = threading.Event()

    def tell_and_close():
        for number in range(2000):
            publisher.tell(f"task-{number}")
        publisher.close()
        done.set()

    threading.Thread(target=tell_and_close, daemon=True).start()
    assert done.wait(SECONDS)
