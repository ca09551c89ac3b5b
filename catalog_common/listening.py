"""Addresses that services of ours listen on and are found at: ``http://…`` and ``unix:///…``."""

from __future__ import annotations

import dataclasses
from urllib.parse import urlsplit


@dataclasses.dataclass(frozen=True)
class Address:
    """A TCP address, or the path of a UNIX socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def parse(cls, url: str | None) -> Address:
        """Read an address.

        :raises ValueError: it is neither ``http://host:port`` nor ``unix:///path``.
        """
        parts = urlsplit(url or "")
        if parts.scheme == "unix" and parts.path.startswith("/"):
            return cls(path=parts.path)
        if parts.scheme in ("http", "https") and parts.hostname:
            return cls(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
        raise ValueError(f"{url!r} is no address: write http://host:port or unix:///path")
