"""Packages: publishing, finding, changing and reading them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload, undefer

from catalog_api.db.models import (
    Archive,
    ClassDefinition,
    Package,
    Tag,
    utc_now,
)
from catalog_api.schemas.checking import Checker
from catalog_api.schemas.packages import METADATA
from catalog_api.services import categories, locks
from catalog_api.services.callers import Caller
from catalog_api.services.environments import flush_unique
from catalog_api.services.errors import AlreadyExists, BadRequest, Forbidden, NotFound
from catalog_common.archive import ArchiveError, PackageArchive
from catalog_common.hot import packages as hot
from catalog_common.hot.template import TEMPLATE
from catalog_common.manifest import MANIFEST_NAME, Manifest, ManifestError, parse_manifest

IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
IMAGE_BYTES = 500 * 1024
NO_DESCRIPTION = "Description not provided"
_METADATA = Checker(METADATA)
_WHOLE = (
    selectinload(Package.class_definitions), selectinload(Package.tags),
    selectinload(Package.categories),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Contents:
    """What the catalog keeps of an archive."""

    manifest: Manifest
    body: bytes
    digest: str
    logo: bytes | None
    supplier_logo: bytes | None
    ui: str | None


# ---------------------------------------------------------------- reading archives


def read(body: bytes) -> Contents:
    """Read and check an archive.

    :raises BadRequest: it is none, is hostile, or its manifest is malformed.
    """
    try:
        archive = PackageArchive(body)
        if MANIFEST_NAME not in archive:
            raise BadRequest(f"The archive has no {MANIFEST_NAME} at its root")
        manifest = parse_manifest(archive.read(MANIFEST_NAME))
        ui = _ui(archive, manifest)
        if ui is not None and "\0" in ui:
            raise BadRequest("The UI definition has NUL in it")
        logo = _image(archive, manifest.logo, "logo.png")
        supplier_logo = _image(archive, manifest.supplier_logo, "supplier_logo.png")
    except (ArchiveError, ManifestError) as error:
        raise BadRequest(f"Couldn't load package: {error}") from error
    except UnicodeDecodeError as error:
        raise BadRequest(f"The UI definition is not UTF-8 text: {error}") from error
    digest = hashlib.sha256(body).hexdigest()
    return Contents(manifest, body, digest, logo, supplier_logo, ui)


def _ui(archive: PackageArchive, manifest: Manifest) -> str | None:
    """The UI definition: the package's own, or that of its template."""
    if manifest.format == hot.FORMAT:
        files = {TEMPLATE: archive.read(TEMPLATE)} if TEMPLATE in archive else {}
        return hot.form(manifest, files).decode()
    name = f"UI/{manifest.ui or 'ui.yaml'}"
    return archive.read(name).decode() if name in archive else None


def _image(archive: PackageArchive, name: str | None, default: str) -> bytes | None:
    if name is None:
        if default not in archive:
            return None
        name = default
    if name not in archive:
        raise BadRequest(f"The manifest names the image {name!r}, which the archive lacks")
    if archive.size(name) > IMAGE_BYTES:
        raise BadRequest(f"The image {name!r} is larger than {IMAGE_BYTES // 1024} KiB")
    image = archive.read(name)
    if not image.startswith(IMAGES):
        raise BadRequest(f"The image {name!r} is neither PNG nor JPEG nor GIF")
    return image


def checked_metadata(metadata: Any) -> dict[str, Any]:
    """What an upload says beside the archive.

    :raises BadRequest: a key is unknown, or its value has a wrong type.
    """
    problem = _METADATA.problem(metadata)
    if problem is not None:
        raise BadRequest(problem)
    checked: dict[str, Any] = metadata
    return checked


# ---------------------------------------------------------------- publishing


