"""Packages and their categories."""

from __future__ import annotations

from typing import Any, Final

from catalog_api.schemas.operations import Body, Operation, Table
from catalog_api.schemas.values import (
    ANY,
    BOOLEAN,
    COUNT,
    ERROR,
    ID,
    OBJECT,
    STORED,
    TEXT,
    TEXT_OR_NULL,
    Named,
    listed,
    members,
    name_of,
)

NAME_LENGTH: Final = 80
MULTIPART: Final = "multipart/form-data"
BINARY: Final = "application/octet-stream"
PATCH_TYPE: Final = "application/murano-packages-json-patch"


def _words(name: str) -> dict[str, Any]:
    size = f"Each of {name} must have 1 to {NAME_LENGTH} characters"
    return listed(
        {"type": "string", "minLength": 1, "maxLength": NAME_LENGTH,
         ERROR: {"type": f"{name} must be a list of texts", "": size}},
        uniqueItems=True,
        **{ERROR: {"uniqueItems": f"{name} must not repeat a value",
                   "": f"{name} must be a list of texts"}},
    )  # fmt: skip


def _typed(name: str, kind: str, word: str) -> dict[str, Any]:
    return {"type": kind, ERROR: f"{name} must be of type {word}"}


CHANGEABLE: Final = {
    "categories": _words("categories"),
    "tags": _words("tags"),
    "is_public": _typed("is_public", "boolean", "bool"),
    "enabled": _typed("enabled", "boolean", "bool"),
    "description": _typed("description", "string", "str"),
    "name": {
        "type": "string", "minLength": 1, "maxLength": NAME_LENGTH,
        ERROR: {"type": "name must be of type str",
                "": f"Package name should be {NAME_LENGTH} characters maximum"},
    },
}  # fmt: skip
METADATA: Final = Named("PackageMetadata", members(
    {},
    {**CHANGEABLE, "name": _typed("name", "string", "str"),
     "keep_versions": _typed("keep_versions", "boolean", "bool")},
    additionalProperties=False,
    **{ERROR: {"type": "The metadata of a package must be an object"}},
))  # fmt: skip
_OPERATION: Final = "An operation has op, path and value"
PATCH: Final = listed(
    members({"op": TEXT, "path": TEXT, "value": ANY}, **{ERROR: _OPERATION}),
    **{ERROR: "A patch is a list of operations"},
)
UPLOAD: Final = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "contentMediaType": "application/zip", "format": "binary"},
        "__metadata__": METADATA,
    },
    "required": ["file"],
    "description": "One file and at most one text, whatever they are called.",
}
PACKAGE: Final = Named("Package", members({
    **STORED, "name": TEXT, "fully_qualified_name": TEXT, "version": TEXT, "type": TEXT,
    "description": TEXT, "author": TEXT_OR_NULL, "supplier": OBJECT, "tags": listed(TEXT),
    "categories": listed(TEXT), "class_definitions": listed(TEXT), "owner_id": TEXT,
    "is_public": BOOLEAN, "enabled": BOOLEAN, "archive_digest": TEXT,
}))  # fmt: skip
LIMIT: Final = {
    "type": "integer", "minimum": 1, ERROR: "limit must be a positive whole number",
}  # fmt: skip
DIRECTION: Final = {
    "type": "string", "enum": ["asc", "desc"], ERROR: "sort_dir must be asc or desc",
}  # fmt: skip
_SEVERAL: Final = {
    **listed(TEXT), "description": "May be repeated, or be ``in:`` and values between commas.",
}  # fmt: skip

_ROOT, _ONE = "/catalog/packages", "/catalog/packages/{id}"
_PACKAGES: Final[Table] = {
    ("GET", _ROOT): Operation(
        "packages", "Search packages",
        members({"packages": listed(PACKAGE)}, {"next_marker": TEXT}),
        query={
            "catalog": BOOLEAN, "owned": BOOLEAN, "include_disabled": BOOLEAN,
            "id": _SEVERAL, "category": _SEVERAL, "tag": _SEVERAL, "class_name": TEXT,
            "fqn": TEXT, "name": TEXT, "type": TEXT, "search": TEXT,
            "order_by": {**listed(TEXT), "description": "name, fqn or created"},
            "sort_dir": DIRECTION, "limit": LIMIT, "marker": TEXT,
        },
        errors=(404,),
    ),
    ("POST", _ROOT): Operation(
        "packages", "Publish a package", PACKAGE, body=Body(UPLOAD, MULTIPART), errors=(409,)
    ),
    ("GET", _ONE): Operation("packages", "Show a package", PACKAGE),
    ("PATCH", _ONE): Operation(
        "packages", "Change a package", PACKAGE, body=Body(PATCH, PATCH_TYPE), errors=(409,)
    ),
    ("DELETE", _ONE): Operation("packages", "Delete a package", None),
    ("GET", _ONE + "/ui"): Operation(
        "packages", "Read the UI definition", None, media_type="text/plain"
    ),
    ("GET", _ONE + "/logo"): Operation("packages", "Read the logo", None, media_type=BINARY),
    ("GET", _ONE + "/supplier_logo"): Operation(
        "packages", "Read the supplier's logo", None, media_type=BINARY
    ),
    ("GET", _ONE + "/download"): Operation(
        "packages", "Download the archive", None, media_type=BINARY
    ),
}  # fmt: skip

NEW_CATEGORY: Final = Named("NewCategory", members({
    "name": name_of("Category", NAME_LENGTH, "Please, specify a name of the category to create"),
}, **{ERROR: {"type": "Please, specify a name of the category to create"}}))  # fmt: skip
_CATEGORY: Final = {**STORED, "name": TEXT, "package_count": COUNT}
CATEGORY: Final = Named("Category", members(_CATEGORY))
WITH_PACKAGES: Final = Named("CategoryWithPackages", members({
    **_CATEGORY,
    "packages": listed(members({"id": ID, "name": TEXT, "fully_qualified_name": TEXT})),
}))  # fmt: skip
_SHELVES, _SHELF = "/catalog/categories", "/catalog/categories/{id}"
_CATEGORIES: Final[Table] = {
    ("GET", _SHELVES): Operation(
        "categories", "List categories",
        members({"categories": listed(CATEGORY)}, {"next_marker": TEXT}),
        query={"sort_keys": TEXT, "sort_dir": DIRECTION, "limit": LIMIT, "marker": TEXT},
        only_these=True, errors=(404,),
    ),
    ("POST", _SHELVES): Operation(
        "categories", "Create a category", CATEGORY, body=Body(NEW_CATEGORY), errors=(409,)
    ),
    ("GET", _SHELF): Operation("categories", "Show a category with its packages", WITH_PACKAGES),
    ("DELETE", _SHELF): Operation("categories", "Delete a category", None),
}  # fmt: skip
OPERATIONS: Final[Table] = {**_PACKAGES, **_CATEGORIES}
