"""Choice of an address range for a network that an application creates."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def choose(
    network_id: str,
    taken: Iterable[str],
    ip_version: int,
    template: str,
    max_environments: int,
    max_hosts: int,
) -> str | None:
    """Choose a range for a network that overlaps none of those taken.

    The choice depends on the arguments alone: two engines choose the same.

    :param template: first address of the pool that ranges come from (IPv4).
    :param max_environments: how many ranges the pool must have.
    :param max_hosts: how many addresses a range must have.
    :return: the range in CIDR notation; None when all are taken.
    """
    used = [ipaddress.ip_network(cidr, strict=False) for cidr in taken]
    start = int.from_bytes(hashlib.sha256(network_id.encode()).digest()[:8], "big")
    if ip_version == 6:
        return _unique_local(network_id, used)
    host_bits = (max_hosts - 1).bit_length()
    pool_bits = (max_environments - 1).bit_length()
    pool = ipaddress.ip_network(f"{template}/{32 - host_bits - pool_bits}", strict=False)
    count = 1 << pool_bits
    base = int(pool.network_address)
    for step in range(count):
        block = (start + step) % count
        candidate = ipaddress.IPv4Network((base + (block << host_bits), 32 - host_bits))
        if _is_free(candidate, used):
            return str(candidate)
    return None


def _unique_local(network_id: str, used: list[Network]) -> str | None:
    """A /64 of the unique local addresses (RFC 4193), whose global id is made of the network's."""
    for attempt in range(16):
        digest = hashlib.sha256(f"{network_id}/{attempt}".encode()).digest()
        prefix = b"\xfd" + digest[:5] + b"\0\0"
        candidate = ipaddress.IPv6Network((prefix + bytes(8), 64))
        if _is_free(candidate, used):
            return str(candidate)
    return None


def _is_free(candidate: Network, used: Iterable[Network]) -> bool:
    return not any(
        candidate.version == other.version and candidate.overlaps(other) for other in used
    )
