"""Searching packages: filters, order, pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import (
    Category,
    ClassDefinition,
    Package,
    PackageCategory,
    PackageTag,
    Tag,
)
from catalog_api.db.types import as_text
from catalog_api.services import pages
from catalog_api.services.callers import Caller
from catalog_api.services.errors import NotFound

LIMIT, MOST = 20, 100
ORDER = {
    "name": Package.name, "created": Package.created, "fqn": Package.fully_qualified_name,
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Search:
    """What to list. Texts are compared as the database compares them."""

    deployable: bool = False
    owned: bool = False
    with_disabled: bool = False
    may_see_public: bool = True
    ids: Sequence[str] | None = None
    categories: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    class_name: str | None = None
    full_name: str | None = None
    name: str | None = None
    type: str | None = None
    words: Sequence[str] = ()
    order_by: Sequence[str] = ("name",)
    descending: bool = False
    limit: int = LIMIT
    marker: str | None = None


class Listed(NamedTuple):
    """What a list tells of a package; the times are texts of the database."""

    id: str
    owner_id: str
    fully_qualified_name: str
    version: str
    name: str
    type: str
    description: str
    author: str | None
    supplier: Any
    is_public: bool
    enabled: bool
    archive_digest: str
    created: str
    updated: str
    tags: list[str]
    categories: list[str]
    class_definitions: list[str]


_COLUMNS = (
    Package.id, Package.owner_id, Package.fully_qualified_name, Package.version, Package.name,
    Package.type, Package.description, Package.author, Package.supplier, Package.is_public,
    Package.enabled, Package.archive_digest, as_text(Package.created), as_text(Package.updated),
)  # fmt: skip


def listed(session: Session, caller: Caller, search: Search) -> list[Listed]:
    """One page of packages, by two statements however many they are."""
    query = sa.select(*_COLUMNS).where(*_scope(caller, search), *_filters(search))
    keys = [ORDER[key] for key in search.order_by if key in ORDER]
    if search.words:
        keys = [_rank(search.words), *keys]
    columns = [*keys, Package.id]
    if search.marker is not None:
        query = query.where(_after(session, columns, search))
    direction = [column.desc() if search.descending else column.asc() for column in columns]
    if search.words:
        direction[0] = columns[0].asc()
    rows = session.execute(query.order_by(*direction).limit(search.limit)).all()
    names = _names(session, [row.id for row in rows])
    return [Listed(*row, *names[row.id]) for row in rows]


def _names(session: Session, ids: Sequence[str]) -> dict[str, tuple[list[str], ...]]:
    """Names of tags, of categories and of classes of packages, by id."""
    found: dict[str, tuple[list[str], ...]] = {each: ([], [], []) for each in ids}
    if ids:
        for kind, package_id, name in session.execute(_NAMES, {"ids": ids}):
            found[package_id][kind].append(name)
    return found


def _prepared_names() -> Any:
    ids: Any = sa.bindparam("ids", expanding=True)
    tag, category, own = PackageTag.__table__.c, PackageCategory.__table__.c, ClassDefinition
    tables = (
        (tag.package_id, Tag.name, Tag.id == tag.tag_id),
        (category.package_id, Category.name, Category.id == category.category_id),
        (own.__table__.c.package_id, own.__table__.c.name, sa.true()),
    )
    return sa.union_all(
        *(
            sa.select(sa.literal_column(str(kind)), package_id, name)
            .where(package_id.in_(ids), same)
            for kind, (package_id, name, same) in enumerate(tables)
        )
    )  # fmt: skip


_NAMES = _prepared_names()


def _scope(caller: Caller, search: Search) -> list[Any]:
    own = Package.owner_id == caller.project_id
    conditions: list[Any] = []
    if search.deployable:
        conditions.append(sa.or_(own, Package.is_public.is_(True)))
    elif not caller.is_admin:
        conditions.append(
            sa.or_(own, Package.is_public.is_(True)) if search.may_see_public else own
        )
    if search.owned:
        conditions.append(own)
    if not search.with_disabled:
        conditions.append(Package.enabled.is_(True))
    return conditions


def _filters(search: Search) -> list[Any]:
    conditions: list[Any] = []
    if search.ids is not None:
        conditions.append(Package.id.in_(search.ids))
    if search.categories is not None:
        conditions.append(Package.categories.any(Category.name.in_(search.categories)))
    if search.tags is not None:
        conditions.append(Package.tags.any(Tag.name.in_(search.tags)))
    if search.class_name is not None:
        conditions.append(Package.class_definitions.any(ClassDefinition.name == search.class_name))
    for column, value in (
        (Package.fully_qualified_name, search.full_name), (Package.name, search.name),
        (Package.type, None if search.type is None else search.type.title()),
    ):  # fmt: skip
        if value is not None:
            conditions.append(column == value)
    if search.words:
        conditions.append(sa.or_(*(field for row in _fields(search.words) for field in row)))
    return conditions


def _fields(words: Sequence[str]) -> list[list[Any]]:
    """Conditions that words fulfil, the most telling field first."""

    def holds(column: Any) -> list[Any]:
        return [column.contains(word, autoescape=True) for word in words]

    return [
        holds(Package.name), holds(Package.fully_qualified_name), holds(Package.description),
        [Package.categories.any(condition) for condition in holds(Category.name)],
        [Package.tags.any(condition) for condition in holds(Tag.name)],
        [Package.class_definitions.any(condition) for condition in holds(ClassDefinition.name)],
        holds(Package.author),
    ]  # fmt: skip


def _rank(words: Sequence[str]) -> Any:
    rows = [(sa.or_(*row), number) for number, row in enumerate(_fields(words))]
    return sa.case(*rows, else_=len(rows))


def _after(session: Session, columns: list[Any], search: Search) -> Any:
    """Condition of what comes after the marker in the order of *columns*."""
    row = session.execute(sa.select(*columns).where(Package.id == search.marker)).one_or_none()
    if row is None:
        raise NotFound(f"No package with id {str(search.marker)[:64]!r} to go on from")
    descending = [search.descending] * len(columns)
    if search.words:
        descending[0] = False
    return pages.after(columns, row, descending)
