"""``io.murano.system.NetworkExplorer``: questions to Neutron, and the default router."""

from __future__ import annotations

import ipaddress
import logging
import uuid
from typing import Any, Final

from catalog_engine.library import addresses
from catalog_engine.library.errors import RouterInfoError
from catalog_engine.muranopl.types.native import native_class, native_method

_LOG = logging.getLogger(__name__)

_ATTEMPTS: Final = 6
_PAUSE: Final = 5.0
"""A router that another deployment is making may be without a gateway for a moment."""

_DEFAULTS: Final = {
    "max_environments": 250,
    "max_hosts": 250,
    "env_ip_template": "10.0.0.0",
    "default_dns": [],
    "external_network": "ext-net",
    "router_name": "murano-default-router",
    "create_router": True,
}


@native_class("io.murano.system.NetworkExplorer")
class NetworkExplorer:
    """What a project's networks are like in one region."""

    def __init__(self, this: Any, runtime: Any, region_name: str | None = None):
        self._runtime = runtime
        self._ports = runtime.host.ports
        self._region = region_name

    def _option(self, name: str) -> Any:
        value = self._ports.configuration.option("networking", name)
        return _DEFAULTS[name] if value is None else value

    @native_method()
    def list_networks(self) -> list[dict[str, Any]]:
        """All networks that the project sees."""
        return self._ports.cloud.networks(self._region)

    @native_method()
    def list_subnetworks(self) -> list[dict[str, Any]]:
        """All subnets that the project sees."""
        return self._ports.cloud.subnets(self._region)

    @native_method()
    def list_ports(self) -> list[dict[str, Any]]:
        """All ports that the project sees."""
        return self._ports.cloud.ports(self._region)

    @native_method()
    def list_neutron_extensions(self) -> list[dict[str, Any]]:
        """Neutron's extensions."""
        return self._ports.cloud.extensions(self._region)

    @native_method()
    def get_default_router(self) -> str:
        """Id of the project's default router, which is made if it may be.

        :raises RouterInfoError: it exists, and stays without a gateway.
        :raises KeyError: there is none, and none can be made.
        """
        name = self._option("router_name")
        for attempt in range(_ATTEMPTS):
            router = self._own_router(name)
            if router is None:
                return self._created_router(name)
            if router.get("external_gateway_info"):
                return router["id"]
            if attempt < _ATTEMPTS - 1:
                self._ports.clock.sleep(_PAUSE)
        raise RouterInfoError(
            f"Router {name} has no external gateway; set one, or give the "
            "network another router as externalRouterId"
        )

    def _own_router(self, name: str) -> dict[str, Any] | None:
        project = self._runtime.host.project_id
        for router in self._ports.cloud.routers(self._region):
            owner = router.get("project_id") or router.get("tenant_id")
            if router.get("name") == name and owner in (project, None):
                return router
        return None

    def _created_router(self, name: str) -> str:
        if not self._option("create_router"):
            raise KeyError(
                f"Router {name} was not found, and [networking] create_router forbids to make it"
            )
        wanted = str(self._option("external_network"))
        key = "id" if _is_uuid(wanted) else "name"
        for network in self._ports.cloud.networks(self._region):
            if network.get(key) == wanted and network.get("router:external"):
                router = self._ports.cloud.create_router(self._region, name, network["id"])
                return router["id"]
        raise KeyError(
            f"Router {name} could not be created: no external network {wanted} was "
            "found; set [networking] external_network"
        )

    @native_method()
    def get_available_cidr(
        self,
        router_id: str | None,
        net_id: str,
        ip_version: int = 4,
    ) -> str | None:
        """An address range that overlaps none of the project's subnets.

        Null when all of the pool's are taken. Without a router there is nothing to overlap with
        but the project's own subnets either.
        """
        taken = [
            subnet["cidr"]
            for subnet in self._ports.cloud.subnets(self._region)
            if subnet.get("cidr")
        ]
        return addresses.choose(
            net_id,
            taken,
            ip_version,
            str(self._option("env_ip_template")),
            int(self._option("max_environments")),
            int(self._option("max_hosts")),
        )

    @native_method()
    def get_default_dns(self, ip_version: int = 4) -> list[str]:
        """Configured name servers of one version of IP."""
        servers = []
        for text in self._option("default_dns"):
            try:
                address = ipaddress.ip_address(text)
            except ValueError:
                _LOG.warning("[networking] default_dns: '%s' is no address", text)
                continue
            if address.version == ip_version:
                servers.append(str(address))
        return servers

    @native_method(name="getExternalNetworkIdForRouter")
    def external_of_router(self, router_id: str | None) -> str | None:
        """Id of the network that a router's gateway is in, or null."""
        for router in self._ports.cloud.routers(self._region):
            if router["id"] == router_id:
                return (router.get("external_gateway_info") or {}).get("network_id")
        return None

    @native_method(name="getExternalNetworkIdForNetwork")
    def external_of_network(self, network_id: str) -> str | None:
        """Id of an external network that a network reaches through a router, or null."""
        for network in self._ports.cloud.networks(self._region):
            if network["id"] == network_id and network.get("router:external"):
                return network_id
        attached = {
            port.get("device_id")
            for port in self._ports.cloud.ports(self._region)
            if port.get("network_id") == network_id
            and str(port.get("device_owner", "")).startswith("network:router_interface")
        }
        gateways = sorted(
            str(router["external_gateway_info"]["network_id"])
            for router in self._ports.cloud.routers(self._region)
            if router["id"] in attached and router.get("external_gateway_info")
        )
        return gateways[0] if gateways else None


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
