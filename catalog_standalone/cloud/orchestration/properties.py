"""Schemas of resource properties, and the conversion of values to them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from catalog_standalone.cloud.orchestration.errors import invalid
from catalog_standalone.cloud.orchestration.functions import LATER, depends_on_later


@dataclasses.dataclass(frozen=True)
class Property:
    """One property: its type, and whether it can change without a new resource."""

    kind: str = "string"
    required: bool = False
    default: Any = None
    update: bool = False
    allowed: tuple[Any, ...] = ()
    items: Mapping[str, Property] | None = None


Schema = Mapping[str, Property]


def _wrong(place: str, message: str) -> Exception:
    return invalid(f"Property error: : {place}: : {message}")


def convert(place: str, schema: Property, value: Any) -> Any:
    """``value`` in the type of ``schema``; a 400 names ``place``."""
    if value is None or value is LATER:
        return value
    if schema.kind == "string":
        if isinstance(value, dict | list):
            raise _wrong(place, f"Value must be a string; got {json.dumps(_known(value))[:80]}")
        value = str(value)
    elif schema.kind in ("integer", "number"):
        number = int if schema.kind == "integer" else float
        try:
            if isinstance(value, bool):
                raise ValueError
            value = number(value)
        except (TypeError, ValueError, OverflowError):
            what = "an integer" if number is int else "a number"
            raise _wrong(place, f"Value '{value}' is not {what}") from None
    elif schema.kind == "boolean":
        text = str(value).lower()
        if text not in ("true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"):
            raise _wrong(place, f'"{value}" is not a valid boolean')
        value = text in ("true", "1", "yes", "on", "t", "y")
    elif schema.kind == "list":
        if not isinstance(value, list):
            raise _wrong(place, f'"{value}" is not a list')
        if schema.items is not None:
            value = [_nested(f"{place}[{i}]", schema.items, v) for i, v in enumerate(value)]
    elif schema.kind == "map":
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise _wrong(place, f'"{value}" is not a map') from None
        if not isinstance(value, dict):
            raise _wrong(place, f'"{value}" is not a map')
        if schema.items is not None:
            value = _nested(place, schema.items, value)
    if schema.allowed and value not in schema.allowed:
        allowed = ", ".join(map(str, schema.allowed))
        raise _wrong(place, f'"{value}" is not an allowed value [{allowed}]')
    return value


def _known(value: Any) -> Any:
    return "a value known later" if depends_on_later(value) else value


def _nested(place: str, schema: Schema, value: Any) -> Any:
    if value is LATER:
        return value
    if not isinstance(value, dict):
        raise _wrong(place, f'"{value}" is not a map')
    return check(place, schema, value)


def check(place: str, schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """All properties converted, defaults added; a 400 for unknown or missing ones."""
    for name in values:
        if name not in schema:
            raise _wrong(place, f"Unknown Property {name}")
    checked: dict[str, Any] = {}
    for name, entry in schema.items():
        value = convert(f"{place}.{name}", entry, values.get(name))
        if value is None:
            value = entry.default
        if value is None and entry.required:
            raise _wrong(place, f"Property {name} not assigned")
        if value is not None:
            checked[name] = value
    return checked
