"""Compiled code as a worker handles it: made of a package's files, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from catalog_engine.muranopl import LANGUAGE_REVISION
from catalog_engine.muranopl.codegen.compiled import CompiledPackage, compiler_key
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.runtime.collector import without_collector
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.packages import load_package


class Compilation(NamedTuple):
    """What came of compiling a package: its compiled form, or an error with its place."""

    package: bytes | None
    error: str | None


def compile_files(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Compilation:
    """Compile a package in a process that does nothing else.

    :param files: path -> content of the class files that the manifest names.
    """
    try:
        with without_collector():
            package = load_package(manifest, files.__getitem__)
            return Compilation(compile_package(package).dumps(), None)
    except CompileError as error:
        return Compilation(None, str(error))
    except (MemoryError, RecursionError) as error:
        return Compilation(None, f"the package is too complex: {type(error).__name__}")


def load(compiled: bytes) -> CompiledPackage:
    """A compiled package with all its classes decoded, so that forks share the memory of it.

    :param compiled: from a trusted store.
    :raises ValueError: it was compiled by another compiler.
    """
    package = CompiledPackage.loads(compiled)
    for name in package.classes:
        _ = package.classes[name]
    return package


def identity() -> dict[str, Any]:
    """What compiled code and journals depend on here: ``{compiler, language_revision}``."""
    return {"compiler": compiler_key(), "language_revision": LANGUAGE_REVISION}
