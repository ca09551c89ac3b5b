"""Packages in use: found and read through a source, their classes linked at first use."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from catalog_common.versions import Version, VersionSpec
from catalog_engine.muranopl.codegen.compiled import CompiledPackage
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.types.linked import LinkedClass

LOG = logging.getLogger(__name__)
CORE_LIBRARY: Final = "io.murano"
_EXTENSIONS: Final = "io.murano.extensions."


class PackageSource(Protocol):
    """Where packages come from."""

    def find(
        self, name: str | None, class_name: str | None, version_spec: str
    ) -> Mapping[str, Any]:
        """``{name, version, digest}`` of the best match.

        :raises NoPackageFound, NoPackageForClassFound: there is none.
        """

    def content(self, digest: str) -> Mapping[str, Any]:
        """``{manifest, compiled, files}``: compiled is a CompiledPackage or its marshalled form."""


class LinkedPackage:
    """A package in use.

    :ivar requires: required package -> version specification, the implicit ones included.
    """

    def __init__(
        self, rt: Any, version: str, digest: str, compiled: CompiledPackage,
        files: Mapping[str, bytes],
    ):  # fmt: skip
        self.rt = rt
        self.name = compiled.name
        self.version = Version.coerce(version)
        self.digest = digest
        self.compiled = compiled
        self.format_version = compiled.format_version
        self._files = files
        self._classes: dict[str, LinkedClass | None] = {}
        self._seen: dict[str, LinkedClass] = {}
        self.requires = {key: VersionSpec(spec) for key, spec in compiled.requires.items()}
        self.requires.setdefault(CORE_LIBRARY, VersionSpec("0"))
        self.requires.setdefault(self.name, VersionSpec(str(self.version.major)))

    def __repr__(self) -> str:
        return f"{self.name}/{self.version}"

    def resource(self, path: str) -> bytes:
        """Content of a file below ``Resources``; KeyError when there is none."""
        return self._files[f"Resources/{path}"]

    def own_class(self, name: str) -> LinkedClass | None:
        """The class of this package itself, or None.

        :raises CompileError: it does not compile.
        """
        try:
            return self._classes[name]
        except KeyError:
            pass
        compiled = self.compiled.classes.get(name) if name else None
        if compiled is None:
            self._classes[name] = None
            return None
        linked = LinkedClass(self, compiled)
        self._classes[name] = linked
        try:
            linked.link()
        except BaseException:
            del self._classes[name]
            raise
        return linked

    def find_class(self, name: str) -> LinkedClass:
        """A class as code of this package sees it: its own, else one of a required package.

        :raises NoClassFound: neither has it.
        """
        known = self._seen.get(name)
        if known is not None:
            return known
        found = self._search(name)
        if found is None and name.startswith(_EXTENSIONS):
            found = self._search(name.removeprefix(_EXTENSIONS))
            if found is not None:
                LOG.warning(
                    "package %s names class %s, which no engine plugin brings; %s is taken for it."
                    " Name that one", self.name, name, found.name,
                )  # fmt: skip
        if found is None:
            names = list(self.compiled.classes)
            for package in self._required():
                names.extend(package.compiled.classes)
            places = [repr(self), *(repr(package) for package in self._required())]
            raise exceptions.NoClassFound(name, places, did_you_mean(name, names))
        if found.is_linked:
            self._seen[name] = found
        return found

    def linked_classes(self) -> list[LinkedClass]:
        """The classes of the package that were linked so far."""
        return [cls for cls in self._classes.values() if cls is not None]

    def _search(self, name: str) -> LinkedClass | None:
        found = self.own_class(name)
        if found is not None:
            return found
        for package in self._required():
            found = package.own_class(name)
            if found is not None:
                return found
        return None

    def _required(self) -> list[LinkedPackage]:
        return [
            self.rt.packages.by_name(name, spec)
            for name, spec in self.requires.items()
            if name != self.name
        ]

    def accepts(self, cls: LinkedClass, spec: VersionSpec | None = None) -> bool:
        """Say whether the version of a class is one that code of this package may get."""
        wanted = spec or self.requires.get(cls.package.name)
        return wanted is None or wanted.matches(cls.package.version)


class PackagePool:
    """The packages that a run uses; versions once chosen stay."""

    def __init__(self, rt: Any, source: PackageSource):
        self._rt = rt
        self._source = source
        self._fixed: dict[str, list[Version]] = {}
        self._loaded: dict[str, dict[Version, LinkedPackage]] = {}
        self._by_class: dict[tuple[str, str], LinkedPackage] = {}

    def fix(self, name: str, versions: Iterable[Version]) -> None:
        """Take these versions of a package, which earlier runs used, before any other.

        Other versions come into use where these do not match, or where the source has lost them.
        """
        self._fixed[name] = list(versions)

    def by_name(self, name: str, spec: VersionSpec) -> LinkedPackage:
        """The best version of a package, of those in use if one matches.

        :raises NoPackageFound: there is none.
        """
        versions = self._loaded.get(name, {})
        best = spec.best(versions)
        if best is not None:
            return versions[best]
        return self._load(self._earlier(name, spec) or self._source.find(name, None, str(spec)))

    def _earlier(self, name: str, spec: VersionSpec) -> Mapping[str, Any] | None:
        """The version that an earlier run used, unless it matches no more or is gone."""
        best = spec.best(self._fixed.get(name, ()))
        if best is None:
            return None
        try:
            return self._source.find(name, None, f"=={best}")
        except exceptions.NoPackageFound:
            return None

    def by_class(self, class_name: str, spec: VersionSpec) -> LinkedPackage:
        """The best version of a package with a class.

        :raises NoPackageForClassFound: there is none.
        """
        key = (class_name, str(spec))
        found = self._by_class.get(key)
        if found is None:
            found = self._by_class[key] = self._find_by_class(class_name, spec)
        return found

    def _find_by_class(self, class_name: str, spec: VersionSpec) -> LinkedPackage:
        for versions in self._loaded.values():
            holding = {
                version: package
                for version, package in versions.items()
                if class_name in package.compiled.classes
            }
            best = spec.best(holding)
            if best is not None:
                return holding[best]
        newest = self._source.find(None, class_name, str(spec))
        for row in (self._earlier(newest["name"], spec), newest):
            if row is not None:
                package = self._load(row)
                if class_name in package.compiled.classes:
                    return package
        raise exceptions.NoPackageForClassFound(class_name)

    def _load(self, row: Mapping[str, Any]) -> LinkedPackage:
        version = Version.coerce(row["version"])
        versions = self._loaded.setdefault(row["name"], {})
        if version not in versions:
            content = self._source.content(row["digest"])
            compiled = content["compiled"]
            if isinstance(compiled, bytes):
                compiled = CompiledPackage.loads(compiled)
            versions[version] = LinkedPackage(
                self._rt, row["version"], row["digest"], compiled, content["files"]
            )
        return versions[version]

    def used(self) -> list[LinkedPackage]:
        """All packages that were loaded, in the order of loading."""
        return [package for versions in self._loaded.values() for package in versions.values()]
