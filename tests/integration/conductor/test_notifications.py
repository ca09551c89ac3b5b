"""Notifications over a real broker, as a consumer of the field's queue hears them."""

from __future__ import annotations

import socket
from datetime import timedelta

import kombu
import pytest

from catalog_api.conductor import notifier
from catalog_api.conductor.notices import Notices
from catalog_api.db import schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_common import configuration
from tests.functional.conductor.catalog import KEY, Catalog

SECONDS = 30


def conf(tmp_path, text=""):
    path = tmp_path / "burano.conf"
    path.write_text(text)
    return configuration.load(
        [f"--config-file={path}"], configuration.MESSAGING, configuration.STATS
    )


@pytest.fixture
def catalog(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/burano.sqlite", Cipher([KEY]))
    schema.sync(database)
    yield Catalog(database)
    database.close()


@pytest.fixture
def url(rabbitmq):
    return rabbitmq.replace("amqp://", "rabbit://")


@pytest.mark.parametrize("own", [False, True])
def test_a_deployment_that_ended(catalog, rabbitmq, url, tmp_path, own):
    text = "[oslo_messaging_notifications]\ndriver = messagingv2\n"
    if own:
        text += f"transport_url = {url}\n"
    made = notifier.make(conf(tmp_path, text), "rabbit://nobody@127.0.0.1:9/" if own else url)
    catalog.deploy()
    task = catalog.claimed()
    catalog.finish(task, model=task.model)
    Notices(catalog.database, made, timedelta(hours=1)).look()
    made.transport.cleanup()

    heard: list = []
    queue = kombu.Queue("notifications.info", no_declare=True)
    with kombu.Connection(rabbitmq) as connection, connection.channel() as channel:
        consumer = kombu.Consumer(
            channel, [queue], auto_declare=False, accept=["json"],
            on_message=lambda message: (heard.append(message.decode()), message.ack()),
        )  # fmt: skip
        with consumer:
            while not any("deploy.end" in str(message) for message in heard):
                connection.drain_events(timeout=SECONDS)
    text = str(heard)
    assert "murano.environment.deploy.end" in text
    assert f"murano.{socket.gethostname()}" in text


def test_without_a_driver_nobody_would_hear(url, tmp_path):
    assert notifier.make(conf(tmp_path), url) is None
