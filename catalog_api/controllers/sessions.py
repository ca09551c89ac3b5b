"""``/environments/{id}/sessions``: drafts of an environment's next version."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers import acceptance
from catalog_api.controllers.calls import Call, done, reply
from catalog_api.services import environments, sessions
from catalog_api.services.deployments import moment
from catalog_api.services.errors import Forbidden, Unauthorised
from catalog_api.services.records import ConfigurationSession


def shown(configuration: ConfigurationSession) -> dict[str, Any]:
    """A session as clients see it."""
    return {
        "id": configuration.id,
        "environment_id": configuration.environment_id,
        "user_id": configuration.user_id,
        "state": configuration.state,
        "version": configuration.version,
        "created": moment(configuration.created),
        "updated": moment(configuration.updated),
    }


def configure(call: Call, environment_id: str) -> Response:
    """Open a session."""

    def work(session: Session) -> ConfigurationSession:
        environment = environments.find(session, call.caller, environment_id, whole=True, lock=True)
        return sessions.opened(session, environment, call.caller.user_id)

    return reply(shown(call.write(work)))


def show(call: Call, environment_id: str, session_id: str) -> Response:
    """Show a session."""

    def work(session: Session) -> ConfigurationSession:
        configuration = sessions.find(session, session_id)
        sessions.check_belongs(configuration, environment_id)
        environment = environments.find(session, call.caller, environment_id)
        _check_user(call, configuration)
        sessions.check_valid(session, configuration, environment.version)
        return configuration

    return reply(shown(call.read(work)))


def delete(call: Call, environment_id: str, session_id: str) -> Response:
    """Delete a session."""

    def work(session: Session) -> None:
        configuration = sessions.find(session, session_id)
        sessions.check_belongs(configuration, environment_id)
        environments.find(session, call.caller, environment_id, lock=True)
        _check_user(call, configuration)
        configuration = sessions.find(session, session_id, whole=True)
        if configuration.state in sessions.TRANSIENT:
            raise Forbidden(f"Session {session_id} is {configuration.state} and cannot be deleted")
        session.delete(configuration)
        session.flush()

    call.write(work)
    return done()


def deploy(call: Call, environment_id: str, session_id: str) -> Response:
    """Deploy a session."""
    acceptance.deploy(call, environment_id, session_id)
    return done()


def _check_user(call: Call, configuration: ConfigurationSession) -> None:
    if configuration.user_id != call.caller.user_id:
        raise Unauthorised(
            f"User <UserId {call.caller.user_id}> is not authorized to access session"
            f" <SessionId {configuration.id}>."
        )
