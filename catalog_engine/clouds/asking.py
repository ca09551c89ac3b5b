"""Requests to services of a cloud, tried again where that may help."""

from __future__ import annotations

from typing import Any

from keystoneauth1 import exceptions as keystone
from keystoneauth1.session import Session

from catalog_engine.clouds.errors import CloudError
from catalog_engine.clouds.waiting import Patience, retry

Row = dict[str, Any]


class Asker:
    """Requests in a project's ``session``, and some with the ``service`` session."""

    def __init__(self, session: Session, service: Session, interface: str = "public") -> None:
        self._session, self._service, self._interface = session, service, interface

    def _ask(
        self, service_type: str, region: str | None, path: str, patience: Patience,
        session: Session | None = None, method: str = "GET", **arguments: Any,
    ) -> Any:  # fmt: skip
        """What a service answers, parsed; None when it has no such thing.

        :raises CloudError: it refuses or fails.
        """
        endpoint = {"service_type": service_type, "interface": self._interface}
        if region:
            endpoint["region_name"] = region

        def call() -> Any:
            answer = (session or self._session).request(
                path, method, endpoint_filter=endpoint, **arguments
            )
            return answer.json()

        try:
            return retry(call, patience)
        except keystone.NotFound:
            return None
        except keystone.ClientException as error:
            raise CloudError(
                "CloudError", f"{service_type}: {error}",
                {"service": service_type, "http_status": getattr(error, "http_status", None)},
            ) from error  # fmt: skip
