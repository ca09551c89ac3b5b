"""What a worker says, checked as the words of a stranger: its code may have broken out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from catalog_common.contract.messages import ContractError
from catalog_common.contract.results import TaskResult
from catalog_engine.host.binding import plain
from catalog_engine.host.errors import PortError
from catalog_engine.host.messages import FrameError, Request

BRANCH = re.compile(r"0(\.[1-9][0-9]{0,9})*")
MAX_BRANCH = 200
NUMBERS = range(1, 2**31)


def call(message: Mapping[str, Any]) -> tuple[str, int, Request]:
    """Branch, number and request of a ``call``; FrameError."""
    branch = message.get("branch")
    if (
        not isinstance(branch, str)
        or len(branch) > MAX_BRANCH
        or BRANCH.fullmatch(branch) is None
    ):  # fmt: skip
        raise FrameError(f"{str(branch)[:80]!r} is no branch")
    return branch, _number(message), _request(message)


def notice(message: Mapping[str, Any]) -> tuple[int, Request]:
    """Number and request of a ``notice``; FrameError."""
    return _number(message), _request(message)


def result(message: Mapping[str, Any], packages: Mapping[tuple[str, str], str]) -> TaskResult:
    """What a ``result`` says; FrameError.

    :param packages: name and version -> digest of those that the task used.
    """
    used = [
        {"name": name, "version": version, "digest": digest}
        for (name, version), digest in sorted(packages.items())
    ]
    members = {name: message.get(name) for name in ("outcome", "result", "model")}
    try:
        return TaskResult.from_dict({**plain(members), "packages": used})
    except (ContractError, PortError) as error:
        raise FrameError(f"the worker's result is malformed: {error}") from error


def _number(message: Mapping[str, Any]) -> int:
    number = message.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or number not in NUMBERS:
        raise FrameError("a frame has no number")
    return number


def _request(message: Mapping[str, Any]) -> Request:
    port, operation, arguments = (
        message.get("port"), message.get("operation"), message.get("arguments")
    )  # fmt: skip
    if not (isinstance(port, str) and isinstance(operation, str) and isinstance(arguments, dict)):
        raise FrameError("a frame lacks port, operation or arguments")
    try:
        return Request(port, operation, plain(arguments))
    except PortError as error:
        raise FrameError(f"the arguments of {port[:40]}.{operation[:40]}: {error}") from error
