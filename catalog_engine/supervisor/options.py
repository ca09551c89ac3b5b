"""The port ``configuration``: which options classes may read, and their class configurations."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from catalog_common.versions import Version
from catalog_engine.host.errors import PortError

READABLE: Mapping[str, frozenset[str]] = {
    "DEFAULT": frozenset(("home_region",)),
    "engine": frozenset(("agent_timeout", "disable_murano_agent")),
    "heat": frozenset(("stack_tags",)),
    "networking": frozenset(
        ("driver", "external_network", "router_name", "create_router", "network_config_file",
         "env_ip_template", "max_environments", "max_hosts", "default_dns")
    ),
    "rabbitmq": frozenset(("host", "port", "virtual_host", "ssl", "insecure")),
}  # fmt: skip
"""Sections and options that tell packages nothing secret."""


CLASS_NAME = re.compile(r"\w+(\.\w+)*")


class Options:
    """Reads the engine's configuration for packages."""

    def __init__(self, conf: Any, class_configs: Path) -> None:
        self._conf = conf
        self._folder = class_configs

    def option(self, section: str, key: str) -> Any:
        """The value of a readable option; None for all others."""
        if key not in READABLE.get(section, ()):
            return None
        if section != "DEFAULT" and section not in self._conf:
            return None
        holder = self._conf if section == "DEFAULT" else self._conf[section]
        if key not in holder:
            return None
        value = holder[key]
        return list(value) if isinstance(value, list | tuple) else value

    def class_config(self, class_name: str, version: str) -> Any:
        """The configured properties of a class; None without a file.

        :raises PortError: ``ConfigurationError``: the file cannot be read.
        """
        # The name comes from the worker, and becomes part of a path.
        if CLASS_NAME.fullmatch(class_name) is None:
            return None
        number = Version.coerce(version)
        suffixes = [f"-{number.major}.{number.minor}.{number.patch}",
                    f"-{number.major}.{number.minor}", f"-{number.major}"]  # fmt: skip
        if number.major == 0:
            suffixes.append("")
        for suffix in suffixes:
            for ending in ("json", "yaml"):
                path = self._folder / f"{class_name}{suffix}.{ending}"
                if path.is_file():
                    return self._read(path)
        return None

    @staticmethod
    def _read(path: Path) -> Any:
        try:
            text = path.read_text()
            data = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise PortError("ConfigurationError", f"{path.name} cannot be read: {error}") from error
        if not isinstance(data, dict):
            raise PortError("ConfigurationError", f"{path.name} must hold a mapping")
        return data
