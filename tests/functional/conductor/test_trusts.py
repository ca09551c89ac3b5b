"""Trusts with a Keystone: made at acceptance, used, replaced when dead, revoked."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from keystoneauth1 import exceptions as keystone
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from catalog_api.services.errors import Forbidden, Unavailable
from catalog_api.services.trusts import Trusts
from catalog_common import configuration
from catalog_standalone.cloud.app import LocalCloud
from catalog_standalone.cloud.config import from_mapping

USERS = [
    {"name": "admin", "password": "admin", "projects": {"admin": ["admin"]}},
    {"name": "demo", "password": "demo", "projects": {"demo": ["member"]}},
    {"name": "burano", "password": "burano", "projects": {"service": ["service"]}},
    {"name": "root", "password": "root", "projects": {"service": ["admin", "service"]}},
]


@dataclasses.dataclass
class Keystone:
    """A Keystone, and its users' sessions."""

    url: str
    cloud: Any
    demo: tuple[Any, Any] | None = None

    def login(self, name: str, project: str, **scope: Any) -> keystone_session.Session:
        scope = scope or {"project_name": project, "project_domain_id": "default"}
        auth = v3.Password(
            auth_url=self.url, username=name, password=name, user_domain_id="default", **scope
        )
        return keystone_session.Session(auth=auth)

    def trusts(self, folder, **given: str) -> Trusts:
        """Trusts of a service that is configured so."""
        options = {
            "auth_type": "password", "auth_url": self.url, "username": "burano",
            "password": "burano", "project_name": "service", "user_domain_id": "default",
            "project_domain_id": "default",
        }  # fmt: skip
        path = folder / "burano.conf"
        lines = ["[keystone_authtoken]"]
        lines += [f"{name} = {value}" for name, value in (options | given).items()]
        path.write_text("\n".join(lines) + "\n")
        return Trusts(configuration.load([f"--config-file={path}"], program="test"))

    def shown(self, trust_id: str) -> dict[str, Any]:
        session = self.login("admin", "admin")
        return session.get(f"{self.url}/OS-TRUST/trusts/{trust_id}").json()["trust"]

    def assign(self, role: str, *, given: bool) -> None:
        """Give demo a role in its project, or take it away."""
        session = self.login("admin", "admin")
        roles = session.get(f"{self.url}/roles?name={role}").json()["roles"]
        if self.demo is None:
            demo = self.login("demo", "demo")
            self.demo = (demo.get_user_id(), demo.get_project_id())
        user, project = self.demo
        url = f"{self.url}/projects/{project}/users/{user}/roles/{roles[0]['id']}"
        session.put(url) if given else session.delete(url)


@pytest.fixture
def cloud(tmp_path):
    cloud = LocalCloud(from_mapping({"state_dir": str(tmp_path / "cloud"), "users": USERS}))
    yield Keystone(cloud.start()["identity"], cloud)
    cloud.stop()


@pytest.fixture
def trusts(cloud, tmp_path):
    return cloud.trusts(tmp_path)


@pytest.fixture
def obtain(cloud, trusts):
    """Obtain a trust for demo: ``obtain(trust_id)``."""

    def call(trust_id=None, session=None, **given):
        session = session or cloud.login("demo", "demo")
        access = session.auth.get_access(session)
        asked = {"user_id": access.user_id, "project_id": access.project_id,
                 "roles": access.role_names, "token": access.auth_token}  # fmt: skip
        return trusts.obtain(trust_id, **(asked | given))

    return call


def test_a_trust_delegates_all_roles_once_more(cloud, obtain):
    trust_id = obtain()
    found = cloud.shown(trust_id)
    burano = cloud.login("burano", "service")
    assert found["trustee_user_id"] == burano.get_user_id()
    assert (found["impersonation"], found["redelegation_count"]) == (True, 1)
    through = cloud.login("burano", "", trust_id=trust_id)
    access = through.auth.get_access(through)
    demo = cloud.login("demo", "demo")
    assert (access.username, access.project_name) == ("demo", "demo")
    assert sorted(access.role_names) == sorted(demo.auth.get_access(demo).role_names)


def test_a_trust_that_lives_is_used_again(obtain):
    trust_id = obtain()
    assert obtain(trust_id) == trust_id


def test_a_dead_trust_is_replaced(trusts, obtain):
    trust_id = obtain()
    trusts.revoke(trust_id)
    again = obtain(trust_id)
    assert again not in (None, trust_id)
    assert obtain(again) == again


def test_a_trust_that_nobody_ever_made_is_replaced(obtain):
    assert obtain("0" * 32) != "0" * 32


def test_a_revoked_trust_is_gone_and_revoking_it_again_is_no_error(cloud, trusts, obtain):
    trust_id = obtain()
    trusts.revoke(trust_id)
    with pytest.raises(keystone.NotFound):
        cloud.shown(trust_id)
    with pytest.raises((keystone.Unauthorized, keystone.Forbidden, keystone.NotFound)):
        cloud.login("burano", "", trust_id=trust_id).get_token()
    trusts.revoke(trust_id)


def test_a_trust_whose_trustor_lost_a_role_is_dead(cloud, trusts, obtain, tmp_path):
    trust_id = obtain()
    cloud.assign("member", given=False)
    # Nobody acts through it any more, so its trustor's right is not to be had.
    with pytest.raises(keystone.ClientException):
        trusts.revoke(trust_id)
    assert cloud.shown(trust_id)["id"] == trust_id
    administrator = cloud.trusts(tmp_path, username="root", password="root")
    administrator.revoke(trust_id)
    with pytest.raises(keystone.NotFound):
        cloud.shown(trust_id)


def test_a_trust_is_replaced_when_its_trustor_has_lost_a_role(cloud, obtain):
    trust_id = obtain()
    cloud.assign("member", given=False)
    cloud.assign("reader", given=True)
    assert obtain(trust_id) != trust_id


def test_a_user_cannot_delegate_what_it_has_not(obtain):
    with pytest.raises(Forbidden, match="Keystone refuses"):
        obtain(roles=["admin"])
    with pytest.raises(Forbidden):
        obtain(user_id="somebody else")
    with pytest.raises(Forbidden):
        obtain(token="none")


def test_a_token_of_a_trust_makes_none_that_could_make_stacks(cloud, obtain):
    trust_id = obtain()
    with pytest.raises(Forbidden, match="cannot delegate"):
        obtain(session=cloud.login("burano", "", trust_id=trust_id))


def test_a_keystone_that_is_away(cloud, trusts, obtain):
    trust_id = obtain()
    cloud.cloud.stop()
    with pytest.raises(Unavailable, match="Keystone does not"):
        trusts.obtain(trust_id, token="t", user_id="u", project_id="p", roles=["member"])
    with pytest.raises(keystone.ClientException):
        trusts.revoke(trust_id)


def test_a_service_user_that_may_not_sign_in_is_not_the_callers_fault(cloud, tmp_path):
    trusts = cloud.trusts(tmp_path, password="wrong")
    with pytest.raises(Unavailable, match="keystone_authtoken"):
        trusts.obtain(None, token="t", user_id="u", project_id="p", roles=["member"])
