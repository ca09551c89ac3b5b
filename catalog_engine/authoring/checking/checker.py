"""The whole check: paths in, findings out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog_common.manifest import MANIFEST_NAME, ManifestError, parse_manifest
from catalog_engine.authoring.checking.classes import ClassChecker
from catalog_engine.authoring.checking.documents import (
    check_document,
    check_namespaces,
    unlisted,
)
from catalog_engine.authoring.checking.expressions import ExpressionChecker
from catalog_engine.authoring.checking.findings import Collector, Finding, Place, TooMany
from catalog_engine.authoring.checking.forms import check_form
from catalog_engine.authoring.checking.manifests import ManifestChecker
from catalog_engine.authoring.checking.members import KnownClass
from catalog_engine.authoring.checking.metadata import MetadataChecker
from catalog_engine.authoring.checking.reading import read_package
from catalog_engine.authoring.checking.scopes import ClassContext
from catalog_engine.authoring.checking.sources import Source, SourceError, sources
from catalog_engine.authoring.checking.world import KnownPackage, World
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.namespaces import key_text
from catalog_engine.muranopl.source.nodes import Node
from catalog_engine.packages import bundled
from catalog_forms.expressions import Parser


@dataclass(frozen=True)
class Report:
    """What came of a check.

    :ivar packages: names of the packages that were checked.
    :ivar is_readable: all paths could be read.
    """

    findings: list[Finding]
    packages: list[str]
    is_readable: bool


class _Checked:
    """One package under check."""

    def __init__(self, source: Source, style: bool) -> None:
        self.collector = Collector(source.path, style)
        self.package: KnownPackage | None = None
        self.manifest: ManifestChecker | None = None
        try:
            self.manifest = ManifestChecker(source, self.collector)
            if self.manifest.manifest is not None:
                self.package = read_package(
                    source, self.manifest.manifest, self.collector.error, self._repeated
                )
        except TooMany:
            self.collector.close()

    def _repeated(self, key: Node) -> None:
        message = f"{key_text(key)!r} stands here again; only its last value counts"
        self.collector.add(key.position, "repeated-key", message)

    def check(self, world: World, parser: Parser) -> None:
        """Check what can be checked once all packages are known."""
        if self.package is None or self.manifest is None:
            return
        try:
            self._requirements(self.package, self.manifest)
            for documents in self.package.documents.values():
                for document in dict.fromkeys(documents.values()):
                    check_document(document, self.collector)
                check_namespaces(documents.values(), self.collector)
                unlisted(documents, self.package.manifest.classes, self.collector)
            for cls in self.package.classes.values():
                self._class(cls, world)
            if self.package.meta is not None:
                self._meta(self.package.meta, world)
            check_form(self.package.source, self.package.manifest, parser, self.collector)
        except TooMany:
            self.collector.close()

    def _requirements(self, package: KnownPackage, manifest: ManifestChecker) -> None:
        for name in package.absent:
            file = package.manifest.classes[name]
            message = f"There is no class {name} in Classes/{file}"
            self.collector.add(manifest.place("Classes", name), "missing-class", message)
        for missing in package.missing:
            name = missing.partition(" ")[0]
            message = f"Package {missing} is not at hand; give it by --load"
            self.collector.add(manifest.place("Require", name), "missing-package", message)
        for space in package.plugins:
            message = f"Classes of {space} come from a plugin; nothing is known of them here"
            self.collector.add(manifest.place("Require"), "missing-package", message)

    def _class(self, cls: KnownClass, world: World) -> None:
        try:
            ClassChecker(ClassContext(cls, world, self.collector)).check()
        except RecursionError:
            message = f"Class {cls.name} is too complex to check; split its longest methods"
            self.collector.error(CompileError.at(cls.declaration.position, message))

    def _meta(self, meta: KnownClass, world: World) -> None:
        context = ClassContext(meta, world, self.collector)
        checker = MetadataChecker(context, ExpressionChecker(context, frozenset()))
        checker.items(meta.declaration.meta, "Package")


def check(paths: Iterable[str], load: Iterable[str] = (), style: bool = False) -> Report:
    """Check the packages at some paths.

    The class library of this installation is known, unless one of its name is given.

    :param paths: folders of packages, folders of such folders, archives.
    :param load: paths of further packages that may be required; nothing is said about them.
    :param style: tell matters of taste too.
    """
    findings: list[Finding] = []
    checked: list[_Checked] = []
    for path in dict.fromkeys(paths):
        try:
            checked += [_Checked(source, style) for source in sources(path)]
        except SourceError as error:
            findings += _unreadable(path, error)
    others, unreadable = _loaded(load)
    packages = [one.package for one in checked if one.package is not None]
    names = {package.name for package in (*packages, *others)}
    library = [own for own in _bundled() if own.name not in names]
    world = World([*packages, *others, *library])
    parser = Parser()
    for one in checked:
        one.check(world, parser)
        findings += one.collector.sorted()
    findings += unreadable
    is_readable = all(finding.code != "unreadable" for finding in findings)
    return Report(sorted(findings), [package.name for package in packages], is_readable)


def _loaded(paths: Iterable[str]) -> tuple[list[KnownPackage], list[Finding]]:
    packages: list[KnownPackage] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            found = list(sources(path))
        except SourceError as error:
            findings += _unreadable(path, error)
            continue
        for source in found:
            try:
                manifest = parse_manifest(source.files.get(MANIFEST_NAME, b""))
            except ManifestError as error:
                findings += _unreadable(source.path, error)
            else:
                packages.append(read_package(source, manifest))
    return packages, findings


def _unreadable(path: str, error: Exception) -> list[Finding]:
    collector = Collector(path)
    collector.add(Place(""), "unreadable", str(error))
    return collector.sorted()


def _bundled() -> Iterable[KnownPackage]:
    for own in bundled.load([]):
        yield read_package(Source(own.manifest.full_name, own.files), own.manifest)
