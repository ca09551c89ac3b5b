"""The pages for package authors: their examples run, and print what the pages say."""

from __future__ import annotations

import doctest
import itertools
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_engine.authoring.command import main

FOLDER = Path(__file__).parents[4] / "doc" / "authoring"
DIRECTIVE = ".. code-block:: "


def blocks(page: str) -> Iterator[tuple[str, list[str]]]:
    """Language and lines of each code block of a page."""
    for part in page.split(f"\n{DIRECTIVE}")[1:]:
        language, *lines = part.splitlines()
        block = list(itertools.takewhile(lambda line: line.startswith(" ") or not line, lines))
        yield language, textwrap.dedent("\n".join(block)).strip().splitlines()


def commands(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each command of a console, without its prompt, and what is printed below it."""
    text = "\n".join(lines).replace("\\\n", "")
    for part in f"\n{text}".split("\n$ ")[1:]:
        command, _end, printed = part.partition("\n")
        yield command, printed


def write(lines: list[str]) -> None:
    """Write a file whose first line is a comment with its path; other blocks are no files."""
    if lines[0].startswith("# "):
        path = Path(lines[0][2:])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines[1:]) + "\n")


@pytest.mark.parametrize("name", ["differences", "running", "testing"])
def test_examples_run_as_the_page_says(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    checker, code, count = doctest.OutputChecker(), 0, 0
    for language, lines in blocks((FOLDER / f"{name}.rst").read_text()):
        if language != "console":
            write(lines)
            continue
        for command, expected in commands(lines):
            if command == "echo $?":
                printed = str(code)
            else:
                assert command.startswith("burano package ")
                code = main(shlex.split(command)[2:])
                printed = "".join(capsys.readouterr()).strip()
            count += 1
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            if not checker.check_output(expected, printed, flags):
                pytest.fail(f"$ {command}\n{printed}\n\nThe page says:\n{expected}")
    assert count > 0


def test_the_index_lists_every_page():
    index = (FOLDER / "index.rst").read_text()
    pages = [path.name for path in FOLDER.glob("*.rst") if path.name != "index.rst"]
    assert [name for name in pages if f"<{name}>`_" not in index] == []
