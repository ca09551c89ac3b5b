"""The form of a package that is a template."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from catalog_common.hot.template import Parameter, Template
from catalog_common.hot.writing import Expression, conditions, dumped, literal
from catalog_common.manifest import Manifest

_TYPES: Final = {"number": "integer", "boolean": "boolean"}
_NAME: Final = re.compile(r"[^\W\d]\w*")


def form_of(manifest: Manifest, template: Template) -> bytes:
    """The UI definition: what the application is called, then the template's parameters."""
    forms: list[dict[str, Any]] = [{"group0": {"fields": _first(manifest)}}]
    values: dict[str, Any] = {}
    for number, group in enumerate(template.groups, 1):
        forms.append({f"group{number}": {"fields": [_field(own) for own in group]}})
        for own in group:
            is_name = _NAME.fullmatch(own.name)
            path = f".{own.name}" if is_name else f".get({literal(own.name)})"
            values[own.name] = Expression(f"$.group{number}{path}")
    header = {
        "type": manifest.full_name, "package": manifest.full_name,
        "classVersion": str(manifest.version),
    }  # fmt: skip
    application = {
        "?": header, "name": Expression("$.group0.name"), "templateParameters": values,
    }  # fmt: skip
    return dumped({"Version": 2, "Application": application, "Forms": forms})


def _first(manifest: Manifest) -> list[dict[str, Any]]:
    return [
        {
            "name": "title", "type": "string", "required": False, "hidden": True,
            "description": manifest.description or manifest.name,
        },
        {
            "name": "name", "type": "string", "label": "Application Name", "required": True,
            "description": "Enter a desired name for the application.",
        },
    ]  # fmt: skip


def _field(parameter: Parameter) -> dict[str, Any]:
    kind = "password" if parameter.is_hidden else _TYPES.get(parameter.type, "string")
    field: dict[str, Any] = {
        "name": parameter.name, "label": parameter.label, "type": kind,
        "required": not parameter.has_default, "description": parameter.description,
    }  # fmt: skip
    if parameter.has_default and not parameter.is_hidden:
        field["initial"] = _initial(parameter)
    validators = []
    for bound, value, description in parameter.bounds():
        if bound == "length":
            field.update(
                {f"{end}Length": int(value[end]) for end in ("min", "max") if end in value}
            )
        elif bound == "allowed_pattern":
            message = description or f"Must match {value}"
            validators.append({"expr": {"regexpValidator": value}, "message": message})
        else:
            validators.append(_validator(parameter, bound, value, description))
    if validators:
        field["validators"] = validators
    return field


def _validator(parameter: Parameter, kind: str, value: Any, description: str) -> dict[str, Any]:
    if kind == "allowed_values":
        message = f"Must be one of {', '.join(map(str, value))}"
    else:
        words = {"min": "at least", "max": "at most"}
        parts = [f"{word} {literal(value[end])}" for end, word in words.items() if end in value]
        message = f"Must be {' and '.join(parts)}"
    check = " and ".join(conditions(parameter, kind, value)) or "true"
    return {"expr": Expression(check), "message": description or message}


def _initial(parameter: Parameter) -> Any:
    """The default as a field of the type shows it."""
    default = parameter.default
    if isinstance(default, list) and parameter.type == "comma_delimited_list":
        return ",".join(map(str, default))
    if isinstance(default, dict | list):
        return json.dumps(default)
    if parameter.type == "boolean":
        return str(default).lower() in ("true", "t", "1", "yes", "y", "on")
    return default
