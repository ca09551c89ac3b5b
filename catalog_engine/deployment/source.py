"""Packages for the runtime, through the port ``packages``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog_engine.host.errors import PortError
from catalog_engine.host.ports import Ports
from catalog_engine.muranopl.codegen.compiled import CompiledPackage
from catalog_engine.muranopl.runtime import exceptions


class PortSource:
    """Finds and reads packages of one task.

    :param preloaded: digest -> compiled package that the process has at hand.
    """

    def __init__(self, ports: Ports, preloaded: Mapping[str, CompiledPackage] | None = None):
        self._ports = ports
        self._preloaded = preloaded or {}

    def find(
        self, name: str | None, class_name: str | None, version_spec: str
    ) -> Mapping[str, Any]:
        """``{name, version, digest}`` of the best match.

        :raises NoPackageFound, NoPackageForClassFound: there is none.
        """
        try:
            return self._ports.packages.find(name, class_name, version_spec)
        except PortError as error:
            if error.type == "NoPackageFound":
                raise exceptions.NoPackageFound(str(name)) from error
            if error.type == "NoPackageForClassFound":
                raise exceptions.NoPackageForClassFound(str(class_name)) from error
            raise

    def content(self, digest: str) -> Mapping[str, Any]:
        """``{manifest, compiled, files}`` of a found package."""
        content = self._ports.packages.content(digest)
        if digest in self._preloaded:
            return {**content, "compiled": self._preloaded[digest]}
        return content
