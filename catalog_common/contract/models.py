"""Composing a model from a journal, for a task that ends without a worker's result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catalog_common.contract.journal import JournalEntry


def compose(model: Mapping[str, Any], entries: Iterable[JournalEntry]) -> dict[str, Any]:
    """The model that an unfinished task leaves behind.

    ``Objects`` stay as they were accepted: they are what the user wants. ``ObjectsCopy`` becomes
    the last recorded state, which names everything that may have been made, and attributes the
    last recorded ones (a recorded null removes one), so that the next deployment finds every
    stack and cleans up what is no longer wanted.
    """
    composed = dict(model)
    attributes = {(item[0], item[1], item[2]): item[3] for item in model.get("Attributes") or ()}
    for entry in entries:
        if entry.kind == "state":
            composed["ObjectsCopy"] = entry.value
        elif entry.kind == "attribute":
            object_id, class_name, name, value = entry.value
            if value is None:
                attributes.pop((object_id, class_name, name), None)
            else:
                attributes[object_id, class_name, name] = value
    composed["Attributes"] = [[*key, value] for key, value in attributes.items()]
    return composed
