"""A database that goes away and comes back, behind a relay that the test cuts."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest
import sqlalchemy as sa

from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from tests.functional.conductor.asking import Asking, problem
from tests.functional.conductor.catalog import KEY, Catalog, clear


class Relay:
    """Passes connections on to a server, until it is cut."""

    def __init__(self, host, port):
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends = []
        self._is_cut = self._is_closed = False
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self):
        while True:
            near, _address = self._listener.accept()
            if self._is_closed:
                near.close()
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(self._target)
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                thread = threading.Thread(target=self._pass, args=(source, sink), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        self._end(sink)

    def _end(self, one):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self._is_cut = True
        for one in self._ends:
            self._end(one)

    def mend(self):
        self._is_cut = False

    def close(self):
        self.cut()
        self._is_closed = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self._threads:
            thread.join(10)
        for one in (*self._ends, self._listener):
            one.close()


@pytest.fixture(params=["postgresql", "mariadb"])
def behind(request, databases):
    """A catalog whose database is behind a relay, and the relay."""
    direct = databases(request.param)
    address = direct.engine.url
    default = 5432 if request.param == "postgresql" else 3306
    relay = Relay(address.host, address.port or default)
    through = address.set(port=relay.port)
    database = Database(through.render_as_string(hide_password=False), Cipher([KEY]))
    yield Catalog(database), relay
    database.close()
    relay.close()
    clear(direct)


def test_it_says_so_while_it_is_away_and_goes_on_after_it(behind):
    catalog, relay = behind
    ask = Asking(catalog)
    task_id = catalog.deploy()
    task = ask.claim().json
    path, held = f"/v1/tasks/{task_id}", {"claim": task["claim"]}
    entry = {"sequence": 0, "key": "k", "kind": "result", "value": 1}
    batch = {**held, "number": 1, "entries": [entry]}
    relay.cut()
    for _ in range(3):
        problem(ask("POST", path + "/lease", held), 503, "unavailable")
        problem(ask("POST", path + "/journal", batch), 503, "unavailable")
        problem(ask.claim(), 503, "unavailable")
        problem(ask("GET", "/healthcheck"), 503, "unavailable")
    relay.mend()
    assert ask("GET", "/healthcheck").status_code == 200
    assert ask("POST", path + "/lease", held).status_code == 200
    assert ask("POST", path + "/journal", batch).json == {"next_sequence": 1}


def test_a_pooled_connection_that_died_unseen_costs_at_most_a_repetition(behind):
    catalog, relay = behind
    ask = Asking(catalog)
    with catalog.database.reader() as session:
        session.execute(sa.text("SELECT 1"))
    relay.cut()
    relay.mend()
    assert ask("GET", "/healthcheck").status_code == 200
