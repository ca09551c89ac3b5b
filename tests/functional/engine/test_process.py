"""``burano-engine`` as a process: what it says, and how it ends."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 60
END_SECONDS = 15
"""Less than a question for a task waits at the conductor."""


class Process:
    def __init__(self, folder: Path, sections):
        path = folder / "burano.conf"
        lines = []
        for section, options in sections.items():
            lines += [f"[{section}]", *(f"{name} = {value}" for name, value in options.items())]
        path.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "catalog_engine.cmd.engine", "--config-file", str(path)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.said = []

    def await_line(self, part):
        for line in self.process.stderr:
            self.said.append(line)
            if part in line:
                return line
        raise AssertionError("".join(self.said))

    def children(self):
        """Descriptors of all processes below this one."""
        found, waiting = set(), [self.process.pid]
        while waiting:
            pid = waiting.pop()
            for task in Path(f"/proc/{pid}/task").iterdir():
                children = (task / "children").read_text().split()
                waiting += map(int, children)
                found |= set(map(int, children))
        return [os.pidfd_open(pid) for pid in found]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(END_SECONDS)
        self.said += self.process.stderr.readlines()
        return code


def assert_gone(descriptors):
    """All these processes end."""
    for descriptor in descriptors:
        assert select.select([descriptor], [], [], SECONDS)[0]
        os.close(descriptor)


@pytest.fixture
def engine(tmp_path, service):
    started = []

    def start(**sections):
        given = {
            "DEFAULT": {"use_stderr": "true"},
            "engine": {
                "name": "engine-7", "state_dir": tmp_path / "engine", "slots": 2,
                "conductor_endpoint": f"unix://{service.path}", "sandbox": "auto",
                **sections.pop("engine", {}),
            },
            "keystone_authtoken": {"auth_url": "http://127.0.0.1:9/v3", "password": "x"},
            **sections,
        }  # fmt: skip
        started.append(Process(tmp_path, given))
        return started[-1]

    yield start
    for process in started:
        process.process.kill()
        process.process.wait(SECONDS)
        process.process.stderr.close()


def test_it_says_when_it_is_ready_and_ends_while_it_waits(engine, tmp_path):
    process = engine()
    assert "engine-7" in process.await_line("is ready")
    children = process.children()
    assert children
    assert process.end() == 0
    assert_gone(children)
    assert "Traceback" not in "".join(process.said)
    assert (tmp_path / "engine" / "packages" / "key").stat().st_mode & 0o777 == 0o600


def test_it_starts_and_ends_while_its_broker_is_away(engine):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"rabbit://guest:guest@127.0.0.1:{taken.getsockname()[1]}/"
        process = engine(messaging={"transport_url": url})
        process.await_line("is ready")
        assert process.end() == 0


def test_it_starts_while_its_conductor_is_away(engine, tmp_path):
    process = engine(engine={"conductor_endpoint": f"unix://{tmp_path}/nobody"})
    process.await_line("no conductor answers")
    assert process.end() == 0


def test_it_warns_where_the_sandbox_is_weaker(engine):
    process = engine(engine={"sandbox": "none"})
    assert "WARNING" in process.await_line("not isolated")
    process.await_line("is ready")
    assert process.end() == 0


def test_killed_it_leaves_no_process(engine):
    process = engine()
    process.await_line("is ready")
    children = process.children()
    process.process.kill()
    assert_gone(children)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"conductor_endpoint": "nowhere"}, "is no address"),
        ({"bundled_packages": "/missing"}, "/missing"),
        ({"slots": 0}, "slots"),
        ({"sandbox": "perfect"}, "sandbox"),
    ],
)
def test_a_configuration_that_cannot_be_used(engine, options, text):
    process = engine(engine=options)
    assert process.process.wait(SECONDS) == 1
    said = process.process.stderr.read()
    assert text in said
    assert "Traceback" not in said
