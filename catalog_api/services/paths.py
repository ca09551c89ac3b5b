"""Paths into object models: reading, setting and removing what stands at the end of one."""

from __future__ import annotations

from typing import Any

from catalog_api.services.errors import BadRequest, NotFound

_SCALARS = (str, int, float, bool)


def segments(path: str) -> list[str]:
    """Parts of a path; empty ones count for nothing."""
    return [part for part in path.split("/") if part]


def read(root: Any, path: list[str]) -> Any:
    """The value at the end of a path.

    :raises NotFound: a member is missing.
    """
    value = root
    for part in path:
        if isinstance(value, _SCALARS):
            return value
        if isinstance(value, list):
            value = _element(value, part)
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            raise NotFound(f"There is no {part!r} in the path")
    return value


def _element(items: list[Any], part: str) -> Any:
    index = _index_of(items, part)
    if index is None:
        if part.isdecimal():
            raise NotFound(f"There is no element {part}")
        return None
    return items[index]


def _index_of(items: list[Any], part: str) -> int | None:
    for index, item in enumerate(items):
        if (
            isinstance(item, dict)
            and isinstance(item.get("?"), dict)
            and item["?"].get("id") == part
        ):
            return index
    if part.isdecimal() and len(part) < 10 and int(part) < len(items):
        return int(part)
    return None


def write(root: Any, path: list[str], value: Any) -> None:
    """Set what stands at the end of a path.

    :raises NotFound: its parent is missing.
    :raises BadRequest: its parent has no such places.
    """
    parent, last = read(root, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[last] = value
        return
    if not isinstance(parent, list):
        raise NotFound(f"There is nothing that {last!r} could be set in")
    index = _index_of(parent, last)
    if index is None:
        if last.isdecimal():
            raise NotFound(f"There is no element {last}")
        raise BadRequest(f"{last!r} is neither an id nor an index of the list")
    parent[index] = value


def remove(root: Any, path: list[str]) -> None:
    """Remove what stands at the end of a path.

    :raises NotFound: it is missing.
    """
    parent, last = read(root, path[:-1]), path[-1]
    if isinstance(parent, dict) and last in parent:
        del parent[last]
        return
    index = _index_of(parent, last) if isinstance(parent, list) else None
    if index is None:
        raise NotFound(f"There is no {last!r} in the path")
    del parent[index]
