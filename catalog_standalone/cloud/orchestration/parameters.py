"""Parameters of a stack: types, defaults, constraints, hidden values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from catalog_standalone.cloud.orchestration.errors import invalid

TYPES = ("string", "number", "comma_delimited_list", "json", "boolean")
TRUE = ("t", "true", "on", "y", "yes", "1")
FALSE = ("f", "false", "off", "n", "no", "0")
HIDDEN = "******"


def convert(name: str, kind: str, value: Any) -> Any:
    """``value`` as the type of parameter ``name``; a 400 says what does not fit."""
    wrong = invalid(f"Parameter '{name}' is invalid: could not convert {value!r} to {kind}")
    if kind == "string":
        return value if isinstance(value, str) else _text(value)
    if kind == "number":
        if isinstance(value, bool):
            raise wrong
        if isinstance(value, int | float):
            return value
        try:
            return int(value)
        except (TypeError, ValueError):
            pass
        try:
            return float(value)
        except (TypeError, ValueError):
            raise wrong from None
    if kind == "boolean":
        text = str(value).lower()
        if text not in TRUE + FALSE:
            raise wrong
        return text in TRUE
    if kind == "comma_delimited_list":
        if isinstance(value, list):
            return [_text(item) for item in value]
        if not isinstance(value, str):
            raise wrong
        return [item.strip() for item in value.split(",")] if value else []
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else {}
        except (ValueError, RecursionError):
            raise wrong from None
    if not isinstance(value, dict | list):
        raise wrong
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def _check(name: str, schema: Mapping[str, Any], value: Any) -> None:
    constraints = schema.get("constraints") or []
    if not isinstance(constraints, list):
        raise invalid(f"Invalid parameter constraints for parameter {name}, expected a list")
    for constraint in constraints:
        if not isinstance(constraint, dict):
            raise invalid(f"Invalid parameter constraints for parameter {name}")
        problem = _problem(constraint, value)
        if problem:
            message = constraint.get("description") or problem
            raise invalid(f"Parameter '{name}' is invalid: {message}")


def _problem(constraint: Mapping[str, Any], value: Any) -> str | None:
    try:
        if (limits := constraint.get("length")) and hasattr(value, "__len__"):
            low, high = limits.get("min", 0), limits.get("max", float("inf"))
            if not low <= len(value) <= high:
                return f"length ({len(value)}) is out of range (min: {low}, max: {high})"
        if limits := constraint.get("range"):
            low, high = limits.get("min", float("-inf")), limits.get("max", float("inf"))
            if not low <= value <= high:
                return f"{value} is out of range (min: {low}, max: {high})"
        limits = constraint.get("modulo")
        if limits and value % limits["step"] != limits["offset"]:
            return f"{value} is not {limits['offset']} modulo {limits['step']}"
        if "allowed_values" in constraint:
            allowed = constraint["allowed_values"]
            values = value if isinstance(value, list) else [value]
            if any(v not in allowed and str(v) not in map(str, allowed) for v in values):
                return f"{json.dumps(value)} is not an allowed value {json.dumps(allowed)}"
        if pattern := constraint.get("allowed_pattern"):
            match = re.match(pattern, str(value)[:4096])
            if match is None or match.end() != len(str(value)):
                return f'"{value}" does not match pattern "{pattern}"'
    except (TypeError, KeyError, AttributeError, re.error, ZeroDivisionError) as error:
        return f"its constraint cannot be applied: {error}"
    return None


class Parameters:
    """The values of one stack's parameters, checked."""

    def __init__(
        self,
        schemas: Mapping[str, Mapping[str, Any]],
        given: Mapping[str, Any],
        defaults: Mapping[str, Any],
        pseudo: Mapping[str, Any],
        strict: bool = True,
    ) -> None:
        """Raise ApiError 400 for missing, unknown or wrong values; ``strict`` = all needed."""
        self.schemas = schemas
        self.given = dict(given)
        self.values: dict[str, Any] = dict(pseudo)
        for name in given:
            if name not in schemas and not name.startswith("OS::"):
                raise invalid(
                    f"The Parameter ({name}) was not defined in template.", "UnknownUserParameter"
                )
        for name, schema in schemas.items():
            kind = str(schema.get("type", ""))
            if kind not in TYPES:
                raise invalid(f"Invalid type ({kind}) of parameter {name}")
            if name in given:
                value = given[name]
            elif name in defaults:
                value = defaults[name]
            elif "default" in schema:
                value = schema["default"]
            elif strict:
                raise invalid(f"The Parameter ({name}) was not provided.", "UserParameterMissing")
            else:
                continue
            if value is None and "default" in schema:
                self.values[name] = None
                continue
            self.values[name] = convert(name, kind, value)
            _check(name, schema, self.values[name])

    def shown(self) -> dict[str, Any]:
        """Values as text, hidden ones masked, the way a stack shows them."""
        shown = {}
        for name, value in self.values.items():
            schema = self.schemas.get(name, {})
            hidden = str(schema.get("hidden", False)).lower() in TRUE
            kind = schema.get("type")
            text = ",".join(value) if kind == "comma_delimited_list" and value else _text(value)
            shown[name] = HIDDEN if hidden else text
        return shown

    def described(self) -> dict[str, Any]:
        """What a template validation answers for each parameter."""
        answer = {}
        for name, schema in self.schemas.items():
            kinds = {
                "string": "String", "number": "Number", "json": "Json", "boolean": "Boolean",
                "comma_delimited_list": "CommaDelimitedList",
            }  # fmt: skip
            entry = {
                "Type": kinds[schema["type"]], "Description": schema.get("description", ""),
                "NoEcho": str(schema.get("hidden", False)).lower(),
                "Label": schema.get("label", name),
            }  # fmt: skip
            if "default" in schema:
                entry["Default"] = schema["default"]
            answer[name] = entry
        return answer
