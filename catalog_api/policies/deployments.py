"""Rules of deployments and actions."""

from catalog_api.policies.base import DEFAULT, rule

RULES = [
    rule(
        "list_deployments", DEFAULT, "List deployments of an environment.",
        "GET /environments/{id}/deployments",
    ),
    rule(
        "list_deployments_all_environments", DEFAULT, "List deployments of the project.",
        "GET /deployments",
    ),
    rule(
        "statuses_deployments", DEFAULT, "Read the reports of a deployment.",
        "GET /environments/{id}/deployments/{id}",
    ),
    rule(
        "execute_action", DEFAULT, "Call an action and read its result.",
        "POST /environments/{id}/actions/{id}", "GET /environments/{id}/actions/{id}",
        "POST /actions",
    ),
    rule(
        "get_schema", DEFAULT, "Read schemas of classes.", "GET /schemas/{class}",
        "GET /schemas/{class}/{methods}",
    ),
]  # fmt: skip
