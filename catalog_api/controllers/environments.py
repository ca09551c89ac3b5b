"""``/environments``: sets of components."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers import acceptance
from catalog_api.controllers.calls import Call, done, reply
from catalog_api.controllers.deployments import shown as shown_report
from catalog_api.services import (
    components,
    environments,
    model_patches,
    notifications,
    paths,
    reports,
    sessions,
)
from catalog_api.services.deployments import moment
from catalog_api.services.errors import NotFound
from catalog_api.services.records import Environment


def shown(environment: Environment | environments.Listed) -> dict[str, Any]:
    """An environment as clients see it, without what depends on sessions."""
    return {
        "id": environment.id,
        "name": environment.name,
        "description_text": environment.description_text,
        "tenant_id": environment.project_id,
        "version": environment.version,
        "created": moment(environment.created),
        "updated": moment(environment.updated),
    }


def index(call: Call) -> Response:
    """List environments."""
    project_id: str | None = call.caller.project_id
    if call.flag("all_tenants") or call.request.GET.get("tenant"):
        call.authorise("list_environments_all_tenants")
        project_id = None if call.flag("all_tenants") else call.request.GET["tenant"]
    else:
        call.authorise("list_environments")
    rows = call.read(lambda session: environments.listed(session, project_id))
    return reply({"environments": [{**shown(row), "status": row.status} for row in rows]})


def create(call: Call) -> Response:
    """Create an environment."""
    call.authorise("create_environment")
    body = call.body()
    made = call.write(lambda session: environments.create(session, call.caller, body))
    echoed = {key: value for key, value in body.items() if key not in ("?", "services")}
    return reply({**echoed, **shown(made)})


def show(call: Call, environment_id: str) -> Response:
    """Show an environment with its components."""

    def work(session: Session) -> dict[str, Any]:
        found = environments.find(session, call.caller, environment_id, whole=True)
        call.authorise("show_environment", environment_id=environment_id)
        status = environments.status(session, found.id)
        model = environments.visible_model(session, found, call.session_id)
        holder = None
        if status == sessions.DEPLOYING:
            holder = environments.acquired_by(session, found.id)
        return {
            **shown(found),
            "status": status,
            "acquired_by": holder,
            "services": components.read(model, "", status),
        }

    return reply(call.read(work))


def rename(call: Call, environment_id: str) -> Response:
    """Rename an environment."""

    def work(session: Session) -> Environment:
        found = environments.find(session, call.caller, environment_id, lock=True)
        call.authorise("update_environment", environment_id=environment_id)
        environments.rename(session, found, call.body())
        return found

    return reply(shown(call.write(work)))


def delete(call: Call, environment_id: str) -> Response:
    """Delete an environment through a deployment, or abandon it."""
    call.authorise("delete_environment", environment_id=environment_id)
    if call.flag("abandon"):

        def work(session: Session) -> None:
            found = environments.find(session, call.caller, environment_id, lock=True)
            notifications.deleted(session, found, call.database.now(session))
            environments.abandon(session, found)

        call.write(work)
    else:
        acceptance.delete(call, environment_id)
    return done()


def last_status(call: Call, environment_id: str) -> Response:
    """The newest report about each component."""

    def work(session: Session) -> dict[str, Any]:
        found = environments.find(session, call.caller, environment_id, whole=True)
        call.authorise("show_environment", environment_id=environment_id)
        visible = environments.visible_model(session, found, call.session_id)
        newest = reports.newest(session, environment_id, components.object_ids(visible))
        return {
            component: None if row is None else shown_report(row)
            for component, row in newest.items()
        }

    return reply({"lastStatuses": call.read(work)})


def patch_model(call: Call, environment_id: str, path: str) -> Response:
    """Change the model of a session."""
    if path:
        raise NotFound("Models are patched as a whole, with the path in each operation")
    document = call.body()

    def work(session: Session) -> Any:
        environments.find(session, call.caller, environment_id)
        call.authorise("update_environment", environment_id=environment_id)
        _found, configuration = components.editable(
            session, call.caller, environment_id, call.session_id
        )
        operations = model_patches.checked(document)
        model = dict(configuration.description or {})
        model["Objects"] = model_patches.applied(model.get("Objects"), operations)
        configuration.description = model
        return model["Objects"]

    return reply(call.write(work))


def model(call: Call, environment_id: str, path: str) -> Response:
    """Read a part of the model."""

    def work(session: Session) -> Any:
        found = environments.find(session, call.caller, environment_id, whole=True)
        call.authorise("show_environment", environment_id=environment_id)
        visible = environments.visible_model(session, found, call.session_id)
        return paths.read(visible.get("Objects"), paths.segments(path))

    return reply(call.read(work))
