"""Schemas of a class and of its model builders, with hints for forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from catalog_engine.muranopl.schemas.contracts import Schema, plain, translated

DRAFT: Final = "http://json-schema.org/draft-04/schema#"
_METADATA: Final = "io.murano.metadata"
_TEXTS: Final[Mapping[str, str]] = {
    f"{_METADATA}.Title": "title",
    f"{_METADATA}.Description": "description",
    f"{_METADATA}.HelpText": "helpText",
}
_BUILDER: Final = f"{_METADATA}.ModelBuilder"
_HIDDEN: Final = f"{_METADATA}.forms.Hidden"
_POSITION: Final = f"{_METADATA}.forms.Position"
_SECTION: Final = f"{_METADATA}.forms.Section"
_SHOWN: Final = ("In", "InOut")


def schemas_of(cls: Any, method_names: Iterable[str] | str | None = None) -> dict[str, Schema]:
    """Schema of a linked class under ``""``, and those of its model builders under their names.

    :param method_names: one name, or names, of what is wanted; all when it is None. Names that
        are none of a builder are left out.
    """
    if isinstance(method_names, str):
        method_names = [method_names]
    wanted = None if method_names is None else set(method_names)
    result: dict[str, Schema] = {}
    if wanted is None or "" in wanted:
        result[""] = _of_class(cls)
    for method in _builders(cls):
        if wanted is None or method.name in wanted:
            result[method.name] = _of_method(method)
    return result


def _builders(cls: Any) -> Iterator[Any]:
    for name in cls.method_names():
        method = cls.find_method(name)
        if method.usage != "Static" or method.scope != "Public" or method.arguments is None:
            continue
        for item in cls.rt.metadata.of_method(method.cls, name):
            if item.cls.name == _BUILDER and item.values.get("enabled"):
                yield method


def _of_class(cls: Any) -> Schema:
    distances = _distances(cls)
    properties: dict[str, Schema] = {}
    for name in cls.property_names():
        prop = cls.find_property(name)
        if prop.usage in _SHOWN:
            meta = cls.rt.metadata.of_property(cls, name)
            properties[name] = _of_value(
                prop.declaration, prop.cls, meta, distances[prop.cls], len(distances)
            )
    meta = cls.rt.metadata.of_class(cls)
    nearest = [(item, _holder_distance(cls, item, distances)) for item in meta]
    return _entity(properties, meta, _sections(nearest, len(distances)))


def _of_method(method: Any) -> Schema:
    arguments = {
        argument.name: _of_value(
            argument.declaration, method.cls, method.cls.rt.metadata.of_argument(argument), 0, 1
        )
        for argument in method.arguments
        if argument.usage == "Standard"
    }
    meta = method.cls.rt.metadata.of_method(method.cls, method.name)
    return _entity(arguments, meta, _sections([(item, 0) for item in meta], 1))


def _entity(properties: Mapping[str, Schema], meta: Iterable[Any], sections: Schema) -> Schema:
    return {
        "$schema": DRAFT, "type": "object", "properties": dict(properties),
        "additionalProperties": False, "formSections": sections, **_texts(meta),
    }  # fmt: skip


def _of_value(declaration: Any, cls: Any, meta: Iterable[Any], distance: int, size: int) -> Schema:
    """Schema of a property or argument, with its default and its hints."""
    schema = translated(declaration.contract, cls)
    if declaration.constant_default is not None:
        schema["default"] = plain(declaration.constant_default[0])
    schema |= _texts(meta)
    for item in meta:
        if item.cls.name == _HIDDEN:
            schema["visible"] = bool(item.values.get("visible"))
        elif item.cls.name == _POSITION:
            section, index = item.values.get("section"), item.values.get("index")
            if section is not None:
                schema["formSection"] = section
            if index is not None:
                schema["formIndex"] = (index + 1) * size - distance
    return schema


def _texts(meta: Iterable[Any]) -> Schema:
    found: Schema = {}
    for item in meta:
        name = _TEXTS.get(item.cls.name)
        if name is not None:
            found.setdefault(name, item.values.get("text"))
    return found


def _sections(items: Iterable[tuple[Any, int]], size: int) -> Schema:
    """Sections by name: the nearest declaration of each, with indexes from 0."""
    nearest: dict[str, tuple[int, int | None, Any]] = {}
    for item, distance in items:
        if item.cls.name != _SECTION:
            continue
        name, index = item.values["name"], item.values.get("index")
        known = nearest.get(name)
        if known is None or (distance, _last(index)) < (known[0], _last(known[1])):
            nearest[name] = (distance, index, item)
    result: Schema = {}
    ranks = {
        name: (index + 1) * size - distance
        for name, (distance, index, _item) in nearest.items()
        if index is not None
    }
    order = sorted(ranks, key=ranks.__getitem__)
    for name, (_distance, index, item) in nearest.items():
        result[name] = {"title": item.values.get("title")}
        if index is not None:
            result[name]["index"] = order.index(name)
    return result


def _last(index: int | None) -> float:
    return float("inf") if index is None else index


def _distances(cls: Any) -> dict[Any, int]:
    """Steps from a class to each of its hierarchy, by the shortest way."""
    found = {cls: 0}
    level = [cls]
    while level:
        following = []
        for own in level:
            for parent in own.parents:
                if parent not in found:
                    found[parent] = found[own] + 1
                    following.append(parent)
        level = following
    return found


def _holder_distance(cls: Any, item: Any, distances: Mapping[Any, int]) -> int:
    """Steps to the class that carries an item."""
    metadata = cls.rt.metadata
    return min(distances[own] for own in distances if item in metadata.carried(own))
