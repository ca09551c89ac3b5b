"""Categories: the shelves of the catalog."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import Category, Package, PackageCategory
from catalog_api.services.environments import flush_unique
from catalog_api.services.errors import BadRequest, Forbidden, NotFound

NAME_LENGTH = 80


def listed(session: Session) -> list[tuple[Category, int]]:
    """Categories by name, each with the number of its packages."""
    count = sa.func.count(PackageCategory.package_id)
    rows = session.execute(
        sa.select(Category, count)
        .outerjoin(PackageCategory, PackageCategory.category_id == Category.id)
        .group_by(*Category.__table__.columns)
        .order_by(Category.name)
    )
    return [(category, number) for category, number in rows]


def find(session: Session, category_id: str) -> Category:
    """A category by id.

    :raises NotFound: there is none.
    """
    found = session.get(Category, category_id)
    if found is None:
        raise NotFound(f"Category with id {category_id[:64]!r} not found")
    return found


def packages_of(session: Session, category: Category) -> list[Package]:
    """Packages on a shelf."""
    return list(
        session.scalars(
            sa.select(Package)
            .join(PackageCategory, PackageCategory.package_id == Package.id)
            .where(PackageCategory.category_id == category.id)
            .order_by(Package.name)
        )
    )


def by_names(session: Session, names: list[str]) -> list[Category]:
    """Categories of names.

    :raises BadRequest: there is none of a name.
    """
    found = list(session.scalars(sa.select(Category).where(Category.name.in_(names))))
    missing = set(names) - {category.name for category in found}
    if missing:
        raise BadRequest(f"Category {sorted(missing)[0][:80]!r} doesn't exist")
    return found


def create(session: Session, body: Any) -> Category:
    """Create a category.

    :raises BadRequest: the name is missing, blank or too long.
    :raises AlreadyExists: there is one of that name.
    """
    name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise BadRequest("Please, specify a name of the category to create")
    if len(name) > NAME_LENGTH:
        raise BadRequest(f"Category name should be {NAME_LENGTH} characters maximum")
    made = Category(name=name)
    session.add(made)
    flush_unique(session, f"Category {name!r} already exists")
    return made


def delete(session: Session, category: Category) -> None:
    """Delete a category.

    :raises Forbidden: a package is in it.
    """
    used = session.execute(
        sa.select(sa.exists().where(PackageCategory.category_id == category.id))
    ).scalar()
    if used:
        raise Forbidden(f"It's impossible to delete category {category.name!r}: packages are in it")
    session.delete(category)
    session.flush()
