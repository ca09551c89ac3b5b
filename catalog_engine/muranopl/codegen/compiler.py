"""Packages: from a declaration to a compiled package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog_engine.muranopl.codegen import classes
from catalog_engine.muranopl.codegen.compiled import CompiledClass, CompiledPackage
from catalog_engine.muranopl.codegen.expressions import Functions
from catalog_engine.muranopl.functions.library import FunctionTables
from catalog_engine.muranopl.source.classes import ClassSource
from catalog_engine.muranopl.source.declarations import PackageDeclaration
from catalog_engine.muranopl.source.errors import CompileError

PACKAGE_CLASS = ""
"""Name of the pseudo class that holds the functions of a package's own metadata."""


def table_of(format_version: str) -> Functions:
    """The table of functions that code of a format calls."""
    return FunctionTables().for_format(format_version)


def compile_package(
    package: PackageDeclaration, functions: Functions | None = None
) -> CompiledPackage:
    """Compile a package; a class that does not compile keeps its error for its users.

    :param functions: table of functions of the package's format, where it is at hand.
    """
    table = functions if functions is not None else table_of(package.format_version)
    compiled: dict[str, CompiledClass] = {}
    sources: Mapping[str, Any] = package.classes
    if package.meta_source is not None:
        sources = {**sources, PACKAGE_CLASS: package.meta_source}
    for name, source in sources.items():
        if isinstance(source, CompileError):
            compiled[name] = CompiledClass(name, None, None, source)
            continue
        compiled[name] = _compile_class(name, source, table)
    return CompiledPackage(
        package.name,
        package.version,
        package.format_version,
        package.requires,
        compiled,
        package.meta,
    )


def _compile_class(name: str, source: ClassSource, table: Functions) -> CompiledClass:
    return CompiledClass(
        name,
        source.declaration,
        lambda: classes.emit(source, table),
        tree=lambda: classes.tree_of(source, table),
    )
