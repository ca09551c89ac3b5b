"""The complete paths of reading and writing a property."""

from __future__ import annotations

from typing import Any, NamedTuple

from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference, View
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.types.members import check_static


def get_property(target: Any, name: str, caller: Any) -> Any:
    """Value of a property as code of the class *caller* sees it (None: the engine itself).

    :raises PropertyReadError: there is no such property.
    :raises UninitializedPropertyAccessError: it was never set.
    """
    if target.__class__ is TypeReference:
        return check_static(target.cls.find_property(name), name).static_value()
    obj: MuranoObject = target.object if target.__class__ is View else target
    derived = caller is not None and obj.cls.is_a(caller)
    start = caller if derived else obj.cls
    prop = start.find_property(name)
    if prop is not None:
        if prop.usage == "Static":
            return prop.static_value()
        try:
            return obj.values[name]
        except KeyError:
            raise exceptions.UninitializedPropertyAccessError(name, start.name) from None
    if derived:
        try:
            return (obj.private or {})[caller][name]
        except KeyError:
            advice = did_you_mean(name, start.property_names())
            raise exceptions.UninitializedPropertyAccessError(
                name, start.name + advice if advice else start.name
            ) from None
    raise exceptions.PropertyReadError(name, start.name, did_you_mean(name, start.property_names()))


class _Write(NamedTuple):
    """How a class's code writes one property of objects of one class.

    :ivar chosen: the declaration whose contract converts; None for a private property.
    """

    chosen: Any
    others: tuple[Any, ...]
    is_free: bool


def set_property(target: Any, name: str, value: Any, caller: Any) -> None:
    """Set a property as code of the class *caller* does (None: the engine itself).

    :raises NoWriteAccessError: the caller may not.
    :raises PropertyWriteError: there is no such property.
    :raises ContractViolationException: the value breaks a contract.
    """
    if target.__class__ is TypeReference:
        check_static(target.cls.find_property(name), name).set_static(value)
        return
    obj: MuranoObject = target.object if target.__class__ is View else target
    cls = obj.cls
    try:
        plan = cls.writes[caller, name]
    except KeyError:
        plan = cls.writes[caller, name] = _plan(cls, name, caller)
    chosen = plan.chosen
    if not plan.is_free and not cls.rt.steps.constructing:
        raise exceptions.NoWriteAccessError(name)
    if chosen is None:
        if obj.private is None:
            obj.private = {}
        obj.private.setdefault(caller, {})[name] = value
        return
    convert = chosen.contract.conversion
    if convert is not None:
        value = convert(obj, value)
    for other in plan.others:
        other.contract.validate(obj, value)
    if chosen.usage == "Static":
        chosen.set_static(value)
    else:
        obj.values[name] = value


def plain_contract(target: Any, name: str, caller: Any) -> Any:
    """Contract of a property that is written by it alone, or None; after a first writing."""
    if target.__class__ is not MuranoObject:
        return None
    plan = target.cls.writes[caller, name]
    if plan.chosen is None or plan.others or not plan.is_free or plan.chosen.usage == "Static":
        return None
    return plan.chosen.contract


def _plan(cls: Any, name: str, caller: Any) -> _Write:
    derived = caller is not None and cls.is_a(caller)
    start = caller if derived else cls
    if start.find_property(name) is None:
        if derived:
            return _Write(None, (), True)
        raise exceptions.PropertyWriteError(
            name, start.name, did_you_mean(name, start.property_names())
        )
    declared = [own.properties[name] for own in cls.lineage if name in own.properties]
    chosen = cls.find_property(name)
    free = caller is None or (derived and all(prop.is_writable for prop in declared))
    return _Write(chosen, tuple(prop for prop in declared if prop is not chosen), free)
