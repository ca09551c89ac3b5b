"""Checks 83 to 99 and 103 to 123: sessions and components."""

from __future__ import annotations

import uuid

import pytest

LIST = "/v1/environments"


@pytest.fixture
def other(client):
    return client("other")


@pytest.fixture
def colleague(client):
    return client("colleague")


@pytest.fixture
def environment(demo):
    return demo.post_json(LIST, {"name": "e"}).json["id"]


@pytest.fixture
def base(environment):
    return f"{LIST}/{environment}"


@pytest.fixture
def session(demo, base):
    return demo.post(f"{base}/configure").json


@pytest.fixture
def headers(session):
    return {"X-Configuration-Session": session["id"]}


def component(**more):
    return {"?": {"id": uuid.uuid4().hex, "type": "org.example.App"}, **more}


# ---------------------------------------------------------------- sessions


def test_083_to_085_opening(demo, other, environment, session):
    assert (session["state"], session["environment_id"]) == ("opened", environment)
    assert session["version"] == 0
    assert session["user_id"]
    demo.post(f"{LIST}/none/configure", status=404)
    other.post(f"{LIST}/{environment}/configure", status=403)


def test_086_to_088_showing(demo, other, colleague, base, session):
    url = f"{base}/sessions/{session['id']}"
    found = demo.get(url).json
    assert set(found) == set(session)
    assert {k: v for k, v in found.items() if k not in ("created", "updated")} == {
        k: v for k, v in session.items() if k not in ("created", "updated")
    }
    other.get(url, status=403)
    colleague.get(url, status=401)
    demo.get(f"{LIST}/None/sessions/{session['id']}", status=400)
    demo.get(f"{base}/sessions/none", status=404)


def test_089_after_the_environment_is_gone(demo, base, session):
    demo.delete(base)
    demo.get(f"{base}/sessions/{session['id']}", status=404)


def test_091_092_deleting(demo, other, colleague, base, session):
    url = f"{base}/sessions/{session['id']}"
    demo.delete(f"{LIST}/None/sessions/{session['id']}", status=400)
    other.delete(url, status=403)
    colleague.delete(url, status=401)
    demo.delete(url)
    demo.delete(url, status=404)
    demo.get(url, status=404)


def test_085_090_093_to_101_123_deploying(demo, other, base, session, headers, woken, engine):
    url = f"{base}/sessions/{session['id']}"
    second = demo.post(f"{base}/configure").json["id"]
    foreign = demo.post_json(LIST, {"name": "f"}).json["id"]
    demo.post_json(f"{base}/services", component(), headers=headers)
    other.post(f"{url}/deploy", status=403)
    demo.post(f"{base}/sessions/none/deploy", status=404)
    demo.post(f"{LIST}/{foreign}/sessions/{session['id']}/deploy", status=400)
    assert demo.post(f"{url}/deploy").body == b""
    assert len(woken.tasks) == 1
    demo.post(f"{url}/deploy", status=403)
    demo.post(f"{base}/sessions/{second}/deploy", status=403)
    demo.post(f"{base}/configure", status=403)
    demo.delete(url, status=403)
    demo.post_json(f"{base}/services", component(), headers=headers, status=403)

    engine.finish(engine.claim())
    found = demo.get(base).json
    assert (found["version"], found["status"]) == (1, "ready")
    demo.get(url, status=403)
    demo.post(f"{url}/deploy", status=403)
    demo.post(f"{base}/sessions/{second}/deploy", status=403)
    late = {"X-Configuration-Session": second}
    demo.post_json(f"{base}/services", component(), headers=late, status=403)
    assert len(demo.get(f"{base}/services", headers=late).json) == 1
    demo.delete(url)


# ---------------------------------------------------------------- components


def test_103_to_106_adding(demo, base, headers):
    url = f"{base}/services"
    assert demo.get(url).json == []
    one, two, three = component(), component(), component()
    assert demo.post_json(url, one, headers=headers).json == one
    assert demo.post_json(url, [two, three], headers=headers).json == [two, three]
    assert len(demo.get(url, headers=headers).json) == 3


@pytest.mark.parametrize("given", [{}, {"X-Configuration-Session": ""}])
def test_107_without_a_session(demo, base, given):
    demo.post_json(f"{base}/services", component(), headers=given, status=400)


def test_108_to_112_what_is_refused(demo, other, base, headers):
    url = f"{base}/services"
    demo.post_json(url, component(), headers={"X-Configuration-Session": "none"}, status=404)
    demo.post(url, "", headers=headers, content_type="application/json", status=400)
    demo.post_json(f"{LIST}/None/services", component(), headers=headers, status=404)
    other.post_json(url, component(), headers=headers, status=403)
    own = other.post_json(LIST, {"name": "own"}).json["id"]
    other.post_json(f"{LIST}/{own}/services", component(), headers=headers, status=400)
    for body in ("str", [1], {}, {"?": {}}, {"?": {"id": "a"}}, [[]]):
        demo.post_json(url, body, headers=headers, status=400)
    assert demo.get(url, headers=headers).json == []


def test_113_to_115_reading(demo, base, headers):
    url = f"{base}/services"
    one = component(instance={"name": "vm", "?": {"id": "i", "type": "t"}})
    demo.post_json(url, one, headers=headers)
    own = f"{url}/{one['?']['id']}"
    assert demo.get(own, headers=headers).json == one
    assert demo.get(url, headers=headers).json[0]["?"]["status"] == "pending"
    assert demo.get(f"{own}/instance/name", headers=headers).json == "vm"
    demo.get(f"{own}/nope", headers=headers, status=404)


def test_116_where_nothing_is(demo, other, base, session, headers):
    url = f"{base}/services"
    demo.get(f"{LIST}/None/services", status=404)
    other.get(url, status=403)
    demo.delete(f"{base}/sessions/{session['id']}")
    demo.get(url, headers=headers, status=404)
    demo.delete(base)
    demo.get(url, status=404)


def test_117_118_replacing(demo, base, headers):
    url = f"{base}/services"
    demo.post_json(url, component(), headers=headers)
    new = [component()]
    assert demo.put_json(url, new, headers=headers).json == new
    assert demo.get(url, headers=headers).json[0]["?"]["id"] == new[0]["?"]["id"]
    demo.put_json(url, new, status=400)
    demo.put_json(f"{LIST}/None/services", new, headers=headers, status=404)
    demo.put_json(url, None, headers=headers)
    assert demo.get(url, headers=headers).json == []


def test_119_122_metadata(demo, base, headers):
    one = component()
    demo.post_json(f"{base}/services", one, headers=headers)
    url = f"{base}/services/{one['?']['id']}/%3F/metadata"
    demo.put_json(url, {"a": 1}, headers=headers)
    assert demo.get(url, headers=headers).json == {"a": 1}
    demo.delete(url, headers=headers)
    demo.get(url, headers=headers, status=404)


def test_120_121_removing(demo, other, base, headers):
    one = component()
    demo.post_json(f"{base}/services", one, headers=headers)
    url = f"{base}/services/{one['?']['id']}"
    demo.delete(url, status=400)
    other.delete(url, headers=headers, status=403)
    demo.delete(url, headers=headers)
    demo.delete(url, headers=headers, status=404)
