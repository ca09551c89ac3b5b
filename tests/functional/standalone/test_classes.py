"""Static actions and schemas, asked of the API and answered by real engines (4.7, 4.8)."""

from __future__ import annotations

import io
import zipfile

import pytest
import requests

from catalog_standalone.catalog_client import CatalogClient

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("standalone")]

NAME = "org.burano.tests.Greeter"
MANIFEST = f"""
Format: 1.4
Type: Library
FullName: {NAME}
Name: Greeter
Description: Made by a test
Author: A test
Tags: [test]
Classes:
  {NAME}: Greeter.yaml
"""
SOURCE = """
Namespaces: {=: org.burano.tests, m: io.murano.metadata}
Name: Greeter
Properties:
  size: {Contract: $.int().notNull().check($ > 0), Default: 1}
Methods:
  hello:
    Usage: Static
    Scope: Public
    Meta: m:ModelBuilder
    Arguments:
      - name: {Contract: $.string().notNull()}
    Body:
      - Return: format('Hello, {0}', $name)
  hidden: {Usage: Static, Body: [{Return: 1}]}
  instance: {Scope: Public, Body: [{Return: 1}]}
  fails: {Usage: Static, Scope: Public, Body: [{Throw: Broken, Message: it is broken}]}
"""


@pytest.fixture(scope="module")
def api(standalone):
    endpoints = standalone.endpoints
    client = CatalogClient(endpoints["application-catalog"], endpoints["identity"])
    client.sign_in("demo", standalone.password, "demo")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("manifest.yaml", MANIFEST)
        target.writestr("Classes/Greeter.yaml", SOURCE)
    client.publish("greeter", buffer.getvalue())

    def ask(method: str, path: str, **body) -> requests.Response:
        url = endpoints["application-catalog"] + "/v1" + path
        return client._session.request(method, url, timeout=60, json=body or None)

    yield ask
    client.close()


def call(api, **changes):
    body = {"className": NAME, "methodName": "hello", "parameters": {"name": "John"}, **changes}
    return api("POST", "/actions", **body)


def test_a_static_action(api):
    answer = call(api)
    assert (answer.status_code, answer.json()) == (200, "Hello, John")
    assert call(api, packageName=NAME, classVersion="=0").json() == "Hello, John"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"className": ""}, 400), ({"methodName": None}, 400), ({"parameters": []}, 400),
        ({"classVersion": "aaa"}, 400), ({"parameters": {"name": None}}, 400),
        ({"parameters": {"nam": "x"}}, 404), ({"className": "org.example.Nothing"}, 404),
        ({"methodName": "nothing"}, 404), ({"methodName": "hidden"}, 404),
        ({"methodName": "instance"}, 404), ({"packageName": "org.example"}, 404),
        ({"classVersion": ">=5"}, 404), ({"methodName": "fails", "parameters": {}}, 503),
    ],
)  # fmt: skip
def test_what_cannot_be_called(api, changes, status):
    answer = call(api, **changes)
    assert answer.status_code == status, answer.text


def test_schemas(api):
    found = api("GET", f"/schemas/{NAME}").json()
    assert set(found) == {"", "hello"}
    assert found[""]["properties"]["size"] == {
        "type": "integer", "minimum": 0, "exclusiveMinimum": True, "default": 1
    }  # fmt: skip
    assert set(api("GET", f"/schemas/{NAME}/hello, other").json()) == {"hello"}
    assert api("GET", f"/schemas/{NAME}").json() == found


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 404), ("/org.example.Nothing", 404), (f"/{NAME}?packageName=org.example", 404),
        (f"/{NAME}?classVersion=aaa", 400),
    ],
)  # fmt: skip
def test_schemas_that_are_not_there(api, path, status):
    assert api("GET", f"/schemas{path}").status_code == status
