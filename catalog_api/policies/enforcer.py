"""The enforcer: all rules registered on one oslo.policy object."""

from __future__ import annotations

from typing import Any

from oslo_policy import policy

from catalog_api.policies import (
    base,
    categories,
    deployments,
    environments,
    packages,
    statistics,
    templates,
)


def list_rules() -> list[Any]:
    """All rules, for the sample policy file."""
    return [
        *base.RULES, *environments.RULES, *deployments.RULES, *templates.RULES, *packages.RULES,
        *categories.RULES, *statistics.RULES,
    ]  # fmt: skip


def make(conf: Any) -> policy.Enforcer:
    """An enforcer with this release's defaults and the operator's file over them."""
    enforcer = policy.Enforcer(conf, use_conf=True)
    enforcer.register_defaults(list_rules())
    return enforcer
