"""Bad packages, models and plans, end to end: a specific error, and the environment goes on."""

from __future__ import annotations

import uuid

import pytest

from catalog_standalone.catalog_client import CatalogError

from .conftest import package, zipped

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("standalone")]

MANIFEST = """
Format: 1.4
Type: Application
FullName: org.burano.tests.{name}
Name: Bad
Description: Made by a test
Author: A test
Tags: [test]
Classes:
  org.burano.tests.{name}: App.yaml
"""
GOOD = """
Namespaces: {'=': org.burano.tests, std: io.murano}
Name: Good
Extends: std:Application
Methods:
  deploy:
    Body:
      - $.find(std:Environment).require().reporter.report($this, 'it works')
"""


@pytest.fixture(scope="module", autouse=True)
def _published(site):
    site.client.publish("good", package("org.burano.tests.Good", GOOD))


def component(name: str, **properties: object) -> dict:
    mark = {"id": uuid.uuid4().hex, "type": f"org.burano.tests.{name}", "name": "bad"}
    return {"?": mark, **properties}


# ---------------------------------------------------------------- refused at the door


@pytest.mark.parametrize(
    ("archive", "text"),
    [
        (b"PK\x03\x04 and then nothing", "ZIP"),
        (zipped({"readme": "no manifest"}), "manifest.yaml"),
        (zipped({"manifest.yaml": MANIFEST.format(name="Bomb"), "Resources/x": b"\0" * (1 << 27)}),
         "at most"),
        (zipped({"manifest.yaml": MANIFEST.format(name="Up"), "../../evil": "x"}), "../../evil"),
        (zipped({"manifest.yaml": MANIFEST.format(name="T") + "Require: [a, b]\n"}), "Require"),
        (zipped({"manifest.yaml": MANIFEST.format(name="T").replace("[test]", "{a: 1}")}), "Tags"),
    ],
    ids=["malformed", "no manifest", "bomb", "traversal", "require", "tags"],
)  # fmt: skip
def test_an_archive_that_is_refused(site, archive, text):
    with pytest.raises(CatalogError, match=r": 4\d\d: ") as refused:
        site.client.publish("bad", archive)
    assert text in str(refused.value)


# ---------------------------------------------------------------- failed deployments

CLASS = """
Namespaces: {{'=': org.burano.tests, std: io.murano, res: io.murano.resources, sys: io.murano.system}}
Name: {name}
Extends: std:Application
Properties:
  count:
    Contract: $.int().notNull().check($ > 0)
    Default: 1
  instance:
    Contract: $.class(res:LinuxMuranoInstance)
Methods:
  deploy:
    Body:
{body}
"""  # noqa: E501

BODIES = {
    "BadStatement": ("      - Whilst: true\n        Do: []", ["App.yaml:14:9", "Whilst"]),
    "BadYaml": ("      - [unclosed", ["App.yaml", "Not YAML"]),
    "BadName": ("      - $.undefined(1)", ["App.yaml", "14:9", "undefined", "deploy", "BadName"]),
    "BadValue": ("      - Return: 1 / 0", ["App.yaml", "ZeroDivisionError", "deploy"]),
    "BadThrow": ("      - Throw: [myError]\n        Message: it is my own", ["it is my own"]),
}


def failed(site, bad: dict) -> str:
    """What a deployment that fails says; afterwards the environment works with a good model."""
    environment = site.environment()
    deployment = site.deploy(environment, bad)
    found = site.ended(environment, deployment)
    assert found["state"] == "completed_w_errors"
    assert site.client.environment(environment)["status"] == "deploy failure"
    site.assert_settled(environment)
    reports = site.client.reports(environment, deployment)
    errors = [row for row in reports if row["level"] == "error"]
    assert errors, reports

    base = f"/environments/{environment}"
    session = site.client._json("POST", f"{base}/configure")["id"]
    headers = {"X-Configuration-Session": session}
    site.client._json("PUT", f"{base}/services", json=[component("Good")], headers=headers)
    site.client._json("POST", f"{base}/sessions/{session}/deploy")
    newest = site.client.deployments(environment)[0]["id"]
    assert newest != deployment
    assert site.ended(environment, newest)["state"] == "success"
    assert site.client.environment(environment)["status"] == "ready"
    site.remove(environment)
    return "\n".join(f"{row['text']}\n{row.get('details') or ''}" for row in errors)


@pytest.mark.parametrize("name", list(BODIES))
def test_a_class_that_cannot_work(site, name):
    body, expected = BODIES[name]
    source = CLASS.format(name=name, body=body)
    site.client.publish(name, package(f"org.burano.tests.{name}", source))
    said = failed(site, component(name))
    for part in expected:
        assert part in said


def test_a_model_of_an_unknown_class(site):
    assert "org.burano.tests.Nowhere" in failed(site, component("Nowhere"))


def test_a_model_that_breaks_a_contract(site):
    site.client.publish(
        "c",
        package("org.burano.tests.Contract", CLASS.format(name="Contract", body="      - $.count")),
    )
    said = failed(site, component("Contract", count=-5))
    assert "org.burano.tests.Contract.count" in said
    assert "-5" in said


PLAN = """
FormatVersion: {version}
Name: Run
Body: |
  return run().stdout
Scripts:
  run:
    Type: Application
    EntryPoint: run.sh
"""
CALL = """      - $.instance.deploy()
      - $resources: new(sys:Resources)
      - $.instance.agent.call($resources.yaml('Run.template'), $resources)"""


@pytest.mark.parametrize(
    ("name", "version", "script", "expected"),
    [
        ("BadScript", "2.0.0", "#!/bin/sh\necho why >&2\nexit 3\n", ["3", "why", "AgentException"]),
        ("BadPlan", "7.0.0", "#!/bin/sh\n", ["7.0.0", "AgentException"]),
    ],
)
def test_a_plan_that_fails(site, name, version, script, expected):
    files = {
        "Resources/Run.template": PLAN.format(version=version), "Resources/scripts/run.sh": script,
    }  # fmt: skip
    source = CLASS.format(name=name, body=CALL)
    site.client.publish(name, package(f"org.burano.tests.{name}", source, **files))
    instance = {
        "?": {"id": uuid.uuid4().hex, "type": "io.murano.resources.LinuxMuranoInstance"},
        "name": f"b-{uuid.uuid4().hex[:8]}", "flavor": "m1.small", "image": "local-linux",
        "assignFloatingIp": False,
    }  # fmt: skip
    said = failed(site, component(name, instance=instance))
    for part in [*expected, "App.yaml", "16:9"]:
        assert part in said
