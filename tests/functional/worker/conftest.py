"""A supervisor's half in small: real workers in the sandbox, ports in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import pytest
import yaml

from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.errors import PortError
from catalog_engine.host.memory import MemoryPorts
from catalog_engine.host.messages import Request
from catalog_engine.packages.bundled import read
from catalog_engine.packages.store import compilable
from catalog_engine.supervisor.sandbox import choose
from catalog_engine.supervisor.workers import Exit, ForkServer, Worker

SECONDS = 60
LIMITS = {"memory": 512 << 20, "cpu_seconds": 20}


class Packages:
    """The class library, and packages of tests by the name of their only class."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server
        library = read(files("burano_packages") / "io.murano")
        compiled = server.compile(compilable(library.manifest), library.files, LIMITS)
        server.preload("io.murano", compiled)
        self._classes = dict.fromkeys(library.manifest.classes, "io.murano")
        self._contents: dict[str, Mapping[str, Any]] = {
            "io.murano": {"manifest": {}, "compiled": compiled, "files": library.files}
        }

    def add(self, name: str, body: str) -> None:
        self.add_files(name, {"Classes/it.yaml": body.encode()})

    def add_files(self, name: str, content: Mapping[str, bytes]) -> None:
        manifest = {"FullName": name, "Version": "1.0.0", "Classes": {name: "it.yaml"},
                    "Format": "1.4"}  # fmt: skip
        compiled = self._server.compile(manifest, content, LIMITS)
        self._classes[name] = name
        self._contents[name] = {"manifest": manifest, "compiled": compiled, "files": {}}

    def find(
        self, name: str | None, class_name: str | None, version_spec: str
    ) -> Mapping[str, Any]:
        found = name if name in self._contents else self._classes.get(str(class_name))
        if found is None:
            raise PortError("NoPackageForClassFound", f"no package has {class_name}")
        return {"name": found, "version": "1.0.0", "digest": found}

    def content(self, digest: str) -> Mapping[str, Any]:
        return self._contents[digest]


class Host:
    """Runs tasks in workers."""

    def __init__(self) -> None:
        self.server = ForkServer(choose(os.environ.get("BURANO_SANDBOX", "auto")))
        self.server.start()
        self.packages = Packages(self.server)
        self.ports = MemoryPorts(packages=self.packages)

    def add_class(self, name: str, methods: str) -> None:
        """A package of one class, whose methods are given as YAML."""
        body = {
            "Namespaces": {"=": name.rpartition(".")[0], "std": "io.murano"},
            "Name": name.rpartition(".")[2], "Extends": "std:Object",
            "Methods": yaml.safe_load(methods),
        }  # fmt: skip
        self.packages.add(name, yaml.safe_dump(body, sort_keys=False))

    def start(self, name: str, method: str, limits: Mapping[str, Any] | None = None,
              **process: int) -> Worker:  # fmt: skip
        """A worker that calls a static method."""
        worker = self.server.fork({**LIMITS, **process})
        worker.within(SECONDS)
        task = {
            "id": "t", "kind": "call", "seed": "s", "project_id": "p", "user_id": "u", "model": {},
            "action": {"class_name": name, "method": method, "args": {}},
        }  # fmt: skip
        worker.channel.send({"type": "start", "task": task, "limits": dict(limits or {})})
        return worker

    def converse(self, worker: Worker) -> dict[str, Any] | Exit:
        """The worker's result, or how it ended without one."""
        driver = DirectDriver(self.ports)
        try:
            while (message := worker.channel.receive()) is not None:
                if message["type"] == "result":
                    return message
                if message["type"] == "idle":
                    branch, number, answer = driver.wait()
                    worker.channel.send(
                        {"type": "answer", "branch": branch, "number": number,
                         "value": answer.value, "error": answer.error}
                    )  # fmt: skip
                    continue
                request = Request(message["port"], message["operation"], message["arguments"])
                if message["type"] == "notice":
                    driver.notify(request)
                else:
                    driver.submit(message["branch"], message["number"], request)
        except ConnectionError:
            pass
        how = worker.wait(SECONDS)
        assert how is not None
        return how

    def run(self, name: str, method: str, limits: Mapping[str, Any] | None = None,
            **process: int) -> dict[str, Any] | Exit:  # fmt: skip
        worker = self.start(name, method, limits, **process)
        try:
            return self.converse(worker)
        finally:
            worker.end()


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.server.close()
