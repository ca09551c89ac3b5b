"""What one API process answers: requests a second over one connection, statements, memory.

``python -m tests.benchmarks.rest [--database URL] [--seconds 3] [--profile NAME]`` starts the
local cloud's Keystone here and ``burano-api`` in a process of its own over the database (an empty
one; SQLite without it), fills it, and prints one JSON object. Requests go one after another over
one kept connection, with one token; the client is a bare socket, as load generators are, so that
its own work is not taken for the server's.
"""

from __future__ import annotations

import argparse
import cProfile
import functools
import json
import pstats
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
import webtest
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from catalog_api import setting_up
from catalog_api.db import schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.db.models import Archive, ClassDefinition, Environment, Package
from catalog_api.services import environments
from catalog_api.services.callers import Caller
from catalog_standalone.cloud.app import LocalCloud
from catalog_standalone.cloud.config import from_mapping

ENVIRONMENTS, PACKAGES, CHUNK = 100, 500, 1000
USERS = [
    {"name": "demo", "password": "demo", "projects": {"demo": ["member"]}},
    {"name": "burano", "password": "burano", "projects": {"service": ["admin", "service"]}},
]
CASES: dict[str, Callable[[], tuple[str, str, bytes | None]]] = {
    "list 100 environments": lambda: ("GET", "/v1/environments", None),
    "list 20 of 500 packages": lambda: ("GET", "/v1/catalog/packages?limit=20", None),
    "list 20 packages by full name": lambda: (
        "GET", "/v1/catalog/packages?limit=20&order_by=fqn", None,
    ),
    "list 20 packages, newest first": lambda: (
        "GET", "/v1/catalog/packages?limit=20&order_by=created&sort_dir=desc", None,
    ),
    "create an environment": lambda: (
        "POST", "/v1/environments", json.dumps({"name": uuid.uuid4().hex}).encode(),
    ),
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rest")
    parser.add_argument("--database", metavar="URL")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument(
        "--rows", type=int, default=0, help="environments and packages of another project"
    )
    parser.add_argument("--profile", metavar="CASE", choices=CASES, help="print a profile instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="burano-bench-") as name:
        folder = Path(name)
        url = options.database or f"sqlite:///{folder}/catalog.db"
        cloud = LocalCloud(from_mapping({"state_dir": str(folder / "cloud"), "users": USERS}))
        identity = cloud.start()["identity"]
        try:
            token, project = sign_in(identity)
            file = configuration_file(folder, url, identity)
            database = Database(url, Cipher([]))
            schema.sync(database)
            fill(database, project, options.rows)
            if options.profile:
                profile(file, token, options.profile)
            else:
                found = {"database": database.backend, **measured(file, token, options.seconds)}
                print(json.dumps(found, indent=2))
            database.close()
        finally:
            cloud.stop()


def sign_in(identity: str) -> tuple[str, str]:
    """A token of the user demo, and the id of the project."""
    auth = v3.Password(
        auth_url=identity, username="demo", password="demo", project_name="demo",
        user_domain_id="default", project_domain_id="default",
    )  # fmt: skip
    session = keystone_session.Session(auth=auth)
    return str(session.get_token()), str(session.get_project_id())


def configuration_file(folder: Path, url: str, identity: str) -> Path:
    """Configuration of the API."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = folder / "burano.conf"
    path.write_text(
        f"[api]\nhost = 127.0.0.1\nport = {port}\n[database]\nconnection = {url}\n"
        "[keystone_authtoken]\nauth_type = password\nusername = burano\npassword = burano\n"
        f"project_name = service\nuser_domain_id = default\nproject_domain_id = default\n"
        f"auth_url = {identity}\nwww_authenticate_uri = {identity}\n"
    )
    return path


def fill(database: Database, project: str, more: int) -> None:
    """Environments and packages of the project, and more of another; half of those public."""
    caller, other = Caller("user", project), Caller("user", "other")

    def work(session: Any) -> None:
        for number in range(ENVIRONMENTS):
            environments.create(session, caller, {"name": f"environment-{number:03}"})
        for number in range(PACKAGES):
            digest = f"{number:064x}"
            name = f"org.example.Package{number:03}"
            session.add(Archive(digest=digest, body=b"x", size=1))
            session.add(
                Package(
                    owner_id=project, fully_qualified_name=name, version="1.0.0", name=name,
                    type="Application", description="A package", author="Tester",
                    is_public=False, enabled=True, archive_digest=digest, supplier={},
                    class_definitions=[ClassDefinition(name=name)],
                )
            )  # fmt: skip
        session.flush()

    def work_more(session: Any, numbers: range) -> None:
        session.execute(sa.insert(Environment), [
            {"name": f"other-{number}", "project_id": other.project_id, "user_id": "user",
             "description": {}, "description_text": "", "version": 0}
            for number in numbers
        ])  # fmt: skip
        session.execute(sa.insert(Package), [
            {"owner_id": other.project_id, "fully_qualified_name": f"org.other.Package{number}",
             "version": "1.0.0", "name": f"Package {number * 7919 % more}", "type": "Application",
             "description": "A package", "author": "Tester", "is_public": number % 2 == 0,
             "enabled": True, "archive_digest": f"{0:064x}", "supplier": {}}
            for number in numbers
        ])  # fmt: skip

    database.transact(work)
    for start in range(0, more, CHUNK):
        numbers = range(start, min(start + CHUNK, more))
        database.transact(functools.partial(work_more, numbers=numbers))


def measured(file: Path, token: str, seconds: float) -> dict[str, Any]:
    """Requests a second of each case, the statements of one request, and memory."""
    with api(file) as (process, port):
        connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        rates, cpu = {}, {}
        for name, case in CASES.items():
            rates[name], cpu[name] = rate(connection, token, case, seconds, process.pid)
        memory = pss(process.pid)
        connection.close()
    return {"requests_per_second": rates, "cpu_ms_of_a_request": cpu,
            "statements": statements(file, token), "memory_mib": memory}  # fmt: skip


@contextmanager
def api(file: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A running ``burano-api``, and its port."""
    port = int(file.read_text().partition("port = ")[2].split()[0])
    log = (file.parent / "api.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "catalog_api.cmd.api", "--config-file", str(file)], stderr=log,
        stdout=log,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while b"is ready" not in Path(log.name).read_bytes():
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit((file.parent / "api.log").read_text())
            time.sleep(0.05)
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


def rate(
    connection: socket.socket, token: str, case: Callable[[], Any], seconds: float, pid: int
) -> tuple[float, float]:
    """Requests a second, one after another, and the server's CPU milliseconds of each.

    The second figure bears a busy machine better than the first.
    """
    for _ in range(20):
        request(connection, token, *case())
    count, start, before = 0, time.perf_counter(), cpu_seconds(pid)
    while time.perf_counter() - start < seconds:
        request(connection, token, *case())
        count += 1
    used = cpu_seconds(pid) - before
    return round(count / (time.perf_counter() - start), 1), round(1000 * used / count, 2)


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def request(
    connection: socket.socket, token: str, method: str, path: str, body: bytes | None
) -> None:
    """One request; anything but 200 ends the run."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Auth-Token: {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body or b'')}\r\n\r\n"
    )
    connection.sendall(head.encode() + (body or b""))
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        _receive(connection, data)
    answer = bytes(data[:end])
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", answer)
    if not answer.startswith(b"HTTP/1.1 200") or length is None:
        raise SystemExit(f"{method} {path}: {bytes(data[:500])!r}")
    while len(data) < end + 4 + int(length[1]):
        _receive(connection, data)


def _receive(connection: socket.socket, data: bytearray) -> None:
    part = connection.recv(1 << 16)
    if not part:
        raise SystemExit("the server closed the connection")
    data += part


def in_process(file: Path, token: str) -> webtest.TestApp:
    """The same application in this process."""
    conf = setting_up.load([f"--config-file={file}"])
    client = webtest.TestApp(setting_up.application(conf))
    client.extra_environ = {"HTTP_X_AUTH_TOKEN": token}
    return client


def send(client: webtest.TestApp, method: str, path: str, body: bytes | None) -> None:
    """One request to the application in this process."""
    client.request(path, method=method, body=body or b"", content_type="application/json")


def statements(file: Path, token: str) -> dict[str, int]:
    """SQL statements of one request of each case, once caches are warm."""
    client = in_process(file, token)
    seen: list[str] = []

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    found = {}
    for name, case in CASES.items():
        send(client, *case())
        seen.clear()
        send(client, *case())
        found[name] = len(seen)
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return found


def profile(file: Path, token: str, name: str, count: int = 300) -> None:
    """Print where the time of a case goes, in this process."""
    client, case = in_process(file, token), CASES[name]
    send(client, *case())
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(count):
        send(client, *case())
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)


def pss(pid: int) -> float:
    """MiB of memory of a process, its share of what is shared."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise SystemExit("no Pss")


if __name__ == "__main__":
    main()
