"""From a guest's answer to the value of an agent's call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog_engine.library.errors import AgentError


def value_of(result: Mapping[str, Any]) -> Any:
    """The value that a plan gave.

    :raises AgentError: the plan failed; ``extra`` holds the parts of the answer.
    """
    version = str(result.get("FormatVersion") or "1.0.0")
    return _value_v1(result) if version.startswith("1.") else _value_v2(result)


def _value_v2(result: Mapping[str, Any]) -> Any:
    code = result.get("ErrorCode") or 0
    body = result.get("Body")
    if code == 0:
        return body
    message, details, rest = body, None, None
    if isinstance(body, Mapping):
        message, details = body.get("Message"), body.get("AdditionalInfo")
        rest = {
            key: value for key, value in body.items() if key not in ("Message", "AdditionalInfo")
        } or None
    text = str(message) if message is not None else f"The agent answered with error {code}"
    raise AgentError(
        text,
        {
            "message": message,
            "details": details,
            "errorCode": code,
            "time": result.get("Time"),
            "extra": rest,
        },
    )


def _value_v1(result: Mapping[str, Any]) -> Any:
    answers = result.get("Result")
    if result.get("IsException"):
        raise _failure_v1(answers, "execution_plan")
    if not isinstance(answers, Sequence) or isinstance(answers, str) or not answers:
        return None
    last = answers[-1]
    if last.get("IsException"):
        raise _failure_v1(last.get("Result"), "command")
    return last.get("Result")


def _failure_v1(parts: Any, source: str) -> AgentError:
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        parts = (None, parts)
    names = ("type", "message", "command", "details", "timestamp")
    extra = {name: parts[index] if index < len(parts) else None for index, name in enumerate(names)}
    return AgentError(str(extra["message"]), {**extra, "source": source})
