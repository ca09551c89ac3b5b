"""``io.murano.system.MetadefBrowser``: metadata definitions of the image service."""

from __future__ import annotations

from typing import Any

from catalog_engine.muranopl.types.native import native_class, native_method


@native_class("io.murano.system.MetadefBrowser")
class MetadefBrowser:
    """Reads definitions, each question once."""

    def __init__(self, this: Any, runtime: Any, region_name: str | None = None, cache: bool = True):
        self._cloud = runtime.host.ports.cloud
        self._region = region_name
        self._cached = cache
        self._namespaces: dict[str, Any] = {}
        self._objects: dict[str, Any] = {}

    @native_method()
    def get_namespaces(self, resource_type: str) -> list[dict[str, Any]]:
        """Namespaces that are associated with a type of resources."""
        if resource_type not in self._namespaces or not self._cached:
            self._namespaces[resource_type] = self._cloud.metadef_namespaces(
                self._region, resource_type
            )
        return self._namespaces[resource_type]

    @native_method()
    def get_objects(self, namespace: str) -> list[dict[str, Any]]:
        """Objects of a namespace."""
        if namespace not in self._objects or not self._cached:
            self._objects[namespace] = self._cloud.metadef_objects(self._region, namespace)
        return self._objects[namespace]
