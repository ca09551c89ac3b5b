"""Checks 155 to 175: environment templates and their applications."""

from __future__ import annotations

import uuid

import pytest

BASE = "/v1/templates"


def application(name: str = "one") -> dict:
    return {"?": {"id": uuid.uuid4().hex, "type": "org.example.App", "name": name}, "name": name}


@pytest.fixture
def admin(client):
    return client("admin", "admin")


@pytest.fixture
def other(client):
    return client("other")


@pytest.fixture
def make(demo):
    def create(name: str = "t", by=demo, **more):
        return by.post_json(BASE, {"name": name, **more}).json

    return create


def test_155_an_empty_list(demo):
    assert demo.get(BASE).json == {"templates": []}


def test_156_creating(make):
    made = make(description_text="what it is")
    assert (made["is_public"], made["version"]) == (False, 0)
    assert made["description_text"] == "what it is"
    assert set(made) == {
        "id", "name", "description_text", "tenant_id", "version", "is_public", "created", "updated"
    }  # fmt: skip


def test_157_services_are_in_the_answer_and_shown_and_not_listed(demo, make):
    service = application()
    made = make(services=[service])
    assert made["services"] == [service]
    assert demo.get(f"{BASE}/{made['id']}").json["services"] == [service]
    assert "services" not in demo.get(BASE).json["templates"][0]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": ""}, {"name": "  "}, {"name": "x" * 256}, {"name": 5}, [], "x",
        {"name": "a", "is_public": "yes"}, {"name": "a", "services": {}},
        {"name": "a", "services": [{}]}, {"name": "a", "description_text": 1},
    ],
)  # fmt: skip
def test_158_bad_bodies(demo, body):
    demo.post_json(BASE, body, status=400)
    assert demo.get(BASE).json == {"templates": []}


def test_159_a_duplicate(demo, make, client):
    make()
    demo.post_json(BASE, {"name": "t"}, status=409)
    client("other").post_json(BASE, {"name": "t"})


def test_160_showing_without_services(demo, make):
    assert demo.get(f"{BASE}/{make()['id']}").json["services"] == []


def test_161_who_sees_what(demo, other, admin, make):
    private, public = make("private"), make("public", is_public=True)
    demo.get(f"{BASE}/None", status=404)
    other.get(f"{BASE}/{private['id']}", status=403)
    other.get(f"{BASE}/{public['id']}")
    admin.get(f"{BASE}/{private['id']}")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"private", "public", "foreign"}), ("?is_public=true", {"public", "foreign"}),
        ("?is_public=True", {"public", "foreign"}), ("?is_public=false", {"private"}),
        ("?is_public=", {"private", "public", "foreign"}),
    ],
)  # fmt: skip
def test_162_lists(demo, other, make, query, names):
    make("private")
    make("public", is_public=True)
    make("foreign", other, is_public=True)
    make("hidden", other)
    assert {row["name"] for row in demo.get(BASE + query).json["templates"]} == names


def test_163_renaming(demo, make):
    url = f"{BASE}/{make()['id']}"
    assert demo.put_json(url, {"name": "new"}).json["name"] == "new"
    demo.put_json(url, {"name": ""}, status=400)
    demo.put_json(url, {"name": "x" * 256}, status=400)
    demo.put_json(url, {}, status=400)
    assert demo.get(url).json["name"] == "new"


def test_164_others_cannot_change_a_public_one(other, make):
    url = f"{BASE}/{make(is_public=True)['id']}"
    other.put_json(url, {"name": "mine"}, status=403)
    other.delete(url, status=403)


def test_165_updating_takes_no_foreign_members(demo, make):
    make("taken")
    made = make()
    demo.put_json(f"{BASE}/{made['id']}", {"name": "taken"}, status=409)
    body = {"name": "n", "tenant_id": "x", "id": "y", "is_public": True, "description_text": "d"}
    changed = demo.put_json(f"{BASE}/{made['id']}", body).json
    assert (changed["tenant_id"], changed["id"]) == (made["tenant_id"], made["id"])
    assert (changed["is_public"], changed["description_text"]) == (True, "d")


def test_166_deleting(demo, other, make):
    url = f"{BASE}/{make()['id']}"
    other.delete(url, status=403)
    assert demo.delete(url).body == b""
    demo.delete(url, status=404)


