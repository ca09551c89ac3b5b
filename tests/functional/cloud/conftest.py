"""A local cloud on ephemeral loopback ports, and sessions with it."""

import pytest
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from catalog_standalone.cloud.app import LocalCloud
from catalog_standalone.cloud.config import from_mapping


@pytest.fixture
def config(tmp_path):
    users = [
        {"name": "admin", "password": "admin", "projects": {"admin": ["admin"]}},
        {"name": "demo", "password": "demo", "projects": {"demo": ["member"]}},
        {"name": "other", "password": "other", "projects": {"other": ["member"]}},
        {"name": "burano", "password": "burano", "projects": {"service": ["admin", "service"]}},
    ]
    return from_mapping(
        {"state_dir": str(tmp_path / "cloud"), "users": users, "cors_origins": ["http://page"]}
    )


@pytest.fixture
def cloud(config):
    cloud = LocalCloud(config)
    cloud.endpoints = cloud.start()
    yield cloud
    cloud.stop()


@pytest.fixture
def login(cloud):
    def make(name, project=None, **scope):
        if not scope:
            scope = {"project_name": project or name, "project_domain_id": "default"}
        auth = v3.Password(
            auth_url=cloud.endpoints["identity"], username=name, password=name,
            user_domain_id="default", **scope,
        )  # fmt: skip
        return keystone_session.Session(auth=auth)

    return make


@pytest.fixture
def demo(login):
    return login("demo")


@pytest.fixture
def make_trust(cloud, demo, login):
    def make(**options):
        access = demo.auth.get_access(demo)
        body = {
            "trustor_user_id": access.user_id, "project_id": access.project_id,
            "trustee_user_id": login("burano", "service").get_user_id(), "impersonation": True,
            "roles": [{"name": name} for name in access.role_names], **options,
        }  # fmt: skip
        url = cloud.endpoints["identity"] + "/OS-TRUST/trusts"
        return demo.post(url, json={"trust": body}).json()["trust"]["id"]

    return make
