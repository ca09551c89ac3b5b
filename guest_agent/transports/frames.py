"""The hub's wire: frames of JSON over a stream socket, one request and one answer at a time."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

MAX_FRAME = 32 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class FrameError(OSError):
    """The other side broke the protocol, or is gone."""


def encode(message: dict[str, Any]) -> bytes:
    """The frame of a message.

    :raises FrameError: it is too large.
    """
    body = json.dumps(message).encode()
    if len(body) > MAX_FRAME:
        raise FrameError(f"a message of {len(body)} bytes is too large")
    return _LENGTH.pack(len(body)) + body


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one message.

    :raises FrameError: it is too large.
    """
    connection.sendall(encode(message))


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """The next message; None when the other side closed between two messages.

    :raises FrameError: what came is none.
    """
    header = _exactly(connection, _LENGTH.size, may_end=True)
    if header is None:
        return None
    (length,) = _LENGTH.unpack(header)
    if length > MAX_FRAME:
        raise FrameError(f"a message of {length} bytes is too large")
    body = _exactly(connection, length, may_end=False)
    assert body is not None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"a message is no JSON: {error}") from error
    if not isinstance(message, dict):
        raise FrameError("a message is a JSON object")
    return message


def _exactly(connection: socket.socket, size: int, *, may_end: bool) -> bytes | None:
    parts: list[bytes] = []
    missing = size
    while missing:
        part = connection.recv(min(missing, 1 << 16))
        if not part:
            if may_end and missing == size:
                return None
            raise FrameError("the other side ended in the middle of a message")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
