"""Functions on objects and types of the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.seams import FunctionRuntime
from catalog_engine.muranopl.functions.table import NO_RECEIVER, NO_VALUE, FunctionTable, Subject
from catalog_engine.muranopl.runtime.exceptions import kind_of
from catalog_engine.muranopl.runtime.values import MList

subject = Subject()
_function = subject.function

SERIALIZATION_TYPES = ("Serializable", "Inline", "Mixed")


def _object(rt: FunctionRuntime, value: Any, function: str) -> Any:
    if not rt.is_object(value):
        raise TypeError(f"{function}() takes an object, not {kind_of(value)}")
    return value


# Names of parameters that begin with two underscores cannot be used as keywords by MuranoPL code:
# every keyword of this form of new() is a property.
@_function(
    "new",
    type_=p.Required,
    __owner=p.Any_,
    __object_name=p.NullableString,
    __extra=p.Any_,
    aliases={
        "type_": "__type",
        "__owner": "__owner",
        "__object_name": "__object_name",
        "__extra": "__extra",
    },
)
def _new(
    rt: FunctionRuntime,
    caller: Any,
    type_: Any,
    __owner: Any = None,
    __object_name: str | None = None,
    __extra: Any = None,
    **properties: Any,
) -> Any:
    if isinstance(type_, Mapping):
        return rt.load_object(type_, owner=properties.get("owner", __owner), caller=caller)
    return rt.new_object(
        rt.resolve_type(type_, caller),
        properties,
        owner=__owner,
        name=__object_name,
        extra=__extra,
        caller=caller,
    )


@_function(
    "new",
    type_=p.Required,
    properties=p.Mapping,
    owner=p.Any_,
    object_name=p.NullableString,
    extra=p.Any_,
)
def _new_from_properties(
    rt: FunctionRuntime,
    caller: Any,
    type_: Any,
    properties: Any,
    owner: Any = None,
    object_name: str | None = None,
    extra: Any = None,
) -> Any:
    named = {
        key: value
        for key, value in properties.items()
        if isinstance(key, str) and key.isidentifier()
    }
    return rt.new_object(
        rt.resolve_type(type_, caller),
        named,
        owner=owner,
        name=object_name,
        extra=extra,
        caller=caller,
    )


@_function("id", value=p.Required)
def _id(rt: FunctionRuntime, value: Any) -> str:
    return _object(rt, value, "id").id


@_function("name", value=p.Any_)
def _name(rt: FunctionRuntime, value: Any) -> str | None:
    return None if value is None else _object(rt, value, "name").name


@_function("metadata", value=p.Any_)
def _metadata(rt: FunctionRuntime, value: Any) -> Any:
    return None if value is None else _object(rt, value, "metadata").metadata


@_function("type", value=p.Any_)
def _type(rt: FunctionRuntime, caller: Any, value: Any) -> Any:
    if value is None:
        return None
    if not rt.is_object(value):
        return rt.resolve_type(value, caller)
    found = rt.type_of(value)
    # Packages of old formats compare the type of an object with texts.
    return found.name if caller is not None and _is_before_1_4(caller) else found


def _is_before_1_4(caller: Any) -> bool:
    return caller.package.format_version in ("1.0", "1.1", "1.2", "1.3")


@_function("typeinfo", value=p.Any_)
def _typeinfo(rt: FunctionRuntime, caller: Any, value: Any) -> Any:
    if value is None:
        return None
    return rt.type_info(
        rt.type_of(value) if rt.is_object(value) else rt.resolve_type(value, caller)
    )


@_function("cast", value=p.Any_, type_=p.Required, version_spec=p.NullableString)
def _cast(
    rt: FunctionRuntime, caller: Any, value: Any, type_: Any, version_spec: str | None = None
) -> Any:
    if value is None:
        return None
    return rt.cast(_object(rt, value, "cast"), type_, version_spec, caller)


@_function("super", value=p.Any_, func=p.Lambda)
def _super(
    rt: FunctionRuntime, caller: Any, value: Any, func: Callable[..., Any] | None = None
) -> Any:
    if value is None:
        return None
    views = rt.parent_views(_object(rt, value, "super"), caller)
    return MList(views if func is None else [func(view) for view in views])


@_function("psuper", value=p.Any_, func=p.Lambda)
def _psuper(
    rt: FunctionRuntime, caller: Any, value: Any, func: Callable[..., Any] | None = None
) -> Any:
    if value is None:
        return None
    views = rt.parent_views(_object(rt, value, "psuper"), caller)
    if func is None:
        return MList(views)
    return MList(rt.parallel([_applied(func, view) for view in views]))


def _applied(func: Callable[..., Any], value: Any) -> Callable[[], Any]:
    return lambda: func(value)


@_function("find", kind="both", obj=p.Required, type_=p.Required)
def _find(rt: FunctionRuntime, caller: Any, obj: Any, type_: Any) -> Any:
    wanted = rt.resolve_type(type_, caller)
    owner = _object(rt, obj, "find").owner
    while owner is not None and not rt.is_instance(owner, wanted):
        owner = owner.owner
    return owner


@_function("require", kind="both", value=p.Any_)
def _require(value: Any) -> Any:
    if value is None:
        raise ValueError("Required value is missing")
    return value


@_function("sleep", seconds=p.Number)
def _sleep(rt: FunctionRuntime, seconds: float) -> None:
    if seconds <= 0:
        rt.pause()
    else:
        rt.host.ports.clock.sleep(seconds)


@_function("isObject", value=p.Any_)
def _is_object(rt: FunctionRuntime, value: Any) -> bool:
    return rt.is_object(value) or rt.is_type(value)


@_function("call", name=p.String, args=p.Sequence, kwargs=p.Mapping, receiver=p.Any_)
def _call(
    rt: FunctionRuntime,
    caller: Any,
    table: FunctionTable,
    name: str,
    args: Any,
    kwargs: Mapping[str, Any],
    receiver: Any = NO_VALUE,
) -> Any:
    named = {
        key: value for key, value in kwargs.items() if isinstance(key, str) and key.isidentifier()
    }
    if receiver is NO_VALUE:
        return table.call(rt, name, NO_RECEIVER, tuple(args), named, caller)
    if rt.is_object(receiver) or rt.is_type(receiver):
        return rt.call_method(receiver, name, args, named, caller)
    return table.call(rt, name, receiver, tuple(args), named, caller)


@_function("dump", value=p.Any_, serialization_type=p.String, ignore_upcasts=p.Bool)
def _dump(
    rt: FunctionRuntime,
    value: Any,
    serialization_type: str = "Serializable",
    ignore_upcasts: bool = True,
) -> Any:
    if serialization_type not in SERIALIZATION_TYPES:
        raise ValueError("Invalid Serialization Type")
    return rt.dump(value, serialization_type, ignore_upcasts)
