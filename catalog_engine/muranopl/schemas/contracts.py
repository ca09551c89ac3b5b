"""From contracts to JSON schema, as far as a schema can say what a contract does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from catalog_engine.muranopl.runtime.exceptions import Stop
from catalog_engine.muranopl.runtime.values import MList, MSet
from catalog_engine.muranopl.source.declarations import ContractSpec

Schema = dict[str, Any]
OBJECT: Final = "muranoObject"
_TYPES: Final[Mapping[str, str]] = {"string": "string", "int": "integer", "bool": "boolean"}
_LIMITS: Final[Mapping[str, tuple[str, str, bool]]] = {
    ">": ("minimum", "exclusiveMinimum", True), ">=": ("minimum", "exclusiveMinimum", False),
    "<": ("maximum", "exclusiveMaximum", True), "<=": ("maximum", "exclusiveMaximum", False),
}  # fmt: skip


def translated(spec: ContractSpec, cls: Any) -> Schema:
    """Schema of a contract.

    :param cls: linked class in whose code the contract stands.
    """
    kind = spec[0]
    if kind == "chain":
        return _chain(spec[1], cls)
    if kind == "list":
        return _list(spec[1], cls)
    if kind == "dict":
        return _dict(spec[1], spec[2], cls)
    if kind == "const":
        return {"enum": [plain(spec[1])]}
    return {}


def _list(items: tuple[ContractSpec, ...], cls: Any) -> Schema:
    schemas = [translated(item, cls) for item in items]
    if not schemas:
        return {"type": "array"}
    if len(schemas) == 1:
        return {"type": "array", "items": schemas[0]}
    return {"type": "array", "items": schemas, "additionalItems": schemas[-1]}


def _dict(literal: Iterable[Any], expressions: tuple[Any, ...], cls: Any) -> Schema:
    return {
        "type": "object",
        "properties": {str(key): translated(spec, cls) for key, spec in literal},
        "additionalProperties": translated(expressions[0][1], cls) if expressions else False,
    }


def _chain(calls: Iterable[Any], cls: Any) -> Schema:
    schema: Schema = {}
    for name, args, kwargs in calls:
        given = dict(kwargs)
        if name in _TYPES:
            schema["type"] = [_TYPES[name], "null"]
        elif name == "class":
            schema |= _object(_argument(args, given, 0, "name"), cls)
        elif name == "template":
            schema |= _object(_argument(args, given, 0, "type"), cls)
            excluded = _constant(_argument(args, given, 3, "excludeProperties"), cls)
            schema |= {"owned": True, "excludedProperties": list(excluded or ())}
        elif name == "notNull":
            _forbid_null(schema)
        elif name in ("owned", "notOwned"):
            schema["owned"] = name == "owned"
        else:
            schema |= _checked(_argument(args, given, 0, "predicate"), cls)
    return schema


def _argument(args: tuple[Any, ...], kwargs: Mapping[str, Any], index: int, name: str) -> Any:
    return args[index] if index < len(args) else kwargs.get(name)


def _object(given: Any, cls: Any) -> Schema:
    schema: Schema = {"type": [OBJECT, "null"]}
    if given is not None and given[0] in ("type", "const"):
        schema["muranoType"] = cls.rt.resolve_type(given[1], cls).name
    return schema


def _forbid_null(schema: Schema) -> None:
    kinds = [kind for kind in schema.get("type", ()) if kind != "null"]
    if kinds:
        schema["type"] = kinds[0] if len(kinds) == 1 else kinds


def _checked(predicate: Any, cls: Any) -> Schema:
    """What a predicate's conjunction says; parts of other forms say nothing."""
    schema: Schema = {}
    if predicate is None or predicate[0] != "fn":
        return schema
    for operator, argument in predicate[2]:
        value = _constant(argument, cls)
        if value is None:
            continue
        if operator in _LIMITS:
            limit, exclusive, is_exclusive = _LIMITS[operator]
            schema |= {limit: value, exclusive: is_exclusive}
        elif operator == "in" and isinstance(value, (MList, MSet, list, tuple)):
            schema["enum"] = [plain(item) for item in value]
        elif operator == "matches" and isinstance(value, str):
            schema["pattern"] = value
    return schema


def _constant(argument: Any, cls: Any) -> Any:
    """Value of an argument that does not read ``$``; None when it cannot be had."""
    if argument is None:
        return None
    kind = argument[0]
    if kind == "const":
        return argument[1]
    if kind == "list":
        return MList([_constant(item, cls) for item in argument[1]])
    if kind == "type":
        return cls.rt.resolve_type(argument[1], cls).name
    try:
        return cls.rt.freeze(cls.function(argument[1])(cls.reference, None))
    except Stop:
        raise
    except Exception:
        # What a schema cannot tell without an object, it leaves out.
        return None


def plain(value: Any) -> Any:
    """A value as JSON has it; texts of what JSON does not have."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, MSet)):
        return [plain(item) for item in value]
    return str(value)
