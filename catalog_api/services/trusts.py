"""Trusts: with what right an engine acts for a user, made at acceptance, revoked in the end."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from keystoneauth1 import exceptions as keystone
from keystoneauth1 import loading
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3
from keystonemiddleware import opts as auth_token_options

from catalog_api.services.errors import Forbidden, Unavailable

GROUP = "keystone_authtoken"
REDELEGATIONS = 1
"""Heat makes a trust of its own from ours, once."""


class Trusts:
    """Makes and revokes trusts for the service user of ``[keystone_authtoken]``.

    :param conf: configuration that has the options of a keystoneauth plugin in that section.
    """

    def __init__(self, conf: Any) -> None:
        # The middleware's own options, so that it finds them as it would register them.
        for group, options in auth_token_options.list_auth_token_opts():
            conf.register_opts(options, group=group)
        loading.register_auth_conf_options(conf, GROUP)
        self._conf = conf
        self._lock = threading.Lock()
        self._service: keystone_session.Session | None = None

    def obtain(
        self, trust_id: str | None, *, token: str, user_id: str, project_id: str,
        roles: Sequence[str],
    ) -> str:  # fmt: skip
        """A trust that lives: the given one, or a new one of the user's effective roles.

        :raises Forbidden: Keystone does not let the user delegate its roles.
        :raises Unavailable: Keystone does not answer.
        """
        try:
            if trust_id is not None and self._lives(trust_id):
                return trust_id
            return self._create(token, user_id, project_id, roles)
        except (keystone.Forbidden, keystone.Unauthorized, keystone.BadRequest) as error:
            raise Forbidden(
                f"Keystone refuses a trust for this deployment: {error.message}. A token that is"
                " itself of a trust or an application credential cannot delegate."
            ) from error
        except keystone.ClientException as error:
            raise Unavailable(f"Keystone does not answer: {error}") from error

    def revoke(self, trust_id: str) -> None:
        """Delete a trust as the user who made it; one that is gone already is no error.

        :raises keystoneauth1.exceptions.ClientException: it could not be deleted.
        """
        service = self._session()
        plugin = service.auth
        url = self._conf[GROUP].auth_url
        try:
            impersonating = keystone_session.Session(
                auth=v3.Password(
                    auth_url=_versioned(url), username=plugin._username,
                    password=plugin._password, user_domain_id=plugin._user_domain_id,
                    user_domain_name=plugin._user_domain_name, trust_id=trust_id,
                ),
                verify=service.verify, timeout=service.timeout,
            )  # fmt: skip
            impersonating.delete(
                f"{_versioned(url)}/OS-TRUST/trusts/{trust_id}", authenticated=True
            )
        except (keystone.NotFound, keystone.Unauthorized, keystone.Forbidden) as error:
            # Nobody can sign in with a trust that is gone; ask whether it is.
            if isinstance(error, keystone.NotFound) or not self._lives(trust_id):
                return
            raise

    def service_token(self) -> str:
        """A token of the service user itself, for conductors that listen on TCP."""
        token: str = self._session().get_token()
        return token

    def _lives(self, trust_id: str) -> bool:
        try:
            self._session().get(self._url(f"/OS-TRUST/trusts/{trust_id}"))
        except (keystone.NotFound, keystone.Forbidden):
            return False
        return True

    def _create(self, token: str, user_id: str, project_id: str, roles: Sequence[str]) -> str:
        body = {
            "trust": {
                "trustor_user_id": user_id,
                "trustee_user_id": self._session().get_user_id(),
                "project_id": project_id,
                "impersonation": True,
                "allow_redelegation": True,
                "redelegation_count": REDELEGATIONS,
                "roles": [{"name": name} for name in roles],
            }
        }
        answer = self._session().post(
            self._url("/OS-TRUST/trusts"), json=body, authenticated=False,
            headers={"X-Auth-Token": token},
        )  # fmt: skip
        made: str = answer.json()["trust"]["id"]
        return made

    def _session(self) -> keystone_session.Session:
        with self._lock:
            if self._service is None:
                auth = loading.load_auth_from_conf_options(self._conf, GROUP)
                options = self._conf[GROUP]
                verify = False if options.insecure else options.cafile or True
                self._service = keystone_session.Session(auth=auth, verify=verify, timeout=30)
            return self._service

    def _url(self, path: str) -> str:
        return _versioned(self._conf[GROUP].auth_url) + path


def _versioned(url: str) -> str:
    url = url.rstrip("/")
    return url if url.endswith("/v3") else url + "/v3"
