"""How objects are written: the three notations of a mapping, and names of types in headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from catalog_common.versions import VersionSpec
from catalog_engine.muranopl.objects.model import TypeReference
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict
from catalog_engine.muranopl.source.namespaces import is_type_name

HEADER: Final = "?"
_TYPE: Final = re.compile(r"([a-zA-Z0-9_.]+)(?:/([^@]+))?(?:@([a-zA-Z0-9_.]+))?")
_EMPTY: Final[Mapping[str, Any]] = {}


class Written(NamedTuple):
    """An object as it is written.

    :ivar cls: its linked class.
    """

    cls: Any
    header: Mapping[str, Any]
    properties: Mapping[str, Any]


class Notation:
    """Reads mappings that stand for objects.

    :param rt: the runtime, which finds packages and types.
    """

    def __init__(self, rt: Any):
        self._rt = rt
        self._types: dict[tuple[Any, Any, Any], Any] = {}

    def read(self, value: Any, default: Any, scope: Any) -> Written:
        """Read one mapping.

        :param default: linked class of a mapping that carries no type, or None.
        :param scope: linked class in whose namespaces inline type keys stand, or None.
        :raises ValueError: it is no mapping, or has no type.
        """
        if value.__class__ is not MDict and not isinstance(value, Mapping):
            raise ValueError("Invalid object representation format")
        header = value.get(HEADER)
        if header is not None:
            if header.__class__ is not MDict and not isinstance(header, Mapping):
                raise ValueError("Invalid object representation format")
            return Written(self._class_of(header, default), header, value)
        inline = None if scope is None else self._inline(value, scope)
        if inline is not None:
            return inline
        return Written(self._class_of(_EMPTY, default), _EMPTY, value)

    def _inline(self, value: Mapping[Any, Any], scope: Any) -> Written | None:
        for key, properties in value.items():
            if key.__class__ is TypeReference:
                cls = key.cls
            elif isinstance(key, str) and is_type_name(key, strict=True):
                cls = self._rt.resolve_type(key, scope).cls
            else:
                continue
            header = {name: item for name, item in value.items() if name is not key}
            return Written(cls, header, properties if isinstance(properties, Mapping) else _EMPTY)
        return None

    def _class_of(self, header: Mapping[str, Any], default: Any) -> Any:
        given = header.get("type")
        if given is None:
            if default is None:
                raise ValueError("Invalid object representation: no type information was provided")
            return default
        if given.__class__ is TypeReference:
            return given.cls
        return self.class_named(given, header.get("classVersion"), header.get("package"))

    def class_named(self, text: Any, version: Any = None, package: Any = None) -> Any:
        """The linked class of a header's type, which is always an absolute name.

        :raises ValueError: the text is no type.
        :raises NoPackageForClassFound: no package has it.
        """
        key = (text, version, package)
        found = self._types.get(key)
        if found is None:
            found = self._types[key] = self._find(str(text), version, package)
        return found

    def _find(self, text: str, version: Any, package: Any) -> Any:
        match = _TYPE.fullmatch(text)
        if match is None:
            raise ValueError(f"Invalid type {text!r} in the header of an object")
        name, own_version, own_package = match.groups()
        given = own_version or version
        where = own_package or package
        try:
            holder = self._holder(name, where, VersionSpec(str(given or "")))
        except (exceptions.NoPackageFound, exceptions.NoPackageForClassFound):
            if given:
                raise
            # Dashboards name no version, whatever the version of the package is.
            holder = self._holder(name, where, VersionSpec("*"))
        found = holder.own_class(name)
        if found is None:
            raise exceptions.NoPackageForClassFound(name)
        return found

    def _holder(self, name: str, package: Any, spec: VersionSpec) -> Any:
        pool = self._rt.packages
        return pool.by_name(str(package), spec) if package else pool.by_class(name, spec)
