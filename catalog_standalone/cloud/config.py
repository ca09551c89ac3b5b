"""Configuration of the local cloud, read from one JSON file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SERVICES = ("identity", "orchestration", "network", "compute", "image", "volume")


class ConfigError(Exception):
    """The configuration file cannot be used; the message names key and remedy."""


@dataclasses.dataclass
class UserConfig:
    """A user to seed: its password, and the roles it has in which projects."""

    name: str
    password: str
    projects: dict[str, list[str]]
    email: str | None = None


@dataclasses.dataclass
class GuestConfig:
    """What local guests are made of.

    ``shares`` maps host paths to guest paths (read-write); ``read_only_paths`` appear in the
    guest at the same path; ``commands`` are put on the guest's PATH as name -> argument vector;
    ``forwards`` are ``host:port`` addresses of this machine that a guest may connect to.
    """

    shares: dict[str, str] = dataclasses.field(default_factory=dict)
    read_only_paths: list[str] = dataclasses.field(default_factory=list)
    commands: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    forwards: list[str] = dataclasses.field(default_factory=list)
    isolation: str = "auto"
    memory_mb: int = 1024
    processes: int = 256


@dataclasses.dataclass
class CloudConfig:
    """Everything the local cloud needs to know; ports of 0 are chosen by the system."""

    state_dir: Path
    host: str = "127.0.0.1"
    ports: dict[str, int] = dataclasses.field(default_factory=dict)
    region: str = "RegionOne"
    projects: list[str] = dataclasses.field(default_factory=lambda: ["admin", "demo", "service"])
    users: list[UserConfig] = dataclasses.field(default_factory=list)
    cors_origins: list[str] = dataclasses.field(default_factory=list)
    extra_endpoints: dict[str, str] = dataclasses.field(default_factory=dict)
    disabled: list[str] = dataclasses.field(default_factory=list)
    token_seconds: int = 14400
    guests: GuestConfig = dataclasses.field(default_factory=GuestConfig)


DEFAULT_USERS: list[dict[str, Any]] = [
    {"name": "admin", "password": "admin", "projects": {"admin": ["admin"], "demo": ["admin"]}},
    {"name": "demo", "password": "demo", "projects": {"demo": ["member"]}},
    {
        "name": "burano",
        "password": "burano",
        "projects": {"service": ["admin", "service"]},
    },
]


def from_mapping(data: Mapping[str, Any]) -> CloudConfig:
    """Build the configuration from plain data; raise ConfigError on unknown or missing keys."""
    values = dict(data)
    if "state_dir" not in values:
        raise ConfigError("state_dir is missing: name the folder that keeps the cloud's state")
    known = {field.name for field in dataclasses.fields(CloudConfig)}
    for key in values:
        if key not in known:
            raise ConfigError(f"unknown key {key!r}: known are {', '.join(sorted(known))}")
    for key in values.get("ports", {}):
        if key not in SERVICES:
            raise ConfigError(f"unknown service {key!r} in ports: known are {', '.join(SERVICES)}")
    values["state_dir"] = Path(values["state_dir"]).absolute()
    try:
        values["guests"] = GuestConfig(**values.get("guests", {}))
        values["users"] = [UserConfig(**user) for user in values.get("users") or DEFAULT_USERS]
        return CloudConfig(**values)
    except TypeError as error:
        raise ConfigError(f"the configuration does not fit: {error}") from error


def load(path: Path) -> CloudConfig:
    """Read the JSON file at ``path``."""
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path} must hold a JSON object")
    return from_mapping(data)
