"""Checks 63 to 82: the model of an environment, read and patched."""

from __future__ import annotations

import json

import pytest

TYPE = "application/env-model-json-patch"


@pytest.fixture
def environment(demo):
    return demo.post_json("/v1/environments", {"name": "e"}).json["id"]


@pytest.fixture
def url(environment):
    return f"/v1/environments/{environment}/model/"


@pytest.fixture
def session(demo, environment):
    opened = demo.post(f"/v1/environments/{environment}/configure").json["id"]
    return {"X-Configuration-Session": opened}


@pytest.fixture
def patch(demo, url, session):
    def send(operations, status=200, headers=session, by=demo, media_type=TYPE):
        body = operations if isinstance(operations, str) else json.dumps(operations)
        return by.patch(url, body, headers=headers, content_type=media_type, status=status)

    return send


def op(op, path, value="x"):
    return [{"op": op, "path": path, "value": value}]


def test_063_the_root(demo, url):
    found = demo.get(url).json
    assert found["?"]["type"] == "io.murano.Environment"
    assert found["name"] == "e"
    assert found["defaultNetworks"]["flat"] is None


def test_064_a_path_with_repeated_slashes(demo, url):
    assert demo.get(f"{url}/defaultNetworks/environment/name").json == "e-network"


def test_065_encoded_characters(demo, url):
    assert isinstance(demo.get(f"{url}%3F/id").json, str)


def test_066_what_is_not_there(demo, url):
    demo.get(f"{url}foo/bar", status=404)


def test_067_without_the_slash(demo, url):
    demo.get(url.rstrip("/"), status=404)


@pytest.mark.parametrize(
    ("has_neutron", "kind"), [(True, "NeutronNetwork"), (False, "NovaNetwork")]
)
def test_068_the_kind_of_the_default_network(demo, monkeypatch, has_neutron, kind):
    """It follows from the catalog of the caller's token."""
    seen = "catalog_api.controllers.calls.NETWORK_SERVICE"
    if not has_neutron:
        monkeypatch.setattr(seen, '"no such service"')
    made = demo.post_json("/v1/environments", {"name": "e"}).json["id"]
    networks = demo.get(f"/v1/environments/{made}/model/defaultNetworks").json
    assert networks["environment"]["?"]["type"] == f"io.murano.resources.{kind}"
    assert networks["environment"]["name"] == "e-network"
    assert networks["flat"] is None


def test_069_given_networks_are_kept(demo):
    networks = {"environment": {"?": {"id": "n", "type": "t"}, "name": "own"}, "flat": True}
    body = {"name": "f", "defaultNetworks": networks}
    made = demo.post_json("/v1/environments", body).json["id"]
    assert demo.get(f"/v1/environments/{made}/model/defaultNetworks").json == networks


def test_070_a_replacement_is_the_sessions(demo, url, session, patch):
    assert patch(op("replace", "/defaultNetworks/flat", True)).json["defaultNetworks"]["flat"]
    assert demo.get(f"{url}defaultNetworks/flat", headers=session).json is True
    assert demo.get(url).json["defaultNetworks"]["flat"] is None


def test_071_an_addition(demo, url, session, patch):
    assert patch(op("add", "/?/name")).json["?"]["name"] == "x"
    assert demo.get(f"{url}%3F/name", headers=session).json == "x"
    assert "name" not in demo.get(url).json["?"]


@pytest.mark.parametrize(
    "operations",
    [
        None, ["foo"], [{"path": "/a", "value": 1}], [{"op": "add", "value": 1}],
        [{"op": "add", "path": "/a"}], [{"op": "add", "path": 5, "value": 1}], {}, "no JSON",
    ],
)  # fmt: skip
def test_072_malformed(patch, operations):
    patch(operations, status=400)


def test_073_without_operations(patch):
    patch([], status=400)


@pytest.mark.parametrize(
    "operations",
    [
        op("add", "/?/id"), op("add", "/name"), op("move", "/services"), op("copy", "/a"),
        op("test", "/name"), op("remove", "/defaultNetworks"), op("add", "/"),
    ],
)  # fmt: skip
def test_074_operations_that_are_not_for_a_path(patch, operations):
    patch(operations, status=403)


@pytest.mark.parametrize(
    "operations",
    [
        op("add", "/?/name", 111), op("replace", "/defaultNetworks/flat", "x"),
        op("replace", "/name", 5), op("replace", "/defaultNetworks", {"flat": None}),
        op("add", "/services", ["x"]), op("add", "/?", {"id": "a"}), op("add", "/regions", []),
    ],
)  # fmt: skip
def test_075_076_values_of_the_wrong_type(patch, operations):
    patch(operations, status=400)


@pytest.mark.parametrize("path", ["nos", "/a//b", "/a/", "", "/a~2", "/a~"])
def test_077_malformed_pointers(patch, path):
    patch(op("add", path), status=400)
    patch(op("add", "/"), status=403)


def test_078_removing_what_is_not_there(patch):
    patch(op("remove", "/none"), status=404)
    patch(op("remove", "/none/below"), status=404)
    patch(op("add", "/none/below"), status=404)


def test_079_the_region(demo, patch):
    patch(op("replace", "/region", None), status=404)
    made = demo.post_json("/v1/environments", {"name": "r", "region": "one"}).json["id"]
    opened = demo.post(f"/v1/environments/{made}/configure").json["id"]
    demo.patch(
        f"/v1/environments/{made}/model/", json.dumps(op("replace", "/region", None)),
        headers={"X-Configuration-Session": opened}, content_type=TYPE,
    )  # fmt: skip


def test_080_sessions(demo, patch):
    patch(op("add", "/?/name"), status=400, headers={})
    patch(op("add", "/?/name"), status=404, headers={"X-Configuration-Session": "none"})
    other = demo.post_json("/v1/environments", {"name": "other"}).json["id"]
    foreign = demo.post(f"/v1/environments/{other}/configure").json["id"]
    patch(op("add", "/?/name"), status=400, headers={"X-Configuration-Session": foreign})


def test_081_metadata(patch):
    assert patch(op("replace", "/?/metadata", {"a": 1})).json["?"]["metadata"] == {"a": 1}


def test_082_another_project(client, patch):
    patch(op("add", "/?/name"), status=403, by=client("other"))


def test_a_failing_operation_leaves_the_session_as_it_is(demo, url, session, patch):
    before = demo.get(url, headers=session).json
    patch([*op("add", "/?/name"), *op("remove", "/none")], status=404)
    assert demo.get(url, headers=session).json == before


def test_escaped_parts(demo, url, session, patch):
    patch(op("add", "/a~1b~0c", {"x": 1}))
    patch(op("add", "/ a~1b~0c / y", 2))
    assert demo.get(url, headers=session).json["a/b~c"] == {"x": 1, "y": 2}


def test_other_media_types(patch):
    patch(op("add", "/?/name"), status=400, media_type="application/json")
    patch(op("add", "/?/name"), status=415, media_type="text/plain")
