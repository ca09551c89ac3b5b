"""Serialisation: from objects to the plain data of models, results and templates."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference, View
from catalog_engine.muranopl.runtime.collector import without_collector
from catalog_engine.muranopl.runtime.exceptions import kind_of
from catalog_engine.muranopl.runtime.values import MSet
from catalog_engine.muranopl.types.metadata import values_of

SERIALIZABLE: Final = "Serializable"
MIXED: Final = "Mixed"
INLINE: Final = "Inline"
SERIALIZE: Final = "io.murano.metadata.engine.Serialize"
_TEXTS: Final = (
    ("title", "io.murano.metadata.Title"),
    ("description", "io.murano.metadata.Description"),
    ("helpText", "io.murano.metadata.HelpText"),
)
_HIDDEN: Final = frozenset(("Runtime", "Config", "Static"))


_KEYS: Final = (str, int, float)
"""Keys, besides null, that JSON has or makes texts of."""


class Serialiser:
    """Serialises one value.

    An object stands where its owner refers to it, and as its id elsewhere. What is referred to
    and stands nowhere is put where it is first met; as a reference only below its owner.

    :param kind: form of headers: Serializable, Mixed or Inline.
    :param designer: keep designer attributes and list actions.
    :ivar serialised: objects that stand somewhere in the result.
    """

    def __init__(self, rt: Any, kind: str = SERIALIZABLE, designer: bool = False):
        self._rt = rt
        self._kind = kind
        self._designer = designer
        self._is_model = True
        self.serialised: dict[MuranoObject, None] = {}
        self._markers: list[tuple[Any, Any, MuranoObject, MuranoObject | None]] = []

    def model(self, root: MuranoObject | None) -> Any:
        """The model of a root object: everything it refers to is in it."""
        if root is None:
            return None
        with without_collector():
            return self._complete(root)

    def reference(self, value: Any, stop: Any = None) -> Any:
        """A result: objects, and what they own.

        :param stop: linked class from which on properties are left out, for upcasts.
        """
        self._is_model = False
        return self._complete(value, stop)

    def _complete(self, value: Any, stop: Any = None) -> Any:
        holder: list[Any] = [None]
        if isinstance(value, (MuranoObject, View)):
            cls = stop if stop is not None else (value.cls if value.__class__ is View else None)
            holder[0] = self._object(_real(value), cls)
        else:
            self._put(holder, 0, value, None)
        self._place_markers()
        return holder[0]

    def _place_markers(self) -> None:
        index = 0
        while index < len(self._markers):
            container, key, obj, around = self._markers[index]
            index += 1
            if obj not in self.serialised and (self._is_model or _is_below(obj, around)):
                container[key] = self._object(obj)

    def _object(self, obj: MuranoObject, seen_as: Any = None) -> dict[str, Any]:
        self.serialised[obj] = None
        cls = obj.cls if seen_as is None else seen_as
        # Objects are put into these very dictionaries later, so none of them is copied.
        header: dict[Any, Any] = {}
        body: dict[str, Any]
        if self._kind == INLINE:
            header[cls.reference] = body = {}
        else:
            body = {"?": header}
        for name, as_reference in self._names(cls):
            try:
                value = obj.values[name]
            except KeyError:
                continue
            if as_reference and not self._is_model and isinstance(value, (MuranoObject, View)):
                body[name] = value.id
            else:
                self._put(body, name, value, obj)
        self._put_header(header, obj, cls)
        return header if self._kind == INLINE else body

    def _names(self, cls: Any) -> list[tuple[str, bool]]:
        """Names of the properties of a class that are serialised, and whether as references."""
        found = cls.rt.serialised_names.get(cls)
        if found is None:
            found = []
            for name in cls.property_names():
                declared = [own.properties[name] for own in cls.lineage if name in own.properties]
                if declared[0].usage not in _HIDDEN:
                    found.append((name, any(_is_reference(prop) for prop in declared)))
            cls.rt.serialised_names[cls] = found
        return found

    def _put(self, container: Any, key: Any, value: Any, around: MuranoObject | None) -> None:
        """Put the serialised form of a value into a container."""
        kind = value.__class__
        if value is None or kind is str or kind is int or kind is bool or kind is float:
            container[key] = value
        elif kind is MuranoObject or kind is View:
            obj = _real(value)
            if obj.owner is not None and obj.owner is around and obj not in self.serialised:
                container[key] = self._object(obj)
            else:
                container[key] = obj.id
                self._markers.append((container, key, obj, around))
        elif isinstance(value, Mapping):
            inner: dict[Any, Any] = {}
            container[key] = inner
            for name, item in value.items():
                self._put(inner, self._key(name), item, around)
        elif isinstance(value, (tuple, list, MSet)):
            row: list[Any] = [None] * len(value)
            container[key] = row
            for index, item in enumerate(value):
                self._put(row, index, item, around)
        else:
            container[key] = self._scalar(value)

    def _key(self, key: Any) -> Any:
        if key.__class__ is TypeReference:
            return key if self._kind != SERIALIZABLE else str(key)
        if isinstance(key, (MuranoObject, View)):
            return _real(key).id
        if self._kind == SERIALIZABLE and key is not None and not isinstance(key, _KEYS):
            if isinstance(key, datetime.date):
                return str(key)
            raise ValueError(
                f"A value of type {kind_of(key)} cannot be the key of a dictionary in a model"
            )
        return key

    def _scalar(self, value: Any) -> Any:
        if value.__class__ is TypeReference:
            return value if self._kind != SERIALIZABLE else str(value)
        if isinstance(value, (datetime.date, datetime.timedelta)):
            return str(value)
        raise ValueError(f"A value of type {kind_of(value)} cannot be kept in a model")

    # ------------------------------------------------------------ headers

    def _put_header(self, header: dict[Any, Any], obj: MuranoObject, cls: Any) -> None:
        if self._kind != INLINE:
            header["type"] = cls.reference if self._kind == MIXED else str(cls.reference)
        header.update(id=obj.id, name=obj.name)
        self._put(header, "metadata", obj.metadata, obj)
        if obj.destroyed:
            header["destroyed"] = True
        if obj.dependencies:
            header["dependencies"] = {
                "onDestruction": [
                    {"subscriber": subscriber.id, "handler": handler}
                    for subscriber, handler in obj.dependencies
                ]
            }
        if self._designer:
            for name, value in (obj.header or {}).items():
                self._put(header, name, value, obj)
            self._add_actions(header, obj)

    def _add_actions(self, header: dict[str, Any], obj: MuranoObject) -> None:
        before = header.pop("_actions", None)
        actions = {}
        for name, texts in actions_of(obj.cls):
            key = f"{obj.id}_{name}"
            # Whoever made the model may have written anything there.
            kept = before.get(key) if isinstance(before, Mapping) else None
            enabled = kept.get("enabled", True) if isinstance(kept, Mapping) else True
            actions[key] = {"name": name, **texts, "enabled": enabled}
        header["_actions"] = actions


def _real(value: Any) -> MuranoObject:
    obj: MuranoObject = value.object if value.__class__ is View else value
    return obj


def _is_below(obj: MuranoObject, around: MuranoObject | None) -> bool:
    """Say whether a place inside *around* lies beneath the object's owner."""
    if obj.owner is None:
        return False
    while around is not None:
        if around is obj.owner:
            return True
        around = around.owner
    return False


def _is_reference(prop: Any) -> bool:
    for meta in prop.declaration.meta:
        if meta.name == SERIALIZE:
            given = values_of(prop.cls, meta)
            return bool(given.get("as") == "reference")
    return False


def actions_of(cls: Any) -> list[tuple[str, dict[str, Any]]]:
    """Actions of a class, inherited ones included, with their texts for people."""
    found = cls.rt.actions.get(cls)
    if found is None:
        found = []
        for name in cls.method_names():
            declared = [own.methods[name] for own in cls.lineage if name in own.methods]
            if any(method.scope == "Public" for method in declared):
                found.append((name, {"title": name, **_texts(declared)}))
        cls.rt.actions[cls] = found
    return found


def _texts(methods: list[Any]) -> dict[str, Any]:
    texts: dict[str, Any] = {}
    for key, meta_name in _TEXTS:
        for method in methods:
            given = [meta for meta in method.declared_meta if meta.name == meta_name]
            if given:
                row = values_of(method.cls, given[0])
                texts[key] = row.get("text")
                break
    return texts
