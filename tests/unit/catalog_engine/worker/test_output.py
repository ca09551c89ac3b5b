"""What workers say reaches the log, but not all of it, and not as it is."""

from __future__ import annotations

import logging
import os

import pytest

from catalog_engine.worker.output import MAX_BYTES, MAX_LINE, Output


@pytest.fixture
def said(caplog):
    """The log's lines after a worker said something, and ended."""

    def say(*parts: bytes) -> list[str]:
        caplog.set_level(logging.WARNING)
        output = Output(7)
        for part in parts:
            os.write(output.writer, part)
            assert output.drain()
        output.close_writer()
        assert not output.drain()
        return [record.getMessage() for record in caplog.records]

    return say


def test_lines(said):
    assert said(b"one\ntwo", b" and a half\n", b"rest") == [
        "7: one",
        "7: two and a half",
        "7: rest",
    ]


def test_nothing_to_read_yet():
    output = Output(1)
    assert output.drain()
    output.close_writer()
    assert not output.drain()


def test_no_line_can_look_like_another_s(said):
    lines = said(b"a\rb\x1b[2J\x00c\xff\xc2\x85d\ne")
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_long_lines_are_cut(said):
    (line,) = said(b"x" * (MAX_LINE + 100) + b"\n")
    assert line == "7: " + "x" * MAX_LINE


def test_a_flood_ends_in_one_line(said):
    lines = said(*[b"line\n" * 1000] * 10)
    assert lines[-1] == "7 says more, which is not shown"
    assert len(lines) <= MAX_BYTES / 5 + 2
