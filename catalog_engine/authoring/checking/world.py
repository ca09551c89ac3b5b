"""All packages at hand, and which classes code of each of them sees."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from catalog_common.manifest import Manifest
from catalog_common.versions import VersionSpec
from catalog_engine.authoring.checking.lineages import settle
from catalog_engine.authoring.checking.members import KnownClass, KnownMethod
from catalog_engine.authoring.checking.sources import Source
from catalog_engine.muranopl.source.packages import ClassDocument
from catalog_engine.muranopl.types.packages import CORE_LIBRARY

EXTENSIONS: Final = "io.murano.extensions."
#: A class of a plugin by its full name, up to the last dot.
_PLUGIN_CLASS: Final = re.compile(rb"['\"](io\.murano\.extensions(?:\.\w+)+)\.\w+['\"]")


class KnownPackage:
    """A package whose class files were read, as far as they can be.

    :ivar classes: the classes of the class files that could be read, listed or not.
    :ivar broken: names of those that could not; *absent*: those of them that their file has not.
    :ivar documents: all class documents of the class files, by file.
    :ivar required: packages that it requires and that are at hand.
    :ivar missing: those that are not; *plugins*: namespaces of plugins that it uses.
    :ivar sees_all: everything that it requires is at hand.
    """

    def __init__(self, source: Source, manifest: Manifest) -> None:
        self.source = source
        self.manifest = manifest
        self.name = manifest.full_name
        self.format_version = f"1.{manifest.format_version.minor}"
        self.classes: dict[str, KnownClass] = {}
        self.broken: set[str] = set()
        self.absent: list[str] = []
        self.documents: dict[str, dict[str | None, ClassDocument]] = {}
        self.meta: KnownClass | None = None
        self.required: list[KnownPackage] = []
        self.missing: list[str] = []
        self.sees_all = True
        self.plugins: list[str] = []

    def requirements(self) -> dict[str, VersionSpec]:
        """Required package -> versions that fit, the class library among them."""
        specs = {name: VersionSpec(spec) for name, spec in self.manifest.require.items()}
        if self.name != CORE_LIBRARY:
            specs.setdefault(CORE_LIBRARY, VersionSpec("0"))
        specs.pop(self.name, None)
        return specs

    def find(self, name: str) -> KnownClass | None:
        """A class as code of the package sees it, or None."""
        # Classes of plugins may have become those of packages.
        for text in (name, name.removeprefix(EXTENSIONS)):
            for package in (self, *self.required):
                if text in package.classes:
                    return package.classes[text]
        return None

    def may_have(self, name: str) -> bool:
        """Whether a class that was not found may exist all the same."""
        return not self.sees_all or any(
            name in package.broken or name.removeprefix(EXTENSIONS) in package.broken
            for package in (self, *self.required)
        )

    def visible(self) -> list[str]:
        """Names of the classes that its code sees."""
        return [name for package in (self, *self.required) for name in package.classes]


class World:
    """The packages at hand, linked with one another.

    :ivar wrong_parents: what is wrong with the ancestors of classes, which have lost them.
    :ivar methods: all methods of all classes by name.
    """

    def __init__(self, packages: Iterable[KnownPackage]) -> None:
        self.packages = list(packages)
        for package in self.packages:
            self._require(package)
            _find_plugins(package)
        for package in self.packages:
            for cls in package.classes.values():
                found = [package.find(name) for name in cls.declaration.extends]
                parents = tuple(parent for parent in found if parent is not None)
                cls.link(parents, len(parents) == len(found))
                imports = [package.find(name) for name in cls.declaration.imports]
                cls.imports = tuple(own for own in imports if own is not None and own is not cls)
        self.wrong_parents = settle(self.classes())
        self.methods: dict[str, list[KnownMethod]] = {}
        for cls in self.classes():
            for name, method in cls.methods.items():
                self.methods.setdefault(name, []).append(method)

    def classes(self) -> list[KnownClass]:
        """All classes of all packages."""
        return [cls for package in self.packages for cls in package.classes.values()]

    def holder(self, class_name: str) -> KnownPackage | None:
        """A package at hand that has a class."""
        return next((own for own in self.packages if class_name in own.classes), None)

    def _require(self, package: KnownPackage) -> None:
        for name, spec in package.requirements().items():
            versions = {
                other.manifest.version: other
                for other in reversed(self.packages) if other.name == name
            }  # fmt: skip
            best = spec.best(versions)
            if best is not None:
                package.required.append(versions[best])
            else:
                package.missing.append(f"{name} {spec}".strip())
                package.sees_all = False


def _find_plugins(package: KnownPackage) -> None:
    """Namespaces of plugins have classes that no package at hand can tell of."""
    spaces = {
        space
        for documents in package.documents.values()
        for document in documents.values()
        for space in document.namespaces.values()
        if f"{space}.".startswith(EXTENSIONS)
    }
    for file in package.documents:
        for name in _PLUGIN_CLASS.findall(package.source.files.get(file, b"")):
            spaces.add(name.decode())
    known = {name.rpartition(".")[0] for name in package.visible()}
    for space in sorted(spaces):
        if not known & {space, f"{space}.".removeprefix(EXTENSIONS).rstrip(".")}:
            package.plugins.append(space)
            package.sees_all = False
