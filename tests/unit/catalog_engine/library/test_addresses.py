"""Choice of address ranges."""

from __future__ import annotations

import ipaddress

from catalog_engine.library.addresses import choose


def of(
    network: str,
    taken: tuple[str, ...] = (),
    version: int = 4,
    environments: int = 250,
    hosts: int = 250,
) -> str | None:
    return choose(network, taken, version, "10.0.0.0", environments, hosts)


def test_default_pool() -> None:
    chosen = {of(f"network-{number}") for number in range(2000)}
    assert len(chosen) == 256
    assert all(ipaddress.ip_network(cidr).prefixlen == 24 for cidr in chosen if cidr)
    assert all(
        ipaddress.ip_network("10.0.0.0/16").supernet_of(ipaddress.ip_network(cidr))
        for cidr in chosen
        if cidr
    )


def test_other_pool() -> None:
    network = ipaddress.IPv4Network(of("n", environments=100, hosts=1000) or "")
    assert network.prefixlen == 22
    assert ipaddress.IPv4Network("10.0.0.0/15").supernet_of(network)


def test_same_arguments_same_range() -> None:
    assert of("0123456789abcdef") == of("0123456789abcdef") == "10.0.120.0/24"


def test_taken_ranges_are_skipped() -> None:
    first = of("n")
    second = of("n", (first or "",))
    assert second not in (None, first)
    inside = f"{str(first).split('/', maxsplit=1)[0].rsplit('.', 1)[0]}.128/25"
    assert of("n", (inside,)) == second
    assert of("n", ("10.0.0.0/16",)) is None
    assert of("n", ("fd00::/8",)) == first


def test_version_6() -> None:
    network = ipaddress.IPv6Network(of("n", version=6) or "")
    assert network.prefixlen == 64
    assert network.subnet_of(ipaddress.IPv6Network("fd00::/8"))
    assert of("n", (str(network),), version=6) != str(network)
