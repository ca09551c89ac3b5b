"""Check, test and run packages without a cloud; print their schemas."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from catalog_engine.authoring.checking.command import add_check
from catalog_engine.authoring.folders import LoadError
from catalog_engine.authoring.running import Request, RequestError, Runner, attempt
from catalog_engine.authoring.session import Session
from catalog_engine.authoring.testing_command import add_test

FAILED, USAGE = 1, 2


def main(arguments: Sequence[str]) -> int:
    """``burano package VERB …``; its exit code."""
    parser = argparse.ArgumentParser(prog="burano package", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add_check(verbs.add_parser("check", help="tell mistakes of packages without running them"))
    _add_run(verbs.add_parser("run", help="run one method of a class or of an object"))
    test = verbs.add_parser("test", help="run the tests of packages")
    _add_load(test)
    add_test(test)
    _add_schema(verbs.add_parser("schema", help="print JSON schemas of a class and its methods"))
    options = parser.parse_args(arguments)
    try:
        return int(options.work(options))
    except (LoadError, RequestError) as error:
        print(f"burano package {options.verb}: {error}", file=sys.stderr)
        return USAGE


def _add_load(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--load", action="append", default=[], metavar="PATH",
        help="a package's folder or archive, or a folder of such folders; may be repeated",
    )  # fmt: skip


def _add_schema(parser: argparse.ArgumentParser) -> None:
    _add_load(parser)
    parser.add_argument("class_name", metavar="CLASS")
    parser.add_argument(
        "methods", nargs="*", metavar="METHOD", help="model builders (default: the class and all)"
    )
    parser.set_defaults(work=_schema)


def _schema(options: argparse.Namespace) -> int:
    session = Session(Runner().packages(tuple(options.load)))
    found: dict[str, Any] = {}
    error = attempt(
        lambda: found.update(session.schemas(options.class_name, options.methods or None))
    )
    if error is not None:
        print(error["report"], file=sys.stderr)
        return FAILED
    print(json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True))
    return 0


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_load(parser)
    parser.add_argument("--model", metavar="FILE", help="object model, JSON or YAML")
    parser.add_argument("--object", metavar="ID", help="object of the model (default: its root)")
    parser.add_argument("--class-config", metavar="DIR", help="folder of class configurations")
    parser.add_argument("--args", default="{}", metavar="JSON", help="arguments by name")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="call it so often")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--batch", metavar="FILE",
        help="one request a line, JSON with the names of these options; - reads standard input",
    )  # fmt: skip
    parser.add_argument("class_name", nargs="?", metavar="CLASS")
    parser.add_argument("method", nargs="?", metavar="METHOD")
    parser.set_defaults(work=_run)


def _run(options: argparse.Namespace) -> int:
    runner = Runner()
    if options.batch:
        return _run_batch(runner, options.batch)
    try:
        arguments = json.loads(options.args)
    except ValueError as error:
        raise RequestError(f"--args is no JSON: {error}") from error
    request = Request.of(
        {
            "load": options.load, "class": options.class_name, "method": options.method,
            "args": arguments, "model": options.model, "object": options.object,
            "class_config": options.class_config, "repeat": options.repeat,
        }
    )  # fmt: skip
    answer = runner.run(request)
    if options.json:
        print(_dumped(answer))
    else:
        _show(answer)
    return FAILED if answer["error"] else 0


def _run_batch(runner: Runner, path: str) -> int:
    """Answer one line for each line; FAILED when a line was no request."""
    code = 0
    for line in _lines(path):
        try:
            answer = runner.run(Request.of(json.loads(line)))
        except (ValueError, LoadError, RecursionError) as error:
            code = USAGE
            answer = {"error": {"names": [], "message": str(error), "stack": []}, "result": None}
        print(_dumped(answer), flush=True)
    return code


def _lines(path: str) -> Iterator[str]:
    if path == "-":
        yield from _filled(sys.stdin)
        return
    try:
        with open(path, encoding="utf-8") as file:
            yield from _filled(file)
    except OSError as error:
        raise RequestError(f"--batch: {error}") from error


def _filled(file: TextIO) -> Iterator[str]:
    return (line for line in file if line.strip())


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _show(answer: dict[str, Any]) -> None:
    for row in answer["reports"]:
        print(f"{row['level']}: {row['text']}")
    for row in answer["log"]:
        print(f"{row['level']} {row['logger']}: {row['message']}")
    if answer["error"]:
        print(answer["error"]["report"], file=sys.stderr)
    else:
        print(json.dumps(answer["result"], ensure_ascii=False, indent=2, default=str))
