"""Execution plans: from a package's template to what an agent is asked to run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit


class Scripts(Protocol):
    """Where a plan's scripts come from."""

    def __call__(self, path: str) -> bytes:
        """Content of a resource of the package; an error names it when it is missing."""


def build(template: Any, scripts: Callable[[str], bytes]) -> dict[str, Any]:
    """Build a plan: embed the script files that it names.

    Its ID and Stamp are set where it is sent, so that one plan keeps them when it is sent again.

    :param template: the plan as the package wrote it.
    :param scripts: reads a file below the package's ``Resources`` folder.
    :raises ValueError: the template is no dictionary, or a script has no entry point.
    """
    if not isinstance(template, Mapping):
        raise ValueError("An execution plan is a dictionary; Resources.yaml() reads one")
    version = str(template.get("FormatVersion") or "1.0.0")
    if version.startswith("1."):
        return _build_v1(template, scripts)
    return _Plan(template, scripts).build()


def _build_v1(template: Mapping[str, Any], scripts: Callable[[str], bytes]) -> dict[str, Any]:
    plan = _copied(template)
    plan["Scripts"] = [_base64(scripts(f"scripts/{name}")) for name in plan.get("Scripts") or []]
    return plan


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copied(item) for item in value]
    return value


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


class _Plan:
    """One plan of format 2 that is being built."""

    def __init__(self, template: Mapping[str, Any], scripts: Callable[[str], bytes]):
        self._plan = _copied(template)
        self._scripts = scripts
        self._files: dict[str, Any] = self._plan.get("Files") or {}
        self._placed: dict[tuple[str, str], str] = {
            (str(spec.get("Name")), ""): file_id
            for file_id, spec in self._files.items()
            if isinstance(spec, Mapping)
        }

    def build(self) -> dict[str, Any]:
        plan = self._plan
        for name, script in (plan.get("Scripts") or {}).items():
            if not script.get("EntryPoint"):
                raise ValueError(f"No entry point in script {name}")
            if script.get("Type") == "Application":
                script["EntryPoint"] = self._place(script["EntryPoint"])
            if script.get("Files"):
                script["Files"] = [self._place(spec) for spec in script["Files"]]
        plan.pop("ID", None)
        plan.pop("Stamp", None)
        plan.setdefault("Action", "Execute")
        plan["Files"] = self._files
        return plan

    def _place(self, spec: Any) -> str:
        """Embed a file unless it is in the plan, and return its id."""
        local, source = _file_of(spec)
        known = self._placed.get((local, source)) or self._placed.get((source, ""))
        if known is not None:
            return known
        if source in self._files:
            return source
        # The id depends on the file alone, so that a plan built again is the same plan.
        file_id = hashlib.sha256(f"{local}\n{source}".encode()).hexdigest()[:32]
        self._files[file_id] = self._embedded(local, source)
        self._placed[(local, source)] = file_id
        return file_id

    def _embedded(self, local: str, source: str) -> dict[str, Any]:
        if _is_url(source):
            return {"Name": local, "URL": source, "Type": "Downloadable"}
        if _is_binary(source):
            content = self._scripts(f"scripts/{source[1:-1]}")
            return {"Name": local, "BodyType": "Base64", "Body": _base64(content) + "\n"}
        content = self._scripts(f"scripts/{source}")
        return {"Name": local, "BodyType": "Text", "Body": content.decode()}


def _file_of(spec: Any) -> tuple[str, str]:
    """Name of a file on the guest, and where it comes from."""
    if isinstance(spec, Mapping):
        if len(spec) != 1:
            raise ValueError(
                "A file of a script is a name, or a dictionary with one entry: "
                "the name on the guest, and the file"
            )
        ((local, source),) = spec.items()
        return str(local), str(source)
    source = str(spec)
    if _is_url(source):
        return urlsplit(source).path.rsplit("/", 1)[-1] or source, source
    return (source[1:-1] if _is_binary(source) else source), source


def _is_binary(source: str) -> bool:
    return source.startswith("<") and source.endswith(">")


def _is_url(source: str) -> bool:
    parts = urlsplit(source)
    return bool(parts.scheme and parts.netloc)