def publish(
    session: Session, caller: Caller, contents: Contents, metadata: Mapping[str, Any]
) -> Package:
    """Publish a package.

    Published clients know one package of a name in a project: they are refused a second one, and
    replace the first. With ``keep_versions`` in the metadata other versions stay beside the new
    one, and only the very same version is refused.

    :raises AlreadyExists: the project has it, or one of its classes, already.
    :raises BadRequest: a category does not exist.
    """
    manifest = contents.manifest
    public = bool(metadata.get("is_public", False))
    _lock(session, caller.project_id)
    if metadata.get("keep_versions"):
        _check_version(session, caller, manifest, public)
        _check_classes(session, caller.project_id, manifest.class_names, public,
                       manifest.full_name)  # fmt: skip
    else:
        _check_name(session, caller, manifest.full_name, public)
        _check_classes(session, caller.project_id, manifest.class_names, public)
    if session.get(Archive, contents.digest) is None:
        session.add(Archive(digest=contents.digest, body=contents.body, size=len(contents.body)))
        session.flush()
    made = Package(
        owner_id=caller.project_id, fully_qualified_name=manifest.full_name,
        version=str(manifest.version), name=manifest.name, type=manifest.type,
        description=manifest.description or NO_DESCRIPTION, author=manifest.author,
        supplier=manifest.supplier, supplier_logo=contents.supplier_logo, logo=contents.logo,
        ui_definition=contents.ui, is_public=public, enabled=metadata.get("enabled", True),
        archive_digest=contents.digest,
        class_definitions=[ClassDefinition(name=name) for name in manifest.class_names],
        tags=_tags(session, [*manifest.tags, *metadata.get("tags", ())]),
        categories=categories.by_names(session, list(metadata.get("categories", ()))),
    )  # fmt: skip
    session.add(made)
    flush_unique(session, f"Package {manifest.full_name} is already registered")
    return made


def _lock(session: Session, name: str) -> None:
    """Let one publisher at a time pass that could collide: of a project, or of public packages."""
    for key in (f"packages {name}", "public packages"):
        locks.take(session, key)


def _check_name(session: Session, caller: Caller, full_name: str, public: bool) -> None:
    scope = Package.owner_id == caller.project_id
    if public:
        scope = sa.or_(scope, Package.is_public.is_(True))
    if session.execute(
        sa.select(sa.exists().where(Package.fully_qualified_name == full_name, scope))
    ).scalar():
        raise AlreadyExists(f"Package {full_name} is already registered")


def _check_version(session: Session, caller: Caller, manifest: Manifest, public: bool) -> None:
    name, version = manifest.full_name, str(manifest.version)
    own = Package.owner_id == caller.project_id
    same = sa.and_(own, Package.version == version)
    if public:
        same = sa.or_(same, sa.and_(sa.not_(own), Package.is_public.is_(True)))
    query = sa.select(Package.version).where(Package.fully_qualified_name == name, same).limit(1)
    taken = session.execute(query).scalar_one_or_none()
    if taken == version:
        raise AlreadyExists(f"Version {version} of package {name} is already registered")
    if taken is not None:
        raise AlreadyExists(f"Package {name} is already registered, by another project")


def _check_classes(
    session: Session, project_id: str, names: Sequence[str], public: bool,
    besides: str | None = None,
) -> None:  # fmt: skip
    """Refuse classes that other packages define.

    :param besides: full name of the project's package whose versions may define them.
    """
    scope = Package.owner_id == project_id
    if public:
        scope = sa.or_(scope, Package.is_public.is_(True))
    query = (
        sa.select(ClassDefinition.name)
        .join(Package, Package.id == ClassDefinition.package_id)
        .where(ClassDefinition.name.in_(names), scope)
        .limit(1)
    )
    if besides is not None:
        same = sa.and_(Package.owner_id == project_id, Package.fully_qualified_name == besides)
        query = query.where(sa.not_(same))
    taken = session.execute(query).scalar_one_or_none()
    if taken is not None:
        raise AlreadyExists(f"Class {taken} is already registered by another package")


