"""A standalone set whose processes are killed, and what tests see of it from outside."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sqlite3
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog_standalone.catalog_client import CatalogClient, CatalogError

WAIT_SECONDS = 90
POLL_SECONDS = 0.02
TRANSIENT = ("deploying", "deleting")


def until(condition: Callable[[], Any], what: str, seconds: float = WAIT_SECONDS) -> Any:
    """The first true value of a condition."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(POLL_SECONDS)
    return found


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A package archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in files.items():
            target.writestr(path, content)
    return buffer.getvalue()


def package(name: str, source: str, **more: str) -> bytes:
    """An archive with one application class; *more* are further files by path."""
    manifest = {
        "Format": "1.4", "Type": "Application", "FullName": name, "Name": name,
        "Description": "Made by a test", "Author": "A test", "Tags": ["test"],
        "Classes": {name: "App.yaml"},
    }  # fmt: skip
    return zipped({"manifest.yaml": yaml.safe_dump(manifest), "Classes/App.yaml": source, **more})


class Site:
    """A running standalone set, seen by its operator and by a user of it."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.state: Path = running.state
        endpoints = running.endpoints
        self.client = CatalogClient(endpoints["application-catalog"], endpoints["identity"])
        self.client.sign_in("demo", running.password, "demo")

    # ------------------------------------------------------------ the user

    def environment(self) -> str:
        """Make an environment."""
        return self.client.create_environment(f"faults-{uuid.uuid4().hex[:8]}")

    def deploy(self, environment: str, component: Mapping[str, Any]) -> str:
        """Add a component and deploy; the deployment's id."""
        known = {row["id"] for row in self.client.deployments(environment)}
        self.client.deploy(environment, dict(component))
        (fresh,) = {row["id"] for row in self.client.deployments(environment)} - known
        return fresh

    def redeploy(self, environment: str) -> str:
        """Deploy the environment as it is once more."""
        known = {row["id"] for row in self.client.deployments(environment)}
        base = f"/environments/{environment}"
        session = self.client._json("POST", f"{base}/configure")["id"]
        self.client._json("POST", f"{base}/sessions/{session}/deploy")
        (fresh,) = {row["id"] for row in self.client.deployments(environment)} - known
        return fresh

    def record(self, environment: str, deployment: str) -> dict[str, Any]:
        """One deployment."""
        return next(row for row in self.client.deployments(environment) if row["id"] == deployment)

    def reports(self, environment: str, deployment: str) -> list[str]:
        """Texts of a deployment's reports; none while the API is being asked in vain."""
        with contextlib.suppress(CatalogError):
            return [row["text"] for row in self.client.reports(environment, deployment)]
        return []

    def ended(self, environment: str, deployment: str) -> dict[str, Any]:
        """The deployment once it has ended."""

        def is_over() -> Any:
            with contextlib.suppress(CatalogError):
                found = self.record(environment, deployment)
                return found if found["finished"] else None
            return None

        return until(is_over, f"the deployment ends; {self.running.logs()}")

    def stacks(self) -> list[str]:
        """Status of every stack of the project."""
        endpoints, session = self.running.endpoints, self.client._session
        projects = session.get(f"{endpoints['identity']}/auth/projects", timeout=30).json()
        (project,) = [row["id"] for row in projects["projects"] if row["name"] == "demo"]
        url = f"{endpoints['services']['orchestration']}/v1/{project}/stacks"
        return [row["stack_status"] for row in session.get(url, timeout=30).json()["stacks"]]

    def assert_settled(self, environment: str) -> None:
        """Nothing of it is transient: environment, sessions, tasks, stacks."""
        assert self.client.environment(environment)["status"] not in TRANSIENT
        rows = self.rows("SELECT state FROM sessions WHERE environment_id = ?", environment)
        assert {state for (state,) in rows} <= {"deployed", "deploy failure", "opened"}
        rows = self.rows("SELECT state, claim FROM tasks WHERE environment_id = ?", environment)
        assert set(rows) == {("ended", None)}

    def remove(self, environment: str) -> None:
        """Delete the environment with all that it made."""
        self.client._json("DELETE", f"/environments/{environment}")
        until(
            lambda: environment not in [row["id"] for row in self.client.environments()],
            "the environment is deleted",
        )

    # ------------------------------------------------------------ the operator

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the catalog's database, which is only read."""
        with contextlib.closing(
            sqlite3.connect(f"file:{self.state / 'burano.sqlite'}?mode=ro", uri=True)
        ) as database:
            return database.execute(query, values).fetchall()

    def engine_of(self, deployment: str) -> str:
        """Name of the engine whose attempt at a task is under way."""
        query = "SELECT engine FROM attempts WHERE task_id = ? AND ended_at IS NULL"
        return until(lambda: self.rows(query, deployment), "an engine claims the task")[0][0]

    def guest_file(self, path: str) -> Path:
        """A file of the guest that has it."""
        guests = self.state / "cloud" / "guests"
        return until(lambda: list(guests.glob(f"*/root/{path}")), f"a guest has {path}")[0]

    def kill_engine(self, deployment: str) -> None:
        """kill -9 of the supervisor at work, and with it of its workers."""
        os.kill(self.running.pid(self.engine_of(deployment)), signal.SIGKILL)

    def kill_worker(self, deployment: str) -> None:
        """kill -9 of the worker at work."""
        engine = self.running.pid(self.engine_of(deployment))
        workers = until(lambda: _workers(engine), "the engine has a worker")
        for pid in workers:
            os.kill(pid, signal.SIGKILL)

    def kill_conductor(self, _deployment: str) -> None:
        """kill -9 of the conductor."""
        os.kill(self.running.pid("conductor"), signal.SIGKILL)


def _workers(engine: int) -> list[int]:
    """Processes that the fork server of an engine has forked."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
    found = []
    for pid, parent in parents.items():
        if _is_fork_server(pid) and _is_fork_server(parent) and engine in _above(pid, parents):
            found.append(pid)
    return found


def _is_fork_server(pid: int) -> bool:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"catalog_engine.worker.forkserver" in words and b"--ro-bind" not in words
    return False


def _above(pid: int, parents: Mapping[int, int]) -> Iterator[int]:
    while pid in parents:
        pid = parents[pid]
        yield pid


@pytest.fixture(scope="session")
def site(standalone):
    made = Site(standalone)
    yield made
    made.client.close()
