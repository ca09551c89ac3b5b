"""Searching packages: filters, order, pages."""

from __future__ import annotations

import dataclasses
import functools
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
# Columns of tables: what names mapped classes is compiled, and its rows read, by way of the ORM.
PACKAGE = Package.__table__.c
ORDER = {
    "name": PACKAGE.name, "created": PACKAGE.created, "fqn": PACKAGE.fully_qualified_name,
}  # fmt: skip
ESCAPE = "/"


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
    PACKAGE.id, PACKAGE.owner_id, PACKAGE.fully_qualified_name, PACKAGE.version, PACKAGE.name,
    PACKAGE.type, PACKAGE.description, PACKAGE.author, PACKAGE.supplier, PACKAGE.is_public,
    PACKAGE.enabled, PACKAGE.archive_digest, as_text(PACKAGE.created), as_text(PACKAGE.updated),
)  # fmt: skip


def listed(session: Session, caller: Caller, search: Search) -> list[Listed]:
    """One page of packages, by two statements however many they are (a third finds the marker).

    :raises NotFound: the marker is no package.
    """
    parameters = _parameters(caller, search)
    shape = _Shape(
        scopes=_scopes(caller, search),
        filters=tuple(name for name in _FILTERS if name in parameters),
        words=len(search.words),
        order_by=tuple(dict.fromkeys(key for key in search.order_by if key in ORDER)),
        descending=search.descending,
        goes_on=search.marker is not None,
    )
    if search.marker is not None:
        parameters |= _marked(session, shape, parameters)
    rows = session.execute(_statement(shape), parameters).all()
    names = _names(session, [row.id for row in rows])
    return [Listed._make((*row, *names[row.id])) for row in rows]


def _names(session: Session, ids: Sequence[str]) -> dict[str, tuple[list[str], ...]]:
    """Names of tags, of categories and of classes of packages, by id."""
    found: dict[str, tuple[list[str], ...]] = {each: ([], [], []) for each in ids}
    if ids:
        for kind, package_id, name in session.execute(_NAMES, {"ids": ids}):
            found[package_id][kind].append(name)
    return found


def _several(name: str) -> Any:
    return sa.bindparam(name, expanding=True)


def _prepared_names() -> Any:
    ids = _several("ids")
    tags, categories = Tag.__table__.c, Category.__table__.c
    tag, category = PackageTag.__table__.c, PackageCategory.__table__.c
    own = ClassDefinition.__table__.c
    tables = (
        (tag.package_id, tags.name, tags.id == tag.tag_id),
        (category.package_id, categories.name, categories.id == category.category_id),
        (own.package_id, own.name, sa.true()),
    )
    return sa.union_all(
        *(
            sa.select(sa.literal_column(str(kind)), package_id, name)
            .where(package_id.in_(ids), same)
            for kind, (package_id, name, same) in enumerate(tables)
        )
    )  # fmt: skip


_NAMES = _prepared_names()


# ---------------------------------------------------------------- statements


@dataclasses.dataclass(frozen=True)
class _Shape:
    """What the statement of a search depends on; all else are its parameters.

    Making a statement takes longer than executing it, and searches have few shapes.
    """

    scopes: tuple[str, ...]
    filters: tuple[str, ...]
    words: int
    order_by: tuple[str, ...]
    descending: bool
    goes_on: bool


_SCOPES: dict[str, tuple[Any, ...]] = {
    "own": (PACKAGE.owner_id == sa.bindparam("project_id"),),
    # Not ``IS true``: MariaDB finds no index for that.
    "public": (PACKAGE.is_public == sa.true(),),
    "all": (),
}
_FILTERS: dict[str, Any] = {
    "enabled": PACKAGE.enabled == sa.true(),
    "ids": PACKAGE.id.in_(_several("ids")),
    "categories": Package.categories.any(Category.name.in_(_several("categories"))),
    "tags": Package.tags.any(Tag.name.in_(_several("tags"))),
    "class_name": Package.class_definitions.any(ClassDefinition.name == sa.bindparam("class_name")),
    "full_name": PACKAGE.fully_qualified_name == sa.bindparam("full_name"),
    "name": PACKAGE.name == sa.bindparam("name"),
    "type": PACKAGE.type == sa.bindparam("type"),
}


