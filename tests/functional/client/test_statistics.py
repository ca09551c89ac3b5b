"""The published client library reads statistics: of a real deployment, and of its own requests."""

from __future__ import annotations

import io
import json
import threading
import time
import uuid
import zipfile

import pytest
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

client = pytest.importorskip("muranoclient.v1.client", reason="pip install python-muranoclient")
exceptions = pytest.importorskip(
    "muranoclient.common.exceptions", reason="pip install python-muranoclient"
)

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("standalone")]
SECONDS = 120
MANIFEST = """
Format: 1.4
Type: Application
FullName: {name}
Name: Counted
Description: Says that it is there
Author: Tester
Tags: [counted]
Classes: {{{name}.Counted: Counted.yaml}}
"""
CLASS = """
Namespaces: {{std: io.murano}}
Name: {name}.Counted
Extends: std:Application
Methods:
  deploy:
    Body:
      - $this.reportDeployed(title => 'Counted thing', unitCount => 2)
"""


@pytest.fixture
def as_user(standalone):
    """The client library as one user."""

    def make(name="demo"):
        given = standalone.environment
        if name == "admin":
            given["OS_PASSWORD"] = json.loads((standalone.state / "secrets.json").read_text())[
                "admin"
            ]
            given["OS_USERNAME"] = "admin"
        auth = v3.Password(
            auth_url=given["OS_AUTH_URL"], username=given["OS_USERNAME"],
            password=given["OS_PASSWORD"], project_name=given["OS_PROJECT_NAME"],
            user_domain_id="default", project_domain_id="default",
        )  # fmt: skip
        session = keystone_session.Session(auth=auth)
        return client.Client(session=session, service_type="application-catalog")

    return make


@pytest.fixture
def demo(as_user):
    return as_user()


@pytest.fixture
def counted(demo):
    """Full name of a package whose application says that it is there."""
    name = f"org.example.counted{uuid.uuid4().hex[:8]}"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.yaml", MANIFEST.format(name=name))
        archive.writestr("Classes/Counted.yaml", CLASS.format(name=name))
    buffer.seek(0)
    package = demo.packages.create({}, {name: buffer})
    yield name
    demo.packages.delete(package.id)


def wait(condition, what):
    """What a condition tells, once it tells something."""
    until = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < until, what
        threading.Event().wait(0.2)
    return found


def test_instances_of_a_deployment(demo, counted):
    environment = demo.environments.create({"name": f"counted-{uuid.uuid4().hex[:8]}"})
    component = uuid.uuid4().hex
    session = demo.sessions.configure(environment.id)
    body = {"?": {"id": component, "type": f"{counted}.Counted"}}
    demo.services.post(environment.id, path="/", data=body, session_id=session.id)
    assert demo.instance_statistics.get(environment.id) == []
    demo.sessions.deploy(environment.id, session.id)
    (row,) = wait(lambda: demo.instance_statistics.get(environment.id), "the application")
    assert (row.type, row.type_name, row.type_title) == (100, f"{counted}.Counted", "Counted thing")
    assert (row.instance_id, row.unit_count, row.active) == (component, 2, True)
    (same,) = demo.instance_statistics.get(environment.id, component)
    assert same.instance_id == component
    assert demo.instance_statistics.get(environment.id, "none") == []
    (total,) = demo.instance_statistics.get_aggregated(environment.id)
    assert (total.type, total.count) == (100, 1)

    wait(lambda: demo.environments.get(environment.id).status == "ready", "the deployment")
    demo.environments.delete(environment.id, abandon=True)
    with pytest.raises(exceptions.HTTPNotFound):
        demo.instance_statistics.get(environment.id)


def test_requests(as_user, demo):
    admin = as_user("admin")
    (row,) = wait(admin.request_statistics.list, "the first period")
    before = row.request_count
    (row,) = wait(
        lambda: [row for row in admin.request_statistics.list() if row.request_count > before],
        "what was asked meanwhile",
    )
    assert row.requests_per_second > 0
    assert sum(json.loads(row.requests_per_tenant).values()) == row.request_count
    with pytest.raises(exceptions.HTTPForbidden):
        demo.request_statistics.list()
