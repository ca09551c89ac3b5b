"""Sessions: drafts of an environment's next version, and their states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from catalog_api.db.models import ConfigurationSession, Environment, utc_now
from catalog_api.services.errors import Conflict, Forbidden, NotFound

OPENED = "opened"
DEPLOYING, DEPLOYED, DEPLOY_FAILURE = "deploying", "deployed", "deploy failure"
DELETING, DELETE_FAILURE = "deleting", "delete failure"
TRANSIENT = (DEPLOYING, DELETING)

TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "deploy": {OPENED: DEPLOYING},
    "delete": {OPENED: DELETING},
    "succeed": {DEPLOYING: DEPLOYED, DELETING: DEPLOYED},
    "fail": {DEPLOYING: DEPLOY_FAILURE, DELETING: DELETE_FAILURE},
}
"""Event: the state it leads to, by the state it is allowed in."""

HEAD = (
    ConfigurationSession.id, ConfigurationSession.environment_id, ConfigurationSession.user_id,
    ConfigurationSession.state, ConfigurationSession.version, ConfigurationSession.created,
    ConfigurationSession.updated,
)  # fmt: skip
"""What most calls need of a session; its model may be large and has to be decrypted."""


def transition(session: Session, event: str, configuration: ConfigurationSession) -> bool:
    """Move a session by an event; False when its state has changed meanwhile.

    :raises Forbidden: the event is not allowed in its state.
    """
    target = TRANSITIONS[event].get(configuration.state)
    if target is None:
        raise Forbidden(
            f"Session {configuration.id} is {configuration.state!r}; only a session that is"
            f" {' or '.join(map(repr, TRANSITIONS[event]))} can {event}."
        )
    moved = session.execute(
        sa.update(ConfigurationSession)
        .where(
            ConfigurationSession.id == configuration.id,
            ConfigurationSession.state == configuration.state,
        )
        .values(state=target, updated=utc_now())
        .execution_options(synchronize_session=False)
    )
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def opened(
    session: Session, environment: Environment, user_id: str, description: Any = None
) -> ConfigurationSession:
    """Open a session on an environment whose model it starts from.

    :raises Forbidden: the environment is being deployed or deleted.
    """
    check_idle(session, environment.id)
    made = ConfigurationSession(
        environment_id=environment.id,
        user_id=user_id,
        state=OPENED,
        version=environment.version,
        description=environment.description if description is None else description,
    )
    session.add(made)
    session.flush()
    return made


def check_idle(session: Session, environment_id: str) -> None:
    """Refuse an environment that is being deployed or deleted.

    :raises Forbidden: it is.
    """
    if transient_of(session, environment_id) is not None:
        raise Forbidden(
            f"Environment {environment_id} is being deployed or deleted; wait for its end."
        )


def check_opened(configuration: ConfigurationSession) -> None:
    """Refuse a session that was deployed already.

    :raises Forbidden: it was.
    """
    if configuration.state != OPENED:
        raise Forbidden(
            f"Session <SessionId {configuration.id}> is {configuration.state!r} and cannot be"
            " deployed"
        )


def transient_of(session: Session, environment_id: str) -> ConfigurationSession | None:
    """The session of an environment that deploys or deletes, or None."""
    return session.scalars(
        sa.select(ConfigurationSession)
        .where(
            ConfigurationSession.environment_id == environment_id,
            ConfigurationSession.state.in_(TRANSIENT),
        )
        .options(load_only(*HEAD))
        .limit(1)
    ).one_or_none()


def find(session: Session, session_id: str, *, whole: bool = False) -> ConfigurationSession:
    """A session by id, with its model when *whole*.

    :raises NotFound: there is none.
    """
    query = sa.select(ConfigurationSession).where(ConfigurationSession.id == session_id)
    if not whole:
        query = query.options(load_only(*HEAD))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"Session <SessionId {session_id}> is not found")
    return found


def is_valid(session: Session, configuration: ConfigurationSession, version: int) -> bool:
    """Say whether a session may still be used: nothing finished since it was opened.

    :param version: version of its environment.
    """
    if version > configuration.version:
        return False
    if configuration.state == OPENED:
        other = transient_of(session, configuration.environment_id)
        return other is None or other.id == configuration.id
    return True


def check_valid(session: Session, configuration: ConfigurationSession, version: int) -> None:
    """Refuse a session that may not be used any more.

    :raises Forbidden: it is not valid.
    """
    if not is_valid(session, configuration, version):
        raise Forbidden(f"Session <SessionId {configuration.id}> is invalid")


def check_belongs(configuration: ConfigurationSession, environment_id: str) -> None:
    """Refuse the session of another environment.

    :raises Conflict: it is one.
    """
    if configuration.environment_id != environment_id:
        raise Conflict(
            f"Session <SessionId {configuration.id}> is not tied with Environment"
            f" <EnvId {environment_id}>"
        )
