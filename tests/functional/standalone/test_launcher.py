"""``burano standalone``: ready, refused twice on one folder, killed children, restart, end."""

import json
import os
import signal
import socket
import stat

import pytest

from catalog_standalone.catalog_client import CatalogClient

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("standalone")]


@pytest.fixture
def client(standalone):
    made = CatalogClient(
        standalone.endpoints["application-catalog"], standalone.endpoints["identity"]
    )
    made.sign_in("demo", standalone.password, "demo")
    yield made
    made.close()


def test_clients_find_what_they_need(standalone, client):
    for name in ("openrc", "endpoints.json", "secrets.json"):
        assert stat.S_IMODE((standalone.state / name).stat().st_mode) == 0o600
    assert str(standalone.state / "openrc") in standalone.ready
    assert isinstance(client.environments(), list)
    page = client.fetch(standalone.endpoints["page"] + "endpoints.json").json()
    assert page["application-catalog"] == standalone.endpoints["application-catalog"]


def test_a_second_launcher_on_the_folder_is_refused(standalone, start_standalone):
    second = start_standalone(state=standalone.state)
    second.await_line("uses")
    assert second.process.wait(60) == 1


def test_a_busy_port_is_refused(start_standalone):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = min(taken.getsockname()[1], 65000)
        refused = start_standalone("--port", str(port))
        refused.await_line("choose another with --port")
        assert refused.process.wait(60) == 1


def test_each_child_that_is_killed_comes_back(standalone, client):
    for name in ("api", "conductor", "hub", "cloud", "page"):
        before = standalone.pid(name)
        os.kill(before, signal.SIGKILL)
        standalone.await_line(f"{name} was started again")
        assert standalone.pid(name) != before
    standalone_ready(client)


def standalone_ready(client):
    import time

    from catalog_standalone.catalog_client import CatalogError

    deadline = time.monotonic() + 60
    while True:
        try:
            return client.environments()
        except CatalogError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_state_survives_a_restart(start_standalone):
    first = start_standalone()
    first.await_line("ready in")
    endpoints = first.endpoints
    client = CatalogClient(endpoints["application-catalog"], endpoints["identity"])
    client.sign_in("demo", first.password, "demo")
    made = client.create_environment("kept")
    client.close()
    first.stop()
    assert first.process.returncode == 0
    assert first.processes() == []

    second = start_standalone(state=first.state)
    second.await_line("ready in")
    assert json.loads((second.state / "endpoints.json").read_text()) == endpoints
    client = CatalogClient(endpoints["application-catalog"], endpoints["identity"])
    client.sign_in("demo", second.password, "demo")
    assert [row["id"] for row in client.environments()] == [made]
    client.close()
    second.stop()
    assert second.processes() == []


def test_nothing_outlives_a_killed_launcher(start_standalone):
    import time

    running = start_standalone()
    running.await_line("ready in")
    running.process.kill()
    running.process.wait()
    deadline = time.monotonic() + 30
    while running.processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running.processes() == []
