"""``/catalog/categories``: the shelves of the catalog."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers.calls import Call, done, reply
from catalog_api.services import categories
from catalog_api.services.deployments import moment
from catalog_api.services.errors import BadRequest
from catalog_api.services.records import Category


def shown(category: Category, count: int) -> dict[str, Any]:
    """A category as clients see it."""
    return {
        "id": category.id,
        "name": category.name,
        "package_count": count,
        "created": moment(category.created),
        "updated": moment(category.updated),
    }


def index(call: Call) -> Response:
    """List categories."""
    call.authorise("get_category")
    paging = _paging(call)
    rows = call.read(lambda session: categories.listed(session, paging))
    body: dict[str, Any] = {"categories": [shown(category, count) for category, count in rows]}
    if paging.limit is not None and len(rows) == paging.limit:
        body["next_marker"] = rows[-1][0].id
    return reply(body)


def _paging(call: Call) -> categories.Paging:
    query = call.request.GET
    keys = tuple(key.strip() for key in query.get("sort_keys", "name").split(","))
    if not set(keys) <= set(categories.KEYS):
        raise BadRequest(f"sort_keys may name {', '.join(categories.KEYS)}")
    limit = query.get("limit")
    return categories.Paging(
        keys, query.get("sort_dir") == "desc", int(limit) if limit else None, query.get("marker")
    )


def show(call: Call, category_id: str) -> Response:
    """Show a category with its packages."""
    call.authorise("get_category", category_id=category_id)

    def work(session: Session) -> dict[str, Any]:
        found = categories.find(session, category_id)
        packages = categories.packages_of(session, found)
        rows = [
            {"id": row.id, "name": row.name, "fully_qualified_name": row.fully_qualified_name}
            for row in packages
            if row.is_public or row.owner_id == call.caller.project_id or call.caller.is_admin
        ]
        return {**shown(found, len(packages)), "packages": rows}

    return reply(call.read(work))


def create(call: Call) -> Response:
    """Create a category."""
    call.authorise("add_category")
    body = call.body()
    made = call.write(lambda session: categories.create(session, body["name"]))
    return reply(shown(made, 0))


def delete(call: Call, category_id: str) -> Response:
    """Delete a category."""
    call.authorise("delete_category", category_id=category_id)

    def work(session: Session) -> None:
        categories.delete(session, categories.find(session, category_id))

    call.write(work)
    return done()
