"""Variables of generated code that is running: what expressions of mocks may see of a caller."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any, Final

from catalog_engine.muranopl.functions.scopes import Scope
from catalog_engine.muranopl.runtime.operations_frames import CLASS_KEY

_SLOT: Final = re.compile(r"v(\d+)")
_LAMBDA_PARAMETER: Final = re.compile(r"d\d+")
_SCOPE: Final = re.compile(r"e\d+")


def calling_frames() -> list[FrameType]:
    """Frames of the function that called into Python, innermost first, up to its method."""
    found: list[FrameType] = []
    frame: FrameType | None = sys._getframe(1)
    cls: Any = None
    while frame is not None:
        own = frame.f_globals.get(CLASS_KEY)
        if own is not None and (cls is None or own is cls):
            cls = own
            found.append(frame)
            if "<locals>" not in frame.f_code.co_qualname:
                break
        frame = frame.f_back
    return found


def scope_of(frames: Sequence[FrameType]) -> Scope:
    """All variables of frames, those of earlier ones first; ``$this`` is among them."""
    values: dict[str, Any] = {}
    for frame in frames:
        for name, value in _variables(frame):
            values.setdefault(name, value)
    values.setdefault("1", values.get("this"))
    return Scope(values)


def _variables(frame: FrameType) -> Iterator[tuple[str, Any]]:
    """Variables of a frame of generated code, by the names that package code has for them."""
    code, local = frame.f_code, frame.f_locals
    for index, name in enumerate(code.co_varnames[: code.co_argcount], 1):
        if _LAMBDA_PARAMETER.fullmatch(name):
            yield str(index), local[name]
    functions = frame.f_globals[CLASS_KEY].compiled.functions
    names = functions[code.co_qualname.partition(".")[0]][2]
    for name, value in local.items():
        slot = _SLOT.fullmatch(name)
        if slot is not None:
            yield names[int(slot[1])], value
        elif name == "this":
            yield name, value
        elif name == "it":
            yield "1", value
        elif _SCOPE.fullmatch(name) and isinstance(value, Scope):
            yield from value.values.items()
