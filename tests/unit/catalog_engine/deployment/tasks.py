"""Whole tasks over packages at hand and any driver, and a driver that notes what is asked."""

from __future__ import annotations

from typing import Any

from catalog_engine.deployment.run import run_task
from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.errors import PortError
from catalog_engine.host.messages import Answer
from tests.unit.catalog_engine.muranopl.language import library

ENVIRONMENT = {
    "?": {"type": "io.murano.Environment", "id": "env"},
    "name": "one",
    "defaultNetworks": {
        "environment": {
            "?": {"type": "io.murano.resources.NeutronNetwork", "id": "net"}, "name": "one-net"
        },
        "flat": None,
    },
}  # fmt: skip
SERVER = {
    "?": {"type": "io.murano.resources.LinuxMuranoInstance", "id": "vm"}, "name": "vm",
    "flavor": "small", "image": "image", "assignFloatingIp": True,
}  # fmt: skip
"""An environment and a server as models have them."""


def rows_of(*packages: Any) -> dict[str, Any]:
    """Digest -> package, of these and of the class library."""
    return {f"{row[0]}/{row[1]}": row for row in (*packages, library())}


def run_over(
    rows: Any, driver: Any, on_start: Any = None, limits: Any = None, **task: Any
) -> dict[str, Any]:
    """Run a task over packages; what it does not say is that of a deployment.

    :param on_start: called with a function that stops the task.
    """
    given = {
        "id": "t", "kind": "deployment", "seed": "s", "project_id": "p", "user_id": "u",
        "environment_id": "env", **task,
    }  # fmt: skip
    return run_task(
        given, driver, limits, {digest: row[2] for digest, row in rows.items()}, on_start
    )


class Packages:
    def __init__(self, rows):
        self._rows = rows

    def find(self, name, class_name, version_spec):
        for digest, row in self._rows.items():
            if row[0] == name or (not name and class_name in row[2].classes):
                return {"name": row[0], "version": row[1], "digest": digest}
        if name:
            raise PortError("NoPackageFound", name)
        raise PortError("NoPackageForClassFound", class_name)

    def content(self, digest):
        files = dict(self._rows[digest][3])
        return {"manifest": {}, "compiled": b"", "files": files}


class Journal:
    """A driver that notes what is asked, and answers from what it noted before."""

    def __init__(self, ports, recorded=()):
        self._live = DirectDriver(ports)
        self._recorded = list(recorded)
        self._waiting = {}
        self.asked = []
        self.answers = []
        self.replayed = 0

    def submit(self, branch, number, request):
        self.asked.append(
            (f"{branch}#{number}", request.port, request.operation, request.arguments)
        )
        self._waiting[branch, number] = request

    def notify(self, request):
        self.asked.append(("", request.port, request.operation, request.arguments))
        self._live.notify(request)

    def wait(self):
        if self._recorded:
            branch, number, answer = self._recorded.pop(0)
            del self._waiting[branch, number]
            self.replayed += 1
        else:
            (branch, number), request = next(iter(self._waiting.items()))
            del self._waiting[branch, number]
            self._live.submit(branch, number, request)
            branch, number, answer = self._live.wait()
        self.answers.append((branch, number, answer))
        return branch, number, Answer(answer.value, answer.error)
