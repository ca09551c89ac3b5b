"""Categories: the shelves of the catalog."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import Category, Package, PackageCategory
from catalog_api.services import pages
from catalog_api.services.environments import flush_unique
from catalog_api.services.errors import BadRequest, Forbidden, NotFound

_COUNT: Final = (
    sa.select(sa.func.count(PackageCategory.package_id))
    .where(PackageCategory.category_id == Category.id)
    .correlate(Category)
    .scalar_subquery()
)
KEYS: Final = {
    "name": Category.name, "created": Category.created, "updated": Category.updated,
    "package_count": _COUNT, "id": Category.id,
}  # fmt: skip
"""What categories are sorted by."""


@dataclasses.dataclass(frozen=True)
class Paging:
    """What part of the categories to list, and in which order.

    :ivar keys: names of ``KEYS``; the id is always the last one.
    :ivar limit: None lists all that follow the marker.
    """

    keys: Sequence[str] = ("name",)
    descending: bool = False
    limit: int | None = None
    marker: str | None = None


def listed(session: Session, paging: Paging) -> list[tuple[Category, int]]:
    """One page of categories, each with the number of its packages.

    :raises NotFound: there is no category to go on from.
    """
    columns = [*(KEYS[key] for key in paging.keys), Category.id]
    query = sa.select(Category, _COUNT)
    if paging.marker is not None:
        row = session.execute(sa.select(*columns).where(Category.id == paging.marker)).one_or_none()
        if row is None:
            raise NotFound(f"No category with id {paging.marker[:64]!r} to go on from")
        query = query.where(pages.after(columns, row, [paging.descending] * len(columns)))
    order = [column.desc() if paging.descending else column.asc() for column in columns]
    rows = session.execute(query.order_by(*order).limit(paging.limit))
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


def create(session: Session, name: str) -> Category:
    """Create a category.

    :param name: as :data:`catalog_api.schemas.packages.NEW_CATEGORY` has it.
    :raises AlreadyExists: there is one of that name.
    """
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
