"""The frames between a supervisor and its worker, and what they carry.

A frame is a big-endian 32-bit length and that many bytes of msgpack: a map with a key ``type``.
Worker to supervisor: ``ready``, ``call``, ``notice``, ``idle``, ``result``; supervisor to
worker: ``start``, ``answer``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import struct
import threading
from collections.abc import Mapping
from typing import Any

import msgpack

FROM_WORKER_LIMIT = 32 * 1024 * 1024
FROM_SUPERVISOR_LIMIT = 256 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class FrameError(Exception):
    """The other side sent what is no frame: too long, no msgpack, or of the wrong shape."""


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One use of a port, as the scheduler and the driver pass it on."""

    port: str
    operation: str
    arguments: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a value, or the error to raise (see ``errors.error_from``)."""

    value: Any = None
    error: Mapping[str, Any] | None = None


def journal_key(branch: str, number: int) -> str:
    """The stable key of a branch's call in the journal."""
    return f"{branch}#{number}"


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a frame; FrameError when it holds what is not plain data."""
    try:
        body = msgpack.packb(message, use_bin_type=True)
    except (TypeError, ValueError, OverflowError) as error:
        raise FrameError(f"not plain data: {error}") from error
    return _LENGTH.pack(len(body)) + body


class Channel:
    """Frames over one connected stream socket; any thread may send, one thread receives."""

    def __init__(self, connection: socket.socket, receive_limit: int) -> None:
        self._connection = connection
        self._limit = receive_limit
        self._sending = threading.Lock()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; OSError when the other side is gone."""
        frame = encode(message)
        with self._sending:
            self._connection.sendall(frame)

    def receive(self) -> dict[str, Any] | None:
        """The next message; None when the other side closed between two frames.

        :raises ConnectionError: it ended in the middle of one.
        :raises FrameError: it sent what is no message.
        """
        header = self._exactly(_LENGTH.size, may_end=True)
        if header is None:
            return None
        (length,) = _LENGTH.unpack(header)
        if length > self._limit:
            raise FrameError(f"a frame of {length} bytes exceeds the limit of {self._limit}")
        body = self._exactly(length, may_end=False)
        try:
            message = msgpack.unpackb(body, raw=False, strict_map_key=True)
        except Exception as error:  # msgpack raises several unrelated kinds
            raise FrameError(f"a frame does not hold msgpack: {error}") from error
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise FrameError("a frame is a map with a text under the key 'type'")
        return message

    def close(self) -> None:
        """Close both directions; a receiver wakes up."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def _exactly(self, size: int, *, may_end: bool) -> bytes | None:
        parts: list[bytes] = []
        missing = size
        while missing:
            part = self._connection.recv(min(missing, 1 << 20))
            if not part:
                if may_end and missing == size:
                    return None
                # No fault of what was said: whoever spoke was killed while speaking.
                raise ConnectionError("the other side ended in the middle of a frame")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)
