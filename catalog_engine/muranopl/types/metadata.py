"""Metadata: objects of metaclasses attached to packages, types, methods, properties, arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from catalog_engine.muranopl.objects.model import MuranoObject
from catalog_engine.muranopl.runtime.values import freeze
from catalog_engine.muranopl.source.declarations import MetaDeclaration
from catalog_engine.muranopl.types.symbols import Way, first_ways

ONE: Final = "One"
ALL: Final = "All"
Pick = Callable[[Any], Iterable[MuranoObject]]


class Metadata:
    """Makes the metadata of a run's types when it is first asked for, each object once.

    They belong to nobody and are in no model.
    """

    def __init__(self, rt: Any):
        self._rt = rt
        self._own: dict[Any, tuple[MuranoObject, ...]] = {}

    def of_class(self, cls: Any) -> list[MuranoObject]:
        """Metadata of a type, inherited ones included: own first, then breadth first."""
        return _merged(cls, self.carried)

    def carried(self, cls: Any) -> tuple[MuranoObject, ...]:
        """Metadata that a type carries itself."""
        return self._made(cls, cls, cls.declaration.meta, "Type")

    def of_method(self, cls: Any, name: str) -> list[MuranoObject]:
        """Metadata of a method, with that of the methods it overrides."""
        return _merged(cls, lambda own: self._member(own, own.methods, name, "Method"))

    def of_property(self, cls: Any, name: str) -> list[MuranoObject]:
        """Metadata of a property, with that of its other declarations in the hierarchy."""
        return _merged(cls, lambda own: self._member(own, own.properties, name, "Property"))

    def of_argument(self, argument: Any) -> list[MuranoObject]:
        """Metadata of an argument; nothing is inherited."""
        cls = argument.method.cls
        return list(self._made(argument, cls, argument.declaration.meta, "Argument"))

    def of_package(self, package: Any) -> list[MuranoObject]:
        """Metadata of a package; its expressions stand in the package's pseudo class."""
        compiled = package.compiled
        if not compiled.meta:
            return []
        return list(self._made(package, package.metadata_class(), compiled.meta, "Package"))

    def _member(
        self, cls: Any, members: dict[str, Any], name: str, target: str
    ) -> tuple[MuranoObject, ...]:
        own = members.get(name)
        return () if own is None else self._made(own, cls, declared(own), target)

    def _made(
        self, entity: Any, cls: Any, given: Iterable[MetaDeclaration], target: str
    ) -> tuple[MuranoObject, ...]:
        """Objects of the metadata that a declaration carries itself.

        :raises ValueError: one cannot be attached there.
        """
        found = self._own.get(entity)
        if found is None:
            made: list[MuranoObject] = []
            for item in given:
                meta = cls.package.find_class(item.name)
                _check(meta, target, made)
                made.append(self._rt.loader.detached(meta, values_of(cls, item)))
            found = self._own[entity] = tuple(made)
        return found


def values_of(cls: Any, item: MetaDeclaration) -> Any:
    """Properties of an item that code of a class carries."""
    if item.constant is not None:
        return freeze(item.constant[0])
    return cls.function(item.properties)(cls.reference)


def declared(member: Any) -> tuple[MetaDeclaration, ...]:
    """What a method or property carries itself; a native method that of its declaration."""
    given: tuple[MetaDeclaration, ...] = (
        member.declared_meta if hasattr(member, "declared_meta") else member.declaration.meta
    )
    return given


def _check(meta: Any, target: str, before: Iterable[MuranoObject]) -> None:
    declaration = meta.declaration
    if meta.usage != "Meta":
        raise ValueError("Only Meta classes can be attached")
    if ALL not in declaration.applies and target not in declaration.applies:
        raise ValueError(f"Meta class {meta.name} is not applicable here")
    if declaration.cardinality == ONE and any(made.cls is meta for made in before):
        raise ValueError("Cannot attach several Meta instances with cardinality One")


def _merged(cls: Any, pick: Pick) -> list[MuranoObject]:
    """Own items, and inherited ones that nothing nearer on their path stands for.

    :raises ValueError: two classes hand down different items of which there is but one.
    """
    carried = {own: tuple(pick(own)) for own in cls.lineage}
    placed: list[tuple[Way, int, MuranoObject]] = []
    ways: dict[Any, dict[Any, Way]] = {}
    for own, items in carried.items():
        for index, item in enumerate(items):
            if own is not cls and not item.cls.declaration.inherited:
                continue
            stands_for = item.cls if item.cls.declaration.cardinality == ONE else None
            if stands_for not in ways:
                ways[stands_for] = first_ways(cls, _carriers(carried, stands_for).__contains__)
            if own in ways[stands_for]:
                placed.append((ways[stands_for][own], index, item))
    placed.sort(key=lambda entry: entry[:2])
    result = list(dict.fromkeys(item for _way, _index, item in placed))
    single: dict[Any, MuranoObject] = {}
    for item in result:
        if (
            item.cls.declaration.cardinality == ONE
            and single.setdefault(item.cls, item) is not item
        ):
            raise ValueError(
                f"Found more than one instance of Meta {item.cls.name} with Cardinality One"
            )
    return result


def _carriers(carried: dict[Any, tuple[MuranoObject, ...]], meta: Any) -> set[Any]:
    """Classes that carry an item of a metaclass; none for those of which there may be many."""
    return {own for own, items in carried.items() if any(item.cls is meta for item in items)}
