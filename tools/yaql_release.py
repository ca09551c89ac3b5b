"""Runs what is compared with the published yaql against another release of it.

Usage: python tools/yaql_release.py [RELEASE [pytest argument ...]]. Without a release it is the
oldest that setup.cfg allows: what is installed by default is the newest. The environment that runs
this stays as it is; the release is installed into a folder of its own, for this run.
"""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

#: What uses yaql, or is held against it.
TESTS = (
    "tests/unit/catalog_engine/muranopl/functions",
    "tests/unit/catalog_engine/muranopl/expressions",
    "tests/unit/catalog_forms",
)
ROOT = Path(__file__).resolve().parents[1]


def oldest(setup: Path = ROOT / "setup.cfg") -> str:
    """The lowest release of yaql that the distribution can be installed with.

    :raises SystemExit: setup.cfg names none.
    """
    configuration = configparser.ConfigParser()
    configuration.read(setup)
    found = re.search(r"^yaql>=([\d.]+)$", configuration["options"]["install_requires"], re.M)
    if found is None:
        raise SystemExit(f"{setup} does not say yaql>=RELEASE among install_requires")
    return found[1]


def run(release: str, arguments: list[str]) -> int:
    """Install a release beside everything else and run the tests with it; pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        install = [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--target", folder, f"yaql=={release}",
        ]  # fmt: skip
        code = subprocess.call(install)
        if code:
            return code
        environment = {**os.environ, "PYTHONPATH": folder}
        used = "import collections.abc, yaql; print('yaql', yaql.__version__, yaql.__file__)"
        subprocess.check_call([sys.executable, "-c", used], env=environment, cwd=folder)
        tests = [
            sys.executable, "-m", "pytest", "-q", "--numprocesses", "2", "--dist", "loadgroup",
            *TESTS, *arguments,
        ]  # fmt: skip
        return subprocess.call(tests, env=environment, cwd=ROOT)


def main(arguments: list[str]) -> int:
    """Run over the release that is named, or the oldest one."""
    release, rest = (arguments[0], arguments[1:]) if arguments else (oldest(), [])
    return run(release, rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
