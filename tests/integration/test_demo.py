"""The whole way, second act included: over real services, and from a wheel without a checkout."""

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(600)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder():
    """A folder whose path leaves room for those of sockets."""
    with tempfile.TemporaryDirectory(prefix="demo-") as name:
        yield Path(name)


def play(burano: Path, folder: Path, *arguments: str) -> None:
    """Run ``ONCE=1 burano demo`` and check what it says last."""
    done = subprocess.run(
        [str(burano), "demo", "--port", "0", *arguments], cwd=folder,
        env=os.environ | {"ONCE": "1", "TMPDIR": str(folder)},
        capture_output=True, text=True, check=False, timeout=540,
    )  # fmt: skip
    logs = "\n".join(
        f"== {path}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-15:])
        for path in sorted(folder.rglob("log/*.log"))
    )
    assert done.returncode == 0, done.stdout + done.stderr + logs
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["status"], found["http_status"]) == ("ready", 200)
    assert (found["killed"], found["attempts"], found["script_runs"]) == (1, 2, 1)


@pytest.mark.parametrize("database", ["postgresql", "mariadb"])
def test_over_real_services(database, rabbitmq, request, folder):
    url = request.getfixturevalue(database)
    burano = Path(sys.executable).with_name("burano")
    play(burano, folder, "--database", url, "--broker", rabbitmq)


def test_from_the_built_wheel(tmp_path, folder):
    source, built = tmp_path / "source", tmp_path / "built"
    # From what is committed: the wheel must not carry what merely lies about.
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(source)], check=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(built), str(source)],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = built.glob("burano-*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", f"{wheel}[standalone]"], check=True
    )
    play(python.with_name("burano"), folder)
