"""Checks of a plan, in the order in which peers expect them to fail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from guest_agent import files
from guest_agent.protocol import MALFORMED, UNSUPPORTED, PlanError

HIGHEST_FORMAT: Final = (2, 2, 0)
APPLICATION: Final = "Application"
TYPES: Final = (APPLICATION, "Chef", "Puppet")
BODY_TYPES: Final = ("Text", "Base64")
_BERKSHELF: Final = {"useBerkshelf", "berksfilePath"}
_VERSION: Final = re.compile(
    r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?", re.ASCII
)

Version = tuple[int, int, int]


def validate(plan: Mapping[str, Any]) -> None:
    """Check a plan of format 2.

    ``Stamp`` need only be a whole number: plans are told apart by their ids, since stamps are an
    engine's clock, and two engines' clocks differ.

    :raises PlanError: it is malformed, or of a format that this agent does not know.
    """
    version = _version(plan.get("FormatVersion", "1.0.0"))
    if version > HIGHEST_FORMAT:
        raise PlanError(UNSUPPORTED, f"Unsupported format version {plan['FormatVersion']}")
    if "Scripts" not in plan:
        raise PlanError(MALFORMED, "Scripts is not in the execution plan")
    for name in ("Scripts", "Files", "Options"):
        if not isinstance(plan.get(name, {}), dict):
            raise PlanError(MALFORMED, f"{name} is not a dictionary")
    if not isinstance(plan.get("Body"), str):
        raise PlanError(MALFORMED, "Body is not a text")
    if not isinstance(plan.get("Parameters"), (dict, type(None))):
        raise PlanError(MALFORMED, "Parameters is not a dictionary")
    if type(plan.get("Stamp", 0)) is not int:
        raise PlanError(MALFORMED, "Stamp is not a whole number")
    found: Mapping[str, Any] = plan.get("Files", {})
    for name, script in plan["Scripts"].items():
        _check_script(name, script, found, version)
    for name, file in found.items():
        _check_file(name, file, version)


def _version(value: Any) -> Version:
    match = _VERSION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PlanError(UNSUPPORTED, f"FormatVersion {value!r} is no version such as 2.0.0")
    return (int(match[1]), int(match[2]), int(match[3]))


def _check_script(name: str, script: Any, known: Mapping[str, Any], version: Version) -> None:
    if not name or name.startswith("/") or "\0" in name or ".." in name.split("/"):
        raise PlanError(MALFORMED, f"Script {name[:200]!r} has a name that leads out of its folder")
    if not isinstance(script, dict):
        raise PlanError(MALFORMED, f"Script {name} is not a dictionary")
    for key in ("Type", "EntryPoint"):
        if not isinstance(script.get(key), str):
            raise PlanError(MALFORMED, f"Script {name} lacks {key}")
    kind, entry = script["Type"], script["EntryPoint"]
    if kind not in (TYPES[:1] if version[:2] == (2, 0) else TYPES):
        raise PlanError(MALFORMED, f"Script {name} has the unknown type {kind[:80]!r}")
    if kind == APPLICATION and entry not in known:
        raise PlanError(MALFORMED, f"EntryPoint of script {name} is not in Files")
    if kind != APPLICATION and "::" not in entry:
        raise PlanError(MALFORMED, f"EntryPoint of script {name} must be <module>::<recipe>")
    _check_options(name, script.get("Options"), kind, version)
    _check_references(name, script.get("Files", []), known)


def _check_options(name: str, options: Any, kind: str, version: Version) -> None:
    if options is None:
        return
    if not isinstance(options, dict):
        raise PlanError(MALFORMED, f"Options of script {name} is not a dictionary")
    allowed = version[:2] != (2, 1) and (kind == "Chef" or version[:2] != (2, 2))
    if _BERKSHELF & set(options) and not allowed:
        raise PlanError(MALFORMED, f"Script {name} cannot use Berkshelf")


def _check_references(name: str, references: Any, known: Mapping[str, Any]) -> None:
    if not isinstance(references, list):
        raise PlanError(MALFORMED, f"Files of script {name} is not a list")
    for file in references:
        if not isinstance(file, str) or file not in known:
            raise PlanError(MALFORMED, f"Script {name} names a file that is not in Files: {file!r}")


def _check_file(file_id: str, file: Any, version: Version) -> None:
    if not isinstance(file, dict):
        raise PlanError(MALFORMED, f"File {file_id} is not a dictionary")
    if not isinstance(file.get("Name"), str):
        raise PlanError(MALFORMED, f"File {file_id} has no Name")
    files.safe_name(file["Name"])
    if ("Type" in file or "URL" in file) and version[:2] == (2, 0):
        raise PlanError(MALFORMED, f"File {file_id}: downloads need format 2.1.0")
    if "Type" in file:
        if not isinstance(file.get("URL"), str):
            raise PlanError(MALFORMED, f"File {file_id} has no URL")
        return
    if not isinstance(file.get("Body"), str):
        raise PlanError(MALFORMED, f"File {file_id} has no Body")
    if file.get("BodyType") not in BODY_TYPES:
        raise PlanError(MALFORMED, f"BodyType of file {file_id} must be Text or Base64")
    files.content(file, file_id)
