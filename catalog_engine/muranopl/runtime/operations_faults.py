"""Throwing and catching."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from catalog_engine.muranopl.objects.model import MuranoObject
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import MuranoPLError, Stop
from catalog_engine.muranopl.runtime.operations_frames import frames_of
from catalog_engine.muranopl.runtime.values import MDict, MList
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.namespaces import resolve

_EXCEPTION = "io.murano.Exception"
_STACK_TRACE = "io.murano.StackTrace"


def stop_behind(error: BaseException | None) -> Stop | None:
    """The stop that is on its way out while code of ``Finally`` raised an error, or None."""
    while error is not None:
        if isinstance(error, Stop):
            return error
        if isinstance(error, MemoryError):
            return Stop("memory")
        error = error.__context__
    return None


def unwind() -> None:
    """Called before a statement leaves ``Finally``.

    :raises Stop: the block was entered by a stop, which goes on.
    """
    stop = stop_behind(sys.exc_info()[1])
    if stop is not None:
        raise stop


def handled(error: Exception) -> MuranoPLError:
    """The language's view of an error for ``Catch``.

    :raises Stop: the error came up while a stop was on its way out, which no handler catches.
    """
    stop = stop_behind(error)
    if stop is not None:
        raise stop
    return caught(error)


def caught(error: Exception) -> MuranoPLError:
    """The language's view of an error that reached a handler, with its stack.

    :raises Stop: memory ran out, which no handler catches.
    """
    if isinstance(error, MemoryError):
        raise Stop("memory") from None
    if isinstance(error, MuranoPLError):
        if not error.frames:
            error.frames = frames_of(error, native=False)
        return error
    return wrapped(error)


def wrapped(error: Exception) -> MuranoPLError:
    """A language-level error for one of Python's, under the name that packages catch it by."""
    names = [error.kind] if isinstance(error, CompileError) else exceptions.public_names(error)
    extra = getattr(error, "extra", None) or {}
    result = MuranoPLError(names, str(error), extra, None, frames_of(error, native=True))
    result.__cause__ = error
    return result


def matches(error: MuranoPLError, names: tuple[str, ...]) -> bool:
    """Say whether a ``Catch`` entry's names hold one of the error's."""
    return any(name in names for name in error.names)


def rethrow(error: MuranoPLError | None) -> NoReturn:
    """``Rethrow``.

    :raises TypeError: it does not stand inside Catch.
    """
    if error is None:
        raise TypeError("Rethrow must be inside Catch")
    raise error


class Faults:
    """Throwing and catching in the code of one linked class."""

    def __init__(self, rt: Any, cls: Any):
        self._rt = rt
        self._cls = cls

    def exception_name(self, given: Any) -> Any:
        """Name of an exception that was evaluated: a text, a type, or a list of them."""
        if isinstance(given, MList):
            return MList([self.exception_name(item) for item in given])
        name = getattr(given, "name", given)
        if not name or not isinstance(name, str):
            raise ValueError("Throw needs the name of an exception")
        return resolve(self._cls.declaration.namespaces, name)

    def throw(self, names: tuple[Any, ...], message: Any, extra: Any, cause: Any) -> NoReturn:
        """``Throw``.

        :raises MuranoPLError: always, but for:
        :raises ValueError: no name is given.
        :raises TypeError: extra is no mapping, or cause no exception.
        """
        flat: list[str] = []
        for name in names:
            flat.extend(name if isinstance(name, MList) else [name])
        if not flat:
            raise ValueError("Throw needs the name of an exception")
        if extra is not None and not isinstance(extra, MDict):
            raise TypeError("Extra must be a mapping")
        if cause is not None and not isinstance(cause, MuranoObject):
            raise TypeError("Cause must be an exception object")
        raise MuranoPLError(
            flat,
            None if message is None else str(message),
            extra if extra is not None else MDict({}),
            cause,
            (),
        )

    def exception_object(self, error: MuranoPLError, names: tuple[str, ...] | None) -> Any:
        """The object that ``As`` binds."""
        rt = self._rt
        name = next(
            (name for name in error.names if names is None or name in names), error.names[0]
        )
        trace = self._new(_STACK_TRACE, {"frames": MList([_frame(f) for f in error.frames])})
        native = error.__cause__
        return self._new(
            _EXCEPTION,
            {
                "name": name,
                "message": error.message,
                "stackTrace": trace,
                "extra": rt.freeze(error.extra or {}),
                "cause": error.cause,
                "nativeException": None if native is None else str(native),
            },
        )

    def _new(self, name: str, values: dict[str, Any]) -> Any:
        rt = self._rt
        result = rt.new_object(
            rt.resolve_type(name, self._cls),
            {},
            owner=None,
            name=None,
            extra=None,
            caller=self._cls,
        )
        result.values.update(values)
        return result


def _frame(frame: Any) -> MDict:
    location = MDict({"file": frame.file, "line": frame.line, "column": frame.column})
    return MDict(
        {
            "instruction": frame.instruction,
            "location": location,
            "methodName": frame.method,
            "typeName": frame.type,
        }
    )
