"""``burano demo`` as a user runs it: both acts, one line of JSON, nothing left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("standalone")]


def test_once(tmp_path):
    done = subprocess.run(
        [str(Path(sys.executable).with_name("burano")), "demo", "--port", "0"],
        env=os.environ | {"ONCE": "1", "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=540,
    )  # fmt: skip
    logs = "\n".join(
        f"== {path}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-15:])
        for path in sorted(tmp_path.rglob("log/*.log"))
    )
    assert done.returncode == 0, done.stdout + done.stderr + logs
    lines = done.stdout.splitlines()
    assert "page: http://127.0.0.1:" in lines[0]
    found = json.loads(lines[-1])
    assert found.pop("url").startswith("http://127.")
    assert set(found.pop("seconds")) >= {"start", "deploy", "kill_to_progress", "total"}
    assert found == {
        "status": "ready", "http_status": 200, "killed": 1, "attempts": 2, "script_runs": 1
    }  # fmt: skip
    assert list(tmp_path.iterdir()) == []
