"""Compiled classes and packages: what the linker gets and what the cache stores.

A class is compiled in two steps. Its source is read, parsed and checked at once, so that its
declaration and its errors are known; its code object is emitted at first use
(:attr:`CompiledClass.code`) or when the package is stored (:meth:`CompiledPackage.dumps`).

The linker runs a class's code once for each linked class::

    namespace = operations.namespace(runtime, linked_class)
    exec(compiled.code, namespace)
    body = namespace[method.body.name]

Generated functions have these signatures. *this* is the real object, or the type reference in
static and extension methods. All values are immutable MuranoPL values; arguments have passed
their contracts already.

* method body: ``fn(this, *arguments in declared order)``; VarArgs is one MList, KwArgs one MDict;
* default of a property or argument, properties of attached metadata: ``fn(this)``;
* predicate or other argument in a contract: ``fn(this, it)``;
* leaf of a contract that is no chain of contract functions: ``fn(this, it, call)``.
"""

from __future__ import annotations

import ast
import datetime
import functools
import importlib.metadata
import marshal
import platform
import sys
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, Final

from catalog_engine.muranopl.source.declarations import (
    ABSENT,
    ArgumentDeclaration,
    ClassDeclaration,
    FunctionRef,
    MetaDeclaration,
    MethodDeclaration,
    PropertyDeclaration,
)
from catalog_engine.muranopl.source.errors import CompileError, Position

COMPILER_VERSION: Final = 6
"""Raised whenever generated code, or what it expects of the runtime, changes."""

_RECORDS: Final = {
    cls.__name__: cls
    for cls in (
        ArgumentDeclaration,
        ClassDeclaration,
        MetaDeclaration,
        MethodDeclaration,
        PropertyDeclaration,
    )
}


@functools.cache
def compiler_key() -> str:
    """Key of everything that compiled code depends on besides the package itself."""
    return ":".join(
        (
            str(COMPILER_VERSION),
            importlib.metadata.version("yaql"),
            platform.python_implementation(),
            sys.implementation.cache_tag or "",
            str(sys.hexversion),
        )
    )


class CompiledClass:
    """One compiled class.

    :ivar name: fully qualified name.
    :ivar declaration: its declaration; reading it raises the class's CompileError if it has one.
    :ivar error: the error of a class that does not compile, or None.
    """

    __slots__ = ("_code", "_declaration", "_emit", "_functions", "_tree", "error", "name")

    def __init__(
        self,
        name: str,
        declaration: ClassDeclaration | None,
        emit: Callable[[], tuple[CodeType, dict[str, Any]]] | None,
        error: CompileError | None = None,
        tree: Callable[[], ast.Module] | None = None,
    ):
        self.name = name
        self._declaration = declaration
        self._emit = emit
        self._tree = tree
        self._code: CodeType | None = None
        self._functions: dict[str, Any] = {}
        self.error = error

    @property
    def declaration(self) -> ClassDeclaration:
        """The declaration.

        :raises CompileError: the class does not compile.
        """
        if self._declaration is None:
            raise self._fresh_error()
        return self._declaration

    @property
    def code(self) -> CodeType:
        """Code that defines the class's functions in the namespace it is run in.

        :raises CompileError: the class does not compile.
        """
        if self._code is None:
            if self._emit is None:
                raise self._fresh_error()
            self._code, self._functions = self._emit()
            self._emit = None
        return self._code

    @property
    def functions(self) -> dict[str, Any]:
        """Function name -> (method name or title, instructions, variables), for stack traces."""
        _ = self.code
        return self._functions

    def tree(self) -> ast.Module:
        """Python AST of the code.

        :raises CompileError: the class does not compile.
        :raises ValueError: the class was read from a store, which keeps code objects only.
        """
        if self.error is not None:
            raise self._fresh_error()
        if self._tree is None:
            raise ValueError(
                f"Class {self.name} comes from the cache; compile its package again to see its code"
            )
        return self._tree()

    def _fresh_error(self) -> CompileError:
        assert self.error is not None
        error = self.error
        return CompileError(error.message, error.file, error.line, error.column, error.kind)

    def to_plain(self) -> tuple[Any, ...]:
        """Plain data that marshal can write; emits the code."""
        if self.error is not None:
            error = self.error
            return (
                self.name,
                None,
                None,
                None,
                (error.message, error.file, error.line, error.column, error.kind),
            )
        return (self.name, _plain(self.declaration), self.code, self._functions, None)

    @classmethod
    def from_plain(cls, data: tuple[Any, ...]) -> CompiledClass:
        """Inverse of :meth:`to_plain`."""
        name, declaration, code, functions, error = data
        if error is not None:
            return cls(name, None, None, CompileError(*error))
        compiled = cls(name, _record(declaration), None)
        compiled._code = code
        compiled._functions = functions
        return compiled


