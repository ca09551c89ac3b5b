"""What ``burano standalone`` takes: memory of the set, and seconds of deployments on it.

``python -m tests.benchmarks.standalone [--runs 5]`` prints one JSON object; all times are seconds
from the request to the answer that shows the end, minimum, median and maximum of the runs.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import statistics
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from catalog_standalone.catalog_client import CatalogClient, archive
from tests.functional.conftest import Standalone

WAIT_SECONDS = 120
POLL_SECONDS = 0.02
SITE, EMPTY = "io.burano.samples.Site", "io.burano.benchmarks.Empty"
EMPTY_FILES = {
    "manifest.yaml": f"""
Format: 1.4
Type: Application
FullName: {EMPTY}
Name: Empty
Description: An application without a guest
Author: Burano contributors
Tags: [benchmark]
Classes:
  {EMPTY}: Empty.yaml
""",
    "Classes/Empty.yaml": f"""
Name: {EMPTY}
Extends: io.murano.Application
Properties:
  text:
    Usage: Out
    Contract: $.string()
Methods:
  deploy:
    Body:
      - $.text: deployed
""",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.standalone")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        running = Standalone(Path(folder) / "state")
        try:
            running.await_line("ready in")
            found: dict[str, Any] = {"start": round(time.perf_counter() - started, 2)}
            client = _client(running)
            found["memory before any deployment"] = _memory(running.process.pid)
            found |= {name: _times(run, options.runs) for name, run in _runs(client)}
            found["memory afterwards"] = _memory(running.process.pid)
            client.close()
        finally:
            running.stop()
    print(json.dumps(found, indent=1))


def _client(running: Standalone) -> CatalogClient:
    endpoints = running.endpoints
    client = CatalogClient(endpoints["application-catalog"], endpoints["identity"])
    client.sign_in("demo", running.password, "demo")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for path, text in EMPTY_FILES.items():
            target.writestr(path, text)
    client.publish(EMPTY, buffer.getvalue())
    client.publish(SITE, archive(files("burano_packages") / SITE))
    return client


def _runs(client: CatalogClient) -> Iterator[tuple[str, Callable[[], None]]]:
    yield "deploy without guest", lambda: _deploy(client, EMPTY, {})
    site: dict[str, Any] = {
        "title": "Bench", "text": "one", "instance": {
            "?": {"id": uuid.uuid4().hex, "type": "io.murano.resources.LinuxMuranoInstance"},
            "name": "bench", "flavor": "m1.small", "image": "local-linux",
            "assignFloatingIp": False,
        },
    }  # fmt: skip
    kept: list[str] = []
    yield "deploy of the sample from nothing", lambda: kept.append(_deploy(client, SITE, site))
    (component,) = client.environment(kept[-1])["services"]
    (action,) = [key for key, row in component["?"]["_actions"].items() if row["name"] == "rebuild"]
    yield "action on a guest that is up", lambda: _act(client, kept[-1], action)


def _deploy(client: CatalogClient, type_name: str, properties: dict[str, Any]) -> str:
    environment = client.create_environment(f"bench-{uuid.uuid4().hex[:8]}")
    component = {**properties, "?": {"id": uuid.uuid4().hex, "type": type_name, "name": "bench"}}
    if "instance" in component:
        mark = {**component["instance"]["?"], "id": uuid.uuid4().hex}
        component["instance"] = {**component["instance"], "?": mark}
    client.deploy(environment, component)
    _until(lambda: client.environment(environment)["status"] in ("ready", "deploy failure"))
    status = client.environment(environment)["status"]
    if status != "ready":
        raise SystemExit(f"the environment is in {status}: {client.deployments(environment)}")
    return environment


def _act(client: CatalogClient, environment: str, action: str) -> None:
    task = client.call_action(environment, action, {"text": "two", "seconds": 0})
    _until(lambda: bool(client.action_result(environment, task)))


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"it did not end in {WAIT_SECONDS} s")
        time.sleep(POLL_SECONDS)


def _times(run: Callable[[], None], runs: int) -> dict[str, float]:
    """Seconds; the first run is not counted, as it compiles and fills caches."""
    measured = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        run()
        measured.append(round(time.perf_counter() - started, 3))
    first, *rest = measured
    return {
        "first": first, "min": min(rest), "median": statistics.median(rest), "max": max(rest),
    }  # fmt: skip


def _memory(root: int) -> dict[str, int]:
    """Proportional resident MiB by program of the launcher and all that it started."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found: dict[str, int] = {}
    for pid in _below(root, parents):
        try:
            size = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        name = next((w.decode() for w in words if w.startswith((b"catalog_", b"guest_"))), "other")
        found[name] = found.get(name, 0) + int(size[1] if size else 0)
    sizes = {name: round(size / 1024) for name, size in sorted(found.items())}
    return {**sizes, "all": round(sum(found.values()) / 1024)}


def _below(pid: int, parents: dict[int, int]) -> Iterator[int]:
    yield pid
    for child, parent in parents.items():
        if parent == pid:
            yield from _below(child, parents)


if __name__ == "__main__":
    main()
