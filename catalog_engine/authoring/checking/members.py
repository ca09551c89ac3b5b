"""Classes as the checker knows them: what they declare, and what of it counts for a name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from catalog_engine.library.natives import NATIVES
from catalog_engine.muranopl.source.classes import ClassSource
from catalog_engine.muranopl.source.declarations import (
    ClassDeclaration,
    MethodDeclaration,
    PropertyDeclaration,
)
from catalog_engine.muranopl.source.packages import ClassDocument
from catalog_engine.muranopl.statements.nodes import Function
from catalog_engine.muranopl.types.native import native_methods, signature_of
from catalog_engine.muranopl.types.symbols import lineage_of

STATIC: Final = ("Static", "Extension")
"""Usages of methods that run on the class."""


class KnownMethod:
    """A method of a class.

    :ivar usage: Runtime, Action, Static or Extension.
    :ivar declaration: None for a method that only its Python half has.
    """

    def __init__(
        self, cls: KnownClass, name: str, usage: str, declaration: MethodDeclaration | None,
        signature: Any = None,
    ) -> None:  # fmt: skip
        self.cls = cls
        self.name = name
        self.usage = usage
        self.declaration = declaration
        self._signature = signature

    def accepts(self, count: int, names: Collection[str]) -> bool:
        """Say whether a call with so many positional and these named arguments fits."""
        if self._signature is not None:
            given = (None,) * count
            return self._signature.bind(given, dict.fromkeys(names)) is not None
        assert self.declaration is not None
        arguments = self.declaration.arguments
        standard = [argument.name for argument in arguments if argument.usage == "Standard"]
        usages = {argument.usage for argument in arguments}
        return (count <= len(standard) or "VarArgs" in usages) and (
            "KwArgs" in usages or set(names) <= set(standard)
        ) and set(names).isdisjoint(standard[:count])  # fmt: skip

    @property
    def shown(self) -> str:
        """The method with its parameters, for messages."""
        if self._signature is not None:
            names = list(self._signature.names)
        else:
            assert self.declaration is not None
            marks = {"VarArgs": "*", "KwArgs": "**"}
            names = [marks.get(a.usage, "") + a.name for a in self.declaration.arguments]
        return f"{self.name}({', '.join(names)})"


class KnownClass:
    """A class of a package at hand.

    :ivar parents: classes that were found; *lineage*: the class and its ancestors, breadth first.
    :ivar is_whole: all of its ancestors are known, and so are their members.
    :ivar subclasses: classes at hand that inherit from it.
    """

    def __init__(self, package: Any, name: str, document: ClassDocument, source: ClassSource):
        self.package = package
        self.name = name
        self.document = document
        self.declaration: ClassDeclaration = source.declaration
        self.functions: Mapping[str, Function] = source.functions
        self.parents: tuple[KnownClass, ...] = ()
        self.lineage: tuple[KnownClass, ...] = (self,)
        self.is_whole = True
        self.subclasses: list[KnownClass] = []
        self.imports: tuple[KnownClass, ...] = ()
        self.properties: Mapping[str, PropertyDeclaration] = self.declaration.properties
        self.native = NATIVES.get(name)
        self.methods = dict(self._methods())

    def _methods(self) -> Iterator[tuple[str, KnownMethod]]:
        for name, declaration in self.declaration.methods.items():
            yield name, KnownMethod(self, name, declaration.usage, declaration)
        for name, (function, mark) in native_methods(self.native).items() if self.native else ():
            usage = "Static" if mark.static else "Runtime"
            signature = signature_of(function, 0 if mark.static else 1)
            declared = self.declaration.methods.get(name)
            yield name, KnownMethod(self, name, usage, declared, signature)

    def link(self, parents: tuple[KnownClass, ...], is_whole: bool) -> None:
        """Set the parents; those of all classes are set before anything else is asked."""
        self.parents = parents
        self.is_whole = self.is_whole and is_whole

    def settle(self) -> None:
        """Work out the lineage once all parents are set."""
        self.lineage = lineage_of(self, self.parents)
        self.is_whole = all(cls.is_whole for cls in self.lineage)
        for ancestor in self.lineage[1:]:
            ancestor.subclasses.append(self)

    def find_methods(self, name: str) -> list[KnownMethod]:
        """The methods of a name that count; several are ambiguous."""
        return self._find(lambda cls: cls.methods.get(name))

    def find_properties(self, name: str) -> list[tuple[KnownClass, PropertyDeclaration]]:
        """The declarations of a property that count, each with its class."""
        return self._find(
            lambda cls: (cls, cls.properties[name]) if name in cls.properties else None
        )

    def _find(self, declares: Callable[[KnownClass], Any]) -> list[Any]:
        declaring = [cls for cls in self.lineage if declares(cls) is not None]
        return [
            declares(cls)
            for cls in declaring
            if not any(cls in other.lineage for other in declaring if other is not cls)
        ]

    @property
    def method_names(self) -> list[str]:
        """Names of all methods, inherited ones included."""
        return list(dict.fromkeys(name for cls in self.lineage for name in cls.methods))

    @property
    def property_names(self) -> list[str]:
        """Names of all properties, inherited ones included."""
        return list(dict.fromkeys(name for cls in self.lineage for name in cls.properties))

    def constructor_names(self) -> set[str] | None:
        """Names of arguments that new() passes on; None: any name may be one."""
        names = set(self.property_names)
        for cls in self.lineage:
            init = cls.methods.get(".init")
            if init is not None and init.declaration is not None:
                if any(argument.usage == "KwArgs" for argument in init.declaration.arguments):
                    return None
                names |= {argument.name for argument in init.declaration.arguments}
            constructor = getattr(cls.native, "__init__", object.__init__)
            if constructor is not object.__init__:
                names |= set(signature_of(constructor, 1).names)
        return names if self.is_whole else None

    def __repr__(self) -> str:
        return f"<{self.name}>"
