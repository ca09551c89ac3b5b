"""``io.murano.Object``, ``Exception`` and ``StackTrace``."""

from __future__ import annotations

from typing import Any

from catalog_engine.library.values import plain
from catalog_engine.muranopl.types.native import native_class, native_method


@native_class("io.murano.Object", on_use=True)
class MuranoObject:
    """Attributes: values that an object keeps from one deployment to the next, unseen by users."""

    def __init__(self, this: Any, runtime: Any):
        self._this = this
        self._runtime = runtime

    @native_method()
    def set_attr(self, caller: Any, name: str, value: Any, owner: Any = None) -> None:
        """Keep a value under a name of the class *owner*, the calling one by default.

        Of an object its id is kept; null removes what is kept.
        """
        if self._runtime.is_object(value):
            value = value.id
        self._runtime.host.attributes.set(
            self._this.id, self._class_name(caller, owner), name, plain(value)
        )

    @native_method()
    def get_attr(self, caller: Any, name: str, default: Any = None, owner: Any = None) -> Any:
        """The value kept under a name of the class *owner*, or *default*."""
        value = self._runtime.host.attributes.get(
            self._this.id, self._class_name(caller, owner), name
        )
        return default if value is None else value

    def _class_name(self, caller: Any, owner: Any) -> str:
        if owner is not None:
            name: str = self._runtime.resolve_type(owner, caller).name
            return name
        return caller.name if caller is not None else self._this.cls.name


@native_class("io.murano.StackTrace")
class StackTrace:
    """Frames of MuranoPL code, the oldest first."""

    def __init__(self, this: Any, runtime: Any, include_native_frames: bool = True):
        self._this = this
        self._runtime = runtime

    @native_method(action=True)
    def to_string(self, prefix: str = "") -> str:
        """The frames as text, each line after *prefix*."""
        frames = self._runtime.get_property(self._this, "frames", None)
        return "\n".join(_frame_text(frame, prefix) for frame in frames)


def _frame_text(frame: Any, prefix: str) -> str:
    location = frame.get("location")
    where = "<unknown>"
    of_type = ""
    if location is not None:
        where = f'"{location["file"]}", line {location["line"]}:{location["column"]}'
        of_type = f" of type {frame.get('typeName')}"
    return (
        f"{prefix}File {where} in method {frame.get('methodName')}{of_type}\n"
        f"{prefix}    {frame.get('instruction')}"
    )


@native_class("io.murano.Exception")
class MuranoException:
    """An error that was caught."""

    def __init__(self, this: Any):
        self._this = this

    @native_method()
    def to_string(self) -> str:
        """The whole report: name, message, stack and causes."""
        return exception_report(self._this, "")


def exception_report(error: Any, prefix: str) -> str:
    """Report of an exception object: name, message, stack and causes.

    :param prefix: stands before every line.
    """
    values = error.values
    text = (
        f"{prefix}{values.get('name')}: {values.get('message')}\n"
        f"{prefix}Traceback (most recent call last):"
    )
    trace = values.get("stackTrace")
    if trace is not None:
        frames = trace.values.get("frames") or ()
        text = "\n".join([text, *(_frame_text(frame, prefix + "  ") for frame in frames)])
    cause = values.get("cause")
    if cause is not None:
        text = f"{text}\n\n{prefix} Caused by {exception_report(cause, prefix + ' ').lstrip()}"
    return text