class CompiledPackage:
    """All compiled classes of a package, with its symbolic references only.

    :ivar name: full name of the package.
    :ivar version: its version as its manifest says.
    :ivar format_version: ``1.0`` ... ``1.4``.
    :ivar requires: required package -> version specification, as written.
    :ivar classes: fully qualified name -> CompiledClass (a mapping that may decode at access).
    :ivar meta: metadata attached to the package; its functions belong to class ``""``.
    """

    __slots__ = ("classes", "format_version", "meta", "name", "requires", "version")

    def __init__(
        self,
        name: str,
        version: str,
        format_version: str,
        requires: Mapping[str, str],
        classes: Mapping[str, CompiledClass],
        meta: tuple[MetaDeclaration, ...] = (),
    ):
        self.name = name
        self.version = version
        self.format_version = format_version
        self.requires = dict(requires)
        self.classes = classes
        self.meta = meta

    def dumps(self) -> bytes:
        """Emit what was not emitted yet and marshal the package, with the compiler's key."""
        parts = {name: marshal.dumps(self.classes[name].to_plain()) for name in self.classes}
        return marshal.dumps(
            (
                compiler_key(),
                self.name,
                self.version,
                self.format_version,
                self.requires,
                parts,
                _plain(self.meta),
            )
        )

    @classmethod
    def loads(cls, data: bytes) -> CompiledPackage:
        """Read what :meth:`dumps` wrote. The data must come from a trusted, authenticated store.

        :raises ValueError: it was written by another compiler, yaql or Python.
        """
        try:
            key, name, version, format_version, requires, parts, meta = marshal.loads(data)
        except (EOFError, TypeError, ValueError) as error:
            raise ValueError(f"Compiled package is damaged ({error}); compile it again") from error
        if key != compiler_key():
            raise ValueError(
                f"Compiled package was made by {key}, this is {compiler_key()}; compile it again"
            )
        return cls(name, version, format_version, requires, _LazyClasses(parts), _record(meta))


class _LazyClasses(Mapping[str, CompiledClass]):
    """Classes of a stored package, each decoded at its first use."""

    __slots__ = ("_classes", "_parts")

    def __init__(self, parts: dict[str, bytes]):
        self._parts = parts
        self._classes: dict[str, CompiledClass] = {}

    def __getitem__(self, name: str) -> CompiledClass:
        found = self._classes.get(name)
        if found is None:
            found = CompiledClass.from_plain(marshal.loads(self._parts[name]))
            self._classes[name] = found
        return found

    def __iter__(self) -> Any:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, name: object) -> bool:
        return name in self._parts


def _plain(value: Any) -> Any:
    """Turn declarations and moments into tuples that start with a tag; plain containers stay."""
    kind = type(value)
    if kind is Position:
        return ("\0p", *value)
    if kind is FunctionRef:
        return ("\0f", value.name)
    if value is ABSENT:
        return ("\0a",)
    if kind is tuple:
        made = tuple(_plain(item) for item in value)
        is_like_tag = bool(value) and type(value[0]) is str and value[0].startswith("\0")
        return ("\0t", *made) if is_like_tag else made
    if kind is dict:
        return {_plain(key): _plain(item) for key, item in value.items()}
    if kind is datetime.datetime or kind is datetime.date:
        return ("\0d", value.isoformat(), kind is datetime.datetime)
    if kind.__name__ in _RECORDS:
        return ("\0r", kind.__name__, tuple(_plain(v) for v in vars(value).values()))
    return value


def _record(data: Any) -> Any:
    """Inverse of :func:`_plain`."""
    kind = type(data)
    if kind is tuple:
        tag = data[0] if data else None
        if tag == "\0p":
            return Position(*data[1:])
        if tag == "\0f":
            return FunctionRef(data[1])
        if tag == "\0a":
            return ABSENT
        if tag == "\0t":
            return tuple(_record(item) for item in data[1:])
        if tag == "\0d":
            return (datetime.datetime if data[2] else datetime.date).fromisoformat(data[1])
        if tag == "\0r":
            return _RECORDS[data[1]](*(_record(item) for item in data[2]))
        return tuple(_record(item) for item in data)
    if kind is dict:
        return {
            key if key.__class__ is str else _record(key): _record(item)
            for key, item in data.items()
        }
    return data
