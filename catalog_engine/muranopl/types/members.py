"""Properties of linked classes: contract, default, the value of a static one."""

from __future__ import annotations

from typing import Any, Final

from catalog_engine.muranopl.contracts.compiler import Contract, compile_contract
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.source.declarations import ABSENT, PropertyDeclaration

WRITABLE: Final = frozenset(("Out", "InOut", "Runtime", "Config", "Static"))
_UNSET: Final = object()


class Property:
    """One declaration of a property.

    :ivar cls: the declaring class.
    """

    __slots__ = ("_contract", "_static", "cls", "declaration", "name", "usage")

    def __init__(self, cls: Any, declaration: PropertyDeclaration):
        self.cls = cls
        self.name = declaration.name
        self.usage = declaration.usage
        self.declaration = declaration
        self._contract: Contract | None = None
        self._static: Any = _UNSET

    def __repr__(self) -> str:
        return f"<property {self.cls.name}.{self.name}>"

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"{self.cls.name}.{self.name}"

    @property
    def is_writable(self) -> bool:
        """Whether code may set it after construction."""
        return self.usage in WRITABLE

    @property
    def has_default(self) -> bool:
        """Whether a default is declared."""
        return self.declaration.default is not ABSENT

    @property
    def contract(self) -> Contract:
        """Its contract, whose objects belong to the property's object."""
        if self._contract is None:
            self._contract = compile_contract(
                self.declaration.contract, self.cls, self.title, owns=True
            )
        return self._contract

    def default(self, this: Any) -> Any:
        """Value of the default; null when none is declared."""
        if self.declaration.constant_default is not None:
            value = self.declaration.constant_default[0]
            if value.__class__ in _SCALARS:
                return value
        if self.declaration.default is ABSENT:
            return None
        return self.cls.function(self.declaration.default)(this)

    # ------------------------------------------------------------ static ones

    def static_value(self) -> Any:
        """Value of a static property, made of its default at first use."""
        if self._static is _UNSET:
            config = self.cls.rt.class_config(self.cls)
            reference = self.cls.reference
            value = config[self.name] if self.name in config else self.default(reference)
            self._static = self.contract.transform(reference, value)
        return self._static

    def set_static(self, value: Any) -> None:
        """Set a static property."""
        self._static = self.contract.transform(self.cls.reference, value)

    def static_or_none(self) -> Any:
        """The value if there is one already, for those who look for what is in use."""
        return None if self._static is _UNSET else self._static

    def clear_static(self) -> None:
        """Forget the value."""
        self._static = _UNSET


_SCALARS: Final = frozenset((type(None), bool, int, float, str))


def check_static(prop: Any, name: str) -> Property:
    """The property as a static one.

    :raises NoPropertyFound: it is none.
    """
    if prop is None or prop.usage != "Static":
        raise exceptions.NoPropertyFound(name)
    found: Property = prop
    return found
