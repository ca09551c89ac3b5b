"""Real services of this machine: a database and a virtual host for each test, dropped after it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests import services


@pytest.fixture
def name() -> str:
    """A name that nobody else uses."""
    return services.unique_name()


@pytest.fixture
def postgresql(name):
    """URL of an empty PostgreSQL database."""
    with services.postgresql(name) as url:
        yield url


@pytest.fixture
def mariadb(name):
    """URL of an empty MariaDB database."""
    with services.mariadb(name) as url:
        yield url


@pytest.fixture
def rabbitmq(name):
    """URL of an empty virtual host; the default one where rabbitmqctl may not make any."""
    services.need("rabbitmq")
    made = False
    if shutil.which("rabbitmqctl") and os.geteuid() == 0:
        add = subprocess.run(["rabbitmqctl", "-q", "add_vhost", name], check=False)
        made = add.returncode == 0
    if made:
        allow = ["rabbitmqctl", "-q", "set_permissions", "-p", name, "guest", ".*", ".*", ".*"]
        subprocess.run(allow, check=True)
    yield f"amqp://guest:guest@127.0.0.1:5672/{name if made else '%2F'}"
    if made:
        subprocess.run(["rabbitmqctl", "-q", "delete_vhost", name], check=True)
