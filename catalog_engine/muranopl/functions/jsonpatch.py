"""``patch``: JSON Patch (RFC 6902) on immutable values, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.values import MDict, MList

subject = Subject()

_MISSING: Final = object()


class PatchConflict(Exception):
    """A pointer of a patch leads nowhere."""


class PatchTestFailed(AssertionError):
    """A ``test`` operation of a patch found another value."""

    muranopl_names: ClassVar[tuple[str, ...]] = ("jsonpatch.JsonPatchTestFailed",)


@subject.function("patch", kind="both", obj=p.Any_, patch=p.Any_)
def apply(obj: Any, patch: Any) -> Any:
    """Apply one operation or a list of them, and return the new value.

    A pointer that leads nowhere leaves the value as it was.

    :raises PatchTestFailed: a ``test`` operation failed.
    :raises ValueError: an operation is malformed.
    """
    operations = [patch] if isinstance(patch, Mapping) else patch
    result = obj
    try:
        for operation in operations:
            result = _applied(result, operation)
    except PatchConflict:
        return obj
    return result


def _applied(document: Any, operation: Mapping[str, Any]) -> Any:
    name = operation.get("op") if isinstance(operation, Mapping) else None
    if name not in _OPERATIONS or "path" not in operation:
        raise ValueError(
            "A patch operation is a dictionary with 'path' and one of the "
            f"operations {', '.join(sorted(_OPERATIONS))} as 'op'"
        )
    return _OPERATIONS[name](document, operation)


def _pointer(path: Any) -> list[str]:
    if not isinstance(path, str) or (path and not path.startswith("/")):
        raise ValueError(f"'{path}' is no JSON pointer: it must be empty or begin with '/'")
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _read(document: Any, parts: Iterable[str]) -> Any:
    for part in parts:
        document = _child(document, part)
    return document


def _child(container: Any, part: str) -> Any:
    if isinstance(container, Mapping):
        if part in container:
            return container[part]
    elif isinstance(container, tuple) and part.isdecimal() and int(part) < len(container):
        return container[int(part)]
    raise PatchConflict(part)


def _changed(document: Any, parts: list[str], change: Callable[[Any, str], Any]) -> Any:
    """Rebuild the path to a container, whose last step *change* makes."""
    head, *rest = parts
    if not rest:
        return change(document, head)
    child = _changed(_child(document, head), rest, change)
    if isinstance(document, Mapping):
        return MDict({**document, head: child})
    index = int(head)
    return MList((*document[:index], child, *document[index + 1 :]))


def _inserted(container: Any, part: str, value: Any) -> Any:
    if isinstance(container, Mapping):
        return MDict({**container, part: value})
    if not isinstance(container, tuple):
        raise PatchConflict(part)
    index = len(container) if part == "-" else int(part) if part.isdecimal() else -1
    if not 0 <= index <= len(container):
        raise PatchConflict(part)
    return MList((*container[:index], value, *container[index:]))


def _removed(container: Any, part: str) -> Any:
    _child(container, part)
    if isinstance(container, Mapping):
        return MDict({key: value for key, value in container.items() if key != part})
    index = int(part)
    return MList((*container[:index], *container[index + 1 :]))


def _replaced(container: Any, part: str, value: Any) -> Any:
    _child(container, part)
    if isinstance(container, Mapping):
        return MDict({**container, part: value})
    index = int(part)
    return MList((*container[:index], value, *container[index + 1 :]))


def _value(operation: Mapping[str, Any]) -> Any:
    value = operation.get("value", _MISSING)
    if value is _MISSING:
        raise ValueError(f"Patch operation '{operation['op']}' needs a 'value'")
    return value


def _add(document: Any, operation: Mapping[str, Any]) -> Any:
    parts, value = _pointer(operation["path"]), _value(operation)
    return _changed(document, parts, lambda c, part: _inserted(c, part, value)) if parts else value


def _remove(document: Any, operation: Mapping[str, Any]) -> Any:
    parts = _pointer(operation["path"])
    return _changed(document, parts, _removed) if parts else None


def _replace(document: Any, operation: Mapping[str, Any]) -> Any:
    parts, value = _pointer(operation["path"]), _value(operation)
    return _changed(document, parts, lambda c, part: _replaced(c, part, value)) if parts else value


def _test(document: Any, operation: Mapping[str, Any]) -> Any:
    found = _read(document, _pointer(operation["path"]))
    if found != _value(operation):
        raise PatchTestFailed(f"The value at '{operation['path']}' is another one")
    return document


def _copy(document: Any, operation: Mapping[str, Any]) -> Any:
    value = _read(document, _pointer(operation.get("from")))
    return _add(document, {**operation, "value": value})


def _move(document: Any, operation: Mapping[str, Any]) -> Any:
    value = _read(document, _pointer(operation.get("from")))
    without = _remove(document, {"op": "remove", "path": operation["from"]})
    return _add(without, {**operation, "value": value})


_OPERATIONS: Final[dict[Any, Callable[[Any, Mapping[str, Any]], Any]]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "test": _test,
    "copy": _copy,
    "move": _move,
}
