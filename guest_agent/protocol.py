"""The wire format: what an execution plan is, and what a result says. Shared with the engine."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

HIGHEST_FORMAT: Final = (2, 2, 0)
RESULT_FORMAT: Final = "2.0.0"
RESULT_ACTION: Final = "Execution:Result"

FAILED: Final = 1
MALFORMED: Final = 2
INTERRUPTED: Final = 3
REFUSED: Final = 5
UNSUPPORTED: Final = 9
SCRIPT_FAILED: Final = 100

MAX_RESULT: Final = 4 * 1024 * 1024
"""Bytes of the largest result."""
TYPES: Final[Mapping[tuple[int, int], tuple[str, ...]]] = {
    (2, 0): ("Application",),
    (2, 1): ("Application", "Chef", "Puppet"),
    (2, 2): ("Application", "Chef", "Puppet"),
}
_PLAN_ID: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")
_VERSION: Final = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-[0-9A-Za-z.-]+)?")


class PlanError(Exception):
    """A plan cannot be run; ``code`` is the result's error code."""

    def __init__(self, code: int, message: str, details: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


def parse(body: bytes) -> dict[str, Any] | None:
    """The plan of a message; None for what is no JSON object and cannot be answered."""
    try:
        plan = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return plan if isinstance(plan, dict) else None


def plan_id(plan: Mapping[str, Any], message_id: Any) -> str:
    """Id of a plan: its own, else the message's, else an empty text."""
    found = plan.get("ID")
    return str(message_id or "") if found is None else str(found)


def check_id(value: str) -> None:
    """Refuse ids that are no plain words, since folders are named by them.

    :raises PlanError: it is none.
    """
    if value and _PLAN_ID.fullmatch(value) is None:
        raise PlanError(MALFORMED, f"ID {value[:80]!r} must be 1 to 64 letters, digits, . _ or -")


def validate(plan: Mapping[str, Any]) -> None:
    """Check a plan of format 2.

    :raises PlanError: it is malformed, or of a format that this agent does not know.
    """
    version = _version(plan.get("FormatVersion", "1.0.0"))
    if version > HIGHEST_FORMAT:
        raise PlanError(UNSUPPORTED, f"Unsupported format version {plan['FormatVersion']}")
    for name in ("Scripts", "Files", "Options"):
        if name == "Scripts" and name not in plan:
            raise PlanError(MALFORMED, f"{name} is not in the execution plan")
        if not isinstance(plan.get(name, {}), dict):
            raise PlanError(MALFORMED, f"{name} is not a dictionary")
    if not isinstance(plan.get("Body"), str):
        raise PlanError(FAILED, "The execution plan has no Body")
    files: Mapping[str, Any] = plan.get("Files", {})
    kinds = TYPES.get(version[:2], ("Application", "Chef", "Puppet"))
    for name, script in plan["Scripts"].items():
        _check_script(str(name), script, files, kinds, version)
    for name, file in files.items():
        _check_file(str(name), file, version)


def _version(value: Any) -> tuple[int, int, int]:
    match = _VERSION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PlanError(UNSUPPORTED, f"FormatVersion {value!r} is no version such as 2.0.0")
    return (int(match[1]), int(match[2]), int(match[3]))


def _check_script(
    name: str, script: Any, files: Mapping[str, Any], kinds: tuple[str, ...],
    version: tuple[int, int, int],
) -> None:  # fmt: skip
    if not isinstance(script, dict):
        raise PlanError(MALFORMED, f"Script {name} is not a dictionary")
    for key in ("Type", "EntryPoint"):
        if not isinstance(script.get(key), str):
            raise PlanError(MALFORMED, f"Script {name} lacks {key}")
    kind, entry = script["Type"], script["EntryPoint"]
    if kind not in kinds:
        raise PlanError(MALFORMED, f"Script {name} has the unknown type {kind[:80]!r}")
    if kind == "Application" and entry not in files:
        raise PlanError(MALFORMED, f"EntryPoint of script {name} is not in Files")
    if kind != "Application" and "::" not in entry:
        raise PlanError(MALFORMED, f"EntryPoint of script {name} must be <module>::<recipe>")
    options = script.get("Options") or {}
    if not isinstance(options, dict):
        raise PlanError(MALFORMED, f"Options of script {name} is not a dictionary")
    if {"useBerkshelf", "berksfilePath"} & set(options) and (
        version[:2] == (2, 1) or (kind != "Chef" and version[:2] == (2, 2))
    ):
        raise PlanError(MALFORMED, f"Script {name} cannot use Berkshelf")
    for file in script.get("Files") or ():
        if not isinstance(file, str) or file not in files:
            raise PlanError(MALFORMED, f"Script {name} names a file that is not in Files: {file!r}")


def _check_file(name: str, file: Any, version: tuple[int, int, int]) -> None:
    if not isinstance(file, dict):
        raise PlanError(MALFORMED, f"File {name} is not a dictionary")
    if not isinstance(file.get("Name"), str):
        raise PlanError(MALFORMED, f"File {name} has no Name")
    if "Type" in file or "URL" in file:
        if version[:2] == (2, 0):
            raise PlanError(MALFORMED, f"File {name}: downloads need format 2.1.0")
        if not isinstance(file.get("URL"), str):
            raise PlanError(MALFORMED, f"File {name} has no URL")
    elif not isinstance(file.get("Body"), str):
        raise PlanError(MALFORMED, f"File {name} has no Body")
    elif file.get("BodyType") not in ("Text", "Base64"):
        raise PlanError(MALFORMED, f"BodyType of file {name} must be Text or Base64")


# ---------------------------------------------------------------- results


def success(source_id: str, value: Any) -> dict[str, Any]:
    """The result of a plan that ran."""
    return _result(source_id, 0, value)


def failure(source_id: str, code: int, message: str | None, details: Any = None) -> dict[str, Any]:
    """The result of a plan that failed."""
    return _result(source_id, code, {"Message": message, "AdditionalInfo": details})


def _result(source_id: str, code: int, body: Any) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    return {
        "FormatVersion": RESULT_FORMAT, "ID": uuid.uuid4().hex, "SourceID": source_id,
        "Action": RESULT_ACTION, "ErrorCode": code, "Body": body,
        "Time": now.isoformat(sep=" ", timespec="microseconds"),
    }  # fmt: skip


def encode(result: Mapping[str, Any]) -> bytes:
    """A result as the bytes of a message.

    What JSON cannot hold, and what is too large, is replaced by an error that says so.
    """
    source_id = str(result.get("SourceID", ""))
    try:
        body = json.dumps(result, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        replaced = failure(source_id, FAILED, f"The result cannot be encoded: {error}")
        return json.dumps(replaced).encode()
    if len(body) <= MAX_RESULT:
        return body
    text = f"The result has {len(body)} bytes; at most {MAX_RESULT} can be sent"
    return json.dumps(failure(source_id, REFUSED, text)).encode()
