"""``burano package test``: its options, and what it prints."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from catalog_engine.authoring import folders, junit
from catalog_engine.authoring.running import RequestError, configs_of
from catalog_engine.authoring.testing import SECONDS, Outcome, Test, TestRunner, place_of, selected
from catalog_engine.authoring.texts import printable


def add_test(parser: argparse.ArgumentParser) -> None:
    """Add the command's options but ``--load``."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH",
        help="what to test: a package's folder or archive, or a folder of such folders",
    )  # fmt: skip
    parser.add_argument(
        "-t", "--test", action="append", default=[], metavar="NAME", dest="tests",
        help="only tests of this name: METHOD, CLASS or CLASS.METHOD; may be repeated",
    )  # fmt: skip
    parser.add_argument("--class-config", metavar="DIR", help="folder of class configurations")
    parser.add_argument(
        "--timeout", type=_seconds, default=SECONDS, metavar="SECONDS",
        help="what one test may take (default: %(default)g)",
    )  # fmt: skip
    parser.add_argument("--junit", metavar="FILE", help="write results as JUnit's XML")
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="print logs and reports of all tests"
    )
    parser.set_defaults(work=_test)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 86400:
        raise argparse.ArgumentTypeError("it must be above 0, and a day at most")
    return value


def _test(options: argparse.Namespace) -> int:
    runner = TestRunner(
        folders.load(Path(path) for path in options.paths),
        folders.load(Path(path) for path in options.load),
        class_configs=configs_of(options.class_config),
        seconds=options.timeout,
    )
    tests, outcomes = runner.find()
    if not tests and not outcomes:
        raise RequestError("No tests found for execution.")
    # Where every class is broken, that is what is to be told.
    tests = selected(tests, options.tests) if tests else []
    # Opened before anything runs: a path that cannot be written costs no run of the tests.
    with _Output(options.junit) as output:
        try:
            _execute(runner, tests, outcomes, options)
        finally:
            # Whoever interrupts a long run keeps the results that it had.
            output.write(junit.document(outcomes))
    return 0 if all(outcome.status == "passed" for outcome in outcomes) else 1


def _execute(
    runner: TestRunner, tests: Sequence[Test], outcomes: list[Outcome], options: argparse.Namespace
) -> None:
    """Run tests, and say so; *outcomes* grows by theirs."""
    say = _silent if options.json else _say
    begun = time.perf_counter()
    count = f"{len(tests)} test{'' if len(tests) == 1 else 's'}"
    say(f"About to execute {count}")
    for outcome in outcomes:
        _show(outcome, options.verbose, say)
    for test in tests:
        outcomes.append(runner.run(test))
        _show(outcomes[-1], options.verbose, say)
    seconds = time.perf_counter() - begun
    say(f"Executed {count} in {seconds:.3f} seconds: {_summary(outcomes)}")
    if options.json:
        _say(_dumped(outcomes, seconds))


class _Output:
    """The file that results are written to, if there is to be one."""

    def __init__(self, path: str | None):
        self._file: BinaryIO | None = None
        if path is not None:
            try:
                self._file = open(path, "wb")  # noqa: SIM115
            except OSError as error:
                raise RequestError(f"--junit: {error}") from error

    def __enter__(self) -> _Output:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, content: bytes) -> None:
        """Write it all."""
        if self._file is not None:
            self._file.write(content)


# ---------------------------------------------------------------- what is printed


def _say(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def _silent(_text: str) -> None:
    return None


def _show(outcome: Outcome, verbose: bool, say: Callable[[str], None]) -> None:
    passed = outcome.status == "passed"
    say(f"{printable(outcome.name)} .... {'OK' if passed else 'FAIL!'}")
    if not passed:
        for problem in outcome.problems:
            where = [part for part in (place_of(problem), problem["phase"]) if part]
            say(_indented(f"{': in '.join(where)}\n{problem['report']}"))
    if verbose or not passed:
        for row in outcome.log:
            say(_indented(f"{row['level']} {row['logger']}: {row['message']}"))
        for row in outcome.reports:
            say(_indented(f"report {row['level']}: {row['text']}"))


def _indented(text: str) -> str:
    return textwrap.indent(printable(text), "    ")


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    statuses = [outcome.status for outcome in outcomes]
    return {
        "passed": statuses.count("passed"), "failed": statuses.count("failed"),
        "errors": statuses.count("error"),
    }  # fmt: skip


def _summary(outcomes: Sequence[Outcome]) -> str:
    counts = _counts(outcomes)
    errors = counts["errors"]
    text = f"{counts['passed']} passed, {counts['failed']} failed"
    return f"{text}, {errors} error{'' if errors == 1 else 's'}" if errors else text


def _dumped(outcomes: Sequence[Outcome], seconds: float) -> str:
    rows = [outcome.to_dict() for outcome in outcomes]
    return json.dumps({"tests": rows, **_counts(outcomes), "seconds": seconds}, default=str)
