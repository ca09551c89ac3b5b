"""The sample's script on a real local guest, as an agent would run it."""

import base64
import json
import shlex
import sys
import time
import urllib.request
from importlib.resources import files

import pytest

from catalog_standalone.cloud.config import GuestConfig
from catalog_standalone.cloud.guests.manager import GuestManager

ADDRESS = "127.77.251.1"
SCRIPTS = files("burano_packages") / "io.burano.samples.Site" / "Resources" / "scripts"


def user_data(settings: dict) -> bytes:
    lines = ["#!/bin/sh", "mkdir -p /tmp/plan", "cd /tmp/plan"]
    for name in ("build.py", "server.py"):
        content = base64.b64encode((SCRIPTS / name).read_bytes()).decode()
        lines.append(f"echo {content} | base64 -d > {name}")
    for seconds in (0, 1):
        argument = shlex.quote(json.dumps(settings | {"seconds": seconds}))
        lines.append(f"python3 build.py {argument} && touch done-{seconds}")
    return "\n".join(lines).encode()


def fetch(path: str, until) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://{ADDRESS}:8080/{path}", timeout=5) as answer:
                body = answer.read().decode()
                if until(body):
                    return body
        except OSError:
            pass
        assert time.monotonic() < deadline, f"{path} was not served as expected"
        time.sleep(0.05)


@pytest.mark.timeout(120)
def test_it_is_built_served_and_built_again(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.0/8")
    config = GuestConfig(commands={"python3": [sys.executable]})
    manager = GuestManager(tmp_path / "guests", config)
    try:
        settings = {"title": "Title", "text": "It's <here>", "port": 8080}
        manager.boot({"id": "s", "name": "s"}, user_data(settings), [ADDRESS])
        fetch("status.json", lambda body: json.loads(body)["runs"] == 2)
        page = fetch("", lambda body: "Build 2" in body)
        assert "It&#x27;s &lt;here&gt;" in page
        root = tmp_path / "guests" / "s" / "root"
        assert len((root / "var/lib/site/runs").read_text().splitlines()) == 2
    finally:
        print(manager.console("s"))
        manager.close()
