"""Python text of what a class compiled to, with comments that say where each part comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Final

from catalog_common.manifest import MANIFEST_NAME, ManifestError, parse_manifest
from catalog_engine.authoring.checking.sources import Source, SourceError, sources
from catalog_engine.authoring.folders import LoadError
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.source.classes import ClassSource
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.source.packages import load_package
from catalog_engine.packages import bundled
from catalog_engine.packages.store import compilable

_MARK: Final = re.compile(r"^( *)at__(\d+)__(\d+)$", re.MULTILINE)
_TITLE: Final = re.compile(r"^def (\w+)\(", re.MULTILINE)


def dump(paths: Iterable[str], class_name: str) -> str:
    """Python text of a class of the packages at some paths, or of the class library.

    :raises LoadError: a path holds no package, or none of them has the class.
    :raises CompileError: the class does not compile.
    """
    names: list[str] = []
    for source in _all(paths):
        try:
            manifest = parse_manifest(source.files.get(MANIFEST_NAME, b""))
        except ManifestError as error:
            raise LoadError(f"{source.path}: {error}") from error
        names.extend(manifest.classes)
        if manifest.format != "MuranoPL":
            continue
        package = load_package(compilable(manifest), source.files.__getitem__)
        if class_name in package.classes:
            tree = compile_package(package).classes[class_name].tree()
            return _text(package.classes[class_name], tree)
    raise LoadError(f"There is no class {class_name}{did_you_mean(class_name, names)}")


def _all(paths: Iterable[str]) -> Iterable[Source]:
    for path in paths:
        try:
            yield from sources(path)
        except SourceError as error:
            raise LoadError(f"{path}: {error}") from error
    for package in bundled.load([]):
        yield Source(package.manifest.full_name, package.files)


def _text(source: ClassSource, tree: ast.Module) -> str:
    marked = _Marks().visit(tree)
    file = source.declaration.position.file
    text = _MARK.sub(lambda found: f"{found[1]}# {file}:{found[2]}:{found[3]}", ast.unparse(marked))

    def titled(found: re.Match[str]) -> str:
        function = source.functions.get(found[1])
        if function is None:
            return found[0]
        return f"# {function.title}, {function.position}\n{found[0]}"

    return f"# {source.declaration.name}, {file}\n\n{_TITLE.sub(titled, text)}\n"


class _Marks(ast.NodeTransformer):
    """Puts a name that tells the place before each statement that comes from another line."""

    def __init__(self) -> None:
        self._line = 0

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Mark the statements of each block of a node."""
        for field in ("body", "handlers", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, [one for own in block for one in self._marked(own, node)])
        return node

    def _marked(self, node: ast.AST, parent: ast.AST) -> list[ast.AST]:
        line = getattr(node, "lineno", 0)
        is_marked = isinstance(node, ast.stmt) and line != self._line
        is_marked = is_marked and not isinstance(parent, ast.Module)
        self._line = line
        mark = ast.Expr(ast.Name(f"at__{line}__{getattr(node, 'col_offset', 0) + 1}"))
        inner: ast.AST = self.visit(node)
        return [mark, inner] if is_marked else [inner]
