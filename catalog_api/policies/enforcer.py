"""The enforcer: all rules registered on one oslo.policy object, and its decisions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
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


class Policies:
    """Says whether rules hold.

    What the enforcer decided stands for a second: it looks for changed files and inspects the
    signatures of its checks each time, which takes a tenth of a whole request. Then a changed
    policy file holds, and so does what another service was asked by a rule with ``http:``.

    :raises oslo_policy.policy.InvalidDefinitionError: the operator's file has undefined rules.
    """

    SECONDS = 1.0
    _MOST = 10_000

    def __init__(self, conf: Any, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._enforcer = make(conf)
        self._monotonic = monotonic
        self._decisions: dict[Any, bool] = {}
        self._until = monotonic()

    def allow(self, rule: str, target: Mapping[str, Any], credentials: Mapping[str, Any]) -> bool:
        """Say whether a rule holds; one that nobody defined is the rule ``default``.

        :param target: hashable values.
        :param credentials: hashable values; ``roles`` is a tuple of names.
        """
        now = self._monotonic()
        if now >= self._until or len(self._decisions) > self._MOST:
            self._decisions = {}
            self._until = now + self.SECONDS
        decisions = self._decisions
        key = (rule, *credentials.values(), *target.items())
        found = decisions.get(key)
        if found is None:
            found = decisions[key] = self._decide(rule, target, credentials)
        return found

    def _decide(self, rule: str, target: Mapping[str, Any], credentials: Mapping[str, Any]) -> bool:
        facts = {**credentials, "roles": list(credentials["roles"])}
        try:
            return bool(self._enforcer.authorize(rule, dict(target), facts))
        except policy.PolicyNotRegistered:
            return bool(self._enforcer.authorize("default", dict(target), facts))
