"""Fifty clients edit, deploy and delete the same environments, over each database."""

from __future__ import annotations

import collections
import json
import random
import threading
import uuid

import pytest
import sqlalchemy as sa
from webob import Request

from catalog_api.db.models import Deployment, Task
from catalog_api.services import environments, tasks

pytestmark = pytest.mark.timeout(300)
CLIENTS, ROUNDS, ENVIRONMENTS = 50, 8, 5
CODES = {200, 400, 403, 404, 409}
"""What the resources of environments answer, by the documents of the API."""
TRANSIENT = {"deploying", "deleting"}


class Caller:
    """One client: sends requests to the application in its own thread."""

    def __init__(self, application, token):
        self._application, self._token = application, token
        self.codes = collections.Counter()

    def __call__(self, method, path, body=None, session=None):
        request = Request.blank(
            f"/v1/environments{path}", method=method, content_type="application/json",
            body=b"" if body is None else json.dumps(body).encode(),
            headers={"X-Auth-Token": self._token},
        )  # fmt: skip
        if session:
            request.headers["X-Configuration-Session"] = session
        answer = request.get_response(self._application)
        self.codes[answer.status_int] += 1
        return answer

    def made(self, name):
        """The environment of a name: made, or found, since another client made it."""
        answer = self("POST", "", {"name": name})
        if answer.status_int == 200:
            return answer.json["id"]
        return next(
            (row["id"] for row in self("GET", "").json["environments"] if row["name"] == name), None
        )


def component():
    return {"?": {"id": uuid.uuid4().hex, "type": "org.example.App", "name": "x"}}


def work(call, accepted, number):
    """One client's part; *accepted* gets the environments of deployments that were accepted."""
    choice = random.Random(number)
    for _ in range(ROUNDS):
        environment = call.made(f"shared-{choice.randrange(ENVIRONMENTS)}")
        if environment is None:
            continue
        opened = call("POST", f"/{environment}/configure")
        if opened.status_int != 200:
            continue
        session = opened.json["id"]
        call("POST", f"/{environment}/services", component(), session)
        call("GET", f"/{environment}", session=session)
        if choice.random() < 0.1:
            call("DELETE", f"/{environment}")
            continue
        answer = call("POST", f"/{environment}/sessions/{session}/deploy")
        if answer.status_int == 200:
            accepted.append((environment, session))
        elif choice.random() < 0.5:
            call("DELETE", f"/{environment}/sessions/{session}")


def test_fifty_clients(application, tokens, database, engine):
    token = tokens("demo")
    accepted: list[tuple[str, str]] = []
    failures: list[BaseException] = []
    callers = [Caller(application, token) for _ in range(CLIENTS)]
    done = threading.Event()
    ended: dict[str, str] = {}

    def client(number):
        try:
            work(callers[number], accepted, number)
        except BaseException as error:
            failures.append(error)

    def run_tasks():
        """What engines do, until nobody asks for more."""
        try:
            while True:
                was_done = done.is_set()
                task = engine.claim()
                if task is None:
                    if was_done:
                        return
                    done.wait(0.01)
                    continue
                model = dict(task.model)
                model["ObjectsCopy"] = model["Objects"]
                engine.finish(task, model=model)
                ended[task.task_id] = "ended"
        except BaseException as error:
            failures.append(error)

    worker = threading.Thread(target=run_tasks)
    worker.start()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(200)
    done.set()
    worker.join(60)
    assert not failures
    assert not any(thread.is_alive() for thread in [*threads, worker])

    codes = sum((caller.codes for caller in callers), collections.Counter())
    assert set(codes) <= CODES, codes
    assert accepted
    with database.reader() as session:
        open_tasks = sa.select(sa.func.count(Task.id)).where(Task.state != tasks.ENDED)
        assert session.execute(open_tasks).scalar() == 0
        left = [row["id"] for row in callers[0]("GET", "").json["environments"]]
        assert not TRANSIENT & {environments.status(session, each) for each in left}
        # Those of an environment that was deleted went with it; all others have ended, each once.
        kept = session.execute(
            sa.select(Deployment.session_id, Deployment.finished).where(
                Deployment.environment_id.in_(left)
            )
        ).all()
    finished = {identifier for identifier, moment in kept if moment is not None}
    assert len(finished) == len(kept)
    lost = {session for environment, session in accepted if environment in left} - finished
    assert not lost
    assert len(ended) >= len(kept)
