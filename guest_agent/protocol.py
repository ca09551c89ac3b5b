"""The wire format: what an execution plan is, and what a result says. Shared with the engine."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

RESULT_FORMAT: Final = "2.0.0"
RESULT_ACTION: Final = "Execution:Result"

FAILED: Final = 1
MALFORMED: Final = 2
INTERRUPTED: Final = 3
REFUSED: Final = 5
UNSUPPORTED: Final = 9
SCRIPT_FAILED: Final = 100

DOWNLOADABLE: Final = "Downloadable"
"""Type of a file that the agent fetches."""

MAX_RESULT: Final = 4 * 1024 * 1024
"""Bytes of the largest result."""
MAX_TEXT: Final = 256 * 1024
"""Characters that are left of each long text when a result is too large."""
MAX_ID: Final = 255
"""Bytes of the longest message id that a broker takes."""
_PLAN_ID: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")


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


def source_id(plan: Mapping[str, Any], message_id: Any) -> Any:
    """What a plan is answered under: its own id, else the message's; empty when it has neither.

    An own id that no message could carry gives way to the message's.
    """
    found, message = plan.get("ID"), str(message_id or "")
    if found is None or found == "":
        return message
    text = found if isinstance(found, str) else json.dumps(found)
    return message if len(text.encode(errors="replace")) > MAX_ID else found


def check_id(value: Any) -> str:
    """The id, when it is a plain word, since folders are named by it.

    :raises PlanError: it is none.
    """
    if not isinstance(value, str) or _PLAN_ID.fullmatch(value) is None:
        raise PlanError(MALFORMED, f"ID {str(value)[:80]!r} must be 1 to 64 letters, digits, ._-")
    return value


# ---------------------------------------------------------------- results


def success(source: Any, value: Any) -> dict[str, Any]:
    """The result of a plan that ran."""
    return _result(source, 0, value)


def failure(source: Any, code: int, message: str | None, details: Any = None) -> dict[str, Any]:
    """The result of a plan that failed."""
    return _result(source, code, {"Message": message, "AdditionalInfo": details})


def _result(source: Any, code: int, body: Any) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    return {
        "FormatVersion": RESULT_FORMAT, "ID": uuid.uuid4().hex, "SourceID": source,
        "Action": RESULT_ACTION, "ErrorCode": code, "Body": body,
        "Time": now.isoformat(sep=" ", timespec="microseconds"),
    }  # fmt: skip


def encode(result: Mapping[str, Any]) -> bytes:
    """A result as the bytes of a message.

    What JSON cannot hold is replaced by an error that says so; of what is too large, long texts
    are shortened, and where that is not enough an error says so.
    """
    source = result.get("SourceID")
    try:
        body = _dump(result)
        if len(body) > MAX_RESULT:
            size, body = len(body), _dump(_shortened(result))
            if len(body) > MAX_RESULT:
                text = f"The result has {size} bytes; at most {MAX_RESULT} can be sent"
                return _dump(failure(source, REFUSED, text))
    except Exception as error:  # a value's own methods may raise anything
        return _dump(failure(source, FAILED, f"The result cannot be encoded: {error}"))
    return body


def _dump(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False).encode()


def _shortened(value: Any) -> Any:
    """A value whose long texts keep their beginning and end only."""
    if isinstance(value, Mapping):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shortened(item) for item in value]
    if isinstance(value, str) and len(value) > MAX_TEXT:
        half = MAX_TEXT // 2
        return f"{value[:half]}\n[… {len(value) - 2 * half} characters left out …]\n{value[-half:]}"
    return value
