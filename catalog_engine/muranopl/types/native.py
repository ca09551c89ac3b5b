"""Python halves of classes: how they are marked, and how their methods are called."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

T = TypeVar("T")

CLASS_MARK: Final = "muranopl_class"
METHOD_MARK: Final = "muranopl_method"
USE_MARK: Final = "muranopl_on_use"
HIDDEN: Final = ("this", "runtime", "caller", "receiver")
"""Parameters that the runtime fills in: the object, the runtime, the calling class, and what the
method was called on."""


class NativeMark:
    """What the decorator of a native method remembers."""

    __slots__ = ("action", "name", "static")

    def __init__(self, name: str | None, static: bool, action: bool):
        self.name = name
        self.static = static
        self.action = action


def native_class(name: str, on_use: bool = False) -> Callable[[type[T]], type[T]]:
    """Mark a Python class as the native half of the MuranoPL class *name*.

    Its constructor's parameters are those of the class's construction by their camelCase names,
    besides the hidden ones.

    :param on_use: make a half when one of its methods is first called, and not with the object:
        for halves whose constructor only keeps its hidden parameters.
    """

    def mark(cls: type[T]) -> type[T]:
        setattr(cls, CLASS_MARK, name)
        setattr(cls, USE_MARK, on_use)
        return cls

    return mark


def native_method(
    name: str | None = None, static: bool = False, action: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a method as one that MuranoPL code may call, as *name* or in camelCase.

    :param action: it may be called from outside.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        setattr(function, METHOD_MARK, NativeMark(name, static, action))
        return function

    return mark


def camel_case(name: str) -> str:
    """MuranoPL's name for a Python name: ``is_async`` -> ``isAsync``."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class Signature:
    """Parameters of a native function: hidden ones, and others by their MuranoPL names.

    :ivar optional: those with a default, and the default.
    """

    __slots__ = ("hidden", "keywords", "names", "optional", "var_keyword", "var_positional")

    def __init__(self, function: Callable[..., Any], skip: int):
        self.hidden: list[str] = []
        self.names: list[str] = []
        self.keywords: dict[str, str] = {}
        self.optional: dict[str, Any] = {}
        self.var_positional = False
        self.var_keyword = False
        for parameter in list(inspect.signature(function).parameters.values())[skip:]:
            if parameter.kind is parameter.VAR_POSITIONAL:
                self.var_positional = True
            elif parameter.kind is parameter.VAR_KEYWORD:
                self.var_keyword = True
            elif parameter.name in HIDDEN:
                self.hidden.append(parameter.name)
            else:
                visible = camel_case(parameter.name)
                self.names.append(visible)
                self.keywords[visible] = parameter.name
                if parameter.default is not parameter.empty:
                    self.optional[visible] = parameter.default

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Arguments by Python's names, ``*`` and ``**`` for the rest; None: they do not fit."""
        if len(args) > len(self.names) and not self.var_positional:
            return None
        bound = {self.keywords[name]: value for name, value in zip(self.names, args, strict=False)}
        bound["*"] = args[len(self.names) :]
        rest = {}
        for name, value in kwargs.items():
            own = self.keywords.get(name)
            if own is None:
                if not self.var_keyword:
                    return None
                rest[name] = value
            elif own in bound:
                return None
            else:
                bound[own] = value
        bound["**"] = rest
        for name in self.names:
            if self.keywords[name] not in bound and name not in self.optional:
                return None
        return bound

    def chosen(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of *values* that are parameters here, by Python's names."""
        return {own: values[name] for name, own in self.keywords.items() if name in values}


@functools.cache
def signature_of(function: Callable[..., Any], skip: int) -> Signature:
    """The signature of a native function, worked out once in a process."""
    return Signature(function, skip)


@functools.cache
def native_methods(cls: type) -> Mapping[str, tuple[Callable[..., Any], NativeMark]]:
    """Marked methods of a Python class by their MuranoPL names."""
    found = {}
    for name, member in inspect.getmembers(cls, callable):
        mark = getattr(member, METHOD_MARK, None)
        if mark is not None:
            found[mark.name or camel_case(name)] = (member, mark)
    return found
