"""Packages of folders and archives, as the port ``packages`` offers them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog_common.archive import ArchiveError, PackageArchive
from catalog_common.manifest import MANIFEST_NAME, ManifestError
from catalog_common.versions import Version, VersionSpec
from catalog_engine.host.errors import PortError
from catalog_engine.muranopl.codegen.compiled import CompiledPackage
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.runtime.collector import without_collector
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.packages import load_package
from catalog_engine.packages import bundled
from catalog_engine.packages.bundled import Unpacked
from catalog_engine.packages.store import compilable


class LoadError(Exception):
    """A path holds no package that can be used; the text names the path and what is wrong."""


class Packages:
    """Packages at hand; each is parsed at its first use, and each class emitted at its own.

    The class library of this installation is among them unless one of the same name is given.
    """

    def __init__(self, given: Iterable[Unpacked]) -> None:
        self._packages: dict[str, Unpacked] = {}
        self._compiled: dict[str, CompiledPackage] = {}
        for package in given:
            self._packages.setdefault(package.digest, package)
        names = {package.manifest.full_name for package in self}
        for package in bundled.load([]):
            if package.manifest.full_name not in names:
                self._packages[package.digest] = package

    def __iter__(self) -> Iterator[Unpacked]:
        return iter(self._packages.values())

    def find(self, name: str | None, class_name: str | None, version_spec: str) -> dict[str, Any]:
        """``{name, version, digest}`` of the highest version that fits; PortError when none does.

        Of several packages with a class, the first one that was given is chosen.
        """
        spec = VersionSpec(version_spec)
        fitting: dict[str, dict[Version, Unpacked]] = {}
        for package in self:
            manifest = package.manifest
            fits = manifest.full_name == name if name else class_name in manifest.classes
            if fits and spec.matches(manifest.version):
                fitting.setdefault(manifest.full_name, {})[manifest.version] = package
        for versions in fitting.values():
            best = spec.best(versions)
            if best is not None:
                return _row(versions[best])
        if name:
            raise PortError("NoPackageFound", f"Package {name} is not found")
        raise PortError("NoPackageForClassFound", f"Package for class {class_name} is not found")

    def content(self, digest: str) -> dict[str, Any]:
        """``{manifest, compiled, files}`` of a package.

        :raises PortError: ``PackageError``: it cannot be compiled at all.
        """
        package = self._packages[digest]
        manifest = package.manifest
        return {
            "manifest": {"FullName": manifest.full_name, "Version": str(manifest.version)},
            "compiled": self.compiled(package), "files": package.files,
        }  # fmt: skip

    def compiled(self, package: Unpacked) -> CompiledPackage:
        """The package's classes; an error of a class stands in the class.

        :raises PortError: ``PackageError``: the manifest's format is not supported.
        """
        found = self._compiled.get(package.digest)
        if found is None:
            try:
                with without_collector():
                    declared = load_package(compilable(package.manifest), package.files.__getitem__)
            except CompileError as error:
                text = f"Package {package.manifest.full_name} is unusable: {error}"
                raise PortError("PackageError", text) from error
            found = self._compiled[package.digest] = compile_package(declared)
        return found


def _row(package: Unpacked) -> dict[str, Any]:
    manifest = package.manifest
    return {
        "name": manifest.full_name, "version": str(manifest.version), "digest": package.digest,
    }  # fmt: skip


def load(paths: Iterable[Path]) -> list[Unpacked]:
    """Packages of paths: each a folder of one package, a folder of such folders, or an archive.

    :raises LoadError: one of them holds none, or a damaged one.
    """
    found: list[Unpacked] = []
    for path in paths:
        found += _load(path)
    return found


def _load(path: Path) -> list[Unpacked]:
    try:
        if path.is_file():
            return [_unzipped(path)]
        if (path / MANIFEST_NAME).is_file():
            return [bundled.read(path)]
        folders = sorted(below.parent for below in path.glob(f"*/{MANIFEST_NAME}"))
        packages = [bundled.read(folder) for folder in folders]
    except (ArchiveError, ManifestError, OSError, KeyError) as error:
        raise LoadError(f"{path}: {error}") from error
    if not packages:
        raise LoadError(f"{path}: there is no {MANIFEST_NAME}, neither in it nor in a folder of it")
    return packages


def _unzipped(path: Path) -> Unpacked:
    body = path.read_bytes()
    files: Mapping[str, bytes] = dict(PackageArchive(body).files())
    if MANIFEST_NAME not in files:
        raise LoadError(f"{path}: the archive has no {MANIFEST_NAME} at its root")
    return bundled.unpacked(files)
