"""What may come out of a program: which errors are the language's, and which are faults of ours.

Handlers wrap every error of Python's, so that a fault inside the engine looks like an error of the
language; what tells them apart is where it was raised. An error that the engine raises on purpose
comes from a ``raise``; one that Python raises by itself is meant only where functions hand
values of the program to Python.
"""

from __future__ import annotations

import linecache
import re
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import catalog_common
import catalog_engine
from catalog_engine.host.errors import PortError
from catalog_engine.muranopl.runtime.exceptions import (
    LanguageError,
    MuranoPLError,
    Stop,
    public_names,
)
from catalog_engine.muranopl.runtime.operations_frames import CLASS_KEY
from catalog_engine.muranopl.source.errors import DSL_SYNTAX_ERROR, CompileError

_ENGINE: Final = str(Path(catalog_engine.__file__).parent)
_OWN: Final = (f"{_ENGINE}/", f"{Path(catalog_common.__file__).parent}/")
_FUNCTIONS: Final = (f"{_ENGINE}/muranopl/functions/", f"{_ENGINE}/library/")

RAISED: Final = (
    ValueError, TypeError, KeyError, IndexError, LookupError, ZeroDivisionError, OverflowError,
    TimeoutError, StopIteration, PortError,
)  # fmt: skip
"""Python's exceptions that packages may catch, where the engine raises them."""
OF_VALUES: Final = (
    ValueError, TypeError, KeyError, IndexError, LookupError, ZeroDivisionError, OverflowError,
    StopIteration, re.error,
)  # fmt: skip
"""Those that Python itself may raise over values that a function hands to it."""
OF_ITEMS: Final = {
    ("read", KeyError): "attribute of a dictionary",
    ("item", KeyError): "item of a dictionary",
    ("item", IndexError): "item of a list",
}
"""Functions of the runtime in which Python says by itself that there is no such item."""
KINDS: Final = frozenset(
    (
        DSL_SYNTAX_ERROR, "SyntaxError", "ValueError", "KeyError",
        "murano.dsl.exceptions.AmbiguousClassName", "murano.dsl.exceptions.NoClassFound",
    )
)  # fmt: skip
"""Names of errors that a class which does not compile has for its users."""
OURS: Final = re.compile(r" at 0x[0-9a-f]+|catalog_engine[./]|site-packages|<function |<class '")


class Fault(AssertionError):
    """Something came out of a program that must not."""


def judge(error: BaseException, text: str) -> None:
    """Look at an error that came out of a program.

    :param text: source of its classes, in which errors of compilation point.
    :raises Fault: the language does not have it, or it does not say what is wrong.
    """
    if isinstance(error, Stop):
        return
    if isinstance(error, MuranoPLError):
        if error.__cause__ is not None:
            judge(error.__cause__, text)
        names: Any = error.names
    elif isinstance(error, CompileError):
        _judge_place(error, text)
        names = (error.kind,)
    else:
        if not isinstance(error, LanguageError):
            _judge_native(error)
        names = public_names(error)
        _judge_message(error)
    if any(name.startswith(("catalog_engine", "tests", "_")) for name in names):
        raise Fault(f"packages cannot catch {names}") from error


def _judge_message(error: BaseException) -> None:
    message = str(error)
    if not message and not isinstance(error, StopIteration) and not hasattr(error, "wrapped"):
        raise Fault(f"no message: {error!r}") from error
    if OURS.search(message):
        raise Fault(f"a message about the engine: {message}") from error


def _judge_place(error: CompileError, text: str) -> None:
    lines = re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)
    if error.kind not in KINDS:
        raise Fault(f"errors of compilation have no kind {error.kind!r}") from error
    if not error.message or OURS.search(error.message):
        raise Fault(f"a message about the engine: {error.message!r}") from error
    if error.file == "manifest.yaml":
        return
    if error.file != "Classes/all.yaml":
        raise Fault(f"there is no file {error.file!r}: {error}") from error
    if (error.line, error.column) == (0, 0):
        return
    # YAML finds the end of a file where the next line would begin.
    if not 1 <= error.line <= len(lines) + 1:
        raise Fault(f"there is no such line: {error}") from error
    width = len(lines[error.line - 1]) if error.line <= len(lines) else 0
    if not 1 <= error.column <= width + 1:
        raise Fault(f"there is no such column: {error}") from error


def _judge_native(error: BaseException) -> None:
    """An error of Python's: was it raised where the language means it?"""
    rows = list(_rows(error.__traceback__))
    ours = [row for row in rows if row.tb_frame.f_code.co_filename.startswith(_OWN)
            or CLASS_KEY in row.tb_frame.f_globals]  # fmt: skip
    if not ours:
        raise Fault(f"raised outside of the engine: {error!r}") from error
    last = ours[-1]
    file = last.tb_frame.f_code.co_filename
    if last is rows[-1] and linecache.getline(file, last.tb_lineno).lstrip().startswith("raise"):
        if not isinstance(error, RAISED) and not (
            isinstance(error, AssertionError) and file.startswith(_FUNCTIONS)
        ):
            raise Fault(f"packages do not know {error!r}") from error
    elif CLASS_KEY in last.tb_frame.f_globals:
        if not isinstance(error, ZeroDivisionError):
            raise Fault(f"generated code failed: {error!r}") from error
    elif last is rows[-1] and (last.tb_frame.f_code.co_name, type(error)) in OF_ITEMS:
        return
    elif not file.startswith(_FUNCTIONS) or not isinstance(error, OF_VALUES):
        raise Fault(f"the engine failed: {error!r}") from error


def _rows(trace: TracebackType | None) -> Any:
    while trace is not None:
        yield trace
        trace = trace.tb_next
