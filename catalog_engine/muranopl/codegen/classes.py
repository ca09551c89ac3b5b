"""The code of one class: a module of call sites, constants and functions."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from types import CodeType
from typing import Any

from catalog_engine.muranopl.codegen import verifier
from catalog_engine.muranopl.codegen.builder import LOAD, STORE
from catalog_engine.muranopl.codegen.expressions import Functions
from catalog_engine.muranopl.codegen.statements import StatementEmitter, blocks, slots
from catalog_engine.muranopl.source.classes import ClassSource
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.statements import nodes as s

InstructionTable = tuple[tuple[int, int, int, int, str], ...]
"""Line, column, end line, end column (from 1) and text of the instructions of a function."""
FunctionTable = dict[str, tuple[str, InstructionTable, tuple[str, ...]]]
"""Function name -> title, instructions, and names of variables in the order of their slots."""

BLOCK_TITLE = "block construct"
_NOWHERE: Any = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
"""Place of what stands nowhere in the source."""


class _Module:
    """Collects what a class's code defines before its functions."""

    def __init__(self) -> None:
        self._sites: dict[tuple[Any, ...], str] = {}
        self.prologue: list[ast.stmt] = []

    def site(self, helper: str, *arguments: Any) -> str:
        """Name of a call site; equal sites are still distinct, each has its own cache."""
        name = f"s{len(self.prologue)}"
        call = ast.Call(
            ast.Name(helper, LOAD, **_NOWHERE), [_constant(argument) for argument in arguments],
            [], **_NOWHERE,
        )  # fmt: skip
        self._append(name, call)
        return name

    def shared(self, helper: str, *arguments: Any) -> str:
        """Name of a site that all its users share, as it remembers nothing about them."""
        key = (helper, *arguments)
        name = self._sites.get(key)
        if name is None:
            name = self._sites[key] = self.site(helper, *arguments)
        return name

    def constant(self, value: ast.expr) -> str:
        """Name of a constant."""
        name = f"k{len(self.prologue)}"
        self._append(name, value)
        return name

    def _append(self, name: str, value: ast.expr) -> None:
        target = ast.Name(name, STORE, **_NOWHERE)
        self.prologue.append(ast.Assign([target], value, None, **_NOWHERE))


_SHARED = frozenset(("own_property", "own_setter", "type_site"))


def _constant(value: Any) -> ast.expr:
    if isinstance(value, tuple):
        return ast.Tuple([_constant(item) for item in value], LOAD, **_NOWHERE)
    return ast.Constant(value, **_NOWHERE)


def tree_of(source: ClassSource, functions: Functions) -> ast.Module:
    """Python AST of the code of a class.

    :raises CompileError: the class is too complex for Python's compiler.
    """
    module = _Module()

    def site(helper: str, *arguments: Any) -> str:
        if helper in _SHARED:
            return module.shared(helper, *arguments)
        return module.site(helper, *arguments)

    emitter = StatementEmitter(functions, site, module.constant, source.declaration.namespaces)
    try:
        defined = [emitter.define(function) for function in source.functions.values()]
    except RecursionError as error:
        raise _too_complex(source) from error
    tree = ast.Module([*module.prologue, *defined], [])
    verifier.verify(tree)
    return tree


def emit(source: ClassSource, functions: Functions) -> tuple[CodeType, FunctionTable]:
    """Code object of a class, and what is known of its functions.

    :raises CompileError: the class is too complex for Python's compiler.
    """
    tree = tree_of(source, functions)
    with warnings.catch_warnings():
        # Return and Break in Finally are legal MuranoPL
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            code = compile(tree, source.declaration.position.file, "exec", dont_inherit=True)
        except (RecursionError, MemoryError, SyntaxError, ValueError) as error:
            raise _too_complex(source) from error
    table = {
        function.name: (function.title, _instructions(function), slots(function))
        for function in source.functions.values()
    }
    return code, table


def _too_complex(source: ClassSource) -> CompileError:
    return CompileError.at(
        source.declaration.position,
        f"Class {source.declaration.name} is too complex to compile; split "
        "its longest methods and expressions",
    )


def _instructions(function: s.Function) -> InstructionTable:
    rows: list[tuple[int, int, int, int, str]] = []
    if function.value is not None:
        rows.append((*function.value.position[1:], _text(function.value)))
    _collect(function.body, rows)
    return tuple(rows)


def _collect(statements: Iterable[s.Statement], rows: list[tuple[int, int, int, int, str]]) -> None:
    for statement in statements:
        rows.append((*statement.position[1:], _title(statement)))
        for block in blocks(statement):
            _collect(block, rows)


def _title(statement: s.Statement) -> str:
    if isinstance(statement, s.Discard):
        return statement.value.node.text
    if isinstance(statement, s.Assign):
        return _text(statement.value) or statement.target.node.text
    if isinstance(statement, s.Rethrow):
        return "Rethrow"
    return BLOCK_TITLE


def _text(value: s.Value) -> str:
    return value.node.text if isinstance(value, s.Evaluated) else ""
