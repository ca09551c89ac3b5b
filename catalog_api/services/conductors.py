"""Telling a conductor of a queued task: best effort, since it also looks by itself."""

from __future__ import annotations

import http.client
import json
import logging
import queue
import socket
import threading
from typing import Any

from catalog_common.listening import Address

LOG = logging.getLogger(__name__)
TIMEOUT = 3.0
WAITING = 1000


class Conductor:
    """Tells conductors from a thread of its own, so that no request waits for them.

    :param token: makes a service token; asked only for conductors that listen on TCP.
    """

    def __init__(self, endpoint: str | None, token: Any = None) -> None:
        self._address = Address.parse(endpoint) if endpoint else None
        self._token = token
        self._waiting: queue.Queue[str] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def wake(self, task_id: str) -> None:
        """A task was queued."""
        if self._address is None:
            return
        with self._lock:
            # Started late: a WSGI server may fork after the application was made.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wake", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait(task_id)
        except queue.Full:
            LOG.warning("conductors do not answer; they find task %s by themselves", task_id)

    def _run(self) -> None:
        while True:
            task_id = self._waiting.get()
            try:
                self._tell(task_id)
            except (OSError, http.client.HTTPException, Exception) as error:
                LOG.warning("no conductor was told of task %s: %s", task_id, error)

    def _tell(self, task_id: str) -> None:
        connection = self._connection()
        headers = {"Content-Type": "application/json"}
        if self._token is not None:
            headers["X-Auth-Token"] = self._token()
        try:
            connection.request("POST", "/v1/wake", json.dumps({"task_id": task_id}), headers)
            answer = connection.getresponse()
            if answer.status >= 400:
                LOG.warning("a conductor refused a wake-up: %s", answer.read(1000))
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        address = self._address
        assert address is not None
        if not address.path:
            return http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT)
        connection = http.client.HTTPConnection("localhost", timeout=TIMEOUT)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(TIMEOUT)
        sock.connect(address.path)
        connection.sock = sock
        return connection
