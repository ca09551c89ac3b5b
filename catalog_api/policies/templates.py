"""Rules of environment templates."""

from catalog_api.policies.base import DEFAULT, rule

RULES = [
    rule("list_env_templates", DEFAULT, "List environment templates.", "GET /templates"),
    rule("create_env_template", DEFAULT, "Create an environment template.", "POST /templates"),
    rule("show_env_template", DEFAULT, "Show an environment template.", "GET /templates/{id}"),
    rule("update_env_template", DEFAULT, "Change an environment template.", "PUT /templates/{id}"),
    rule(
        "delete_env_template", DEFAULT, "Delete an environment template.", "DELETE /templates/{id}"
    ),
    rule(
        "clone_env_template", DEFAULT, "Copy a public environment template.",
        "POST /templates/{id}/clone",
    ),
    rule(
        "update_service_env_template", DEFAULT, "Replace an application of a template.",
        "PUT /templates/{id}/services/{path}",
    ),
]  # fmt: skip
