"""Types of fields, and the attributes that each of them takes."""

from __future__ import annotations

import re
from typing import Final

COMMON: Final = frozenset((
    "name", "type", "label", "description", "description_title", "help_text", "required", "hidden",
    "initial", "error_messages", "regexp_validator", "validators", "widget_media", "widget_attrs",
    "enabled", "disabled", "localize", "show_hidden_initial", "label_suffix",
))  # fmt: skip
_LENGTHS: Final = frozenset(("min_length", "max_length"))
_TEXT: Final = _LENGTHS | {"strip", "empty_value"}
TYPES: Final[dict[str, frozenset[str]]] = {
    "string": _TEXT,
    "text": _TEXT,
    "password": _TEXT | {"confirm_input"},
    "clusterip": _TEXT,
    "databaselist": _TEXT,
    "integer": frozenset(("min_value", "max_value", "step_size")),
    "boolean": frozenset(),
    "floatingip": frozenset(),
    "choice": frozenset(("choices",)),
    "flavor": frozenset(("requirements",)),
    "keypair": frozenset(),
    "image": frozenset(("image_type",)),
    "azone": frozenset(),
    "network": frozenset(("filter", "murano_networks", "allow_auto", "include_subnets")),
    "securitygroup": frozenset(),
    "volume": frozenset(("include_volumes", "include_snapshots")),
    "zone": frozenset(),
    "domain": frozenset(("empty_value_message",)),
}
"""Attributes of each type beside those that all have."""
OF_CLASSES: Final = frozenset(("empty_value_message",))
"""Attributes of a field whose type is the name of a class, or a list of such."""
INTEGERS: Final = ("min_length", "max_length", "min_value", "max_value")
TYPED: Final = ("string", "text", "integer", "clusterip", "databaselist")
"""Types whose value is typed in: without a start value a hidden one is empty."""
_HUMP: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")


def snake(name: str) -> str:
    """A name as it is compared: ``maxLength`` is ``max_length``."""
    return _HUMP.sub(r"_\1", name).lower()


def camel(name: str) -> str:
    """A name as it is usually written."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
