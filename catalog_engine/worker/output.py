"""What workers say on standard error: passed on to the log, as far as it is short."""

from __future__ import annotations

import logging
import os

LOG = logging.getLogger(__name__)
MAX_BYTES = 8 * 1024
"""Of one worker; it must not fill the disk of its host."""
MAX_LINE = 500


class Output:
    """A pipe from one worker.

    :ivar reader: the server's end. :ivar writer: the worker's end.
    """

    def __init__(self, worker_id: int) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self._id = worker_id
        self._left = MAX_BYTES
        self._rest = b""

    def close_writer(self) -> None:
        """The worker has its end."""
        os.close(self.writer)

    def drain(self) -> bool:
        """Pass on what is there; False when the worker has closed its end, and this is closed."""
        try:
            data = os.read(self.reader, 1 << 16)
        except BlockingIOError:
            return True
        if not data:
            self._say(self._rest)
            os.close(self.reader)
            return False
        *lines, self._rest = (self._rest + data[: self._left]).split(b"\n")
        was, self._left = self._left, max(0, self._left - len(data))
        for line in lines:
            self._say(line)
        if was and not self._left:
            self._say(self._rest)
            self._rest = b""
            LOG.warning("%s says more, which is not shown", self._id)
        return True

    def _say(self, line: bytes) -> None:
        """One line of the log: whatever it holds, it cannot look like another one."""
        text = line[:MAX_LINE].decode("ascii", "backslashreplace").strip()
        if text:
            LOG.warning("%s: %s", self._id, "".join(c if c.isprintable() else "?" for c in text))
