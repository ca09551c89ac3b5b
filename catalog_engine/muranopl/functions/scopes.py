"""Scopes: what the left side of ``->`` makes, for its right side to see."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.table import Subject

subject = Subject()
_function = subject.function


class Scope:
    """Names bound by ``let``, ``with``, ``unpack``, ``as`` and ``def``.

    :ivar values: variables by their name without ``$``; ``'1'`` stands for ``$`` and ``$1``.
    :ivar functions: functions made by ``def``, each a callable of positional values.
    """

    __slots__ = ("functions", "values")

    def __init__(self, values: Mapping[str, Any], functions: Mapping[str, Any] | None = None):
        self.values = dict(values)
        self.functions = dict(functions or {})

    def __repr__(self) -> str:
        return "a scope"


def _numbered(values: Iterable[Any]) -> dict[str, Any]:
    return {str(index): value for index, value in enumerate(values, 1)}


@_function("with")
def _with(*args: Any) -> Scope:
    return Scope(_numbered(args))


@_function("let")
def _let(*args: Any, **kwargs: Any) -> Scope:
    return Scope({**_numbered(args), **kwargs})


@_function("unpack", kind="method", sequence=p.Iterable, args=p.String)
def _unpack(sequence: Iterable[Any], *args: str) -> Scope:
    if not args:
        return Scope(_numbered(sequence))
    items = list(itertools.islice(sequence, len(args) + 1))
    if len(items) != len(args):
        raise ValueError(f"Cannot unpack {len(items)} elements into {len(args)}")
    return Scope({name.lstrip("$") or "1": item for name, item in zip(args, items, strict=True)})


@_function("def", name=p.String, func=p.Lambda)
def _def(name: str, func: Callable[..., Any]) -> Scope:
    return Scope({}, {name: func})
