"""Real services of this machine, for tests that run over them where they are there."""

from __future__ import annotations

import contextlib
import os
import socket
import uuid
from collections.abc import Iterator

import pytest

SERVICES = {
    "postgresql": ("127.0.0.1", 5432),
    "mariadb": ("127.0.0.1", 3306),
    "rabbitmq": ("127.0.0.1", 5672),
}
REMEDIES = {
    "postgresql": "postgresql; service postgresql start",
    "mariadb": "mariadb-server; service mariadb start",
    "rabbitmq": "rabbitmq-server; service rabbitmq-server start",
}


def need(service: str) -> None:
    """Skip where a service is missing; fail where it must be there."""
    try:
        socket.create_connection(SERVICES[service], 5).close()
    except OSError as error:
        text = (
            f"{service} does not answer at {'{}:{}'.format(*SERVICES[service])}: {error}"
            f" (apt-get install {REMEDIES[service]})"
        )
        if os.environ.get("BURANO_REQUIRE_SERVICES"):
            pytest.fail(text)
        pytest.skip(text)


def unique_name() -> str:
    """A name that nobody else uses."""
    return f"burano_test_{uuid.uuid4().hex[:10]}"


@contextlib.contextmanager
def postgresql(name: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database, dropped afterwards."""
    need("postgresql")
    import psycopg2

    def run(statement: str) -> None:
        connection = psycopg2.connect(host="127.0.0.1", user="postgres", dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(f'CREATE DATABASE "{name}"')
    try:
        yield f"postgresql+psycopg2://postgres@127.0.0.1/{name}"
    finally:
        run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def mariadb(name: str) -> Iterator[str]:
    """URL of an empty MariaDB database, dropped afterwards."""
    need("mariadb")
    import pymysql

    def run(statement: str) -> None:
        connection = pymysql.connect(host="127.0.0.1", user="root", autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    try:
        yield f"mysql+pymysql://root@127.0.0.1/{name}?charset=utf8mb4"
    finally:
        run(f"DROP DATABASE {name}")
