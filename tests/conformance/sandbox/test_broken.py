"""A language with a hole in it: package code that runs any Python finds itself locked in.

The fork server of these tests gives packages a function ``escape()``, which executes its argument
as Python code. All else is what runs in production: a package, compiled and run as a task.
"""

from __future__ import annotations

import json
import os
import socket

import pytest

from catalog_engine.host.binding import perform
from catalog_engine.host.errors import PortError
from catalog_engine.host.memory import MemoryPorts
from catalog_engine.host.messages import Request
from catalog_engine.supervisor.workers import ForkServer
from tests.conformance.muranopl.checking import NAMESPACES
from tests.conformance.sandbox.language import SECRET
from tests.unit.catalog_engine.deployment.tasks import Packages, rows_of
from tests.unit.catalog_engine.muranopl.language import package

SECONDS = 60
BROKEN = """
import ctypes, gc, glob, pathlib, shutil, signal, socket, subprocess, sys, threading
from catalog_engine.muranopl.functions import parameters, strings
from catalog_engine.worker import forkserver

@strings.subject.function("escape", code=parameters.String)
def escape(code):
    names = {"said": None}
    exec(code, names)
    return str(names["said"])

control = socket.socket(fileno=int(sys.argv[-1]))
forkserver.ForkServer(control, filter_calls=FILTER).serve()
"""
SOURCE = """
Name: Main
Methods:
  act:
    Scope: Public
    Arguments: [{code: {Contract: $.string().notNull()}}]
    Body:
      - Return: escape($code)
"""
WALLS = [("bubblewrap", True), ("bubblewrap", False), ("none", True)]


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    """A file with a secret, and the environment of the process that starts the fork server."""
    path = tmp_path_factory.mktemp("host") / "secret"
    path.write_text(SECRET)
    os.environ["OS_PASSWORD"] = SECRET
    yield path
    del os.environ["OS_PASSWORD"]


@pytest.fixture(scope="module", params=WALLS, ids=lambda wall: f"{wall[0]}, filter {wall[1]}")
def broken(request, secret, sandbox_or_skip):
    """A fork server whose packages may escape."""
    name, filter_calls = request.param
    program = BROKEN.replace("FILTER", str(filter_calls))
    server = ForkServer(sandbox_or_skip(name), ("-c", program))
    server.start()
    yield server
    server.close()


def escape(server, code):
    """What escaped code said, or the message of the error that it ended in."""
    row = package(NAMESPACES + SOURCE)
    rows = rows_of(row)

    class Compiled(Packages):
        def content(self, digest):
            compiled = rows[digest][2].dumps()
            return {"manifest": {}, "compiled": compiled, "files": dict(rows[digest][3])}

    worker = server.fork({"memory": 1 << 30, "cpu_seconds": 20})
    try:
        worker.within(SECONDS)
        model = {"?": {"type": "org.example.Main", "id": "root"}}
        task = {
            "id": "t", "kind": "deployment", "seed": "s", "project_id": "p", "user_id": "u",
            "environment_id": "env", "model": {"Objects": model, "ObjectsCopy": None},
            "action": {"object_id": "root", "method": "act", "args": {"code": code}},
        }  # fmt: skip
        worker.channel.send({"type": "start", "task": task, "limits": {}})
        return served(worker.channel, MemoryPorts(packages=Compiled(rows)))
    finally:
        worker.close()


def served(channel, ports):
    """Answer a worker's requests as a supervisor does, until it has a result; None: it ended."""
    while (message := channel.receive()) is not None and message["type"] != "result":
        if message["type"] != "call":
            continue
        request = Request(message["port"], message["operation"], message["arguments"])
        answer = {"type": "answer", "branch": message["branch"], "number": message["number"]}
        try:
            answer["value"] = perform(ports, request)
        except PortError as error:
            answer["error"] = error.to_dict()
        channel.send(answer)
    if message is None:
        return None
    found = message["result"]
    return found["result"]["message"] if found["isException"] else found["result"]


def test_the_language_really_is_broken(broken):
    assert escape(broken, "import sys\nsaid = (6 * 7, sys.version_info > (3,))") == "(42, True)"


NETWORK = """
import socket
said = []
for family, address in ADDRESSES:
    try:
        with socket.socket(getattr(socket, family), socket.SOCK_STREAM) as s:
            s.settimeout(5)
            s.connect(address)
            said.append(address)
    except OSError:
        pass
"""


def test_no_network(broken, tmp_path):
    listeners = []
    for family, address in (("AF_INET", ("127.0.0.1", 0)), ("AF_UNIX", str(tmp_path / "s"))):
        listener = socket.socket(getattr(socket, family), socket.SOCK_STREAM)
        listener.bind(address)
        listener.listen()
        listeners.append((family, listener.getsockname(), listener))
    addresses = [(family, address) for family, address, _listener in listeners]
    try:
        assert escape(broken, NETWORK.replace("ADDRESSES", repr(addresses))) == "[]"
    finally:
        for _family, _address, listener in listeners:
            listener.close()


FILES = """
said = []
for path in PATHS:
    try:
        with open(path, "rb") as f:
            said.append((path, f.read(100)))
    except OSError:
        pass
for path in PATHS:
    try:
        with open(path, "ab", buffering=0) as f:
            f.write(b"x")
            said.append(path)
    except OSError:
        pass
"""


def test_no_files(broken, secret):
    """Not those of the host, not its processes', and nothing can be written."""
    paths = [
        str(secret), "/etc/passwd", "/etc/shadow", os.path.expanduser("~/.bashrc"),
        f"/proc/{os.getpid()}/environ", f"/proc/{os.getppid()}/environ", "/proc/1/mem",
        "/dev/sda", "/dev/mem", "/run/secrets/x", "/tmp/burano-escape", "/burano-escape",
    ]  # fmt: skip
    assert escape(broken, FILES.replace("PATHS", repr(paths))) == "[]"


CREDENTIALS = """
import gc, os, sys
said = []
word = "-".join(("burano", "secret"))
def look(value, where):
    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode("latin-1")
        if word in text and value is not word:
            said.append(where)
look(repr(dict(os.environ)), "environ")
look(repr(sys.argv), "argv")
for thing in gc.get_objects():
    if type(thing) in (dict, list, tuple, set):
        for part in (list(thing.items()) if type(thing) is dict else [list(thing)]):
            for value in part:
                look(value, type(thing).__name__)
try:
    look(open("/proc/self/environ", "rb").read(), "proc")
except OSError:
    pass
"""


def test_no_credentials(broken):
    """Neither in its environment nor anywhere in its memory."""
    assert SECRET in json.dumps(dict(os.environ))
    assert escape(broken, CREDENTIALS) == "[]"


PROCESSES = """
import os, signal, subprocess
said = []
for attempt in (
    lambda: subprocess.run(["/bin/true"], check=True), lambda: os.kill(PID, 0),
    lambda: os.kill(PARENT, 0), lambda: os.pidfd_open(PID),
):
    try:
        attempt()
        said.append(1)
    except (OSError, subprocess.SubprocessError):
        said.append(0)
"""


def test_no_other_process(broken):
    """Without the filter it may start programs inside of its own walls, and nothing else."""
    code = PROCESSES.replace("PID", str(os.getpid())).replace("PARENT", str(os.getppid()))
    assert escape(broken, code) in ("[0, 0, 0, 0]", "[1, 0, 0, 0]")


def test_the_next_task_is_well(broken):
    escape(broken, "import builtins\nbuiltins.len = None")
    assert escape(broken, "said = len('abc')") == "3"
