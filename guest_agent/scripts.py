"""Scripts of a plan as the body calls them: the Application executor."""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from guest_agent.files import Layout
from guest_agent.protocol import FAILED, SCRIPT_FAILED, PlanError
from guest_agent.validation import APPLICATION

KEPT = 1 << 20
"""Bytes kept of each output of a script: so many of its beginning, and of its end."""
CHUNK = 1 << 16
Call = Callable[..., Any]


class Lenient(dict[str, Any]):
    """A map with the methods that bodies of old packages call."""

    def iteritems(self) -> Any:
        """As Python 2 had it."""
        return self.items()

    def iterkeys(self) -> Any:
        """As Python 2 had it."""
        return self.keys()

    def itervalues(self) -> Any:
        """As Python 2 had it."""
        return self.values()

    def has_key(self, name: str) -> bool:
        """As Python 2 had it."""
        return name in self


class Bunch(Lenient):
    """A map whose items are attributes as well; what is missing raises."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"{name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class ScriptError(Exception):
    """A script ended with an error; a body may catch it."""

    def __init__(self, name: str, outcome: Bunch) -> None:
        super().__init__(f"Script {name} returned error code")
        self.error_code = SCRIPT_FAILED
        self.additional_data = outcome


class Script:
    """A callable that runs a script; any attribute of it is the callable itself."""

    def __init__(self, name: str, script: Mapping[str, Any], layout: Layout) -> None:
        self._name = name
        self._script = script
        self._layout = layout
        self._entry: Path | None = None

    def __call__(self, commandline: Any = "", input: Any = None, **others: Any) -> Bunch:
        """Run it.

        :raises ScriptError: it ended with an error, and its exit code is to be verified.
        :raises PlanError: it is of a type that this agent does not run, or has no files.
        """
        commandline = others.pop("command_line", commandline)
        if others:
            raise TypeError(f"{self._name}() has no argument {next(iter(others))!r}")
        if self._script["Type"] != APPLICATION:
            kind = self._script["Type"]
            raise PlanError(
                FAILED, f"Script {self._name} is of type {kind}, which this agent cannot run"
            )
        if self._entry is None:
            self._entry = self._layout.script(self._name)
        return self._run(self._entry, "" if commandline is None else str(commandline), input)

    def __getattr__(self, name: str) -> Call:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__call__

    def _run(self, entry: Path, commandline: str, given: Any) -> Bunch:
        options = self._script.get("Options") or {}
        command = f"./{shlex.quote(entry.name)} {commandline}"
        captured = [options.get(name, True) for name in ("captureStdout", "captureStderr")]
        process = subprocess.Popen(
            ["/bin/sh", "-c", command], cwd=entry.parent,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE if captured[0] else None,
            stderr=subprocess.PIPE if captured[1] else None,
        )  # fmt: skip
        outputs = [Output(process.stdout), Output(process.stderr)]
        if process.stdin is not None:
            _feed(process.stdin, given)
        texts = [output.text() for output in outputs]
        code = process.wait()
        outcome = Bunch(
            exitCode=code if code >= 0 else 128 - code, stdout=texts[0], stderr=texts[1]
        )
        if options.get("verifyExitcode", True) and outcome["exitCode"] != 0:
            raise ScriptError(self._name, outcome)
        return outcome


def _feed(stdin: IO[bytes], given: Any) -> None:
    """Write the input; a script that does not read it to its end is no error."""
    data = given if isinstance(given, (bytes, bytearray)) else str(given).encode()
    try:
        with stdin:
            stdin.write(data)
    except BrokenPipeError:
        pass


class Output:
    """Reads one output of a script from a thread of its own, and keeps its beginning and end."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream = stream
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._left_out = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        if stream is not None:
            self._thread.start()

    def text(self) -> str | None:
        """The output as text, with a mark where its middle is left out; None when it is empty.

        Waits for the end of the output, so for background processes that hold it open too.
        """
        if self._stream is None:
            return None
        self._thread.join()
        tail = b"".join(self._tail)
        over = max(len(tail) - KEPT, 0)
        left_out = self._left_out + over
        mark = f"\n[… {left_out} bytes left out …]\n".encode() if left_out else b""
        text = (bytes(self._head) + mark + tail[over:]).decode(errors="replace")
        return text.replace("\r\n", "\n").replace("\r", "\n").strip() or None

    def _read(self) -> None:
        assert self._stream is not None
        with self._stream as stream:
            while part := stream.read1(CHUNK):  # type: ignore[attr-defined]
                room = KEPT - len(self._head)
                self._head += part[:room]
                self._keep(part[room:])

    def _keep(self, part: bytes) -> None:
        if part:
            self._tail.append(part)
            self._tail_size += len(part)
        while self._tail and self._tail_size - len(self._tail[0]) >= KEPT:
            dropped = len(self._tail.popleft())
            self._tail_size -= dropped
            self._left_out += dropped
