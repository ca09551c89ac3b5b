"""``/catalog/packages``: published packages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers.calls import Call, done, reply
from catalog_api.schemas.checking import Checker
from catalog_api.schemas.packages import BINARY, CHANGEABLE
from catalog_api.services import documents, package_search, packages
from catalog_api.services.deployments import moment
from catalog_api.services.errors import BadRequest, CatalogError, Forbidden, WrongMediaType
from catalog_api.services.records import Package

#: Of one search: databases take no statement of any length.
MOST_WORDS, MOST_VALUES = 50, 2000
_LISTS = ("categories", "tags")
_CHANGES = {
    name: ("add", "replace", "remove") if name in _LISTS else ("replace",) for name in CHANGEABLE
}
_VALUES = {name: Checker(schema) for name, schema in CHANGEABLE.items()}
_LISTED = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^",]*))\s*(?:,|$)')


def shown(package: Package) -> dict[str, Any]:
    """A package as clients see it."""
    return {
        **_row(package),
        "tags": sorted(tag.name for tag in package.tags),
        "categories": sorted(category.name for category in package.categories),
        "class_definitions": sorted(own.name for own in package.class_definitions),
    }


def shown_in_list(package: package_search.Listed) -> dict[str, Any]:
    """A package of a list, with the same members."""
    return {
        **_row(package),
        "tags": sorted(package.tags),
        "categories": sorted(package.categories),
        "class_definitions": sorted(package.class_definitions),
    }


def _row(package: Package | package_search.Listed) -> dict[str, Any]:
    return {
        "id": package.id,
        "name": package.name,
        "fully_qualified_name": package.fully_qualified_name,
        "version": package.version,
        "type": package.type,
        "description": package.description,
        "author": package.author,
        "supplier": package.supplier or {},
        "owner_id": package.owner_id,
        "is_public": package.is_public,
        "enabled": package.enabled,
        "archive_digest": package.archive_digest,
        "created": moment(package.created),
        "updated": moment(package.updated),
    }


def index(call: Call) -> Response:
    """Search packages."""
    call.authorise("get_package")
    search = _search(call)
    rows = call.read(lambda session: package_search.listed(session, call.caller, search))
    body: dict[str, Any] = {"packages": [shown_in_list(row) for row in rows]}
    if len(rows) == search.limit:
        body["next_marker"] = rows[-1].id
    return reply(body)


def _search(call: Call) -> package_search.Search:
    query: dict[str, list[str]] = {}
    for name, value in call.request.GET.items():
        query.setdefault(name, []).append(value)

    def last(name: str) -> str | None:
        return query[name][-1] if name in query else None

    words = [word.strip() for word in re.split(r"[;,]", last("search") or "") if word.strip()]
    if len(words) > MOST_WORDS:
        raise BadRequest(f"search may have {MOST_WORDS} words")
    return package_search.Search(
        deployable=call.flag("catalog"),
        owned=call.flag("owned"),
        with_disabled=call.flag("include_disabled"),
        may_see_public=call.may("manage_public_package"),
        ids=listed(query.get("id", ())),
        categories=listed(query.get("category", ())),
        tags=listed(query.get("tag", ())),
        class_name=last("class_name"),
        full_name=last("fqn"),
        name=last("name"),
        type=last("type"),
        words=words,
        order_by=query.get("order_by", ("name",)),
        descending=last("sort_dir") == "desc",
        limit=min(int(last("limit") or package_search.LIMIT), package_search.MOST),
        marker=last("marker"),
    )


def listed(values: Sequence[str]) -> list[str] | None:
    """Values of a parameter that may be repeated, or be ``in:`` and a list; None: not given."""
    found: list[str] | None = None
    for value in values:
        if value.startswith("in:"):
            parsed = _parsed(value[3:])
            found = found if parsed is None else parsed
        else:
            found = [*(found or []), value]
    if found is not None and len(found) > MOST_VALUES:
        raise BadRequest(f"A filter may name {MOST_VALUES} values")
    return found


def _parsed(text: str) -> list[str] | None:
    """Items of a list, which may stand in double quotes; None when it is malformed."""
    if not text.strip():
        return []
    items, position = [], 0
    while position < len(text):
        match = _LISTED.match(text, position)
        if match is None or match.end() == position:
            return None
        quoted, bare = match.groups()
        items.append(bare.strip() if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
    return items


# ---------------------------------------------------------------- publishing


def upload(call: Call) -> Response:
    """Publish a package."""
    call.authorise("upload_package")
    archive, metadata = _parts(call)
    if metadata.get("is_public"):
        call.authorise("publicize_package")
    contents = packages.read(archive)
    return reply(
        call.write(
            lambda session: shown(packages.publish(session, call.caller, contents, metadata))
        )
    )


def _parts(call: Call) -> tuple[bytes, dict[str, Any]]:
    """The archive of an upload, and what it says about it."""
    request = call.request
    if request.content_type != "multipart/form-data":
        if request.content_type == "application/json":
            raise BadRequest("A package is uploaded as multipart/form-data")
        raise WrongMediaType("A package is uploaded as multipart/form-data")
    try:
        parts = list(request.POST.items())
    except CatalogError:
        raise
    except Exception as error:
        raise BadRequest(f"The multipart body is malformed: {error}") from error
    files = [part for _name, part in parts if hasattr(part, "file")]
    texts = [part for _name, part in parts if isinstance(part, str)]
    if len(files) != 1 or len(texts) > 1:
        raise BadRequest("An upload has one file part and at most one text part")
    limit = call.app.package_limit
    with files[0].file as file, request.body_file_raw:
        body = file.read(limit + 1)
    if not body:
        raise BadRequest("Uploaded file can't be empty")
    if len(body) > limit:
        raise BadRequest(
            f"Uploaded file is too large: packages may have {limit // (1 << 20)} MiB"
            " ([packages_opts] package_size_limit)"
        )
    metadata = packages.checked_metadata(_metadata(texts[0] if texts else ""))
    documents.check(metadata)
    return body, metadata


def _metadata(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


# ---------------------------------------------------------------- one package


def show(call: Call, package_id: str) -> Response:
    """Show a package."""
    call.authorise("get_package", package_id=package_id)
    return reply(call.read(lambda session: shown(packages.find(session, call.caller, package_id))))


def ui(call: Call, package_id: str) -> Response:
    """Read the UI definition."""
    call.authorise("get_package", package_id=package_id)
    found = call.read(
        lambda session: packages.find(session, call.caller, package_id, "ui_definition")
    )
    return Response(text=found.ui_definition or "", content_type="text/plain", charset="UTF-8")


def logo(call: Call, package_id: str) -> Response:
    """Read the logo."""
    return _image(call, package_id, "logo")


def supplier_logo(call: Call, package_id: str) -> Response:
    """Read the supplier's logo."""
    return _image(call, package_id, "supplier_logo")


