"""Sessions with the cloud: the service user itself, through a trust, or with a caller's token."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from typing import Any

from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

MAX_SESSIONS = 256


@dataclasses.dataclass(frozen=True)
class ServiceAuth:
    """How the service user authenticates, and how the cloud is reached."""

    auth_url: str
    username: str
    password: str
    user_domain_id: str | None = "default"
    user_domain_name: str | None = None
    project_name: str | None = "service"
    project_id: str | None = None
    project_domain_id: str | None = "default"
    project_domain_name: str | None = None
    cafile: str | None = None
    insecure: bool = False
    timeout: float = 60.0
    connect_retries: int = 0


class TrustSessions:
    """keystoneauth sessions by trust, made on demand and shared between threads.

    A session authenticates at first use, again when its token ends, and again on a 401.
    """

    def __init__(self, auth: ServiceAuth) -> None:
        self._auth = auth
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, keystone_session.Session] = OrderedDict()

    def _session(self, plugin: Any) -> keystone_session.Session:
        auth = self._auth
        verify: bool | str = False if auth.insecure else auth.cafile or True
        return keystone_session.Session(auth=plugin, verify=verify, timeout=auth.timeout)

    def _password(self, **scope: Any) -> v3.Password:
        auth = self._auth
        url = auth.auth_url.rstrip("/")
        domain: dict[str, Any] = (
            {"user_domain_name": auth.user_domain_name}
            if auth.user_domain_name
            else {"user_domain_id": auth.user_domain_id}
        )
        return v3.Password(
            auth_url=url if url.endswith("/v3") else url + "/v3", username=auth.username,
            password=auth.password, **domain, **scope,
        )  # fmt: skip

    def service(self) -> keystone_session.Session:
        """The service user in its own project."""
        auth = self._auth
        scope: dict[str, Any] = {"project_id": auth.project_id}
        if not auth.project_id:
            scope = {"project_name": auth.project_name}
            if auth.project_domain_name:
                scope["project_domain_name"] = auth.project_domain_name
            else:
                scope["project_domain_id"] = auth.project_domain_id
        return self._cached("", lambda: self._password(**scope))

    def for_trust(self, trust_id: str) -> keystone_session.Session:
        """The trustor, in the trust's project, with the roles it delegated."""
        if not trust_id:
            raise ValueError("an empty trust id would act as the service user")
        return self._cached(trust_id, lambda: self._password(trust_id=trust_id))

    def for_token(self, token: str, project_id: str) -> keystone_session.Session:
        """A caller, by the token it sent; not cached, and dead when the token ends."""
        url = self._auth.auth_url.rstrip("/")
        return self._session(
            v3.Token(
                auth_url=url if url.endswith("/v3") else url + "/v3", token=token,
                project_id=project_id,
            )
        )  # fmt: skip

    def forget(self, trust_id: str) -> None:
        """Drop the session of a trust that is revoked."""
        with self._lock:
            self._sessions.pop(trust_id, None)

    def _cached(self, key: str, make: Any) -> keystone_session.Session:
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                session = self._sessions[key] = self._session(make())
            self._sessions.move_to_end(key)
            if len(self._sessions) > MAX_SESSIONS:
                self._sessions.popitem(last=False)
            return session


class ServiceToken:
    """The service user's token, for services of ours."""

    def __init__(self, sessions: TrustSessions) -> None:
        self._sessions = sessions

    def get(self) -> str:
        """A token, made anew when it is about to end; keystoneauth's errors without one."""
        token: str = self._sessions.service().get_token()
        return token

    def invalidate(self) -> None:
        """It was not accepted: the next one is new."""
        self._sessions.service().invalidate()
