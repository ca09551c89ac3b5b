"""A driver that performs requests at once with given ports: runs without a supervisor."""

from __future__ import annotations

import collections
import logging

from catalog_engine.host.binding import perform
from catalog_engine.host.errors import PortError, Stopped
from catalog_engine.host.messages import Answer, Request
from catalog_engine.host.ports import Ports

LOG = logging.getLogger(__name__)


class DirectDriver:
    """Answers requests in the order in which they were submitted."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._waiting: collections.deque[tuple[str, int, Request]] = collections.deque()

    def submit(self, branch: str, number: int, request: Request) -> None:
        """Take a request; never blocks."""
        self._waiting.append((branch, number, request))

    def wait(self) -> tuple[str, int, Answer]:
        """Perform the oldest request; RuntimeError when none waits (all branches are stuck)."""
        if not self._waiting:
            raise RuntimeError("no branch can run and none waits for an answer")
        branch, number, request = self._waiting.popleft()
        try:
            answer = Answer(perform(self._ports, request))
        except (PortError, Stopped) as error:
            answer = Answer(error=error.to_dict())
        return branch, number, answer

    def notify(self, request: Request) -> None:
        """Perform a request that nobody waits for."""
        try:
            perform(self._ports, request)
        except PortError as error:
            LOG.warning("%s.%s failed: %s", request.port, request.operation, error)
