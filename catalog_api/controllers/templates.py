"""``/templates``: environment templates and their applications."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers.calls import Call, done, reply
from catalog_api.services import environments, sessions, templates
from catalog_api.services.deployments import moment
from catalog_api.services.records import EnvironmentTemplate


def shown(template: EnvironmentTemplate) -> dict[str, Any]:
    """A template as clients see it, without its applications."""
    return {
        "id": template.id,
        "name": template.name,
        "description_text": template.description_text,
        "tenant_id": template.project_id,
        "version": template.version,
        "is_public": template.is_public,
        "created": moment(template.created),
        "updated": moment(template.updated),
    }


def _with_services(template: EnvironmentTemplate) -> dict[str, Any]:
    return {**shown(template), **({"services": template.services} if template.services else {})}


def index(call: Call) -> Response:
    """List templates."""
    call.authorise("list_env_templates")
    is_public = call.request.GET.get("is_public")
    rows = call.read(lambda session: templates.listed(session, call.caller, is_public))
    return reply({"templates": [shown(row) for row in rows]})


def create(call: Call) -> Response:
    """Create a template."""
    call.authorise("create_env_template")
    body = call.body()
    made = call.write(lambda session: templates.create(session, call.caller, body))
    return reply(_with_services(made))


def show(call: Call, template_id: str) -> Response:
    """Show a template with its applications."""

    def work(session: Session) -> dict[str, Any]:
        found = templates.find(session, call.caller, template_id)
        call.authorise("show_env_template", env_template_id=template_id)
        return {**shown(found), "services": found.services or []}

    return reply(call.read(work))


def update(call: Call, template_id: str) -> Response:
    """Change a template."""

    def work(session: Session) -> EnvironmentTemplate:
        found = templates.find(session, call.caller, template_id, to_change=True)
        call.authorise("update_env_template", env_template_id=template_id)
        templates.update(session, found, call.body())
        return found

    return reply(shown(call.write(work)))


def delete(call: Call, template_id: str) -> Response:
    """Delete a template."""

    def work(session: Session) -> None:
        found = templates.find(session, call.caller, template_id, to_change=True)
        call.authorise("delete_env_template", env_template_id=template_id)
        session.delete(found)

    call.write(work)
    return done()


def clone(call: Call, template_id: str) -> Response:
    """Copy a public template."""
    call.authorise("clone_env_template", env_template_id=template_id)
    body = call.body()
    made = call.write(lambda session: templates.clone(session, call.caller, template_id, body))
    return reply(_with_services(made))


def create_environment(call: Call, template_id: str) -> Response:
    """Make an environment, with the template's applications in a session of it."""

    def work(session: Session) -> dict[str, str]:
        template = templates.find(session, call.caller, template_id)
        call.authorise("create_environment")
        made = environments.create(session, call.caller, call.body())
        model = dict(made.description)
        if template.services:
            model["Objects"] = {**model["Objects"], "services": template.services}
        opened = sessions.opened(session, made, call.caller.user_id, model)
        session.flush()
        return {"environment_id": made.id, "session_id": opened.id}

    return reply(call.write(work))


# ---------------------------------------------------------------- applications


def services(call: Call, template_id: str, path: str = "") -> Response:
    """Read the applications of a template, or a part of one."""

    def work(session: Session) -> Any:
        return templates.read(templates.find(session, call.caller, template_id), path)

    return reply(call.read(work))


def add_services(call: Call, template_id: str) -> Response:
    """Append applications."""
    body = call.body()

    def work(session: Session) -> None:
        templates.add(templates.find(session, call.caller, template_id, to_change=True), body)

    call.write(work)
    return reply(body)


def replace_service(call: Call, template_id: str, path: str) -> Response:
    """Replace an application."""
    body = call.body()

    def work(session: Session) -> None:
        found = templates.find(session, call.caller, template_id, to_change=True)
        call.authorise("update_service_env_template", env_template_id=template_id)
        templates.replace(found, path, body)

    call.write(work)
    return reply(body)


def remove_service(call: Call, template_id: str, path: str) -> Response:
    """Remove an application; the template as it is then."""

    def work(session: Session) -> dict[str, Any]:
        found = templates.find(session, call.caller, template_id, to_change=True)
        templates.remove(found, path)
        return {
            "name": found.name, "id": found.id, "tenant_id": found.project_id,
            "description_text": found.description_text, "services": found.services,
            "updated": moment(found.updated),
        }  # fmt: skip

    return reply(call.write(work))
