"""Checks 239 to 241: what is logged."""

import pytest

from tests.conformance.muranopl.checking import (
    Raises,
    check,
    expression,
    numbered,
    on_object,
)

LEVELS = ("trace", "debug", "info", "warning", "error", "critical")
LOGGED = """
Name: Main
Methods:
  run:
    Body:
      - $l: logger(checks)
      - $l.LEVEL(ARGUMENTS)
"""


def log(level, arguments):
    on_object(LOGGED.replace("LEVEL", level).replace("ARGUMENTS", arguments))


@pytest.mark.parametrize("level", LEVELS)
@numbered(
    "arguments, expected",
    (239, "'str'", "str"), (239, "'str', 1", "str"), (239, "'str {0}', message", "str message"),
    (239, "'str {message}', message => message", "str message"), (239, "'солнце ♥'", "солнце ♥"),
)  # fmt: skip
def test_239_logging(logged, level, arguments, expected):
    log(level, arguments)
    assert logged() == [(level, expected)]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("arguments", ["", ", message => message", ", 1"])
def test_239_arguments_that_do_not_fit(logged, level, arguments):
    log(level, f"'str {{message}}{{0}}'{arguments}")
    text = "str {message}{0}"
    assert logged() == [("warning", f"Can not format string: {text}"), (level, text)]


THROWN = """
Name: Main
Methods:
  fail:
    Body:
      - Throw: Bad
        Message: the message
  run:
    Body:
      - $l: logger(checks)
      - Try:
          - $.fail()
        Catch:
          - As: e
            Do:
              - $l.exception($e, ARGUMENTS)
"""
FRAMES = """
File "Classes/all.yaml", line 13:13 in method run of type org.example.Main
    $.fail()
File "Classes/all.yaml", line 7:9 in method fail of type org.example.Main
    block construct"""


@numbered(
    "arguments, expected",
    (240, "'str'", "str"), (240, "'str', 1", "str"), (240, "'str {0}', message", "str message"),
    (240, "'str {message}', message => message", "str message"),
)  # fmt: skip
def test_240_logging_an_exception(logged, arguments, expected):
    on_object(THROWN.replace("ARGUMENTS", arguments))
    assert logged() == [("error", expected + FRAMES)]


def test_240_arguments_that_do_not_fit(logged):
    on_object(THROWN.replace("ARGUMENTS", "'str {message}{0}'"))
    text = "str {message}{0}"
    assert logged() == [("warning", f"Can not format string: {text}"), ("error", text + FRAMES)]


TAKES_A_LOGGER = """
Name: Main
Methods:
  take:
    Arguments: [{log: {Contract: $.class(sys:Logger).notNull()}}]
    Body:
      - $log.info('heard')
      - Return: $log is sys:Logger
  run:
    Body:
      - Return: $.take({'?' => {type => 'io.murano.system.Logger'}, loggerName => checks})
"""


def test_241_a_logger_needs_a_name(logged):
    check(lambda: expression("new(sys:Logger)"), Raises("ArgumentException", "logger_name"))
    assert expression("new(sys:Logger, loggerName => x) is sys:Logger") is True
    assert on_object(TAKES_A_LOGGER) is True
    assert logged() == [("info", "heard")]
