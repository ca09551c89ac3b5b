"""Real services of this machine: a database and a virtual host for each test, dropped after it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid

import pytest

SERVICES = {
    "postgresql": ("127.0.0.1", 5432),
    "mariadb": ("127.0.0.1", 3306),
    "rabbitmq": ("127.0.0.1", 5672),
}


def need(service: str) -> None:
    """Skip where a service is missing; fail where it must be there."""
    try:
        socket.create_connection(SERVICES[service], 5).close()
    except OSError as error:
        text = f"{service} does not answer at {'{}:{}'.format(*SERVICES[service])}: {error}"
        if os.environ.get("BURANO_REQUIRE_SERVICES"):
            pytest.fail(text)
        pytest.skip(text)


@pytest.fixture
def name() -> str:
    """A name that nobody else uses."""
    return f"burano_test_{uuid.uuid4().hex[:10]}"


@pytest.fixture
def postgresql(name):
    """URL of an empty PostgreSQL database."""
    need("postgresql")
    import psycopg2

    def run(statement: str) -> None:
        connection = psycopg2.connect(host="127.0.0.1", user="postgres", dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(f'CREATE DATABASE "{name}"')
    yield f"postgresql+psycopg2://postgres@127.0.0.1/{name}"
    run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def mariadb(name):
    """URL of an empty MariaDB database."""
    need("mariadb")
    import pymysql

    def run(statement: str) -> None:
        connection = pymysql.connect(host="127.0.0.1", user="root", autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield f"mysql+pymysql://root@127.0.0.1/{name}?charset=utf8mb4"
    run(f"DROP DATABASE {name}")


@pytest.fixture
def rabbitmq(name):
    """URL of an empty virtual host; the default one where rabbitmqctl may not make any."""
    need("rabbitmq")
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
