"""The local cloud put together: services, their state, their servers."""

from __future__ import annotations

import logging

from catalog_standalone.cloud.compute import Compute, Machines, NoMachines
from catalog_standalone.cloud.compute_api import ComputeApi
from catalog_standalone.cloud.config import SERVICES, CloudConfig
from catalog_standalone.cloud.identity.api import IdentityApi
from catalog_standalone.cloud.identity.directory import Directory, stable_id
from catalog_standalone.cloud.identity.tokens import Tokens
from catalog_standalone.cloud.images import ImageApi, Images
from catalog_standalone.cloud.networks import Networks, loopback_ranges
from catalog_standalone.cloud.networks_api import NetworkApi
from catalog_standalone.cloud.orchestration.api import OrchestrationApi
from catalog_standalone.cloud.orchestration.compute_types import compute_types
from catalog_standalone.cloud.orchestration.heat_types import heat_types
from catalog_standalone.cloud.orchestration.network_types import network_types
from catalog_standalone.cloud.orchestration.resources import Backends, Registry
from catalog_standalone.cloud.orchestration.stacks import Stacks
from catalog_standalone.cloud.serving import Server
from catalog_standalone.cloud.store import Document, Store
from catalog_standalone.cloud.volumes import VolumeApi, Volumes
from catalog_standalone.cloud.web import Service

LOG = logging.getLogger(__name__)
CATALOG = {
    "identity": ("identity", "keystone", "/v3"),
    "orchestration": ("orchestration", "heat", "/v1/{project}"),
    "network": ("network", "neutron", ""),
    "compute": ("compute", "nova", "/v2.1"),
    "image": ("image", "glance", ""),
    "volume": ("block-storage", "cinder", "/v3"),
}


class LocalCloud:
    """All services of one cloud in this process. ``start`` serves, ``stop`` ends everything."""

    def __init__(self, config: CloudConfig, machines: Machines | None = None) -> None:
        self._config = config
        self.store = Store(config.state_dir / "cloud.sqlite")
        self.directory = Directory(self.store)
        self.directory.seed(config)
        self.tokens = Tokens(self.store, self.directory, config.token_seconds)
        owner = stable_id("project", config.projects[0])
        self.networks = Networks(self.store, loopback_ranges(str(config.state_dir)))
        self.networks.seed(owner)
        self.images = Images(self.store)
        self.images.seed(owner)
        self.machines = machines or NoMachines()
        self.compute = Compute(self.store, self.networks, self.images, self.machines)
        self.volumes = Volumes(self.store)
        backends = Backends(self.store, self.networks, self.compute, self.images, self.volumes)
        registry = Registry([*heat_types(), *network_types(), *compute_types()])
        self.stacks = Stacks(self.store, registry, backends, self.tokens.delete_trust)
        self._servers: dict[str, Server] = {}
        self._stopped = False

    def _services(self) -> dict[str, Service]:
        check, origins = self.tokens.check, self._config.cors_origins
        identity = IdentityApi(
            self.directory, self.tokens, self.catalog, self._config.region
        ).service(origins)
        heat = OrchestrationApi(self.stacks, self.tokens.delegate_to_heat)
        return {
            "identity": identity, "orchestration": heat.service(check, origins),
            "network": NetworkApi(self.networks).service(check, origins),
            "compute": ComputeApi(self.compute).service(check, origins),
            "image": ImageApi(self.images).service(check, origins),
            "volume": VolumeApi(self.volumes).service(check, origins),
        }  # fmt: skip

    def catalog(self, project_id: str | None) -> list[Document]:
        """The services as Keystone's catalog lists them for a project."""
        rows = []
        for service, server in self._servers.items():
            type_, name, path = CATALOG[service]
            url = server.url + path.replace("{project}", project_id or "")
            rows.append({"type": type_, "name": name, "url": url})
        for type_, url in self._config.extra_endpoints.items():
            rows.append({"type": type_, "name": type_, "url": url})
        return rows

    def start(self) -> dict[str, str]:
        """Serve all services; returns their URLs by name."""
        for name, service in self._services().items():
            if name in SERVICES and name not in self._config.disabled:
                port = self._config.ports.get(name, 0)
                self._servers[name] = Server(service, self._config.host, port)
        for server in self._servers.values():
            server.start()
        self.compute.restart()
        self.stacks.resume()
        endpoints = {name: server.url for name, server in self._servers.items()}
        return endpoints | {"identity": endpoints["identity"] + "/v3"}

    def stop(self) -> None:
        """End servers and threads; state stays. Nothing to do the second time."""
        if self._stopped:
            return
        self._stopped = True
        self.stacks.stop()
        for server in self._servers.values():
            server.stop()
        for server_id in [row["id"] for row in self.store.list("server")]:
            self.machines.halt(server_id)
        self.store.close()
