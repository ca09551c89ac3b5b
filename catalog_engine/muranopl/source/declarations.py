"""Declarations: what a class document says, as plain data without its code.

Code belongs to a declaration by name only (:class:`FunctionRef`), so that a declaration can be
marshalled, compared and read without the code being there.

Contracts are :data:`ContractSpec` trees of tuples. The first item names the form:

``("any", position)``
    the value itself (``$``).
``("chain", ((function, args, kwargs), ...), position)``
    ``$.f(args).g(args)`` of contract functions only. An argument is ``("const", value)``,
    ``("type", text)`` (a type by its source text, to be resolved in the declaring class),
    ``("list", (arg, ...))`` or ``("fn", FunctionRef, conditions)``, any other expression: a
    function of ``(this, it)``. *conditions* is what a schema can say about a predicate: the
    parts of its conjunction, as ``(operator, arg)`` with operator ``>``, ``>=``, ``<``, ``<=``
    (of ``$`` to the arg), ``in`` or ``matches``, where arg does not read ``$``; parts of other
    forms are left out. *kwargs* is a tuple of ``(name, arg)`` pairs.
``("expr", FunctionRef, position)``
    any other expression, a function of ``(this, it, call)``: method calls in it are made by
    ``call(name, value, args, kwargs)``, which knows contract functions and nothing else.
``("const", value, position)``
    the input must equal the value.
``("list", (spec, ...), minimum or None, maximum or None, position)``
    item *i* follows spec *i*, later items the last.
``("dict", ((key, spec), ...), ((key_spec, value_spec), ...), position)``
    literal keys, then expression keys; more than one of the latter is an error on use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from catalog_engine.muranopl.source.errors import Position

ContractSpec = tuple[Any, ...]


class FunctionRef:
    """Name of a generated function in the namespace of its class's code."""

    __slots__ = ("name",)

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"FunctionRef({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FunctionRef) and other.name == self.name

    def __hash__(self) -> int:
        return hash((FunctionRef, self.name))


class _Absent:
    """The only instance is :data:`ABSENT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent()
"""Stands where a declaration has no default (an explicit null default is a FunctionRef)."""


@dataclass(frozen=True)
class MetaDeclaration:
    """One item of a ``Meta`` key.

    :ivar name: fully qualified name of the metaclass.
    :ivar properties: function of ``(this)`` whose value is the dict of properties.
    :ivar constant: ``(value,)`` when the properties hold no expression, else None.
    """

    name: str
    properties: FunctionRef
    constant: tuple[Any] | None
    position: Position


@dataclass(frozen=True)
class PropertyDeclaration:
    """A property; *default* is a function of ``(this)`` or ABSENT.

    :ivar usage: In, Out, InOut, Const, Runtime, Static or Config.
    :ivar constant_default: ``(value,)`` when the default holds no expression, else None
        (lets the loader skip the call, and schemas show it).
    """

    name: str
    usage: str
    contract: ContractSpec
    default: Any
    constant_default: tuple[Any] | None
    meta: tuple[MetaDeclaration, ...]
    position: Position


@dataclass(frozen=True)
class ArgumentDeclaration:
    """An argument of a method; *usage* is Standard, VarArgs or KwArgs."""

    name: str
    usage: str
    contract: ContractSpec
    default: Any
    constant_default: tuple[Any] | None
    meta: tuple[MetaDeclaration, ...]
    position: Position


@dataclass(frozen=True)
class MethodDeclaration:
    """A method.

    :ivar name: ``.init`` and ``.destroy`` for the special methods under either spelling.
    :ivar usage: Runtime, Action, Static or Extension, as written.
    :ivar scope: Session or Public (``Usage: Action`` makes it Public).
    :ivar body: function of ``(this, *arguments in declared order)``, or None without a body.
    """

    name: str
    usage: str
    scope: str
    arguments: tuple[ArgumentDeclaration, ...]
    body: FunctionRef | None
    meta: tuple[MetaDeclaration, ...]
    position: Position


@dataclass(frozen=True)
class ClassDeclaration:
    """A class or metaclass.

    :ivar usage: ``Class`` or ``Meta``.
    :ivar extends: fully qualified names of the parents; empty for the root class only.
    :ivar namespaces: prefix -> namespace (``=`` is the current one).
    :ivar imports: fully qualified names of types whose extension methods its code sees.
    :ivar cardinality: ``One`` or ``Many`` (metaclasses).
    :ivar applies: targets of a metaclass (Package, Type, Method, Property, Argument, All).
    """

    name: str
    usage: str
    extends: tuple[str, ...]
    namespaces: dict[str, str]
    imports: tuple[str, ...]
    cardinality: str
    applies: tuple[str, ...]
    inherited: bool
    meta: tuple[MetaDeclaration, ...]
    properties: dict[str, PropertyDeclaration]
    methods: dict[str, MethodDeclaration]
    position: Position
    warnings: tuple[str, ...] = field(default=())


@dataclass
class PackageDeclaration:
    """A package as read from its manifest and class files, before code is generated.

    :ivar classes: fully qualified name -> what the file says about it (class source or error).
    :ivar meta: attached metadata, compiled in the package's own pseudo class.
    :ivar format_version: ``1.0`` ... ``1.4``.
    """

    name: str
    version: str
    format_version: str
    requires: dict[str, str]
    classes: dict[str, Any]
    meta: tuple[MetaDeclaration, ...] = ()
    meta_source: Any = None
