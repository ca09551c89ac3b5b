"""Rules of packages."""

from catalog_api.policies.base import ADMIN, DEFAULT, rule

RULES = [
    rule(
        "get_package", DEFAULT, "List and show packages.", "GET /catalog/packages",
        "GET /catalog/packages/{id}", "GET /catalog/packages/{id}/ui",
        "GET /catalog/packages/{id}/logo",
    ),
    rule("upload_package", DEFAULT, "Publish a package.", "POST /catalog/packages"),
    rule("modify_package", DEFAULT, "Change a package.", "PATCH /catalog/packages/{id}"),
    rule("publicize_package", ADMIN, "Make a package public.", "POST /catalog/packages",
         "PATCH /catalog/packages/{id}"),
    rule("manage_public_package", DEFAULT, "Change and delete public packages.",
         "PATCH /catalog/packages/{id}", "DELETE /catalog/packages/{id}"),
    rule("delete_package", DEFAULT, "Delete a package.", "DELETE /catalog/packages/{id}"),
    rule("download_package", DEFAULT, "Download a package.",
         "GET /catalog/packages/{id}/download"),
]  # fmt: skip
