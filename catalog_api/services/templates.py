"""Environment templates: what environments are made from, shared between projects if public."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from catalog_api.db.models import EnvironmentTemplate, utc_now
from catalog_api.services import paths
from catalog_api.services.callers import Caller
from catalog_api.services.environments import flush_unique
from catalog_api.services.errors import BadRequest, Forbidden, NotFound

_HEAD = (
    EnvironmentTemplate.id, EnvironmentTemplate.name, EnvironmentTemplate.description_text,
    EnvironmentTemplate.project_id, EnvironmentTemplate.is_public, EnvironmentTemplate.version,
    EnvironmentTemplate.created, EnvironmentTemplate.updated,
)  # fmt: skip


def listed(session: Session, caller: Caller, is_public: str | None) -> list[EnvironmentTemplate]:
    """Templates that the caller sees, without their applications.

    :param is_public: ``true``: all public ones; another text: the project's that are not; None or
        empty: the project's and all public ones.
    """
    own = EnvironmentTemplate.project_id == caller.project_id
    public = EnvironmentTemplate.is_public.is_(True)
    condition = sa.or_(own, public)
    if is_public:
        condition = public if is_public.lower() == "true" else sa.and_(own, sa.not_(public))
    query = sa.select(EnvironmentTemplate).options(load_only(*_HEAD)).where(condition)
    order = (EnvironmentTemplate.created, EnvironmentTemplate.id)
    return list(session.scalars(query.order_by(*order)).all())


def find(
    session: Session, caller: Caller, template_id: str, *, to_change: bool = False
) -> EnvironmentTemplate:
    """A template that the caller may see, or change.

    :raises NotFound: there is none.
    :raises Forbidden: it is another project's, and not public or to be changed.
    """
    found = _found(session, template_id, lock=to_change)
    if not found.is_public or to_change:
        caller.check_project(found.project_id, f"environment template {template_id}")
    return found


def _found(session: Session, template_id: str, *, lock: bool = False) -> EnvironmentTemplate:
    query = sa.select(EnvironmentTemplate).where(EnvironmentTemplate.id == template_id)
    if lock:
        query = query.with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"Environment template with id {template_id[:255]} was not found")
    return found


def create(session: Session, caller: Caller, body: Mapping[str, Any]) -> EnvironmentTemplate:
    """Create a template.

    :param body: as :data:`catalog_api.schemas.templates.NEW_TEMPLATE` has it.
    :raises AlreadyExists: the project has one of that name.
    """
    made = EnvironmentTemplate(
        name=body["name"], description_text=body.get("description_text", ""),
        is_public=body.get("is_public", False), project_id=caller.project_id,
        services=body.get("services"),
    )  # fmt: skip
    return _added(session, made)


def clone(
    session: Session, caller: Caller, template_id: str, body: Mapping[str, Any]
) -> EnvironmentTemplate:
    """Copy a public template into the caller's project.

    :raises Forbidden: it is not public.
    """
    source = _found(session, template_id)
    if not source.is_public:
        raise Forbidden(f"Environment template {template_id[:255]} is not public")
    made = EnvironmentTemplate(
        name=body["name"], is_public=body.get("is_public", False),
        description_text=source.description_text, project_id=caller.project_id,
        services=copy.deepcopy(source.services),
    )  # fmt: skip
    return _added(session, made)


def _added(session: Session, made: EnvironmentTemplate) -> EnvironmentTemplate:
    session.add(made)
    flush_unique(session, f"Environment template already exists: {made.name[:80]!r}")
    return made


def update(session: Session, template: EnvironmentTemplate, body: Mapping[str, Any]) -> None:
    """Change name, visibility and description; other members are not taken from a request.

    :param body: as :data:`catalog_api.schemas.templates.CHANGE` has it.
    :raises AlreadyExists: the project has another one of that name.
    """
    template.name = body["name"]
    template.is_public = body.get("is_public", template.is_public)
    template.description_text = body.get("description_text", template.description_text)
    template.updated = utc_now()
    flush_unique(session, f"Environment template already exists: {template.name[:80]!r}")


# ---------------------------------------------------------------- applications


def read(template: EnvironmentTemplate, path: str) -> Any:
    """Applications of a template, or what stands at a path below them.

    :raises NotFound: nothing stands there.
    """
    services = template.services or []
    parts = paths.segments(path)
    if not parts or template.services is None:
        return services
    found = paths.read(services, parts)
    if found is None:
        raise NotFound(f"There is no {path[:255]!r} in the template")
    return found


def add(template: EnvironmentTemplate, value: Any) -> None:
    """Append applications.

    :param value: an application or a list of them, checked.
    :raises BadRequest: an id is in use.
    """
    rows = value if isinstance(value, list) else [value]
    services = list(template.services or [])
    known = {_id_of(row) for row in services}
    for row in rows:
        if _id_of(row) in known:
            raise BadRequest(f"An application with id {_id_of(row)[:64]} exists already")
        known.add(_id_of(row))
        services.append(row)
    _keep(template, services)


def replace(template: EnvironmentTemplate, path: str, value: Any) -> None:
    """Replace the application that the last part of a path names.

    :raises NotFound: the template has none of that id.
    """
    parts = paths.segments(path)
    services = list(template.services or [])
    index = _index(services, parts[-1] if parts else "")
    services[index] = value
    _keep(template, services)


def remove(template: EnvironmentTemplate, path: str) -> None:
    """Remove an application; without a path all of them.

    :raises NotFound: there is none at the path.
    """
    parts = paths.segments(path)
    services = copy.deepcopy(template.services or [])
    if parts:
        paths.remove(services, parts)
    else:
        services = []
    _keep(template, services)


def _keep(template: EnvironmentTemplate, services: list[Any]) -> None:
    template.services = services
    template.updated = utc_now()


def _index(services: list[Any], application_id: str) -> int:
    for index, row in enumerate(services):
        if _id_of(row) == application_id:
            return index
    raise NotFound(f"The template has no application {application_id[:64]}")


def _id_of(row: Any) -> str:
    return str((row.get("?") or {}).get("id"))