def _tags(session: Session, names: Sequence[str]) -> list[Tag]:
    """Tags of names, made where there is none; equal is what the database takes for equal."""
    wanted = list(dict.fromkeys(names))
    found = {tag.name: tag for tag in session.scalars(sa.select(Tag).where(Tag.name.in_(wanted)))}
    for name in wanted:
        if name not in found:
            found[name] = _tag(session, name)
    return list(dict.fromkeys(found[name] for name in wanted))


def _tag(session: Session, name: str) -> Tag:
    known = session.scalars(sa.select(Tag).where(Tag.name == name)).one_or_none()
    if known is not None:
        return known
    made = Tag(name=name)
    session.add(made)
    session.flush()
    return made


# ---------------------------------------------------------------- finding


def find(session: Session, caller: Caller, package_id: str, *deferred: str) -> Package:
    """A package that the caller may see, with the deferred columns named.

    :raises NotFound: there is none.
    :raises Forbidden: it is another project's and not public.
    """
    query = sa.select(Package).where(Package.id == package_id).options(*_WHOLE)
    for column in deferred:
        query = query.options(undefer(getattr(Package, column)))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"Package with id {package_id[:64]!r} is not found")
    if not (found.is_public or found.owner_id == caller.project_id or caller.is_admin):
        raise Forbidden(f"Package {package_id} is not public and not owned by your project")
    return found


def everything(session: Session) -> Iterator[Package]:
    """All packages of all projects, by full name and version."""
    query = sa.select(Package).order_by(
        Package.fully_qualified_name, Package.version, Package.owner_id, Package.id
    )
    yield from session.scalars(query.execution_options(yield_per=500))


def archive_of(session: Session, package: Package) -> bytes:
    """The bytes of a package, as they were uploaded."""
    return session.execute(
        sa.select(Archive.body).where(Archive.digest == package.archive_digest)
    ).scalar_one()


# ---------------------------------------------------------------- changing


def check_owner(caller: Caller, package: Package) -> None:
    """Refuse changes of another project's package.

    :raises Forbidden: it is one, and the caller is no administrator.
    """
    if package.owner_id != caller.project_id and not caller.is_admin:
        raise Forbidden(f"Package {package.id} is not owned by your project")


def check_may_become_public(session: Session, package: Package) -> None:
    """Refuse to publish to all what others have published already.

    :raises AlreadyExists: another project's public package has the name, or another public
        package one of the classes.
    """
    same = session.execute(
        sa.select(
            sa.exists().where(
                Package.fully_qualified_name == package.fully_qualified_name,
                Package.is_public.is_(True), Package.owner_id != package.owner_id,
            )
        )
    ).scalar()  # fmt: skip
    if same:
        raise AlreadyExists(f"Package {package.fully_qualified_name} is public already")
    names = [definition.name for definition in package.class_definitions]
    _check_classes(session, package.owner_id, names, True, package.fully_qualified_name)


def change(session: Session, package: Package, changes: Sequence[Mapping[str, Any]]) -> None:
    """Apply checked changes: ``{op, path, value}`` with one-segment paths.

    :raises NotFound: a value to remove is not there.
    :raises BadRequest: a category does not exist.
    """
    for row in changes:
        name, operation, value = row["path"], row["op"], row["value"]
        if name == "tags":
            package.tags = _tags(session, _changed(name, operation, value, package.tags))
        elif name == "categories":
            wanted = _changed(name, operation, value, package.categories)
            package.categories = categories.by_names(session, wanted)
        else:
            setattr(package, name, value)
    package.updated = utc_now()
    session.flush()


def _changed(name: str, operation: str, value: list[str], now: Sequence[Any]) -> list[str]:
    names = [item.name for item in now]
    if operation == "replace":
        return value
    if operation == "add":
        return [*names, *(item for item in value if item not in names)]
    missing = [item for item in value if item not in names]
    if missing:
        raise NotFound(f"{missing[0]!r} is not among the {name} of the package")
    return [item for item in names if item not in value]


def delete(session: Session, package: Package) -> None:
    """Remove a package; its archive stays as long as a deployment names it."""
    session.delete(package)
    session.flush()