def _image(call: Call, package_id: str, column: str) -> Response:
    call.authorise("get_package", package_id=package_id)
    found = call.read(lambda session: packages.find(session, call.caller, package_id, column))
    return _binary(getattr(found, column) or b"")


def download(call: Call, package_id: str) -> Response:
    """Download the archive."""
    call.authorise("download_package", package_id=package_id)
    return _binary(
        call.read(
            lambda session: packages.archive_of(
                session, packages.find(session, call.caller, package_id)
            )
        )
    )


def _binary(body: bytes) -> Response:
    return Response(body=body, content_type=BINARY, charset=None)


def delete(call: Call, package_id: str) -> Response:
    """Delete a package."""
    call.authorise("delete_package", package_id=package_id)

    def work(session: Session) -> None:
        found = packages.find(session, call.caller, package_id)
        if found.is_public:
            call.authorise("manage_public_package", package_id=package_id)
        packages.check_owner(call.caller, found)
        packages.delete(session, found)

    call.write(work)
    return done()


def change(call: Call, package_id: str) -> Response:
    """Change a package by a JSON patch."""
    call.authorise("modify_package", package_id=package_id)

    def work(session: Session) -> dict[str, Any]:
        found = packages.find(session, call.caller, package_id)
        if found.is_public:
            call.authorise("manage_public_package", package_id=package_id)
        changes = _changes(call.body())
        becomes_public = not found.is_public and any(
            row["path"] == "is_public" and row["value"] for row in changes
        )
        if becomes_public:
            call.authorise("publicize_package", package_id=package_id)
        packages.check_owner(call.caller, found)
        if becomes_public:
            packages.check_may_become_public(session, found)
        packages.change(session, found, changes)
        return shown(found)

    return reply(call.write(work))


def _changes(document: Any) -> list[dict[str, Any]]:
    """Operations of a patch, checked."""
    return [_change(row) for row in document]


def _change(row: Any) -> dict[str, Any]:
    path, operation, value = row["path"], row["op"], row["value"]
    if re.fullmatch(r"/[^/]+", path) is None:
        raise BadRequest(f"{path[:80]!r} is no path of one segment")
    name = path[1:].replace("~1", "/").replace("~0", "~").strip()
    if name not in _CHANGES:
        raise Forbidden(f"{name[:80]!r} of a package cannot be changed")
    if operation not in _CHANGES[name]:
        raise Forbidden(f"{operation[:20]!r} of {name} is not allowed")
    problem = _VALUES[name].problem(value)
    if problem is not None:
        raise BadRequest(problem)
    return {"op": operation, "path": name, "value": value}
