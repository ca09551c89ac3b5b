"""Rules of environments."""

from catalog_api.policies.base import ADMIN, DEFAULT, rule

RULES = [
    rule("list_environments", DEFAULT, "List environments of the project.", "GET /environments"),
    rule(
        "list_environments_all_tenants", ADMIN, "List environments of other projects.",
        "GET /environments?all_tenants=true",
    ),
    rule("show_environment", DEFAULT, "Show an environment.", "GET /environments/{id}"),
    rule("update_environment", DEFAULT, "Rename an environment.", "PUT /environments/{id}"),
    rule("create_environment", DEFAULT, "Create an environment.", "POST /environments"),
    rule("delete_environment", DEFAULT, "Delete an environment.", "DELETE /environments/{id}"),
]  # fmt: skip
