"""Rules that others are made of."""

from __future__ import annotations

from oslo_policy import policy

ADMIN = "rule:admin_api"
DEFAULT = "rule:default"

RULES = [
    policy.RuleDefault("context_is_admin", "role:admin", "Who counts as an administrator."),
    policy.RuleDefault("admin_api", "is_admin:True", "Default of what only administrators may."),
    policy.RuleDefault("default", "", "Default of what every member of a project may."),
]


def rule(name: str, check: str, description: str, *operations: str) -> policy.DocumentedRuleDefault:
    """A documented default; *operations* are ``METHOD /path`` texts."""
    rows = [dict(zip(("method", "path"), text.split(" ", 1), strict=True)) for text in operations]
    return policy.DocumentedRuleDefault(name, check, description, rows)
