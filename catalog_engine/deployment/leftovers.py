"""Keeping in a model what could not be cleaned up, so that the next deployment tries again."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any


def keep(model: Any, before: Any, ids: set[str]) -> Any:
    """A model with the objects *ids* of an earlier one, each where it stood, owners included.

    :param model: the newer model of a root object, or None.
    :param before: the earlier one, or None.
    """
    if not ids or before is None or not _holds(before, ids):
        return model
    if model is None:
        return _pruned(before, ids)
    return _grafted(copy.deepcopy(model), before, ids)


def _id_of(value: Any) -> str | None:
    header = value.get("?") if isinstance(value, Mapping) else None
    return header.get("id") if isinstance(header, Mapping) else None


def _holds(value: Any, ids: set[str]) -> bool:
    if isinstance(value, Mapping):
        return _id_of(value) in ids or any(_holds(item, ids) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_holds(item, ids) for item in value)
    return False


def _pruned(value: Any, ids: set[str]) -> Any:
    """An object without the objects in its lists that need not be kept."""
    if isinstance(value, Mapping):
        return {key: _pruned(item, ids) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_pruned(item, ids) for item in value if _id_of(item) is None or _holds(item, ids)]
    return value


def _grafted(model: dict[str, Any], before: Mapping[str, Any], ids: set[str]) -> dict[str, Any]:
    for key, old in before.items():
        if key == "?" or not _holds(old, ids):
            continue
        new = model.get(key)
        if isinstance(old, list | tuple):
            model[key] = _grafted_list(list(new or []), old, ids)
        elif isinstance(new, dict) and _id_of(new) == _id_of(old):
            model[key] = _grafted(new, old, ids)
        elif new is None:
            model[key] = _pruned(old, ids)
    return model


def _grafted_list(new: list[Any], old: Any, ids: set[str]) -> list[Any]:
    places = {_id_of(item): index for index, item in enumerate(new)}
    for item in old:
        if not _holds(item, ids):
            continue
        place = places.get(_id_of(item))
        if place is None:
            new.append(_pruned(item, ids))
        else:
            new[place] = _grafted(new[place], item, ids)
    return new
