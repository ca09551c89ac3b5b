"""Between MuranoPL's immutable values and the plain data that crosses a port."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from catalog_engine.muranopl.runtime.exceptions import kind_of


def plain(value: Any) -> Any:
    """Lists and dictionaries of Python's own, of values without objects.

    :raises TypeError: there is an object in it, or something else that JSON has no word for.
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, Set)):
        return [plain(item) for item in value]
    raise TypeError(
        f"A value of type {kind_of(value)} cannot leave the engine; pass its id or a property"
    )


def _key(key: Any) -> Any:
    if isinstance(key, (str, int, float)) or key is None:
        return key
    raise TypeError(
        f"A value of type {kind_of(key)} cannot be the key of a dictionary that leaves the "
        "engine; use text"
    )


def owner_of(obj: Any, class_name: str) -> Any:
    """Nearest owner of *obj* that is compatible with a class, or None."""
    owner = obj.owner
    while owner is not None and not is_a(owner, class_name):
        owner = owner.owner
    return owner


def is_a(obj: Any, class_name: str) -> bool:
    """Say whether the class of *obj*, or an ancestor of it, has this name."""
    return class_name == obj.cls.name or any(a.name == class_name for a in obj.cls.ancestors)
