"""Linked classes: parents resolved, members found by name, code ready to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from catalog_engine.muranopl.codegen.compiled import CompiledClass
from catalog_engine.muranopl.objects.model import TypeReference
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.source.declarations import ClassDeclaration, FunctionRef
from catalog_engine.muranopl.types import native
from catalog_engine.muranopl.types.construction import Construction
from catalog_engine.muranopl.types.members import Property
from catalog_engine.muranopl.types.methods import Method, NativeMethod
from catalog_engine.muranopl.types.symbols import choose, lineage_of

SPECIAL: Final = (".init", ".destroy")
_NO_MOCKS: Final[Mapping[str, Any]] = MappingProxyType({})


class LinkedClass:
    """One version of a class with its resolved ancestors; never changes once it is linked.

    :ivar lineage: the class and its ancestors, breadth first.
    :ivar reference: the class as a value.
    :ivar native: its Python half, or None.
    :ivar methods: own methods by name; *properties* likewise.
    :ivar mocks: what tests have put in the place of methods, as if the class declared it.
    """

    mocks: Mapping[str, Any] = _NO_MOCKS

    def __init__(self, package: Any, compiled: CompiledClass):
        self.package = package
        self.rt = package.rt
        self.compiled = compiled
        self.name = compiled.name
        self.declaration: ClassDeclaration = compiled.declaration
        self.usage = self.declaration.usage
        self.parents: tuple[LinkedClass, ...] = ()
        self.lineage: tuple[LinkedClass, ...] = (self,)
        self._lineage_set = frozenset((self,))
        self.reference = TypeReference(self)
        self.native: type | None = self.rt.natives.get(self.name)
        self.properties: dict[str, Property] = {}
        self.methods: dict[str, Any] = {}
        self.writes: dict[Any, Any] = {}
        self._found_methods: dict[str, Any] = {}
        self._found_properties: dict[str, Any] = {}
        self._namespace: dict[str, Any] | None = None
        self._imports: tuple[LinkedClass, ...] | None = None
        self._construction: Construction | None = None
        self._meta: list[Any] | None = None

    def __repr__(self) -> str:
        return f"<class {self.name}/{self.package.version}>"

    def link(self) -> None:
        """Resolve parents and make the members.

        :raises NoClassFound: a parent is not found.
        :raises InvalidInheritanceError: a class extends a metaclass, or itself.
        """
        self.parents = tuple(self.package.find_class(name) for name in self.declaration.extends)
        for parent in self.parents:
            if parent is self or self in parent.lineage or not parent.is_linked:
                raise exceptions.InvalidInheritanceError(f"Class {self.name} inherits from itself")
            if parent.usage == "Meta" and self.usage != "Meta":
                raise exceptions.InvalidInheritanceError(
                    f"Type {self.name} cannot have parent with Usage Meta"
                )
        self.lineage = lineage_of(self, self.parents)
        self._lineage_set = frozenset(self.lineage)
        for name, own in self.declaration.properties.items():
            self.properties[name] = Property(self, own)
        for name, method in self.declaration.methods.items():
            self.methods[name] = Method(self, method)
        if self.native is not None:
            for name, (function, mark) in native.native_methods(self.native).items():
                self.methods[name] = NativeMethod(self, name, function, mark)

    @property
    def is_linked(self) -> bool:
        """Whether the lineage is complete; the root class alone has no parents."""
        return bool(self.parents) or not self.declaration.extends

    @property
    def ancestors(self) -> tuple[LinkedClass, ...]:
        """All ancestors, breadth first, without the class itself."""
        return self.lineage[1:]

    def is_a(self, other: Any) -> bool:
        """Say whether the class is *other* or inherits from it."""
        return other in self._lineage_set

    def is_compatible(self, other: LinkedClass, viewer: Any, spec: Any = None) -> bool:
        """Say whether an object of this class may stand where *other* is asked for.

        Another version of it does when the package *viewer* may get that version.
        """
        if spec is None and other in self._lineage_set:
            return True
        return any(
            own.name == other.name and (viewer is None or viewer.accepts(own, spec))
            for own in self.lineage
        )

    # ------------------------------------------------------------ members

    def find_method(self, name: str) -> Any:
        """The method that counts, or None.

        :raises AmbiguousMethodName: there are several.
        """
        try:
            return self._found_methods[name]
        except KeyError:
            pass
        found = choose(self, lambda cls: cls.mocks.get(name) or cls.methods.get(name))
        if len(found) > 1:
            raise exceptions.AmbiguousMethodName(name)
        self._found_methods[name] = found[0] if found else None
        return self._found_methods[name]

    def real_method(self, name: str) -> Any:
        """The method that counts without any mocks, or None.

        :raises AmbiguousMethodName: there are several.
        """
        found = choose(self, lambda cls: cls.methods.get(name))
        if len(found) > 1:
            raise exceptions.AmbiguousMethodName(name)
        return found[0] if found else None

    def forget_methods(self) -> None:
        """Look methods up anew, as mocks have changed."""
        self._found_methods.clear()

    def find_property(self, name: str) -> Any:
        """The declaration of a property that counts, or None.

        :raises AmbiguousPropertyNameError: there are several.
        """
        try:
            return self._found_properties[name]
        except KeyError:
            pass
        found = choose(self, lambda cls: cls.properties.get(name))
        if len(found) > 1:
            raise exceptions.AmbiguousPropertyNameError(name)
        self._found_properties[name] = found[0] if found else None
        return self._found_properties[name]

    def method_names(self) -> list[str]:
        """Names of all methods, inherited ones included, without the special ones."""
        names = {name: None for cls in self.lineage for name in cls.methods if name not in SPECIAL}
        return list(names)

    def property_names(self) -> list[str]:
        """Names of all properties, inherited ones included."""
        return list({name: None for cls in self.lineage for name in cls.properties})

    @property
    def imports(self) -> tuple[LinkedClass, ...]:
        """Classes whose extension methods its code sees."""
        if self._imports is None:
            self._imports = tuple(
                cls
                for cls in (self.package.find_class(name) for name in self.declaration.imports)
                if cls is not self
            )
        return self._imports

    @property
    def construction(self) -> Construction:
        """How its objects are filled and initialised."""
        if self._construction is None:
            self._construction = Construction(self)
        return self._construction

    # ------------------------------------------------------------ code

    def function(self, reference: FunctionRef) -> Callable[..., Any]:
        """A function of the class's code."""
        if self._namespace is None:
            namespace = self.rt.namespace_of(self)
            exec(self.compiled.code, namespace)
            self._namespace = namespace
        function: Callable[..., Any] = self._namespace[reference.name]
        return function
