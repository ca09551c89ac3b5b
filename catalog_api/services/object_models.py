"""Object models at the boundary: the API says ``services`` where engines say ``applications``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HIDDEN = ("token", "pass", "trustid")
SANITIZED = "*** SANITIZED ***"


def for_engine(model: Mapping[str, Any], environment_id: str) -> dict[str, Any]:
    """A stored model as a task carries it."""
    objects = model.get("Objects")
    result = {**model, "ObjectsCopy": _to_engine(model.get("ObjectsCopy"))}
    result.setdefault("Attributes", [])
    if objects is not None:
        body = _to_engine(objects)
        body.setdefault("applications", [])
        body["?"] = {**(body.get("?") or {}), "id": environment_id}
        result["Objects"] = body
    else:
        result["Objects"] = None
    return result


def stored(model: Mapping[str, Any]) -> dict[str, Any]:
    """A model of an engine as it is kept and shown."""
    return {
        **model,
        "Objects": _to_api(model.get("Objects")),
        "ObjectsCopy": _to_api(model.get("ObjectsCopy")),
    }


def merged(before: Any, model: Mapping[str, Any]) -> dict[str, Any]:
    """The environment's document after a task: the task's model, other members as they were."""
    return {**(before or {}), **stored(model)}


def _to_engine(objects: Any) -> Any:
    return _renamed(objects, "services", "applications")


def _to_api(objects: Any) -> Any:
    return _renamed(objects, "applications", "services")


def _renamed(objects: Any, old: str, new: str) -> Any:
    if not isinstance(objects, dict) or old not in objects:
        return dict(objects) if isinstance(objects, dict) else objects
    return {(new if key == old else key): value for key, value in objects.items()}


def sanitized(value: Any) -> Any:
    """A copy for people: texts under names that sound like secrets are hidden."""
    if isinstance(value, dict):
        return {
            key: SANITIZED
            if isinstance(item, str) and any(word in str(key).lower() for word in HIDDEN)
            else sanitized(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [sanitized(item) for item in value]
    return value


def described(model: Mapping[str, Any]) -> dict[str, Any]:
    """What a deployment's description shows of a stored model."""
    objects = model.get("Objects")
    if not isinstance(objects, dict):
        return {"services": []}
    shown: dict[str, Any] = sanitized(_to_api(objects))
    shown.setdefault("services", [])
    return shown
