"""Decisions on rules: what they depend on, and how long they stand."""

from __future__ import annotations

import json
import os

import pytest
from oslo_config import cfg
from oslo_policy import policy

from catalog_api.policies.enforcer import Policies

MEMBER = {"user_id": "u", "project_id": "p", "roles": ("member",), "is_admin": False}
OWN, OTHERS = {"project_id": "p"}, {"project_id": "q"}


class Clock:
    """A clock that is moved by hand."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def rules(tmp_path):
    """Writes the operator's file; each time it is newer than before."""
    path = tmp_path / "policy.yaml"

    def write(**given):
        written = path.stat().st_mtime if path.exists() else 1000.0
        path.write_text(json.dumps(given))
        os.utime(path, (written + 10, written + 10))
        return str(path)

    return write


@pytest.fixture
def policies(rules, clock):
    conf = cfg.ConfigOpts()
    conf([], project="burano", default_config_files=[], default_config_dirs=[])
    policy.Enforcer(conf)  # registers the option
    given = rules(get_package="project_id:%(project_id)s")
    conf.set_override("policy_file", given, group="oslo_policy")
    return Policies(conf, clock)


def test_a_decision_depends_on_all_that_it_was_asked_for(policies):
    assert policies.allow("get_package", OWN, MEMBER)
    assert not policies.allow("get_package", OTHERS, MEMBER)
    assert policies.allow("get_package", OTHERS, {**MEMBER, "project_id": "q"})
    assert not policies.allow("publicize_package", OWN, MEMBER)
    assert policies.allow(
        "publicize_package", OWN, {**MEMBER, "roles": ("admin",), "is_admin": True}
    )
    assert not policies.allow("publicize_package", OWN, MEMBER)


def test_a_rule_that_nobody_defined_is_the_default_one(policies, rules, clock):
    rules(default="!")
    clock.seconds += 2
    assert not policies.allow("nothing", OWN, MEMBER)
    rules(default="@")
    clock.seconds += 2
    assert policies.allow("nothing", OWN, MEMBER)


def test_a_changed_file_holds_after_a_second(policies, rules, clock):
    assert policies.allow("get_package", OWN, MEMBER)
    rules(get_package="!")
    clock.seconds += Policies.SECONDS / 2
    assert policies.allow("get_package", OWN, MEMBER)
    clock.seconds += Policies.SECONDS / 2
    assert not policies.allow("get_package", OWN, MEMBER)


def test_what_is_remembered_is_bounded(policies, monkeypatch):
    monkeypatch.setattr(Policies, "_MOST", 10)
    for number in range(50):
        policies.allow("get_package", {"project_id": str(number)}, MEMBER)
        assert len(policies._decisions) <= 11
