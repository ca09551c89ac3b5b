"""The local cloud as published clients see it: tokens, tenants, stacks, restarts."""

import contextlib
import socket
import time
import urllib.parse

import openstack
import pytest
import requests
import webob
from heatclient import exc
from heatclient.client import Client
from keystonemiddleware import auth_token

from catalog_standalone.cloud.app import LocalCloud

pytestmark = [
    pytest.mark.timeout(60),
    # The library calls itself in a way that it will drop.
    pytest.mark.filterwarnings("ignore::openstack.warnings.RemovedInSDK50Warning"),
]


def settle(heat, name):
    for _ in range(400):
        stack = heat.stacks.get(name)
        if not stack.stack_status.endswith("IN_PROGRESS"):
            return stack
        time.sleep(0.05)
    raise AssertionError(stack.stack_status)


def server_template():
    ref = {"get_resource": "net"}
    return {
        "heat_template_version": "2013-05-23",
        "resources": {
            "net": {"type": "OS::Neutron::Net", "properties": {"name": "n"}},
            "sub": {"type": "OS::Neutron::Subnet",
                    "properties": {"network_id": ref, "cidr": "127.77.9.0/24"}},
            "port": {"type": "OS::Neutron::Port", "depends_on": "sub",
                     "properties": {"network": ref, "replacement_policy": "AUTO"}},
            "script": {"type": "OS::Heat::SoftwareConfig", "properties": {"config": "#!/bin/sh"}},
            "data": {"type": "OS::Heat::MultipartMime", "properties": {
                "parts": [{"config": {"get_resource": "script"}}]}},
            "srv": {"type": "OS::Nova::Server", "properties": {
                "name": "web", "flavor": "m1.small", "image": "local-linux",
                "user_data": {"get_resource": "data"}, "user_data_format": "RAW",
                "user_data_update_policy": "IGNORE",
                "networks": [{"port": {"get_resource": "port"}}]}},
        },
        "outputs": {"a": {"value": {"get_attr": ["srv", "addresses", "n", 0, "addr"]}},
                    "id": {"value": {"get_resource": "srv"}}},
    }  # fmt: skip


def test_stack_with_a_server_and_its_update(demo):
    heat = Client("1", session=demo)
    body = server_template()
    heat.stacks.create(stack_name="s", template=body, tags="a,b")
    stack = settle(heat, "s")
    outputs = {row["output_key"]: row["output_value"] for row in stack.outputs}
    assert stack.stack_status == "CREATE_COMPLETE" and stack.tags == ["a", "b"]
    assert outputs["a"] == "127.77.9.2"
    body["resources"]["script"]["properties"]["config"] = "#!/bin/sh\nexit"
    heat.stacks.update(stack.id, template=body)
    again = {row["output_key"]: row["output_value"] for row in settle(heat, "s").outputs}
    assert again["id"] == outputs["id"], "user data alone must not replace the server"
    body["resources"]["srv"]["properties"]["flavor"] = "m1.tiny"
    heat.stacks.update(stack.id, template=body)
    third = {row["output_key"]: row["output_value"] for row in settle(heat, "s").outputs}
    assert third["id"] != outputs["id"]
    names = {r.resource_name for r in heat.resources.list("s")}
    assert names == set(body["resources"])
    assert any(e.resource_name == "srv" for e in heat.events.list("s"))


def test_tenants_do_not_see_each_other(demo, login):
    Client("1", session=demo).stacks.create(stack_name="s", template=server_template())
    settle(Client("1", session=demo), "s")
    other = Client("1", session=login("other"))
    assert list(other.stacks.list()) == []
    with pytest.raises(exc.HTTPNotFound):
        other.stacks.get("s")
    mine, theirs = (openstack.connection.Connection(session=s) for s in (demo, login("other")))
    assert [s.name for s in mine.compute.servers()] == ["web"]
    assert list(theirs.compute.servers()) == []
    assert [n.name for n in theirs.network.networks()] == ["ext-net"]


