"""Calls: whether anything of the name exists, and whether it takes the arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from catalog_engine.authoring.checking.members import STATIC, KnownClass, KnownMethod
from catalog_engine.authoring.checking.scopes import (
    EXACT,
    OBJECT,
    PARENTS,
    TYPE,
    UNKNOWN,
    ClassContext,
    Scope,
    Value,
)
from catalog_engine.muranopl.contracts.functions import PARAMETERS, fits
from catalog_engine.muranopl.expressions import nodes as e
from catalog_engine.muranopl.expressions.nodes import plain
from catalog_engine.muranopl.functions.overloads import Family
from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.source.nodes import ExpressionNode
from catalog_engine.muranopl.types.packages import CORE_LIBRARY
from catalog_engine.muranopl.types.reflection import MethodInfo, PropertyInfo

TEST_FUNCTIONS: Final = frozenset(("inject", "originalMethod", "withOriginal"))
"""Functions that exist while package tests run."""
_REFLECTION: Final = frozenset((*MethodInfo.calls, *PropertyInfo.calls))


class Arguments:
    """The arguments of a call as far as its text tells.

    :ivar is_clear: their number and names are known.
    """

    def __init__(self, call: e.Call) -> None:
        self.count = 0
        self.rules = 0
        self.names: list[str] = []
        self.is_clear = True
        for arg in call.args:
            if isinstance(arg, e.Missing):
                self.is_clear = False
            elif isinstance(arg, e.Rule):
                self.rules += 1
                name = plain(arg.source)
                if isinstance(name, e.Constant) and isinstance(name.value, str):
                    self.names.append(name.value)
                else:
                    self.is_clear = False
            else:
                self.count += 1

    def fit(self, method: KnownMethod) -> bool:
        """Say whether a method takes them."""
        return not self.is_clear or method.accepts(self.count, self.names)

    def fit_function(self, family: Family, receiver: int) -> bool:
        """Say whether an overload takes them, behind a *receiver* or without one."""
        if family.no_kwargs:
            given, names = (None,) * (receiver + self.count + self.rules), {}
        elif not self.is_clear:
            return True
        else:
            given, names = (None,) * (receiver + self.count), dict.fromkeys(self.names)
        return any(overload.arrange(given, names) is not None for overload in family.overloads)

    def __str__(self) -> str:
        positional = f"{self.count} argument{'' if self.count == 1 else 's'}"
        return ", ".join([positional, *(f"{name} =>" for name in self.names)])


class CallChecker:
    """Checks the calls in the code of one class."""

    def __init__(self, context: ClassContext) -> None:
        self._context = context
        self._table = context.table
        self._anywhere: Mapping[str, list[KnownMethod]] = context.world.methods

    # ------------------------------------------------------------ functions

    def function(self, node: ExpressionNode, call: e.Call) -> bool:
        """Check ``name(args)``; say whether the meaning of its arguments is known."""
        if call.name in TEST_FUNCTIONS:
            return False
        family = self._table.lookup(call.name, "function")
        is_hidden = call.name == "config" and self._context.package.name != CORE_LIBRARY
        if family is None or is_hidden:
            advice = self._function_advice(call.name)
            message = f"There is no function {call.name}(){advice}"
            self._context.add(node, call, "unknown-function", message)
            return False
        given = Arguments(call)
        if not given.fit_function(family, 0):
            message = f"No form of {call.name}() takes {given}"
            self._context.add(node, call, "wrong-arguments", message)
        return True

    def _function_advice(self, name: str) -> str:
        if name in self._context.cls.method_names:
            return f"; call the method as $.{name}()"
        if self._table.lookup(name, "method") is not None:
            return f"; it is a method: call it as value.{name}()"
        if name == "config":
            return f"; it is there for {CORE_LIBRARY} only"
        return did_you_mean(name, self._table.names("function"))

    def contract_function(self, node: ExpressionNode, call: e.Call) -> None:
        """Check a function of a contract."""
        if call.name not in PARAMETERS:
            advice = did_you_mean(call.name, PARAMETERS)
            message = f"Contracts have no function {call.name}(){advice}"
            self._context.add(node, call, "unknown-contract-function", message)
            return
        given = Arguments(call)
        if given.is_clear and not fits(call.name, given.count, given.names):
            names = ", ".join(PARAMETERS[call.name][0])
            message = f"{call.name}({names}) of contracts does not take {given}"
            self._context.add(node, call, "wrong-arguments", message)

    def constructor(self, node: ExpressionNode, call: e.Call, cls: KnownClass) -> None:
        """Check the names of the properties that ``new()`` is given."""
        known = cls.constructor_names()
        if known is None:
            return
        rules: list[e.Expression] = [*call.args[1:]]
        display = plain(call.args[1]) if len(call.args) > 1 else None
        if isinstance(display, e.MapDisplay):
            rules = [*display.args]
        for arg in rules:
            name = plain(arg.source) if isinstance(arg, e.Rule) else None
            if not isinstance(name, e.Constant) or not isinstance(name.value, str):
                continue
            # The forms with an owner by name share their keywords with properties.
            if name.value not in known and name.value not in ("owner", "objectName", "extra"):
                advice = did_you_mean(name.value, known)
                message = f"Class {cls.name} takes no {name.value}; it is ignored{advice}"
                self._context.add(node, name, "ignored-argument", message)

    # ------------------------------------------------------------ methods

    def method(self, node: ExpressionNode, call: e.Call, receiver: Value, scope: Scope) -> None:
        """Check ``receiver.name(args)``."""
        given = Arguments(call)
        if receiver.cls is None or receiver.kind == UNKNOWN:
            if not scope.is_open:
                self._of_anything(node, call, given)
        elif receiver.kind == PARENTS:
            for parent in receiver.cls.parents:
                self._of_object(node, call, given, Value(EXACT, parent))
        elif receiver.kind == TYPE:
            self._of_type(node, call, given, receiver.cls)
        else:
            self._of_object(node, call, given, receiver)

    def refuses_null(self, call: e.Call) -> bool:
        """Say whether calling a method of null must fail."""
        family = self._table.lookup(call.name, "method")
        if any(method.usage == "Extension" for method in self._anywhere.get(call.name, ())):
            return False
        return family is None or not _takes(family, type(None))

    def _extends(self, name: str) -> bool:
        """Whether an extension method of the name is in sight."""
        return any(
            method.usage == "Extension"
            for cls in (self._context.cls, *self._context.cls.imports)
            for method in cls.find_methods(name)
        )

    def _of_object(
        self, node: ExpressionNode, call: e.Call, given: Arguments, receiver: Value
    ) -> None:  # fmt: skip
        cls = receiver.cls
        assert cls is not None
        found = [own for own in cls.find_methods(call.name) if own.usage != "Extension"]
        overrides = self._overrides(cls, call.name) if receiver.kind == OBJECT else []
        if len(found) > 1:
            if not overrides:
                self._ambiguous(node, call, found)
        elif found:
            if not any(given.fit(method) for method in (*found, *overrides)):
                self._wrong_arguments(node, call, given, found[0])
        elif not overrides and cls.is_whole:
            self._otherwise(node, call, given, receiver, MuranoObject)

    def _of_type(
        self, node: ExpressionNode, call: e.Call, given: Arguments, cls: KnownClass
    ) -> None:  # fmt: skip
        found = cls.find_methods(call.name)
        if len(found) > 1:
            self._ambiguous(node, call, found)
        elif found and found[0].usage not in STATIC:
            message = f"Method {call.name} of {cls.name} belongs to objects, not to the class"
            self._context.add(node, call, "not-static", message)
        elif found:
            if not given.fit(found[0]):
                self._wrong_arguments(node, call, given, found[0])
        elif cls.is_whole:
            self._otherwise(node, call, given, Value(TYPE, cls), TypeReference)

    def _otherwise(
        self, node: ExpressionNode, call: e.Call, given: Arguments, receiver: Value, kind: type
    ) -> None:  # fmt: skip
        """A receiver without the method: an extension or a function of the table must take it."""
        assert receiver.cls is not None
        if self._extends(call.name):
            return
        family = self._table.lookup(call.name, "method")
        if family is not None and _takes(family, kind):
            if not given.fit_function(family, 1):
                message = f"No form of {call.name}() takes {given}"
                self._context.add(node, call, "wrong-arguments", message)
            return
        cls = receiver.cls
        advice = did_you_mean(call.name, cls.method_names)
        if call.name in cls.property_names:
            advice = f"; {call.name} is a property: read it without ()"
        elif self._table.lookup(call.name, "function") is not None:
            advice = f"; it is a function: write {call.name}(value)"
        # A class at hand may be meant as a base of others that have the method.
        severity = "warning" if receiver.kind == OBJECT else None
        message = f"Class {cls.name} has no method {call.name}{advice}"
        self._context.add(node, call, "unknown-method", message, severity)

    def _of_anything(self, node: ExpressionNode, call: e.Call, given: Arguments) -> None:
        """A receiver of which nothing is known: the name must mean something somewhere."""
        if call.name in _REFLECTION:
            return
        methods = self._anywhere.get(call.name, [])
        family = self._table.lookup(call.name, "method")
        if not methods and family is None:
            if self._context.package.sees_all:
                known = [*self._table.names("method"), *self._anywhere]
                advice = did_you_mean(call.name, known)
                if self._table.lookup(call.name, "function") is not None:
                    advice = f"; it is a function: write {call.name}(value)"
                message = f"Nothing has a method {call.name}{advice}"
                self._context.add(node, call, "unknown-method", message, "warning")
            return
        # An extension takes its receiver as its first argument.
        fits_method = any(given.fit(own) or own.usage == "Extension" for own in methods)
        if fits_method or (family is not None and given.fit_function(family, 1)):
            return
        if self._context.package.sees_all:
            message = f"No method {call.name} at hand takes {given}"
            self._context.add(node, call, "wrong-arguments", message, "warning")

    def _overrides(self, cls: KnownClass, name: str) -> list[KnownMethod]:
        return [own.methods[name] for own in cls.subclasses if name in own.methods]

    def _ambiguous(
        self, node: ExpressionNode, call: e.Call, found: Iterable[KnownMethod]
    ) -> None:  # fmt: skip
        owners = " and ".join(method.cls.name for method in found)
        message = f"Both {owners} have a method {call.name}; override it, or cast() to one"
        self._context.add(node, call, "ambiguous-member", message)

    def _wrong_arguments(
        self, node: ExpressionNode, call: e.Call, given: Arguments, method: KnownMethod
    ) -> None:  # fmt: skip
        message = f"{method.shown} of {method.cls.name} does not take {given}"
        self._context.add(node, call, "wrong-arguments", message)


def _takes(family: Family, kind: type) -> bool:
    """Say whether a method of the table takes a receiver of a Python type."""
    return any(
        overload.parameter_at(0).accepts(kind, family.iterable_dicts)
        for overload in family.overloads
        if overload.positional or overload.var_positional is not None
    )