def test_167_cloning_a_public_one(other, make):
    source = make(is_public=True, services=[application()], description_text="d")
    made = other.post_json(f"{BASE}/{source['id']}/clone", {"name": "copy"}).json
    assert made["name"] == "copy"
    assert made["tenant_id"] != source["tenant_id"]
    assert (made["is_public"], made["description_text"]) == (False, "d")
    assert made["services"] == source["services"]
    assert other.get(f"{BASE}/{made['id']}").json["name"] == "copy"


def test_168_what_cannot_be_cloned(demo, other, make):
    private, public = make("private"), make("public", is_public=True)
    other.post_json(f"{BASE}/{private['id']}/clone", {"name": "c"}, status=403)
    demo.post_json(f"{BASE}/{private['id']}/clone", {"name": "c"}, status=403)
    demo.post_json(f"{BASE}/none/clone", {"name": "c"}, status=404)
    demo.post_json(f"{BASE}/{public['id']}/clone", {"name": "private"}, status=409)
    demo.post_json(f"{BASE}/{public['id']}/clone", {}, status=400)


def test_169_an_environment_of_a_template(demo, make):
    service = application()
    made = make(services=[service])
    found = demo.post_json(f"{BASE}/{made['id']}/create-environment", {"name": "e"}).json
    assert set(found) == {"environment_id", "session_id"}
    url = f"/v1/environments/{found['environment_id']}/services"
    headers = {"X-Configuration-Session": found["session_id"]}
    assert demo.get(f"{url}/{service['?']['id']}", headers=headers).json == service
    assert demo.get(url).json == []
    assert demo.get(f"/v1/environments/{found['environment_id']}").json["status"] == "pending"


def test_170_environments_that_cannot_be_made(demo, other, make):
    made = make()
    demo.post_json("/v1/environments", {"name": "taken"})
    url = f"{BASE}/{made['id']}/create-environment"
    demo.post_json(url, {"name": "taken"}, status=409)
    demo.post_json(url, {}, status=400)
    demo.post_json(f"{BASE}/none/create-environment", {"name": "e"}, status=404)
    other.post_json(url, {"name": "e"}, status=403)


def test_171_adding_applications(demo, make):
    url = f"{BASE}/{make()['id']}/services"
    assert demo.get(url).json == []
    one, two, three = application(), application(), application()
    assert demo.post_json(url, one).json == one
    assert demo.post_json(url, [two, three]).json == [two, three]
    assert demo.get(url).json == [one, two, three]
    demo.post_json(url, one, status=400)
    demo.post(url, "", status=400)


def test_172_reading_an_application(demo, make):
    service = application()
    url = f"{BASE}/{make(services=[service])['id']}/services"
    assert demo.get(f"{url}/{service['?']['id']}").json == service
    assert demo.get(f"{url}/{service['?']['id']}/name").json == "one"
    demo.get(f"{url}/none", status=404)
    demo.get(f"{url}/{service['?']['id']}/none", status=404)


def test_173_replacing_the_second_one(demo, make):
    one, two = application(), application()
    url = f"{BASE}/{make(services=[one, two])['id']}/services"
    new = {**two, "name": "other"}
    assert demo.put_json(f"{url}/{two['?']['id']}", new).json == new
    assert demo.get(url).json == [one, new]
    demo.put_json(f"{url}/none", new, status=404)


def test_174_removing(demo, make):
    one, two = application(), application()
    made = make(services=[one, two])
    url = f"{BASE}/{made['id']}/services"
    left = demo.delete(f"{url}/{one['?']['id']}").json
    assert (left["id"], left["services"]) == (made["id"], [two])
    demo.delete(f"{url}/{one['?']['id']}", status=404)
    assert demo.delete(f"{url}/").json["services"] == []


def test_175_others(other, make):
    private, public = make("private", services=[application()]), make("public", is_public=True)
    url = f"{BASE}/{private['id']}/services"
    other.get(url, status=403)
    other.post_json(url, application(), status=403)
    other.delete(f"{url}/{private['services'][0]['?']['id']}", status=403)
    other.get(f"{BASE}/{public['id']}/services")
    other.post_json(f"{BASE}/{public['id']}/services", application(), status=403)
