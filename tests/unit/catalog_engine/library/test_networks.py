"""NetworkExplorer over lists of a cloud in memory."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.host.memory import MemoryCloud
from catalog_engine.library.errors import RouterInfoError
from catalog_engine.library.networks import NetworkExplorer

ROWS: dict[str, list[dict[str, Any]]] = {
    "networks": [
        {"id": "ext", "name": "ext-net", "router:external": True},
        {"id": "in", "name": "inner", "router:external": False},
    ],
    "routers": [{"id": "r1", "name": "edge", "external_gateway_info": {"network_id": "ext"}}],
    "ports": [{"network_id": "in", "device_id": "r1", "device_owner": "network:router_interface"}],
    "subnets": [{"id": "s", "network_id": "in", "cidr": "10.0.0.0/24"}],
}


@pytest.fixture
def explorer(runtime: Any) -> NetworkExplorer:
    runtime.host.ports.cloud = MemoryCloud(ROWS)
    return NetworkExplorer(None, runtime, "")


def test_default_router_is_made_once(runtime: Any, explorer: NetworkExplorer) -> None:
    router = explorer.get_default_router()
    assert explorer.get_default_router() == router
    assert explorer.external_of_router(router) == "ext"


def test_no_router_may_be_made(runtime: Any, explorer: NetworkExplorer) -> None:
    runtime.host.ports.configuration.options["networking", "create_router"] = False
    with pytest.raises(KeyError, match="murano-default-router"):
        explorer.get_default_router()


def test_external_network_is_missing(runtime: Any, explorer: NetworkExplorer) -> None:
    runtime.host.ports.configuration.options["networking", "external_network"] = "inner"
    with pytest.raises(KeyError, match="inner"):
        explorer.get_default_router()


def test_router_without_gateway(runtime: Any, explorer: NetworkExplorer) -> None:
    runtime.host.ports.cloud.rows["routers"].append(
        {"id": "r2", "name": "murano-default-router", "external_gateway_info": None}
    )
    with pytest.raises(RouterInfoError, match="gateway"):
        explorer.get_default_router()


def test_external_networks(explorer: NetworkExplorer) -> None:
    assert explorer.external_of_network("in") == "ext"
    assert explorer.external_of_network("ext") == "ext"
    assert explorer.external_of_network("other") is None
    assert explorer.external_of_router("nope") is None


def test_available_range(explorer: NetworkExplorer) -> None:
    assert explorer.get_available_cidr("r1", "n") not in (None, "10.0.0.0/24")


def test_name_servers(runtime: Any, explorer: NetworkExplorer) -> None:
    runtime.host.ports.configuration.options["networking", "default_dns"] = [
        "8.8.8.8",
        "nonsense",
        "2001:4860:4860::8888",
    ]
    assert explorer.get_default_dns() == ["8.8.8.8"]
    assert explorer.get_default_dns(6) == ["2001:4860:4860::8888"]
