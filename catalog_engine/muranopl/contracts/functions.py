"""The functions of contracts, each in the form that converts and in the form that tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from catalog_common.versions import VersionSpec
from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference, View
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import ContractViolationException, shown
from catalog_engine.muranopl.runtime.values import MDict

Step = Callable[[Any, Any], Any]
Make = Callable[[Any, bool, list[Any], dict[str, Any]], Step]


PARAMETERS: Final[Mapping[str, tuple[tuple[str, ...], int]]] = {
    **dict.fromkeys(("string", "int", "bool", "notNull", "owned", "notOwned"), ((), 0)),
    "check": (("predicate", "msg"), 1),
    "class": (("name", "defaultName", "versionSpec"), 1),
    "template": (("type", "defaultType", "versionSpec", "excludeProperties"), 1),
}
"""Contract function -> its parameters in order, and how many of them it needs."""


def _violates(value: Any, name: str) -> ContractViolationException:
    return ContractViolationException(f"Value {shown(value)} violates {name}() contract")


# ---------------------------------------------------------------- scalars


def _to_string(_this: Any, value: Any) -> Any:
    if value is None or value.__class__ is str:
        return value
    if isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, (MuranoObject, View)):
        return value.id
    raise _violates(value, "string")


def _to_int(_this: Any, value: Any) -> Any:
    if value is None or value.__class__ is int:
        return value
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise _violates(value, "int") from None


def _to_bool(_this: Any, value: Any) -> Any:
    return None if value is None else bool(value)


def _not_null(_this: Any, value: Any) -> Any:
    if value is None:
        raise ContractViolationException("null value violates notNull() contract")
    return value


def _is_string(_this: Any, value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    raise _violates(value, "string")


def _is_int(_this: Any, value: Any) -> Any:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _violates(value, "int")


def _is_bool(_this: Any, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    raise _violates(value, "bool")


def _plain(step: Step) -> Make:
    def make(_cls: Any, _owns: bool, args: list[Any], kwargs: dict[str, Any]) -> Step:
        if args or kwargs:
            raise exceptions.NoMatchingMethodException(step.__name__.lstrip("_"), None)
        return step

    return make


def _string_not_null(this: Any, value: Any) -> Any:
    return value if value.__class__ is str else _not_null(this, _to_string(this, value))


def _int_not_null(this: Any, value: Any) -> Any:
    return value if value.__class__ is int else _not_null(this, _to_int(this, value))


def _bool_not_null(this: Any, value: Any) -> Any:
    return _not_null(this, _to_bool(this, value))


_FUSED: Final[Mapping[tuple[str, ...], Step]] = {
    ("string",): _to_string,
    ("int",): _to_int,
    ("bool",): _to_bool,
    ("notNull",): _not_null,
    ("string", "notNull"): _string_not_null,
    ("int", "notNull"): _int_not_null,
    ("bool", "notNull"): _bool_not_null,
}


_PASSING: Final[Mapping[str, type]] = {"string": str, "int": int, "bool": bool}


def passing_class(names: tuple[str, ...]) -> type | None:
    """Class whose values a frequent chain of functions returns as they are, or None."""
    return _PASSING.get(names[0]) if names in _FUSED else None


def scalar_step(names: tuple[str, ...]) -> Step | None:
    """One function for a frequent chain of functions without arguments, or None."""
    return _FUSED.get(names)


# ---------------------------------------------------------------- predicates


def _check(_cls: Any, _owns: bool, args: list[Any], kwargs: dict[str, Any]) -> Step:
    predicate, message = _parameters("check", args, kwargs)

    def check(this: Any, value: Any) -> Any:
        if _is_forward(value):
            return value
        holds = predicate(this, value) if callable(predicate) else predicate
        if not holds:
            text = message(this, value) if callable(message) else message
            raise ContractViolationException(
                f"Value {shown(value)} doesn't match predicate" if text is None else str(text)
            )
        return value

    return check


def fits(function: str, count: int, names: Collection[str]) -> bool:
    """Say whether a contract function takes so many positional and these named arguments."""
    known, required = PARAMETERS[function]
    return (
        count <= len(known) and set(names) <= set(known[count:]) and count + len(names) >= required
    )


def _parameters(function: str, args: list[Any], kwargs: dict[str, Any]) -> list[Any]:
    """Arguments in the order of their names, null for those left out."""
    if not fits(function, len(args), kwargs):
        raise exceptions.NoMatchingMethodException(function, None)
    names = PARAMETERS[function][0]
    return [*args, *(kwargs.get(name) for name in names[len(args) :])]


def _is_forward(value: Any) -> bool:
    """Say whether a value is an object that the load has not come to yet."""
    return value.__class__ is MuranoObject and not value.filled


# ---------------------------------------------------------------- objects


class _Type:
    """The type that a contract names, resolved at first use in the declaring class."""

    __slots__ = ("_cls", "_given", "_linked", "spec")

    def __init__(self, cls: Any, given: Any, version_spec: Any):
        self._cls = cls
        self._given = given
        self._linked: Any = None
        self.spec = None if version_spec is None else VersionSpec(str(version_spec))

    def linked(self, this: Any) -> Any:
        """The class.

        :raises NoClassFound: there is none.
        """
        if self._linked is None:
            given = self._given
            if callable(given):
                given = given(this, None)
            found = self._cls.rt.resolve_type(given, self._cls).cls
            if not callable(self._given):
                self._linked = found
            return found
        return self._linked

    def checked(self, this: Any, value: Any) -> Any:
        """The value if it is an object of the type."""
        self.check(this, value.cls)
        return value

    def check(self, this: Any, have: Any) -> None:
        """Check the class of an object.

        :raises ContractViolationException: it is not compatible with the type.
        """
        wanted = self.linked(this)
        if not have.is_compatible(wanted, self._cls.package, self.spec):
            raise ContractViolationException(
                f"Object of type {have.name} is not compatible with requested type {wanted.name}"
            )


def _class(cls: Any, owns: bool, args: list[Any], kwargs: dict[str, Any]) -> Step:
    name, default, spec = _parameters("class", args, kwargs)
    wanted = _Type(cls, name, spec)
    fallback = wanted if default is None else _Type(cls, default, None)
    rt = cls.rt

    def convert(this: Any, value: Any) -> Any:
        if value.__class__ is MuranoObject:
            if value.cls is wanted._linked:
                return value
            return wanted.checked(this, value)
        target = wanted.linked(this)
        if value is None:
            return None
        if value.__class__ is View:
            return wanted.checked(this, value)
        if value.__class__ is MDict or isinstance(value, Mapping):
            owner = this if owns and this.__class__ is MuranoObject else None
            made = rt.loader.contracted(value, fallback.linked(this), owner, cls)
            return made if made.cls is target else wanted.checked(this, made)
        if isinstance(value, str):
            return wanted.checked(this, rt.loader.reference(value))
        raise ContractViolationException(
            f"Value {shown(value)} cannot be represented as class {target.name}"
        )

    return convert


def _is_class(cls: Any, _owns: bool, args: list[Any], kwargs: dict[str, Any]) -> Step:
    name, _default, spec = _parameters("class", args, kwargs)
    wanted = _Type(cls, name, spec)

    def test(this: Any, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, (MuranoObject, View)):
            return wanted.checked(this, value)
        raise ContractViolationException(
            f"Value {shown(value)} is not an object of class {wanted.linked(this).name}"
        )

    return test


def _template(cls: Any, owns: bool, args: list[Any], kwargs: dict[str, Any]) -> Step:
    name, default, spec, excluded = _parameters("template", args, kwargs)
    wanted = _Type(cls, name, spec)
    fallback = wanted if default is None else _Type(cls, default, None)
    rt = cls.rt

    def convert(this: Any, value: Any) -> Any:
        target = wanted.linked(this)
        if value is None:
            return None
        if value.__class__ is View:
            value = value.object
        if value.__class__ is MuranoObject:
            return rt.loader.template_of(wanted.checked(this, value))
        if isinstance(value, Mapping):
            paths = excluded(this, None) if callable(excluded) else excluded
            return rt.loader.template(
                value, fallback.linked(this), lambda made: wanted.checked(this, made), paths, cls
            )
        raise ContractViolationException(
            f"Value {shown(value)} cannot be represented as class {target.name}"
        )

    return convert


def _is_template(cls: Any, _owns: bool, args: list[Any], kwargs: dict[str, Any]) -> Step:
    name, _default, spec, _excluded = _parameters("template", args, kwargs)
    wanted = _Type(cls, name, spec)

    def test(this: Any, value: Any) -> Any:
        if value is None:
            return value
        if isinstance(value, Mapping):
            # What another declaration made of the value: its header says the type.
            header = value.get("?")
            kind = header.get("type") if isinstance(header, Mapping) else None
            if kind.__class__ is TypeReference:
                wanted.check(this, kind.cls)
            return value
        raise ContractViolationException(f"Value {shown(value)} is not a template")

    return test


def _owned(_cls: Any, _owns: bool, args: list[Any], kwargs: dict[str, Any]) -> Step:
    _parameters("owned", args, kwargs)

    def check(this: Any, value: Any) -> Any:
        if _is_exempt(value) or _is_owned(this, value):
            return value
        raise ContractViolationException(f"Object {value!r} violates owned() contract")

    return check


def _not_owned(_cls: Any, _owns: bool, args: list[Any], kwargs: dict[str, Any]) -> Step:
    _parameters("notOwned", args, kwargs)

    def check(this: Any, value: Any) -> Any:
        if _is_exempt(value) or not _is_owned(this, value):
            return value
        raise ContractViolationException(f"Object {value!r} violates notOwned() contract")

    return check


def _is_exempt(value: Any) -> bool:
    if value is None or _is_forward(value):
        return True
    if not isinstance(value, (MuranoObject, View)):
        raise ContractViolationException(f"Value {shown(value)} is not an object")
    return False


def _is_owned(this: Any, value: Any) -> bool:
    owner = value.owner
    while owner is not None:
        if owner is this:
            return True
        owner = owner.owner
    return False


TRANSFORMS: Final[Mapping[str, Make]] = {
    "string": _plain(_to_string),
    "int": _plain(_to_int),
    "bool": _plain(_to_bool),
    "notNull": _plain(_not_null),
    "check": _check,
    "class": _class,
    "template": _template,
    "owned": _owned,
    "notOwned": _not_owned,
}

VALIDATIONS: Final[Mapping[str, Make]] = {
    **TRANSFORMS,
    "string": _plain(_is_string),
    "int": _plain(_is_int),
    "bool": _plain(_is_bool),
    "class": _is_class,
    "template": _is_template,
}
