"""Runs the language's own tests under coverage and checks the share of its branches.

Usage: python tools/branch_coverage.py [pytest argument ...]. With a file that
``coverage json`` wrote as the only argument, the tests are not run again.

coverage's own ``fail_under`` looks at lines and branches together, which hides missing branches.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

#: Least share of the branches of the language, in percent.
LEAST = 95.0
#: Its own tests alone: what others run of it, they do not look at.
TESTS = ("tests/unit/catalog_engine/muranopl",)
ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "coverage.json"
#: So many of the files with most missing branches are shown.
SHOWN = 15


def measure(arguments: list[str]) -> int:
    """Run the tests; the exit code of pytest."""
    command = [
        sys.executable, "-m", "pytest", "-q", "--numprocesses", "2", "--dist", "loadgroup",
        "--cov", f"--cov-report=json:{REPORT}", "--cov-report=", *TESTS, *arguments,
    ]  # fmt: skip
    return subprocess.call(command, cwd=ROOT)


def told(report: dict[str, Any]) -> tuple[float, list[str]]:
    """The share of branches in percent, and a line for each of the weakest files.

    :param report: what ``coverage json`` wrote.
    """
    total = report["totals"]
    if not total["num_branches"]:
        return 0.0, ["no branch was measured"]
    rows = []
    for name, file in report["files"].items():
        summary = file["summary"]
        missing = summary["num_branches"] - summary["covered_branches"]
        if missing:
            places = ", ".join(f"{start}->{end}" for start, end in file["missing_branches"])
            rows.append((missing, f"{missing:4} of {summary['num_branches']:4} {name}: {places}"))
    rows.sort(key=lambda row: (-row[0], row[1]))
    share = 100 * total["covered_branches"] / total["num_branches"]
    return share, [line for _missing, line in rows[:SHOWN]]


def main(arguments: list[str]) -> int:
    """Measure unless a report is given, print, and return 0 when enough is covered."""
    report = REPORT
    if len(arguments) == 1 and arguments[0].endswith(".json"):
        report = Path(arguments[0])
    else:
        report.unlink(missing_ok=True)
        code = measure(arguments)
        if code:
            return code
    share, lines = told(json.loads(report.read_text()))
    print("branches that nothing takes, files with most of them first:", *lines, sep="\n")
    enough = share >= LEAST
    print(f"{share:.1f} % of branches, {LEAST} % {'reached' if enough else 'NOT reached'}")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
