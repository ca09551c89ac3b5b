"""``burano package check``: its options, and how findings are printed."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from typing import Final

from catalog_engine.authoring.checking.checker import Report, check
from catalog_engine.authoring.checking.dumping import dump
from catalog_engine.authoring.checking.findings import counts
from catalog_engine.muranopl.source.errors import CompileError

GOOD, BAD, UNREADABLE = 0, 1, 2
_PLURAL: Final = {"error": "errors", "warning": "warnings"}


def add_check(parser: argparse.ArgumentParser) -> None:
    """Describe the verb ``check``."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH",
        help="a package's folder or archive, or a folder of such; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--load", action="append", default=[], metavar="PATH",
        help="packages that these may require; they are not checked themselves",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--strict", action="store_true", help="warnings fail too")
    parser.add_argument("--style", action="store_true", help="tell matters of taste as well")
    parser.add_argument(
        "--dump-python", metavar="CLASS", help="print what a class compiled to instead"
    )
    parser.set_defaults(work=run)


def run(options: argparse.Namespace) -> int:
    """Check packages and print the findings.

    :returns: 0 when nothing is wrong, 1 when something is, 2 when a path cannot be read.
    :raises LoadError: there is nothing to do, or nothing to print the code of.
    """
    if options.dump_python:
        return _dump(options)
    if not options.paths:
        sys.stderr.write("burano package check: give it the path of a package\n")
        return UNREADABLE
    report = check(options.paths, options.load, options.style)
    sys.stdout.write(_json(report) if options.json else _text(report))
    if not report.is_readable:
        return UNREADABLE
    number = counts(report.findings)
    return BAD if number["error"] or (options.strict and number["warning"]) else GOOD


def _dump(options: argparse.Namespace) -> int:
    try:
        sys.stdout.write(dump([*options.paths, *options.load], options.dump_python))
    except CompileError as error:
        sys.stderr.write(f"{error}\n")
        return BAD
    return GOOD


def _text(report: Report) -> str:
    lines = [str(finding) for finding in report.findings]
    number = counts(report.findings)
    found = [f"{n} {_PLURAL[kind] if n != 1 else kind}" for kind, n in number.items() if n]
    count = len(report.packages)
    lines.append(
        f"{count} package{'' if count == 1 else 's'} checked: {' and '.join(found) or 'all good'}"
    )
    return "\n".join(lines) + "\n"


def _json(report: Report) -> str:
    answer = {
        "findings": [dataclasses.asdict(finding) for finding in report.findings],
        "counts": counts(report.findings), "packages": report.packages,
    }  # fmt: skip
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
