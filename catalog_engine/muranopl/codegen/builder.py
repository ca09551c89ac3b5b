"""Making Python AST nodes that carry positions in package source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from catalog_engine.muranopl.source.errors import Position

LOAD: Final = ast.Load()
STORE: Final = ast.Store()


Comparison = tuple[ast.cmpop, ast.expr]


class Builder:
    """Makes located nodes; what is made stands at the current place.

    Python counts columns from 0 and we from 1; Python takes them for bytes and we for characters,
    which differs on lines with other than ASCII text, where carets are then a little off.
    """

    def __init__(self) -> None:
        self.where: dict[str, Any] = {
            "lineno": 1,
            "col_offset": 0,
            "end_lineno": 1,
            "end_col_offset": 0,
        }

    def move(self, line: int, column: int, end_line: int, end_column: int) -> None:
        """Set the current place."""
        self.where = {
            "lineno": line,
            "col_offset": column - 1,
            "end_lineno": end_line,
            "end_col_offset": end_column - 1,
        }

    @contextmanager
    def at(self, position: Position) -> Iterator[None]:
        """Stand at *position* for a while."""
        before = self.where
        self.move(*position[1:])
        try:
            yield
        finally:
            self.where = before

    def name(self, name: str) -> ast.expr:
        """Read a name."""
        return ast.Name(name, LOAD, **self.where)

    def constant(self, value: Any) -> ast.expr:
        """A scalar constant."""
        return ast.Constant(value, **self.where)

    def tuple(self, items: Sequence[ast.expr]) -> ast.expr:
        """A tuple."""
        return ast.Tuple(list(items), LOAD, **self.where)

    def call(self, name: str, *args: ast.expr) -> ast.expr:
        """Call a helper, site or function by its name in the namespace."""
        return ast.Call(self.name(name), list(args), [], **self.where)

    def keep(self, name: str, value: ast.expr) -> ast.expr:
        """``(name := value)``."""
        return ast.NamedExpr(ast.Name(name, STORE, **self.where), value, **self.where)

    def choose(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
        """``yes if test else no``."""
        return ast.IfExp(test, yes, no, **self.where)

    def compare(self, left: ast.expr, *rest: Comparison) -> ast.expr:
        """A chained comparison."""
        return ast.Compare(left, [op for op, _ in rest], [value for _, value in rest], **self.where)

    def assign(self, name: str, value: ast.expr) -> ast.stmt:
        """``name = value``."""
        return ast.Assign([ast.Name(name, STORE, **self.where)], value, None, **self.where)

    def run(self, value: ast.expr) -> ast.stmt:
        """An expression as a statement."""
        return ast.Expr(value, **self.where)

    def leave(self, value: ast.expr) -> ast.stmt:
        """``return value``."""
        return ast.Return(value, **self.where)

    def arguments(
        self, names: Sequence[str], defaults: Sequence[ast.expr] = (), rest: str | None = None
    ) -> ast.arguments:
        """Parameters of a function or lambda."""
        vararg = None if rest is None else ast.arg(rest, None, None, **self.where)
        return ast.arguments(
            [],
            [ast.arg(name, None, None, **self.where) for name in names],
            vararg,
            [],
            [],
            None,
            list(defaults),
        )

    def function(self, name: str, parameters: Sequence[str], body: list[ast.stmt]) -> ast.stmt:
        """``def name(parameters): body``."""
        return ast.FunctionDef(name, self.arguments(parameters), body, [], None, None, **self.where)
