"""Rules that others are made of."""

from __future__ import annotations

from oslo_policy import policy

ADMIN = "rule:admin_api"
DEFAULT = "rule:default"
MEMBER = "project_member"
"""Rule that every request has to pass that is no ``GET``, whatever else it asks for."""

RULES = [
    policy.RuleDefault("context_is_admin", "role:admin", "Who counts as an administrator."),
    policy.RuleDefault("admin_api", "is_admin:True", "Default of what only administrators may."),
    policy.RuleDefault("default", "", "Default of what every member of a project may."),
    policy.RuleDefault(
        MEMBER,
        "rule:admin_api or not role:reader or role:member or role:manager or role:admin",
        "Who may change anything in a project, or call actions: those whose role is reader alone"
        " may only read. A token with none of the roles reader, member, manager and admin may do"
        " what a member may, as clouds from before these roles expect.",
    ),
]


def rule(name: str, check: str, description: str, *operations: str) -> policy.DocumentedRuleDefault:
    """A documented default; *operations* are ``METHOD /path`` texts."""
    rows = [dict(zip(("method", "path"), text.split(" ", 1), strict=True)) for text in operations]
    return policy.DocumentedRuleDefault(name, check, description, rows)
