"""Stack traces: from Python's tracebacks and frames to instructions of package source."""

from __future__ import annotations

import functools
import itertools
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any, Final, NamedTuple

CLASS_KEY: Final = "_cls"
"""Global name under which generated code keeps its linked class, out of reach of its own names."""

MAXIMUM_FRAMES: Final = 400
_HALVES: Final = "catalog_engine.library."
"""Where Python halves of classes are: the only functions of ours that package authors know."""


class Frame(NamedTuple):
    """One activation, or one native function.

    :ivar instruction: text of the instruction, or the title of a block construct.
    :ivar file: path inside the package, or of the Python file.
    :ivar line: from 1.
    :ivar column: from 1; 0 for native functions.
    :ivar method: name of the method or Python function.
    :ivar type: name of the class; None for native functions.
    """

    instruction: str
    file: str
    line: int
    column: int
    method: str
    type: str | None

    def text(self, prefix: str = "") -> str:
        """The two lines that reports show."""
        place = f"{self.line}:{self.column}" if self.column else str(self.line)
        of_type = "" if self.type is None else f" of type {self.type}"
        return (
            f'{prefix}File "{self.file}", line {place} in method {self.method}{of_type}\n'
            f"{prefix}    {self.instruction}"
        )


def frames_of(error: BaseException, native: bool) -> tuple[Frame, ...]:
    """Frames of an error, oldest first, with those of the callers of where it is handled.

    :param native: the error is Python's: the method of a Python half that it came from is shown.
    """
    rows: list[tuple[CodeType, int, dict[str, Any], int]] = []
    outer = sys._getframe(1)
    traceback: TracebackType | None = error.__traceback__
    handler = traceback.tb_frame if traceback is not None else None
    rows.extend(reversed(list(_above(outer, handler))))
    while traceback is not None:
        frame = traceback.tb_frame
        rows.append((frame.f_code, traceback.tb_lasti, frame.f_globals, traceback.tb_lineno))
        traceback = traceback.tb_next
    result: list[Frame] = []
    tail: list[Frame] = []
    for code, last, names, line in rows[-MAXIMUM_FRAMES * 4 :]:
        found = _generated(code, last, names)
        if found is None:
            if native and not tail and str(names.get("__name__")).startswith(_HALVES):
                tail.append(
                    Frame(
                        code.co_qualname,
                        code.co_filename.rpartition("/")[2],
                        line,
                        0,
                        code.co_name,
                        None,
                    )
                )
            continue
        tail = []
        if result and _same_activation(result[-1], found, code):
            result[-1] = found
        else:
            result.append(found)
    return tuple([*result, *tail][-MAXIMUM_FRAMES:])


def _above(
    frame: FrameType | None,
    handler: FrameType | None,
) -> Iterator[tuple[CodeType, int, dict[str, Any], int]]:
    """Frames that called the one which handles an error, the nearest first."""
    above = handler is None
    while frame is not None:
        if above:
            yield frame.f_code, frame.f_lasti, frame.f_globals, frame.f_lineno or 0
        elif frame is handler:
            above = True
        frame = frame.f_back


def _same_activation(before: Frame, now: Frame, code: CodeType) -> bool:
    """Say whether a frame belongs to the activation below it: a lambda or an inner function."""
    return "<locals>" in code.co_qualname and before[4:] == now[4:]


def _generated(code: CodeType, last: int, names: dict[str, Any]) -> Frame | None:
    """Frame of generated code, or None for other code."""
    cls = names.get(CLASS_KEY)
    if cls is None:
        return None
    function = cls.compiled.functions.get(code.co_qualname.partition(".")[0])
    if function is None:
        return None
    title, instructions, _variables = function
    line, column = _place(code, last)
    found = _instruction(instructions, line, column)
    if found is None:
        return Frame("", code.co_filename, line, column, title, cls.name)
    return Frame(found[4], code.co_filename, found[0], found[1], title, cls.name)


@functools.lru_cache(4096)
def _place(code: CodeType, last: int) -> tuple[int, int]:
    """Line and column, from 1, of a bytecode instruction."""
    positions = itertools.islice(code.co_positions(), last // 2, None)
    line, _end, column, _end_column = next(positions)
    return line or 0, (column or 0) + 1


def _instruction(
    instructions: Iterable[tuple[int, int, int, int, str]],
    line: int,
    column: int,
) -> tuple[int, int, int, int, str] | None:
    """The innermost instruction around a place: of those around it, the last to begin."""
    found = None
    for row in instructions:
        if row[:2] <= (line, column) <= row[2:4]:
            found = row
    return found


def report(names: Iterable[str], message: str, frames: Iterable[Frame], prefix: str = "") -> str:
    """Report of an error: its names, message and stack."""
    title = list(names)
    head = title[0] if len(title) == 1 else f"[{', '.join(title)}]"
    lines = [f"{prefix}{head}: {message}", f"{prefix}Traceback (most recent call last):"]
    lines.extend(frame.text(prefix + "  ") for frame in frames)
    return "\n".join(lines)


def calling_class() -> Any:
    """The linked class whose code called into Python, or None."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        cls = frame.f_globals.get(CLASS_KEY)
        if cls is not None:
            return cls
        frame = frame.f_back
    return None
