"""Reflection: what ``typeinfo()`` answers, as values whose members code of packages reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from catalog_common.versions import Version
from catalog_engine.muranopl.objects.model import View
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.properties import get_property, set_property
from catalog_engine.muranopl.runtime.values import MList, freeze
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.types.symbols import choose

Read = Callable[[Any], Any]
_HIDDEN: Final = ("__", ".")


class Handle:
    """One reflected thing; two handles of the same thing are equal.

    :cvar members: what code may read, by name.
    :cvar calls: what code may call: functions of ``(handle, args, kwargs, calling class)``.
    """

    members: ClassVar[Mapping[str, Read]] = {}
    calls: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    __slots__ = ("of",)

    def __init__(self, of: Any):
        self.of = of

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and bool(other.of == self.of)

    def __hash__(self) -> int:
        return hash((type(self), self.of))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.of!r}>"

    def read(self, name: str) -> Any:
        """Value of a member.

        :raises PropertyReadError: there is none of that name.
        """
        member = self.members.get(name)
        if member is None:
            advice = did_you_mean(name, self.members)
            raise exceptions.PropertyReadError(name, type(self).__name__, advice)
        return member(self.of)


class VersionInfo(Handle):
    """A version."""

    members: ClassVar[Mapping[str, Read]] = {
        "major": lambda version: version.major, "minor": lambda version: version.minor,
        "patch": lambda version: version.patch,
        "prerelease": lambda version: MList(version.prerelease),
        "build": lambda version: MList(version.build),
    }  # fmt: skip
    __slots__ = ()

    def __init__(self, of: Version):
        super().__init__(of)

    def __str__(self) -> str:
        return str(self.of)


class PackageInfo(Handle):
    """A package in use."""

    members: ClassVar[Mapping[str, Read]] = {
        "name": lambda package: package.name,
        "version": lambda package: VersionInfo(package.version),
        "types": lambda package: MList(
            [TypeInfo(package.own_class(name)) for name in package.compiled.classes if name]
        ),
        "meta": lambda package: MList(package.rt.metadata.of_package(package)),
    }
    __slots__ = ()


class ArgumentInfo(Handle):
    """An argument of a method."""

    members: ClassVar[Mapping[str, Read]] = {
        "name": lambda argument: argument.name,
        "hasDefault": lambda argument: argument.has_default,
        "usage": lambda argument: argument.usage,
        "declaringMethod": lambda argument: MethodInfo(argument.method),
        "meta": lambda argument: MList(argument.method.cls.rt.metadata.of_argument(argument)),
    }
    __slots__ = ()


def _invoke(method: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], _caller: Any) -> Any:
    if not args:
        raise exceptions.NoMatchingMethodException("invoke", method)
    receiver, *rest = args
    target = method.cls.reference if receiver is None else _real(receiver)
    return method.invoke(target, rest, kwargs)


class MethodInfo(Handle):
    """A method."""

    members: ClassVar[Mapping[str, Read]] = {
        "name": lambda method: method.name,
        "arguments": lambda method: (
            None
            if method.arguments is None
            else MList([ArgumentInfo(own) for own in method.arguments])
        ),
        "declaringType": lambda method: TypeInfo(method.cls),
        "meta": lambda method: MList(method.cls.rt.metadata.of_method(method.cls, method.name)),
    }
    calls: ClassVar[Mapping[str, Callable[..., Any]]] = {"invoke": _invoke}
    __slots__ = ()


def _get_value(prop: Any, args: tuple[Any, ...], _kwargs: Mapping[str, Any], caller: Any) -> Any:
    (target,) = _exactly(args, 1, "getValue", prop)
    return get_property(prop.cls.reference if target is None else target, prop.name, caller)


def _set_value(prop: Any, args: tuple[Any, ...], _kwargs: Mapping[str, Any], caller: Any) -> None:
    target, value = _exactly(args, 2, "setValue", prop)
    where = prop.cls.reference if target is None else target
    set_property(where, prop.name, freeze(value), caller)


def _exactly(args: tuple[Any, ...], count: int, name: str, receiver: Any) -> tuple[Any, ...]:
    if len(args) != count:
        raise exceptions.NoMatchingMethodException(name, receiver)
    return args


class PropertyInfo(Handle):
    """A property."""

    members: ClassVar[Mapping[str, Read]] = {
        "name": lambda prop: prop.name,
        "hasDefault": lambda prop: prop.has_default,
        "usage": lambda prop: prop.usage,
        "declaringType": lambda prop: TypeInfo(prop.cls),
        "meta": lambda prop: MList(prop.cls.rt.metadata.of_property(prop.cls, prop.name)),
    }
    calls: ClassVar[Mapping[str, Callable[..., Any]]] = {
        "getValue": _get_value, "setValue": _set_value,
    }  # fmt: skip
    __slots__ = ()


def _methods(cls: Any) -> MList:
    names = [name for name in cls.method_names() if not name.startswith(_HIDDEN)]
    return MList([MethodInfo(own) for name in names for own in _declared(cls, "methods", name)])


def _properties(cls: Any) -> MList:
    names = cls.property_names()
    return MList(
        [PropertyInfo(own) for name in names for own in _declared(cls, "properties", name)]
    )


def _declared(cls: Any, kind: str, name: str) -> list[Any]:
    """The declarations of a name that count: several when it is ambiguous."""
    return choose(cls, lambda own: getattr(own, kind).get(name))


class TypeInfo(Handle):
    """A class or metaclass."""

    members: ClassVar[Mapping[str, Read]] = {
        "name": lambda cls: cls.name,
        "usage": lambda cls: cls.usage,
        "version": lambda cls: VersionInfo(cls.package.version),
        "type": lambda cls: cls.reference,
        "package": lambda cls: PackageInfo(cls.package),
        "methods": _methods,
        "properties": _properties,
        "ancestors": lambda cls: MList([TypeInfo(own) for own in cls.ancestors]),
        "meta": lambda cls: MList(cls.rt.metadata.of_class(cls)),
    }
    _of_metaclasses: ClassVar[Mapping[str, Read]] = {
        "cardinality": lambda cls: cls.declaration.cardinality,
        "targets": lambda cls: MList(cls.declaration.applies),
        "inherited": lambda cls: cls.declaration.inherited,
    }
    __slots__ = ()

    def read(self, name: str) -> Any:
        """Value of a member; metaclasses have some more."""
        if self.of.usage == "Meta" and name in self._of_metaclasses:
            return self._of_metaclasses[name](self.of)
        return super().read(name)


def _real(value: Any) -> Any:
    return value.object if isinstance(value, View) else value
