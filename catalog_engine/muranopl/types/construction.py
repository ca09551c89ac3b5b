"""How objects of a class are filled and initialised: worked out once for each class."""

from __future__ import annotations

from typing import Any, NamedTuple

from catalog_engine.muranopl.types.members import Property
from catalog_engine.muranopl.types.native import USE_MARK


class Slot:
    """One property of objects of a class.

    :ivar chosen: the declaration that counts; its contract converts.
    :ivar others: further declarations in the hierarchy, which validate only.
    :ivar source: the declaration under which it is filled, whose default applies.
    :ivar is_runtime: models do not set it, and a default that breaks the contract is no error.
    :ivar passing: class whose values are taken from a model as they are, or None.
    """

    __slots__ = ("_convert", "chosen", "is_runtime", "name", "others", "passing", "source")

    def __init__(
        self, name: str, chosen: Property, others: tuple[Property, ...], source: Property
    ) -> None:
        self.name = name
        self.chosen = chosen
        self.others = others
        self.source = source
        self.is_runtime = source.usage == "Runtime"
        self.passing = None if others or self.is_runtime else chosen.contract.passing
        self._convert: Any = self

    @property
    def convert(self) -> Any:
        """Conversion of the contract that counts, or None."""
        if self._convert is self:
            self._convert = self.chosen.contract.conversion
        return self._convert


class Step(NamedTuple):
    """What one class of the hierarchy contributes: slots to fill, arguments of its ``.init``."""

    cls: Any
    slots: tuple[Slot, ...]
    arguments: tuple[str, ...]


class Construction:
    """The plan for a class.

    :ivar steps: classes, most derived first, each once; a name that a derived class handles is
        not handled again by its ancestors.
    :ivar with_arguments: those of the steps whose ``.init`` takes arguments.
    :ivar configured: properties of usage Config in the hierarchy, the one that counts for each
        name.
    :ivar initialisers: ``(class, is_native)`` in the order of running: native constructors and
        ``.init`` methods, parents before children, each class once.
    :ivar has_destroy: whether a class of the hierarchy has ``.destroy``.
    """

    __slots__ = ("cls", "configured", "has_destroy", "initialisers", "steps", "with_arguments")

    def __init__(self, cls: Any):
        self.cls = cls
        self.steps: list[Step] = []
        self.initialisers: list[tuple[Any, bool]] = []
        self._collect(cls, set(), set())
        self.with_arguments = tuple(step for step in self.steps if step.arguments)
        self.configured = self._configured()
        self.has_destroy = any(".destroy" in own.methods for own in cls.lineage)

    def _collect(self, own: Any, handled: set[str], seen: set[Any]) -> None:
        if own in seen:
            return
        seen.add(own)
        init = own.methods.get(".init")
        arguments = () if init is None else tuple(a.name for a in init.declaration.arguments)
        slots = []
        taken = set(arguments)
        for name, prop in own.properties.items():
            if name in handled or name in taken or prop.usage in ("Config", "Static"):
                continue
            slots.append(self._slot(name, prop))
        fresh = tuple(name for name in arguments if name not in handled)
        handled.update(own.properties)
        handled.update(arguments)
        self.steps.append(Step(own, tuple(slots), fresh))
        if own.native is not None and not getattr(own.native, USE_MARK, False):
            self.initialisers.append((own, True))
        for parent in own.parents:
            self._collect(parent, handled, seen)
        if init is not None:
            self.initialisers.append((own, False))

    def _slot(self, name: str, prop: Property) -> Slot:
        chosen = self.cls.find_property(name)
        others = tuple(
            cls.properties[name]
            for cls in self.cls.lineage
            if name in cls.properties and cls.properties[name] is not chosen
        )
        return Slot(name, chosen, others, prop)

    def _configured(self) -> list[Property]:
        found: dict[str, Property] = {}
        for cls in self.cls.lineage:
            for name, prop in cls.properties.items():
                if prop.usage == "Config":
                    found.setdefault(name, prop)
        return list(found.values())
