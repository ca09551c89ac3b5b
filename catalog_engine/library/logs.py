"""``io.murano.system.Logger``: messages of package code in the engine's log."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from catalog_engine.muranopl.functions.formatting import format_text
from catalog_engine.muranopl.types.native import native_class, native_method

TRACE = 5
"""Level of ``trace``, below Python's own."""


@native_class("io.murano.system.Logger")
class Logger:
    """Writes to the channel ``applications.<name>``.

    A text may have an argument of its own called ``message``, so no parameter is.
    """

    def __init__(self, this: Any, runtime: Any, logger_name: str):
        self._runtime = runtime
        self._log = logging.getLogger(f"applications.{logger_name}")

    @native_method()
    def trace(self, _message: str, *args: Any, **kwargs: Any) -> None:
        """Log for those who follow every step."""
        self._write(TRACE, _message, args, kwargs)

    @native_method()
    def debug(self, _message: str, *args: Any, **kwargs: Any) -> None:
        """Log for developers."""
        self._write(logging.DEBUG, _message, args, kwargs)

    @native_method()
    def info(self, _message: str, *args: Any, **kwargs: Any) -> None:
        """Log what happens."""
        self._write(logging.INFO, _message, args, kwargs)

    @native_method()
    def warning(self, _message: str, *args: Any, **kwargs: Any) -> None:
        """Log what may go wrong."""
        self._write(logging.WARNING, _message, args, kwargs)

    @native_method()
    def error(self, _message: str, *args: Any, **kwargs: Any) -> None:
        """Log what went wrong."""
        self._write(logging.ERROR, _message, args, kwargs)

    @native_method()
    def critical(self, _message: str, *args: Any, **kwargs: Any) -> None:
        """Log what ends everything."""
        self._write(logging.CRITICAL, _message, args, kwargs)

    @native_method()
    def exception(self, exc: Any, _message: str, *args: Any, **kwargs: Any) -> None:
        """Log an error with the stack trace of an exception."""
        trace = self._runtime.get_property(exc, "stackTrace", None)
        lines = self._runtime.call_method(trace, "toString", (), {}, None)
        self._log.error("%s\n%s", self._text(_message, args, kwargs), lines)

    def _write(
        self,
        level: int,
        message: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> None:
        self._log.log(level, "%s", self._text(message, args, kwargs))

    def _text(self, message: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        """The message with its arguments; when they do not fit, the message as it is."""
        try:
            return format_text(message, args, kwargs)
        except (IndexError, KeyError):
            self._log.warning("Can not format string: %s", message)
            return message
