"""The port ``cloud``: what Neutron, Keystone, Glance and Mistral say; the default router."""

from __future__ import annotations

import threading

from catalog_engine.clouds.asking import Row
from catalog_engine.clouds.errors import CloudError
from catalog_engine.clouds.waiting import Patience
from catalog_engine.clouds.workflows import Workflows


class CloudQueries(Workflows):
    """Questions in a project's ``session``; users and projects with the ``service`` session."""

    def _network(self, region: str | None, noun: str, patience: Patience) -> list[Row]:
        found = self._ask("network", region, f"/v2.0/{noun}", patience)
        return list((found or {}).get(noun, []))

    def networks(
        self, region: str | None, *, cancelled: threading.Event, operation_id: str = "",
        deadline: float | None = None,
    ) -> list[Row]:  # fmt: skip
        """All networks that the project sees."""
        return self._network(region, "networks", Patience(cancelled, deadline))

    def subnets(
        self, region: str | None, *, cancelled: threading.Event, operation_id: str = "",
        deadline: float | None = None,
    ) -> list[Row]:  # fmt: skip
        """All subnets that the project sees."""
        return self._network(region, "subnets", Patience(cancelled, deadline))

    def ports(
        self, region: str | None, *, cancelled: threading.Event, operation_id: str = "",
        deadline: float | None = None,
    ) -> list[Row]:  # fmt: skip
        """All ports that the project sees."""
        return self._network(region, "ports", Patience(cancelled, deadline))

    def routers(
        self, region: str | None, *, cancelled: threading.Event, operation_id: str = "",
        deadline: float | None = None,
    ) -> list[Row]:  # fmt: skip
        """All routers that the project sees."""
        return self._network(region, "routers", Patience(cancelled, deadline))

    def extensions(
        self, region: str | None, *, cancelled: threading.Event, operation_id: str = "",
        deadline: float | None = None,
    ) -> list[Row]:  # fmt: skip
        """Extensions of Neutron."""
        return self._network(region, "extensions", Patience(cancelled, deadline))

    def create_router(
        self, region: str | None, name: str, external_network: str, *, operation_id: str,
        cancelled: threading.Event, deadline: float | None = None,
    ) -> Row:  # fmt: skip
        """A router with a gateway on the external network (an id); an existing one is returned.

        The description carries the operation id, so that an attempt that follows finds the
        router which its predecessor made.
        """
        patience = Patience(cancelled, deadline)
        project_id = self._session.get_project_id()
        for router in self._network(region, "routers", patience):
            if router["name"] == name and router["project_id"] == project_id:
                return router
        body = {
            "name": name, "description": f"Made by burano, operation {operation_id}",
            "external_gateway_info": {"network_id": external_network}, "admin_state_up": True,
        }  # fmt: skip
        patience.check()
        made = self._ask(
            "network", region, "/v2.0/routers", patience, method="POST", json={"router": body}
        )
        if made is None:
            raise CloudError("CloudError", f"The external network {external_network} is not there",
                             {"service": "network"})  # fmt: skip
        return dict(made["router"])

    def user(
        self, id: str, *, cancelled: threading.Event, operation_id: str = "",
        deadline: float | None = None,
    ) -> Row | None:  # fmt: skip
        """A user by id, looked up with the service account; None when there is none."""
        return self._identity("users", "user", id, Patience(cancelled, deadline))

    def project(
        self, id: str, *, cancelled: threading.Event, operation_id: str = "",
        deadline: float | None = None,
    ) -> Row | None:  # fmt: skip
        """A project by id, looked up with the service account; None when there is none."""
        return self._identity("projects", "project", id, Patience(cancelled, deadline))

    def _identity(self, noun: str, key: str, id: str, patience: Patience) -> Row | None:
        found = self._ask(
            "identity", None, f"/{noun}/{id}", patience, self._service,
            headers={"Accept": "application/json"},
        )  # fmt: skip
        return dict(found[key]) if found else None

    def metadef_namespaces(
        self, region: str | None, resource_type: str | None, *, cancelled: threading.Event,
        operation_id: str = "", deadline: float | None = None,
    ) -> list[Row]:  # fmt: skip
        """Glance's metadata namespaces for a resource type."""
        params = {"resource_types": resource_type} if resource_type else {}
        found = self._ask("image", region, "/v2/metadefs/namespaces",
                          Patience(cancelled, deadline), params=params)  # fmt: skip
        return list((found or {}).get("namespaces", []))

    def metadef_objects(
        self, region: str | None, namespace: str, *, cancelled: threading.Event,
        operation_id: str = "", deadline: float | None = None,
    ) -> list[Row]:  # fmt: skip
        """Objects of a metadata namespace."""
        found = self._ask("image", region, f"/v2/metadefs/namespaces/{namespace}/objects",
                          Patience(cancelled, deadline))  # fmt: skip
        return list((found or {}).get("objects", []))