@pytest.mark.parametrize(("resources", "message"), [
    ({"a": {"type": "OS::Heat::None", "depends_on": "b"},
      "b": {"type": "OS::Heat::None", "properties": {"x": {"get_resource": "a"}}}},
     "Circular Dependency"),
    ({"a": {"type": "OS::Heat::Value", "properties": {"value": 1, "bogus": 2}}},
     "Unknown Property bogus"),
    ({"a": {"type": "OS::Cinder::Volume", "properties": {"size": "big"}}}, "not an integer"),
    ({"a": {"type": "OS::Heat::Value", "properties": {"value": {"get_param": "nope"}}}}, "nope"),
    ({"a": {"type": "OS::Heat::Value", "properties": {"value": {"get_resource": "z"}}}}, '"z"'),
    ({"a": {"type": "OS::Heat::Value", "properties": {"value": {"repeat": {
        "template": "%a%%b%%c%", "for_each": {k: list(range(100)) for k in
                                             ("%a%", "%b%", "%c%")}}}}}}, "more than"),
    ({"a": {"type": "OS::Heat::RandomString", "properties": {"length": 10**9}}}, "out of range"),
    ({"a": "text"}, "must contain a map"),
    (["a"], "must be a mapping"),
])  # fmt: skip
def test_hostile_templates_are_refused(demo, resources, message):
    heat = Client("1", session=demo)
    body = {"heat_template_version": "2016-10-14", "resources": resources}
    with pytest.raises(exc.HTTPBadRequest, match=message):
        heat.stacks.create(stack_name="s", template=body)
    assert list(heat.stacks.list()) == []


def test_yaml_bomb_is_refused(demo):
    lines = ["heat_template_version: 2016-10-14"]
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
    )
    with pytest.raises(exc.HTTPBadRequest, match="too large"):
        Client("1", session=demo).stacks.create(stack_name="s", template=bomb + "\n".join(lines))


def test_state_survives_a_restart(config, cloud, demo):
    heat = Client("1", session=demo)
    slow = {"heat_template_version": "2016-10-14", "resources": {
        "r": {"type": "OS::Heat::TestResource", "properties": {"wait_secs": 1.0}}}}  # fmt: skip
    heat.stacks.create(stack_name="s", template=slow)
    cloud.stop()
    second = LocalCloud(config)
    second.start()
    try:
        for _ in range(200):
            if second.store.list("stack")[0]["status"] == "COMPLETE":
                break
            time.sleep(0.05)
        assert second.store.list("stack")[0]["status"] == "COMPLETE"
        assert second.tokens.check(demo.get_token()).user["name"] == "demo"
    finally:
        second.stop()


def test_keystonemiddleware_validates_tokens(cloud, demo):
    def app(environ, start_response):
        text = f"{environ['HTTP_X_USER_NAME']} {environ['HTTP_X_ROLES']}"
        return webob.Response(text)(environ, start_response)

    protected = auth_token.AuthProtocol(app, {
        "auth_type": "password", "auth_url": cloud.endpoints["identity"], "username": "burano",
        "password": "burano", "user_domain_id": "default", "project_name": "service",
        "project_domain_id": "default", "delay_auth_decision": False,
        "www_authenticate_uri": cloud.endpoints["identity"],
    })  # fmt: skip
    request = webob.Request.blank("/", headers={"X-Auth-Token": demo.get_token()})
    assert request.get_response(protected).text == "demo member,reader"
    bad = webob.Request.blank("/", headers={"X-Auth-Token": "nope"})
    assert bad.get_response(protected).status_int == 401


def test_cors_admits_only_the_given_origin(cloud):
    url = cloud.endpoints["identity"] + "/auth/tokens"
    ask = {"Access-Control-Request-Method": "POST"}
    good = requests.options(url, headers={"Origin": "http://page", **ask}, timeout=10)
    assert good.headers["Access-Control-Allow-Origin"] == "http://page"
    bad = requests.options(url, headers={"Origin": "http://evil", **ask}, timeout=10)
    assert bad.status_code == 403 and "Access-Control-Allow-Origin" not in bad.headers


def test_connections_that_clients_keep_do_not_shut_others_out(cloud):
    """An idle connection of a client that was answered stays open for minutes."""
    address = urllib.parse.urlsplit(cloud.endpoints["identity"])
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            kept = socket.create_connection((address.hostname, address.port), timeout=30)
            stack.enter_context(kept)
            kept.sendall(b"GET /v3 HTTP/1.1\r\nHost: cloud\r\n\r\n")
            assert kept.recv(1 << 16).startswith(b"HTTP/1.1 200")
