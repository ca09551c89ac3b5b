"""What the published dashboard reads of each answer: a field that it needs is there and no null."""

from __future__ import annotations

import uuid

import pytest

from tests.functional.api.raw import ENVIRONMENTS, PACKAGES
from tests.functional.api.test_packages import upload

ACTION = {"name": "restart", "title": "Restart", "enabled": True}


def component(name="site"):
    own, server = uuid.uuid4().hex, uuid.uuid4().hex
    instance = {"?": {"id": server, "type": "io.murano.resources.LinuxMuranoInstance"},
                "name": "vm", "ipAddresses": []}  # fmt: skip
    return {"?": {"id": own, "type": "org.example.App", "name": name}, "instance": instance}


def deployed(demo, engine, environment, *components):
    """Deploy components; each gets an action, and its instance what an engine puts there."""
    base = f"{ENVIRONMENTS}/{environment}"
    session = demo.post(f"{base}/configure").json["id"]
    for each in components:
        demo.post_json(f"{base}/services/", each, headers={"X-Configuration-Session": session})
    demo.post(f"{base}/sessions/{session}/deploy")
    task = engine.claim()
    objects = dict(task.model["Objects"])
    for each in objects["applications"]:
        each["?"]["_actions"] = {f"{each['?']['id']}_restart": ACTION}
        each["instance"] |= {"openstackId": uuid.uuid4().hex, "ipAddresses": ["10.0.0.3"]}
    engine.finish(task, {**task.model, "Objects": objects, "ObjectsCopy": objects})
    return session


@pytest.fixture
def site(demo, engine):
    """An environment with a deployed component: their ids."""
    environment = demo.post_json(ENVIRONMENTS, {"name": "e"}).json["id"]
    made = component()
    deployed(demo, engine, environment, made)
    return environment, made["?"]["id"]


def have(rows, *names):
    """Each row has all members, and none of them is null."""
    assert rows
    for row in rows:
        for name in names:
            assert row[name] is not None, (name, row)


def test_environments(demo, site):
    environment, own = site
    have(demo.get(ENVIRONMENTS).json["environments"], "id")
    found = demo.get(f"{ENVIRONMENTS}/{environment}").json
    have([found], "id", "name", "services", "status", "version")
    have(found["services"], "?")
    have([row["?"] for row in found["services"]], "id", "type", "status", "_actions")
    have([row["instance"] for row in found["services"]], "name", "openstackId", "ipAddresses")
    have([found["services"][0]["instance"]["?"]], "id", "type")
    assert found["services"][0]["?"]["id"] == own
    model = demo.get(f"{ENVIRONMENTS}/{environment}/model//").json
    have([model], "?")


def test_an_environment_without_components(demo):
    environment = demo.post_json(ENVIRONMENTS, {"name": "e"}).json["id"]
    found = demo.get(f"{ENVIRONMENTS}/{environment}").json
    assert found["services"] == []
    have([found], "id", "name", "status", "version")
    assert demo.get(f"{ENVIRONMENTS}/{environment}/lastStatus").json == {"lastStatuses": {}}
    assert demo.get(f"{ENVIRONMENTS}/{environment}/deployments").json == {"deployments": []}


def test_reports(demo, site):
    environment, own = site
    newest = demo.get(f"{ENVIRONMENTS}/{environment}/lastStatus").json["lastStatuses"]
    assert set(newest) == {own}
    (deployment,) = demo.get(f"{ENVIRONMENTS}/{environment}/deployments").json["deployments"]
    rows = demo.get(f"{ENVIRONMENTS}/{environment}/deployments/{deployment['id']}").json["reports"]
    have(rows, "created", "text", "level", "updated")


def test_deployments(demo, engine, site):
    """The newest first; of a deletion the components are an empty list."""
    environment, own = site
    demo.delete(f"{ENVIRONMENTS}/{environment}")
    for path in (f"{ENVIRONMENTS}/{environment}/deployments", "/v1/deployments"):
        deletion, first = demo.get(path).json["deployments"]
        have([deletion, first], "id", "description", "environment_id", "started", "state")
        have([first["description"]], "services", "name", "?")
        assert first["description"]["?"]["type"] == "io.murano.Environment"
        assert [row["?"]["id"] for row in first["description"]["services"]] == [own]
        assert deletion["description"]["services"] == []


def test_sessions_and_components(demo, site):
    environment, own = site
    base = f"{ENVIRONMENTS}/{environment}"
    session = demo.post(f"{base}/configure").json["id"]
    held = {"X-Configuration-Session": session}
    have([demo.get(f"{base}/sessions/{session}").json], "state")
    have([demo.post_json(f"{base}/services/", component("b"), headers=held).json["?"]], "id")
    found = demo.get(f"{base}/services/{own}", headers=held).json
    assert isinstance(found, dict)
    have([found], "?")


def test_actions(demo, engine, site):
    environment, own = site
    base = f"{ENVIRONMENTS}/{environment}/actions"
    task = demo.post_json(f"{base}/{own}_restart", {}).json["task_id"]
    assert demo.get(f"{base}/{task}").json == {}
    engine.finish(engine.claim(), result="done")
    assert demo.get(f"{base}/{task}").json == {"result": "done", "isException": False}


def test_packages(demo, package):
    made = upload(demo, package(), {"categories": ["Web"]}).json
    have([made], "id", "type", "name", "tags", "is_public", "enabled", "description", "categories")
    (listed,) = demo.get(f"{PACKAGES}?limit=20&sort_dir=asc&catalog=True").json["packages"]
    have([listed], "id", "name", "owner_id", "fully_qualified_name", "description", "tags",
         "categories")  # fmt: skip
    found = demo.get(f"{PACKAGES}/{made['id']}").json
    have([found], "id", "name", "fully_qualified_name", "type", "tags", "is_public", "enabled",
         "description", "categories", "version", "author", "supplier", "created")  # fmt: skip
    for part in ("ui", "logo", "supplier_logo", "download"):
        assert demo.get(f"{PACKAGES}/{made['id']}/{part}").status_int == 200
    have(demo.get("/v1/catalog/categories").json["categories"], "id", "name", "package_count")


def test_a_package_that_says_nothing_of_itself(demo, package):
    """Scripts of the page's carousel fail on null."""
    bare = "FullName: org.example.Bare\nType: Library\nClasses: {}\n"
    made = upload(demo, package(manifest=bare)).json
    have([made], "description", "tags", "categories", "name", "supplier")