def _scopes(caller: Caller, search: Search) -> tuple[str, ...]:
    """What the caller may see: all that is in any of these."""
    if search.owned:
        return ("own",)
    if caller.is_admin and not search.deployable:
        return ("all",)
    if search.deployable or search.may_see_public:
        return ("own", "public")
    return ("own",)


def _parameters(caller: Caller, search: Search) -> dict[str, Any]:
    given = {
        "project_id": caller.project_id,
        "limit": search.limit,
        "enabled": None if search.with_disabled else True,
        "ids": search.ids,
        "categories": search.categories,
        "tags": search.tags,
        "class_name": search.class_name,
        "full_name": search.full_name,
        "name": search.name,
        "marker": search.marker,
        "type": None if search.type is None else search.type.title(),
        **{_word(number): f"%{_literal(word)}%" for number, word in enumerate(search.words)},
    }
    return {name: value for name, value in given.items() if value is not None}


@functools.lru_cache(maxsize=256)
def _statement(shape: _Shape) -> Any:
    """The statement of all searches of one shape.

    Each scope is read in the order of an index and ends at a page, so that a page takes no longer
    in a larger catalog; then the pages are merged.
    """
    keys = [key.label(f"key_{number}") for number, key in enumerate(_keys(shape))]
    conditions = [_FILTERS[name] for name in shape.filters]
    if shape.words:
        conditions.append(sa.or_(*(each for row in _fields(shape.words) for each in row)))
    if shape.goes_on:
        marked = [sa.bindparam(_mark(n), type_=key.type) for n, key in enumerate(keys)]
        conditions.append(pages.after(_keys(shape), marked, _falls(shape)))
    limit: Any = sa.bindparam("limit", type_=sa.Integer())
    parts = [
        sa.select(*keys)
        .where(*_SCOPES[scope], *conditions)
        .order_by(*_ordered(_keys(shape), shape))
        .limit(limit)
        .subquery()
        for scope in shape.scopes
    ]
    found = sa.union(*(sa.select(*part.c) for part in parts)).subquery()
    # Sorted by what was found alone: with the texts of packages it would be done on disk.
    query = sa.select(*_COLUMNS).join(found, list(found.c)[-1] == PACKAGE.id)
    return query.order_by(*_ordered(list(found.c), shape)).limit(limit)


def _ordered(keys: Sequence[Any], shape: _Shape) -> list[Any]:
    return [
        key.desc() if falls else key.asc() for key, falls in zip(keys, _falls(shape), strict=True)
    ]


def _keys(shape: _Shape) -> list[Any]:
    """What pages are ordered by."""
    rank = [_rank(shape.words)] if shape.words else []
    return [*rank, *(ORDER[key] for key in shape.order_by), PACKAGE.id]


def _falls(shape: _Shape) -> list[bool]:
    """For each key whether it falls; the best of a search always come first."""
    falls = [shape.descending] * len(_keys(shape))
    if shape.words:
        falls[0] = False
    return falls


def _fields(words: int) -> list[list[Any]]:
    """Conditions that words fulfil, the most telling field first."""

    def holds(column: Any) -> list[Any]:
        return [column.ilike(sa.bindparam(_word(n)), escape=ESCAPE) for n in range(words)]

    return [
        holds(PACKAGE.name), holds(PACKAGE.fully_qualified_name), holds(PACKAGE.description),
        [Package.categories.any(condition) for condition in holds(Category.name)],
        [Package.tags.any(condition) for condition in holds(Tag.name)],
        [Package.class_definitions.any(condition) for condition in holds(ClassDefinition.name)],
        holds(PACKAGE.author),
    ]  # fmt: skip


def _rank(words: int) -> Any:
    rows = [(sa.or_(*row), number) for number, row in enumerate(_fields(words))]
    return sa.case(*rows, else_=len(rows))


def _marked(session: Session, shape: _Shape, parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters that tell the row to go on from."""
    query = sa.select(*_keys(shape)).where(PACKAGE.id == sa.bindparam("marker"))
    row = session.execute(query, parameters).one_or_none()
    if row is None:
        raise NotFound(f"No package with id {parameters['marker'][:64]!r} to go on from")
    return {_mark(number): value for number, value in enumerate(row)}


def _word(number: int) -> str:
    return f"word_{number}"


def _mark(number: int) -> str:
    return f"marked_{number}"


def _literal(word: str) -> str:
    """A word in a pattern of LIKE, where nothing of it means anything else."""
    for character in (ESCAPE, "%", "_"):
        word = word.replace(character, ESCAPE + character)
    return word
