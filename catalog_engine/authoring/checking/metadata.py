"""Metadata: whether it may be attached where it stands, and has an effect there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from catalog_engine.authoring.checking.bodies import check_value
from catalog_engine.authoring.checking.constants import violation
from catalog_engine.authoring.checking.expressions import ExpressionChecker
from catalog_engine.authoring.checking.members import KnownClass
from catalog_engine.authoring.checking.scopes import TYPE, ClassContext, Scope, Value
from catalog_engine.muranopl.source.declarations import (
    ABSENT,
    MetaDeclaration,
    MethodDeclaration,
)
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.statements import nodes as s
from catalog_engine.muranopl.types.methods import SYNCHRONIZE

MODEL_BUILDER: Final = "io.murano.metadata.ModelBuilder"


class MetadataChecker:
    """Checks the metadata that the declarations of one class carry."""

    def __init__(self, context: ClassContext, expressions: ExpressionChecker) -> None:
        self._context = context
        self._expressions = expressions

    def check(self) -> None:
        """Check the metadata of the class, its properties, methods and arguments."""
        declaration = self._context.cls.declaration
        self.items(declaration.meta, "Type")
        for own in declaration.properties.values():
            self.items(own.meta, "Property")
        for method in declaration.methods.values():
            self.items(method.meta, "Method")
            self._method(method)
            for argument in method.arguments:
                self.items(argument.meta, "Argument")

    def items(self, items: Iterable[MetaDeclaration], target: str) -> None:
        """Check what is attached to one thing.

        :param target: Package, Type, Method, Property or Argument.
        """
        seen: set[KnownClass] = set()
        for item in items:
            self._values(item)
            cls, wrong = self._context.full_name(item.name)
            if wrong is not None:
                self._add(item, *wrong)
            if cls is None:
                continue
            declaration = cls.declaration
            if declaration.usage != "Meta":
                self._add(item, "invalid-meta", f"{cls.name} is no metaclass (Usage: Meta)")
                continue
            if "All" not in declaration.applies and target not in declaration.applies:
                kinds = ", ".join(declaration.applies)
                message = f"{cls.name} applies to {kinds} only, not to {target}"
                self._add(item, "invalid-meta", message)
            if cls in seen and declaration.cardinality == "One":
                self._add(item, "invalid-meta", f"{cls.name} may be attached once only")
            seen.add(cls)
            self._properties(item, cls)

    def _add(
        self, item: MetaDeclaration, code: str, message: str, severity: str | None = None
    ) -> None:  # fmt: skip
        self._context.collector.add(item.position, code, message, severity)

    def _values(self, item: MetaDeclaration) -> None:
        """Expressions of the properties, which see the class."""
        value = self._value_of(item)
        if value is not None:
            this = Value(TYPE, self._context.cls)
            check_value(self._expressions, value, Scope(this, this))

    def _value_of(self, item: MetaDeclaration) -> s.Value | None:
        function = self._context.cls.functions.get(item.properties.name)
        return None if function is None else function.value

    def _properties(self, item: MetaDeclaration, cls: KnownClass) -> None:
        known = cls.constructor_names()
        if known is None:
            return
        given = dict(self._given(item))
        for name in given:
            if name not in known:
                message = f"{cls.name} has no property {name}{did_you_mean(name, known)}"
                self._add(item, "ignored-meta", message)
        for name in cls.property_names:
            _owner, declared = cls.find_properties(name)[0]
            absent = (None,) if declared.default is ABSENT else None
            constant = given.get(name, absent)
            text = None if constant is None else violation(declared.contract, constant[0])
            if text is not None:
                message = f"{cls.name} refuses this value of {name}: {text}"
                self._add(item, "contract-violation", message)

    def _given(self, item: MetaDeclaration) -> Iterator[tuple[str, tuple[Any] | None]]:
        """Name -> ``(constant,)``, or None for an expression."""
        value = self._value_of(item)
        if isinstance(value, s.Literal) and isinstance(value.value, dict):
            for key, constant in value.value.items():
                yield str(key), (constant,)
        elif isinstance(value, s.DictValue):
            for name, part in value.pairs:
                if isinstance(name, s.Literal):
                    is_constant = isinstance(part, s.Literal)
                    yield str(name.value), (part.value,) if is_constant else None  # type: ignore[union-attr]

    # ------------------------------------------------------------ known metaclasses

    def _method(self, method: MethodDeclaration) -> None:
        names = [argument.name for argument in method.arguments]
        for item in method.meta:
            if item.name == SYNCHRONIZE:
                constant = dict(self._given(item)).get("onArgs")
                for name in _listed(None if constant is None else constant[0]):
                    if name not in names:
                        advice = did_you_mean(str(name), names)
                        message = f"onArgs names {name}, which is no argument{advice}"
                        self._add(item, "ignored-meta", message)
            elif item.name == MODEL_BUILDER and (
                method.usage != "Static" or method.scope != "Public"
            ):
                message = "Model builders are Usage: Static and Scope: Public; this has no effect"
                self._add(item, "ignored-meta", message)


def _listed(value: Any) -> list[Any]:
    """A value as contracts of lists take it: a single one is a list of one."""
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]
