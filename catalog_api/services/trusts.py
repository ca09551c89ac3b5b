"""Trusts: with what right an engine acts for a user, made at acceptance, revoked in the end."""

from __future__ import annotations

import contextlib
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
CREDENTIALS = ("user_id", "username", "password", "user_domain_id", "user_domain_name")
REFUSALS = (keystone.Forbidden, keystone.Unauthorized, keystone.BadRequest)


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
        :raises Unavailable: Keystone does not answer, or not to our service user.
        """
        try:
            trustee_id = self._session().get_user_id()
        except keystone.ClientException as error:
            raise Unavailable(
                f"Keystone does not let this service sign in ([{GROUP}]): {error}"
            ) from error
        try:
            if trust_id is not None and self._is_usable(trust_id):
                return trust_id
            return self._create(trustee_id, token, user_id, project_id, roles)
        except REFUSALS as error:
            raise Forbidden(
                f"Keystone refuses a trust for this deployment: {error.message}. A token that is"
                " itself of a trust or an application credential cannot delegate."
            ) from error
        except keystone.ClientException as error:
            raise Unavailable(f"Keystone does not answer: {error}") from error

    def revoke(self, trust_id: str) -> None:
        """Delete a trust; one that is gone already is no error.

        Its trustor may do so, whom we are through the trust itself. Where that is not to be had
        any more (the trustor lost a role, or is disabled), an administrator may, which our
        service user may be.

        :raises keystoneauth1.exceptions.ClientException: it could not be deleted.
        """
        url = self._url(f"/OS-TRUST/trusts/{trust_id}")
        try:
            self._through(trust_id).delete(url)
        except keystone.NotFound:
            return
        except REFUSALS:
            with contextlib.suppress(keystone.NotFound):
                self._session().delete(url)

    def service_token(self) -> str:
        """A token of the service user itself, for conductors that listen on TCP."""
        token: str = self._session().get_token()
        return token

    def _is_usable(self, trust_id: str) -> bool:
        """Whether one can still act through a trust: it is there, and its trustor has its roles."""
        try:
            self._through(trust_id).get_token()
        except (keystone.NotFound, *REFUSALS):
            return False
        return True

    def _through(self, trust_id: str) -> keystone_session.Session:
        """The trustor, as far as the trust goes."""
        service = self._session()
        options = self._credentials()
        given = {name: getattr(options, name, None) for name in CREDENTIALS}
        auth = v3.Password(auth_url=self._url(""), trust_id=trust_id, **given)
        return keystone_session.Session(auth=auth, verify=service.verify, timeout=service.timeout)

    def _create(
        self, trustee_id: str, token: str, user_id: str, project_id: str, roles: Sequence[str]
    ) -> str:
        body = {
            "trust": {
                "trustor_user_id": user_id,
                "trustee_user_id": trustee_id,
                "project_id": project_id,
                "impersonation": True,
                "allow_redelegation": True,
                "redelegation_count": REDELEGATIONS,
                "roles": [{"name": name} for name in roles],
            }
        }
        answer = self._session().post(
            self._url("/OS-TRUST/trusts"), json=body, authenticated=False,
            headers={"X-Auth-Token": token}, redirect=False,
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

    def _credentials(self) -> Any:
        """The section that has the options of the service user."""
        self._session()  # makes the options of its plugin known
        return self._conf[self._conf[GROUP].auth_section or GROUP]

    def _url(self, path: str) -> str:
        url = str(self._credentials().auth_url).rstrip("/")
        return (url if url.endswith("/v3") else url + "/v3") + path
