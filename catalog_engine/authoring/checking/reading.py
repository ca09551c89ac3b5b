"""Packages read as far as they can be; what is wrong with their classes is reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import yaml

from catalog_common.manifest import Manifest
from catalog_engine.authoring.checking.members import KnownClass
from catalog_engine.authoring.checking.sources import Source
from catalog_engine.authoring.checking.world import KnownPackage
from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.runtime.collector import without_collector
from catalog_engine.muranopl.source.classes import SPECIAL, ClassReader, ClassSource
from catalog_engine.muranopl.source.errors import CompileError, Report
from catalog_engine.muranopl.source.namespaces import key_text
from catalog_engine.muranopl.source.nodes import MappingNode, Node, list_value
from catalog_engine.muranopl.source.packages import ClassDocument, split
from catalog_engine.muranopl.source.reader import Reader

META_CLASS: Final = ""
"""Name of the pseudo class that carries a package's own metadata."""


def read_package(
    source: Source, manifest: Manifest, report: Report | None = None,
    repeated: Callable[[Node], None] | None = None,
) -> KnownPackage:  # fmt: skip
    """Read the classes of a package; what is wrong is reported and left out."""
    package = KnownPackage(source, manifest)
    if manifest.format != "MuranoPL":
        package.broken.update(manifest.class_names)
        return package
    note: Report = report or _ignore
    reader = Reader(Parser())
    reader.repeated = repeated
    with without_collector():
        for file in dict.fromkeys(f"Classes/{file}" for file in manifest.classes.values()):
            _read_file(package, reader, file, note)
    if manifest.raw.get("Meta"):
        _read_meta(package, note)
    return package


def _ignore(_error: CompileError) -> None:
    """Packages that are merely used are not reported on."""


def _read_file(package: KnownPackage, reader: Reader, file: str, report: Report) -> None:
    listed = [
        name for name, own in package.manifest.classes.items() if f"Classes/{own}" == file
    ]  # fmt: skip
    data = package.source.files.get(file)
    try:
        named, unnamed = split(reader.documents(file, data)) if data is not None else ({}, [])
    except CompileError as error:
        report(error)
        package.broken.update(listed)
        return
    documents: dict[str | None, ClassDocument] = dict(named.items())
    for name in listed:
        document = named.get(name) or (unnamed[0] if unnamed else None)
        if document is None or (name not in named and len(unnamed) > 1):
            package.broken.add(name)
            if data is not None and not unnamed:
                package.absent.append(name)
            continue
        documents.setdefault(name, document)
        package.classes[name] = _read_class(package, name, document, report)
    for name, document in named.items():
        if name not in package.classes:
            package.classes[name] = _read_class(package, name, document, report)
    if len(unnamed) > 1:
        report(unnamed[1].node.error(f"{len(unnamed)} classes of this file have no Name"))
    package.documents[file] = documents


def _read_class(
    package: KnownPackage, name: str, document: ClassDocument, report: Report
) -> KnownClass:
    """A class as far as it can be read."""
    reader = ClassReader(name, document.namespaces, package.format_version, report)
    source = reader.read(document.node)
    cls = KnownClass(package, name, document, source)
    cls.is_whole = _is_complete(document.node, source)
    return cls


def _is_complete(node: MappingNode, source: ClassSource) -> bool:
    """Whether all members and parents that a document names could be read."""
    declaration = source.declaration
    methods = {
        SPECIAL.get(name, name) for name in _keys(node, "Methods") or _keys(node, "Workflow")
    }
    return (
        len(list_value(node.get("Extends"))) <= len(declaration.extends)
        and _keys(node, "Properties") <= declaration.properties.keys()
        and methods <= declaration.methods.keys()
    )


def _keys(node: MappingNode, key: str) -> set[str]:
    value = node.get(key)
    pairs = value.pairs if isinstance(value, MappingNode) else ()
    return {key_text(name) for name, _value in pairs}


def _read_meta(package: KnownPackage, report: Report) -> None:
    text = yaml.safe_dump({"Meta": package.manifest.raw["Meta"]}, allow_unicode=True)
    document: Any = Reader(Parser()).documents("manifest.yaml", text.encode())[0]
    own = ClassDocument(document, {"=": ""}, None)
    package.meta = _read_class(package, META_CLASS, own, report)
