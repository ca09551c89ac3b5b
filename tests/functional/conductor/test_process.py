"""``burano-conductor`` as a process: what it says, whom it serves, and how it ends."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from catalog_api.db import models, schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_common.contract.claims import ClaimRequest, Held
from catalog_common.contract.errors import Problem
from catalog_engine.supervisor.conductors import Conductor, Unreachable
from catalog_standalone.cloud.app import LocalCloud
from catalog_standalone.cloud.config import from_mapping
from tests.functional.conductor.asking import ENGINE
from tests.functional.conductor.catalog import KEY, Catalog

END_SECONDS = 15
USERS = [
    {"name": "demo", "password": "demo", "projects": {"demo": ["member"]}},
    {"name": "burano", "password": "burano", "projects": {"service": ["service"]}},
]


class Process:
    """A conductor of a configuration."""

    def __init__(self, folder: Path, sections: dict[str, dict[str, Any]]) -> None:
        path = folder / "burano.conf"
        lines = []
        for section, options in sections.items():
            lines += [f"[{section}]", *(f"{name} = {value}" for name, value in options.items())]
        path.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "catalog_api.cmd.conductor", "--config-file", str(path)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said: list[str] = []

    def await_line(self, part: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if part in line:
                return line
        raise AssertionError("".join(self.said))

    def end(self, number: int = signal.SIGTERM) -> int:
        """Its exit code; what it said last is read."""
        assert self.process.stdout is not None
        self.process.send_signal(number)
        try:
            code = self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self.said += self.process.stdout.readlines()
        return code


@pytest.fixture
def folder():
    """A folder whose path leaves room for that of a socket."""
    with tempfile.TemporaryDirectory(prefix="conductor-") as name:
        yield Path(name)


@pytest.fixture
def url(folder):
    return f"sqlite:///{folder}/burano.sqlite"


@pytest.fixture
def catalog(url):
    database = Database(url, Cipher([KEY]))
    schema.sync(database)
    yield Catalog(database)
    database.close()


@pytest.fixture
def start(folder, url):
    """Starts conductors: ``start(listen="unix:///…")``."""
    started = []

    def make(listen=f"unix://{folder}/c.sock", **sections):
        sections = {
            "database": {"connection": url}, "database_encryption": {"keys": KEY},
            "conductor": {"listen": listen}, **sections,
        }  # fmt: skip
        started.append(Process(folder, sections))
        return started[-1]

    yield make
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
        one.process.stdout.close()


@pytest.fixture
def engine(folder):
    return Conductor(f"unix://{folder}/c.sock", timeout=10)


def question(wait=0.0):
    return ClaimRequest.from_dict({"engine": ENGINE, "wait": wait})


def test_it_serves_at_a_socket_of_its_owner_and_ends_with_sigterm(start, catalog, engine, folder):
    process = start()
    process.await_line("is ready at unix://")
    assert (folder / "c.sock").stat().st_mode & 0o777 == 0o600
    task_id = catalog.deploy()
    assert engine.claim(question(5)).task_id == task_id
    assert process.end() == 0
    assert catalog.rows(models.ConductorProcess) == []
    assert not (folder / "c.sock").exists()
    assert "Traceback" not in "".join(process.said)


def test_it_tells_that_it_is_up_and_has_no_broker(start, catalog):
    start().await_line("is ready at unix://")
    until = time.monotonic() + END_SECONDS
    while not (rows := catalog.rows(models.ConductorProcess)):
        assert time.monotonic() < until
        threading.Event().wait(0.05)
    assert [(row.host, row.broker) for row in rows] == [(socket.gethostname(), None)]


def test_it_goes_on_where_one_that_was_killed_left_off(start, catalog, engine, folder):
    process = start()
    process.await_line("is ready")
    task_id = catalog.deploy()
    task = engine.claim(question(5))
    assert process.end(signal.SIGKILL) == -signal.SIGKILL
    with pytest.raises(Unreachable):
        engine.claim(question())
    again = start()
    again.await_line("is ready")
    assert catalog.head(task_id).claim == task.claim
    lease = engine.call("POST", f"/v1/tasks/{task_id}/lease", Held(task.claim))
    assert lease["lease_seconds"] == 20.0
    assert again.end() == 0


def test_claims_that_wait_do_not_keep_it_from_ending(start, catalog, folder):
    process = start()
    process.await_line("is ready")
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.settimeout(END_SECONDS)
        waiting.connect(str(folder / "c.sock"))
        body = json.dumps(question(20).to_dict()).encode()
        waiting.sendall(b"POST /v1/claims HTTP/1.1\r\nHost: c\r\nContent-Length: %d\r\n\r\n%s"
                        % (len(body), body))  # fmt: skip
        assert process.end() == 0


def test_a_body_that_is_far_too_large_is_refused_while_it_is_sent(start, catalog, folder):
    process = start(conductor={"listen": f"unix://{folder}/c.sock", "max_body_size": 4096})
    process.await_line("is ready")
    for length in (4097, 1 << 40):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(END_SECONDS)
            client.connect(str(folder / "c.sock"))
            # At once: a refusal that comes after the head alone would break the pipe for the rest.
            client.sendall(b"POST /v1/claims HTTP/1.1\r\nHost: c\r\nContent-Length: %d\r\n\r\n%s"
                           % (length, b" " * 4097))  # fmt: skip
            assert client.recv(4096).split()[1] == b"413"
    assert process.end() == 0


def test_what_is_no_http_ends_its_own_connection_only(start, catalog, engine, folder):
    process = start()
    process.await_line("is ready")
    for raw in (b"\0\1\2\r\n\r\n", b"GET\r\n\r\n", b"A" * 300_000 + b"\r\n\r\n"):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(END_SECONDS)
            client.connect(str(folder / "c.sock"))
            try:
                client.sendall(raw)
                answer = client.recv(4096)
            except ConnectionError:
                answer = b""
            assert answer == b"" or answer.split()[1][:1] in (b"4", b"5")
    assert engine.claim(question()) is None
    assert process.end() == 0


# ---------------------------------------------------------------- what keeps it from starting


def test_a_database_without_tables(start, folder):
    process = start()
    assert process.process.wait(60) == 1
    assert "burano-manage db sync" in process.process.stdout.read()


def test_a_database_that_does_not_answer(start, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    connection = f"postgresql://postgres@127.0.0.1:{port}/none"
    process = start(database={"connection": connection, "max_retries": 1, "retry_interval": 0})
    assert process.process.wait(60) == 1
    said = process.process.stdout.read()
    assert "burano-conductor: " in said
    assert "Traceback" not in said


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_an_address_that_is_taken(start, catalog, folder, kind):
    if kind == "unix":
        taken = socket.socket(socket.AF_UNIX)
        taken.bind(str(folder / "c.sock"))
        taken.listen()
        process = start()
    else:
        taken = socket.create_server(("127.0.0.1", 0))
        process = start(listen=f"http://127.0.0.1:{taken.getsockname()[1]}")
    with taken:
        assert process.process.wait(60) == 1
    assert "in use" in process.process.stdout.read()


def test_an_address_that_is_none(start, catalog):
    process = start(listen="somewhere")
    assert process.process.wait(60) == 1
    assert "write http://host:port or unix:///path" in process.process.stdout.read()


# ---------------------------------------------------------------- TCP


@pytest.fixture
def cloud(tmp_path):
    cloud = LocalCloud(from_mapping({"state_dir": str(tmp_path / "cloud"), "users": USERS}))
    yield cloud.start()["identity"]
    cloud.stop()


def ask(port, method, path, token=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=END_SECONDS)
    headers = {} if token is None else {"X-Auth-Token": token}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_over_tcp_callers_need_a_role(start, catalog, cloud, folder):

    def token(name, project):
        auth = v3.Password(
            auth_url=cloud, username=name, password=name, user_domain_id="default",
            project_name=project, project_domain_id="default",
        )  # fmt: skip
        return keystone_session.Session(auth=auth).get_token()

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start(
        listen=f"http://127.0.0.1:{port}",
        keystone_authtoken={
            "auth_type": "password", "auth_url": cloud, "www_authenticate_uri": cloud,
            "username": "burano", "password": "burano", "user_domain_id": "default",
            "project_name": "service", "project_domain_id": "default",
        },
    )  # fmt: skip
    process.await_line("is ready")
    claim = {"engine": ENGINE}
    assert ask(port, "GET", "/healthcheck")[0] == 200
    assert ask(port, "POST", "/v1/claims", None, claim)[0] == 401
    assert ask(port, "POST", "/v1/claims", "none", claim)[0] == 401
    status, body = ask(port, "POST", "/v1/claims", token("demo", "demo"), claim)
    assert (status, Problem.of_body(json.loads(body)).type) == (403, "forbidden")
    assert ask(port, "GET", "/v1/guests/g", token("demo", "demo"))[0] == 403
    assert ask(port, "POST", "/v1/claims", token("burano", "service"), claim)[0] == 204
    assert process.end() == 0
