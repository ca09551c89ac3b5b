"""Rules of categories."""

from catalog_api.policies.base import ADMIN, DEFAULT, rule

RULES = [
    rule("get_category", DEFAULT, "List and show categories.", "GET /catalog/categories",
         "GET /catalog/categories/{id}"),
    rule("add_category", ADMIN, "Create a category.", "POST /catalog/categories"),
    rule("delete_category", ADMIN, "Delete a category.", "DELETE /catalog/categories/{id}"),
]  # fmt: skip
