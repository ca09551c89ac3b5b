"""The driver of a worker's branches: calls and notices as frames on its one socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog_engine.host.messages import Answer, Channel, FrameError, Request


class SupervisorGone(BaseException):
    """The supervisor closed the socket; there is nothing left to do."""


class SocketDriver:
    """Speaks for the branches of one task."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._notices = 0

    def submit(self, branch: str, number: int, request: Request) -> None:
        """Send a call."""
        self._send({"type": "call", "branch": branch, "number": number, **_said(request)})

    def notify(self, request: Request) -> None:
        """Send what nobody waits for."""
        self._notices += 1
        self._send({"type": "notice", "number": self._notices, **_said(request)})

    def wait(self) -> tuple[str, int, Answer]:
        """Say that no branch can run, and receive the next answer."""
        self._send({"type": "idle"})
        message = self._channel.receive()
        if message is None:
            raise SupervisorGone()
        if message["type"] != "answer":
            raise FrameError(f"an answer was expected, not {message['type']}")
        answer = Answer(message.get("value"), message.get("error"))
        return message["branch"], message["number"], answer

    def _send(self, message: Mapping[str, Any]) -> None:
        try:
            self._channel.send(message)
        except OSError as error:
            raise SupervisorGone() from error


def _said(request: Request) -> dict[str, Any]:
    return {
        "port": request.port, "operation": request.operation,
        "arguments": dict(request.arguments),
    }  # fmt: skip
