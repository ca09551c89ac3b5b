"""Checks 19 to 62: environments."""

from __future__ import annotations

import pytest

LIST = "/v1/environments"


@pytest.fixture
def admin(client):
    return client("admin", "admin")


@pytest.fixture
def other(client):
    return client("other")


@pytest.fixture
def make(demo):
    return lambda name="e", by=demo, **more: by.post_json(LIST, {"name": name, **more}).json


@pytest.fixture
def opened(demo):
    def open_session(environment):
        session = demo.post(f"{LIST}/{environment}/configure").json["id"]
        return {"X-Configuration-Session": session}

    return open_session


def names(client, query=""):
    return {row["name"] for row in client.get(LIST + query).json["environments"]}


def test_019_020_the_empty_list(demo):
    assert demo.get(LIST).json == {"environments": []}


def test_021_022_023_creating(demo, make):
    made = make(description_text="what it is")
    assert (made["name"], made["version"]) == ("e", 0)
    assert made["description_text"] == "what it is"
    assert "status" not in made
    (listed,) = demo.get(LIST).json["environments"]
    assert listed["status"] == "ready"
    assert make("f")["description_text"] == ""


def test_024_any_name(demo, make):
    made = make("$yaql ♥ unicode")
    assert made["name"] == "$yaql ♥ unicode"
    demo.delete(f"{LIST}/{made['id']}")


@pytest.mark.parametrize(
    "body", [{"name": "   "}, {}, {"name": "x" * 256}, {"name": 5}, {"name": None}]
)
def test_025_026_027_031_bad_names(demo, body):
    demo.post_json(LIST, body, status=400)


def test_027_028_longest_name_and_no_body(demo, make):
    make("x" * 255)
    demo.post(LIST, "", content_type="application/json", status=400)


def test_029_030_duplicates(demo, other, make):
    make()
    demo.post_json(LIST, {"name": "e"}, status=409)
    make(by=other)


def test_032_columns_are_not_taken_from_the_body(make):
    made = make(id="own", version=7, tenant_id="x", created="never")
    assert made["id"] != "own"
    assert (made["version"], made["tenant_id"] == "x") == (0, False)


def test_033_048_deleting_what_was_never_deployed(demo, make):
    url = f"{LIST}/{make()['id']}"
    assert demo.delete(url).body == b""
    assert demo.get(LIST).json == {"environments": []}
    demo.get(url, status=404)
    demo.delete(url, status=404)


def test_034_to_037_showing(demo, other, admin, make):
    made = make()
    found = demo.get(f"{LIST}/{made['id']}").json
    assert (found["services"], found["acquired_by"], found["status"]) == ([], None, "ready")
    demo.get(f"{LIST}/none", status=404)
    other.get(f"{LIST}/{made['id']}", status=403)
    admin.get(f"{LIST}/{made['id']}")


def test_038_039_sessions(demo, make, opened):
    first, second = make("a"), make("b")
    url = f"{LIST}/{first['id']}"
    assert demo.get(url, headers=opened(first["id"])).json["status"] == "pending"
    demo.get(url, headers={"X-Configuration-Session": "none"}, status=404)
    demo.get(url, headers=opened(second["id"]), status=400)


def test_040_to_043_renaming(demo, other, make):
    made = make()
    make("taken")
    url = f"{LIST}/{made['id']}"
    assert demo.put_json(url, {"name": "new"}).json["name"] == "new"
    assert demo.get(url).json["name"] == "new"
    for body, status in (({"name": " "}, 400), ({"name": "x" * 256}, 400), ({}, 400),
                         ({"name": "taken"}, 409)):  # fmt: skip
        demo.put_json(url, body, status=status)
    other.put_json(url, {"name": "mine"}, status=403)
    demo.put_json(f"{LIST}/None", {"name": "x"}, status=404)


def test_045_to_047_other_projects(demo, other, admin, make):
    make("a")
    made = make("b", other)
    demo.get(LIST + "?all_tenants=True", status=403)
    demo.get(LIST + f"?tenant={made['tenant_id']}", status=403)
    assert names(demo, "?all_tenants=False") == {"a"}
    assert names(admin, "?all_tenants=True") == {"a", "b"}
    assert names(admin, f"?tenant={made['tenant_id']}") == {"b"}
    assert names(admin, "?tenant=unknown") == set()


def test_049_050_051_deleting_and_abandoning(demo, other, make, opened):
    made = make()
    url = f"{LIST}/{made['id']}"
    opened(made["id"])
    demo.delete(f"{LIST}/none", status=404)
    other.delete(url, status=403)
    other.delete(url + "?abandon=true", status=403)
    demo.delete(f"{LIST}/None?abandon=true", status=404)
    assert demo.delete(url + "?abandon=true").body == b""
    demo.get(url, status=404)


@pytest.fixture
def deploying(demo, make, opened, engine):
    """An environment that is being deployed: its id and its session."""
    made = make()
    headers = opened(made["id"])
    component = {"?": {"id": "c" * 32, "type": "t"}}
    demo.post_json(f"{LIST}/{made['id']}/services", component, headers=headers)
    session = headers["X-Configuration-Session"]
    demo.post(f"{LIST}/{made['id']}/sessions/{session}/deploy")
    return made["id"], session


def deployed(engine):
    """End the deployment with something that has to be cleaned up from."""
    task = engine.claim()
    engine.finish(task, {**task.model, "ObjectsCopy": task.model["Objects"]})


def test_044_052_053_057_while_deploying(demo, deploying):
    environment, session = deploying
    url = f"{LIST}/{environment}"
    found = demo.get(url).json
    assert (found["status"], found["acquired_by"]) == ("deploying", session)
    assert demo.put_json(url, {"name": "new"}).json["name"] == "new"
    demo.delete(url, status=403)
    demo.delete(url + "?abandon=true")
    demo.get(url, status=404)


def test_054_055_deleting_what_was_deployed(demo, deploying, engine):
    environment, _session = deploying
    url = f"{LIST}/{environment}"
    deployed(engine)
    assert demo.delete(url).body == b""
    assert demo.get(url).json["status"] == "deleting"
    demo.delete(url, status=403)
    task = engine.claim()
    assert task.action is None
    assert task.model["Objects"] is None
    engine.finish(task, {"Objects": None, "ObjectsCopy": None, "Attributes": []})
    demo.get(url, status=404)


def test_056_a_deletion_that_fails(demo, deploying, engine):
    environment, _session = deploying
    url = f"{LIST}/{environment}"
    deployed(engine)
    demo.delete(url)
    task = engine.claim()
    left = {"Objects": None, "ObjectsCopy": {"?": {"id": environment}}, "Attributes": []}
    engine.finish(task, left, {"message": "m", "details": "d"}, failed=True)
    assert demo.get(url).json["status"] == "delete failure"
    demo.delete(url)
    assert demo.get(url).json["status"] == "deleting"


def test_058_059_061_062_last_status(demo, other, make, opened):
    made, second = make(), make("b")
    url = f"{LIST}/{made['id']}"
    headers = opened(made["id"])
    assert demo.get(f"{url}/lastStatus").json == {"lastStatuses": {}}
    component = {"?": {"id": "c" * 32, "type": "t"}}
    demo.post_json(f"{url}/services", component, headers=headers)
    found = demo.get(f"{url}/lastStatus", headers=headers).json
    assert found == {"lastStatuses": {"c" * 32: None}}
    other.get(f"{url}/lastStatus", status=403)
    demo.get(f"{url}/lastStatus", headers={"X-Configuration-Session": "none"}, status=404)
    demo.get(f"{url}/lastStatus", headers=opened(second["id"]), status=400)
