"""Packages: from a manifest and class files to a package declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import yaml

from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.source.classes import ClassReader, ClassSource
from catalog_engine.muranopl.source.declarations import PackageDeclaration
from catalog_engine.muranopl.source.errors import CompileError, did_you_mean
from catalog_engine.muranopl.source.namespaces import read_namespaces, resolve_at
from catalog_engine.muranopl.source.nodes import MappingNode, Node, is_null
from catalog_engine.muranopl.source.reader import Reader

_FORMATS: Final = {f"1.{minor}": f"1.{min(minor, 4)}" for minor in range(7)}
_AMBIGUOUS: Final = "murano.dsl.exceptions.AmbiguousClassName"
_NO_CLASS: Final = "murano.dsl.exceptions.NoClassFound"


def format_version(value: Any) -> str:
    """Version of the language that a manifest's ``Format`` asks for, ``1.0`` ... ``1.4``.

    :raises CompileError: it is none that this engine has.
    """
    text = "MuranoPL/1.0" if value is None else str(value)
    if text[:1].isdigit():
        text = "MuranoPL/" + text
    family, _slash, version = text.rpartition("/")
    parts = version.split(".")
    known = (
        _FORMATS.get(".".join([*parts[:2], "0"][:2]))
        if (all(part.isdigit() for part in parts) and set(parts[2:]) <= {"0"})
        else None
    )
    if family != "MuranoPL" or known is None:
        raise CompileError(
            f"Unsupported format {text!r}; MuranoPL/1.0 to MuranoPL/1.4 are supported",
            "manifest.yaml",
        )
    return known


def load_package(
    manifest: Mapping[str, Any],
    read: Callable[[str], bytes],
) -> PackageDeclaration:
    """Read all classes of a package.

    Those that the manifest does not list are among them when they stand in the file of one that
    it lists. A class that does not compile stands in the result as its CompileError.

    :param manifest: the parsed manifest.
    :param read: content of a file by its path in the package; raises OSError or KeyError.
    :raises CompileError: the manifest itself cannot be used.
    """
    version = format_version(manifest.get("Format"))
    loader = _Loader(version, read)
    classes: dict[str, ClassSource | CompileError] = {}
    for name, file in (manifest.get("Classes") or {}).items():
        try:
            classes[str(name)] = loader.load(str(name), f"Classes/{file}")
        except CompileError as error:
            classes[str(name)] = error
    for name, source in loader.siblings(classes):
        classes[name] = source
    package = PackageDeclaration(
        str(manifest.get("FullName", "")),
        str(manifest.get("Version") or "0.0.0"),
        version,
        {
            str(key): "" if value is None else str(value)
            for key, value in (manifest.get("Require") or {}).items()
        },
        classes,
    )
    if manifest.get("Meta"):
        _attach(package, loader, manifest["Meta"])
    return package


def _attach(package: PackageDeclaration, loader: _Loader, meta: Any) -> None:
    """Read the metadata of the package as that of a pseudo class, whose name is empty."""
    text = yaml.safe_dump({"Meta": meta}, allow_unicode=True, sort_keys=False)
    document = loader.reader.documents("manifest.yaml", text.encode())[0]
    assert isinstance(document, MappingNode)
    package.meta_source = ClassReader("", {"=": ""}, package.format_version).read(document)
    package.meta = package.meta_source.declaration.meta


class _Loader:
    """Class files of one package, each read once."""

    def __init__(self, version: str, read: Callable[[str], bytes]):
        self.reader = Reader(Parser())
        self._version = version
        self._read = read
        self._files: dict[
            str, tuple[dict[str, ClassDocument], list[ClassDocument]] | CompileError
        ] = {}

    def load(self, name: str, file: str) -> ClassSource:
        """Class *name*, which the manifest says is in *file*.

        :raises CompileError: the file or the class cannot be used.
        """
        found = self._files.get(file)
        if found is None:
            try:
                found = self._split(file)
            except CompileError as error:
                found = error
            self._files[file] = found
        if isinstance(found, CompileError):
            raise CompileError(found.message, found.file, found.line, found.column, found.kind)
        named, unnamed = found
        if name not in named and len(unnamed) > 1:
            raise CompileError(
                f"{len(unnamed)} classes without a Name; give each a name",
                file,
                unnamed[1].node.line,
                unnamed[1].node.column,
                _AMBIGUOUS,
            )
        document = named.get(name) or (unnamed[0] if unnamed else None)
        if document is None:
            raise CompileError(
                f'Class "{name}" is not found in {file}, which the manifest names '
                f"for it{did_you_mean(name, named)}",
                file,
                kind=_NO_CLASS,
            )
        return self._read_class(name, document)

    def siblings(self, listed: Iterable[str]) -> Iterator[tuple[str, ClassSource | CompileError]]:
        """The named classes of the files read that are not among those listed."""
        known = set(listed)
        for found in self._files.values():
            for name, document in () if isinstance(found, CompileError) else found[0].items():
                if name in known:
                    continue
                known.add(name)
                try:
                    yield name, self._read_class(name, document)
                except CompileError as error:
                    yield name, error

    def _read_class(self, name: str, document: ClassDocument) -> ClassSource:
        return ClassReader(name, document.namespaces, self._version).read(document.node)

    def _split(self, file: str) -> tuple[dict[str, ClassDocument], list[ClassDocument]]:
        try:
            data = self._read(file)
        except (OSError, KeyError) as error:
            raise CompileError(
                "The package has no such file, though its manifest names it", file
            ) from error
        return split(self.reader.documents(file, data))


class ClassDocument:
    """A class document with the namespaces in force for it.

    :ivar given: the value of ``Namespaces`` that they come from, or None.
    """

    __slots__ = ("given", "namespaces", "node")

    def __init__(self, node: MappingNode, namespaces: dict[str, str], given: Node | None):
        self.node = node
        self.namespaces = namespaces
        self.given = given


def split(nodes: Iterable[Node]) -> tuple[dict[str, ClassDocument], list[ClassDocument]]:
    """The classes of a file's documents by their full names, and those without a Name.

    :raises CompileError: a document is no mapping, or its namespaces or name are malformed.
    """
    named: dict[str, ClassDocument] = {}
    unnamed: list[ClassDocument] = []
    namespaces = {"=": ""}
    given: Node | None = None
    for node in nodes:
        if not isinstance(node, MappingNode):
            raise node.error("A class document must be a mapping")
        own = node.get("Namespaces")
        if own is not None:
            namespaces, given = read_namespaces(own), own
            if len(node.pairs) == 1:
                continue
        document = ClassDocument(node, namespaces, given)
        title = node.get("Name")
        if title is None or is_null(title):
            unnamed.append(document)
        else:
            named[resolve_at(namespaces, title, "Name")] = document
    return named, unnamed
