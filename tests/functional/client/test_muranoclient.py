"""The published ``murano`` command, unmodified, against a standalone set."""

import json
import re
import subprocess
import sys
import time
import uuid
from importlib.resources import files
from pathlib import Path

import pytest

from catalog_standalone.catalog_client import archive

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("standalone")]
MURANO = Path(sys.executable).with_name("murano")
PACKAGE = "io.burano.samples.Site"


@pytest.fixture
def murano(standalone):
    if not MURANO.exists():
        pytest.skip("python-muranoclient is not installed: pip install python-muranoclient")

    def run(*words: str) -> str:
        done = subprocess.run(
            [str(MURANO), *words], env=standalone.environment, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}:\n{done.stdout}{done.stderr}\n{standalone.logs()}"
        return done.stdout

    return run


def cell(output: str, name: str) -> str:
    """Value of a row of a table with the columns Property and Value."""
    for line in output.splitlines():
        cells = [part.strip() for part in line.split("|")]
        if len(cells) > 2 and cells[1] == name:
            return cells[2]
    raise AssertionError(f"no {name} in\n{output}")


def row(output: str, part: str) -> list[str]:
    """Cells of the row that holds ``part``."""
    for line in output.splitlines():
        if part in line:
            return [cell.strip() for cell in line.split("|")[1:-1]]
    raise AssertionError(f"no {part} in\n{output}")


def settled(murano, environment: str) -> str:
    """The status of an environment once nothing runs in it."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        status = cell(murano("environment-show", environment), "status")
        if status not in ("deploying", "deleting"):
            return status
    raise AssertionError("the environment did not settle")


def test_the_whole_way(murano, standalone, tmp_path):
    package = tmp_path / f"{PACKAGE}.zip"
    package.write_bytes(archive(files("burano_packages") / PACKAGE))
    murano("package-import", str(package), "--exists-action", "s")
    assert PACKAGE in murano("package-list")

    name = f"client-{uuid.uuid4().hex[:6]}"
    environment = row(murano("environment-create", name), name)[0]
    session = cell(murano("environment-session-create", environment), "id")
    patch = tmp_path / "patch.json"
    patch.write_text(json.dumps([{"op": "add", "path": "/-", "value": {
        "?": {"id": uuid.uuid4().hex, "type": PACKAGE, "name": "site"},
        "title": "Client", "text": "Deployed by the published client",
        "instance": {
            "?": {"id": uuid.uuid4().hex, "type": "io.murano.resources.LinuxMuranoInstance"},
            "name": f"{name}-1", "flavor": "m1.small", "image": "local-linux",
            "assignFloatingIp": True,
        },
    }}]))  # fmt: skip
    murano("environment-apps-edit", environment, str(patch), "--session-id", session)
    murano("environment-deploy", environment, "--session-id", session)
    assert settled(murano, environment) == "ready"
    assert "success" in murano("deployment-list", environment)

    shown = murano("environment-show", environment)
    compact = re.sub(r"[\s|]", "", shown)
    action = re.search(r'"([0-9a-f-]+_rebuild)"', compact)
    assert action, shown
    output = murano(
        "environment-action-call", environment, "--action-id", action.group(1),
        "--arguments", "text=Rebuilt by the published client", "seconds=0",
    )  # fmt: skip
    task = output.split()[-1]
    assert settled(murano, environment) == "ready"
    result = murano("environment-action-get-result", environment, "--task-id", task)
    assert "Rebuilt by the published client" in result

    murano("environment-delete", environment)
    deadline = time.monotonic() + 120
    while environment in murano("environment-list"):
        assert time.monotonic() < deadline, "the environment was not deleted"
