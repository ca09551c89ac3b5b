"""Checks 100 to 102 and 124 to 145: deployments, reports and actions."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from catalog_api.db.models import Task
from catalog_api.services import reports

LIST = "/v1/environments"


@pytest.fixture
def other(client):
    return client("other")


@pytest.fixture
def made(demo):
    """An environment with a component in an open session: ids and addresses."""
    environment = demo.post_json(LIST, {"name": "e"}).json["id"]
    return prepared(demo, environment)


def prepared(demo, environment, **more):
    base = f"{LIST}/{environment}"
    session = demo.post(f"{base}/configure").json["id"]
    own = uuid.uuid4().hex
    component = {"?": {"id": own, "type": "org.example.App"}, "password": "secret", **more}
    demo.post_json(f"{base}/services", component,
                   headers={"X-Configuration-Session": session})  # fmt: skip
    return {"id": environment, "base": base, "session": session, "component": own}


@pytest.fixture
def deploy(demo):
    def start(made):
        demo.post(f"{made['base']}/sessions/{made['session']}/deploy")
        return demo.get(f"{made['base']}/deployments").json["deployments"][0]

    return start


def ended(engine, **more):
    task = engine.claim()
    engine.finish(task, {**task.model, "ObjectsCopy": task.model["Objects"]}, **more)
    return task


def test_102_two_deploys_at_once(demo, made, woken):
    second = demo.post(f"{made['base']}/configure").json["id"]

    def start(session):
        url = f"{made['base']}/sessions/{session}/deploy"
        return demo.post(url, status="*").status_int

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(start, (made["session"], second)))
    assert codes == [200, 403]
    assert len(woken.tasks) == 1


def test_124_before_any(demo, made):
    assert demo.get(f"{made['base']}/deployments").json == {"deployments": []}


def test_125_to_128_one_deployment(demo, other, made, deploy, engine):
    running = deploy(made)
    assert (running["environment_id"], running["state"]) == (made["id"], "running")
    assert (running["finished"], running["result"]) == (None, {})
    assert running["action"] == {"object_id": made["id"], "method": "deploy", "args": {}}
    (service,) = running["description"]["services"]
    assert "applications" not in running["description"]
    assert service["password"] == "*** SANITIZED ***"
    ended(engine)
    (found,) = demo.get(f"{made['base']}/deployments").json["deployments"]
    assert found["state"] == "success"
    assert found["result"] == {"result": None, "isException": False}
    other.get(f"{made['base']}/deployments", status=403)


def test_129_to_133_reports(demo, other, made, deploy, engine, database):
    running = deploy(made)
    url = f"{made['base']}/deployments/{running['id']}"
    database.transact(lambda s: reports.add(s, running["id"], "in between"))
    ended(engine)
    rows = demo.get(url).json["reports"]
    assert [row["text"] for row in rows] == [
        "Action deploy is scheduled", "in between", "Deployment finished"
    ]  # fmt: skip
    assert {row["task_id"] for row in rows} == {running["id"]}
    assert sorted(row["created"] for row in rows) == [row["created"] for row in rows]
    assert demo.get(f"{url}?service_id=none").json == {"reports": []}
    demo.get(f"{made['base']}/deployments/none", status=404)
    foreign = demo.post_json(LIST, {"name": "f"}).json["id"]
    demo.get(f"{LIST}/{foreign}/deployments/{running['id']}", status=400)
    other.get(url, status=403)


def test_131_reports_of_a_component(demo, made, deploy, database):
    from catalog_common.contract.reports import Report

    running = deploy(made)
    row = Report("about it", "info", made["component"], None, None)
    database.transact(lambda s: reports.record(s, running["id"], [row]))
    url = f"{made['base']}/deployments/{running['id']}?service_id={made['component']}"
    assert [found["text"] for found in demo.get(url).json["reports"]] == ["about it"]


def test_134_of_another_project(other, made, deploy):
    deploy(made)
    other.get(f"{made['base']}/deployments", status=403)


def test_135_of_the_project(demo, other, made, deploy):
    deploy(made)
    deploy(prepared(demo, demo.post_json(LIST, {"name": "f"}).json["id"]))
    assert len(demo.get("/v1/deployments").json["deployments"]) == 2
    assert other.get("/v1/deployments").json == {"deployments": []}


@pytest.mark.parametrize(
    ("level", "failed", "state", "status", "text"),
    [
        (None, False, "success", "ready", "Deployment finished"),
        ("warning", False, "completed_w_warnings", "ready", "Deployment finished with warnings"),
        ("error", False, "completed_w_errors", "deploy failure", "Deployment finished with errors"),
        (None, True, "completed_w_errors", "deploy failure", "Deployment finished with errors"),
    ],
)
def test_136_to_139_states(
    demo, made, deploy, engine, database, level, failed, state, status, text
):
    running = deploy(made)
    if level:
        database.transact(lambda s: reports.add(s, running["id"], "line", level))
        (found,) = demo.get(f"{made['base']}/deployments").json["deployments"]
        assert found["state"] == f"running_w_{level}s"
    ended(engine, failed=failed, result={"message": "m", "details": "d"} if failed else None)
    (found,) = demo.get(f"{made['base']}/deployments").json["deployments"]
    assert found["state"] == state
    assert demo.get(made["base"]).json["status"] == status
    rows = demo.get(f"{made['base']}/deployments/{running['id']}").json["reports"]
    assert rows[-1]["text"] == text


# ---------------------------------------------------------------- actions

ACTIONS = {
    "one": {"name": "act", "title": "Act", "enabled": True},
    "two": {"name": "off", "title": "Off", "enabled": False},
}


@pytest.fixture
def acting(demo, made, deploy, engine):
    """A deployed environment whose component has a nested object with actions."""
    deploy(made)
    task = engine.claim()
    (component,) = task.model["Objects"]["applications"]
    inner = {"?": {"id": "i" * 32, "type": "t", "_actions": ACTIONS}}
    objects = {**task.model["Objects"], "applications": [{**component, "inner": inner}]}
    engine.finish(task, {**task.model, "Objects": objects, "ObjectsCopy": objects})
    return made


def test_140_143_to_145_an_action(demo, other, acting, engine, database):
    url = f"{acting['base']}/actions"
    task_id = demo.post_json(f"{url}/one", {"a": 1}).json["task_id"]
    assert demo.get(f"{url}/{task_id}").json == {}
    other.get(f"{url}/{task_id}", status=403)
    task = engine.claim()
    assert task.action == {"object_id": "i" * 32, "method": "act", "args": {"a": 1}}
    engine.finish(task, result={"r": [1]})
    assert demo.get(f"{url}/{task_id}").json == {"result": {"r": [1]}, "isException": False}
    demo.get(f"{url}/none", status=404)


def test_141_actions_that_cannot_be_called(demo, acting):
    url = f"{acting['base']}/actions"
    demo.post_json(f"{url}/none", {}, status=404)
    demo.post_json(f"{url}/two", {}, status=400)
    assert demo.get(acting["base"]).json["status"] == "ready"


def test_142_while_something_is_going_on(demo, acting, deploy):
    deploy(prepared(demo, acting["id"]))
    demo.post_json(f"{acting['base']}/actions/one", {}, status=403)


def test_154_the_document_of_a_task(demo, made, deploy, engine, database):
    running = deploy(made)
    task = engine.claim()
    assert task.model["Objects"]["?"]["id"] == made["id"]
    assert len(task.model["Objects"]["applications"]) == 1
    assert task.task_id == running["id"]
    assert task.user_id
    # There is no token in it: an engine gets a trust's from the conductor.
    row = database.transact(lambda s: s.execute(select(Task.trust_id, Task.token)).one())
    assert row.trust_id is not None
    assert row.token is None
