"""What a resource type of the local Heat is, and the registry of types."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from catalog_standalone.cloud.compute import Compute
from catalog_standalone.cloud.images import Images
from catalog_standalone.cloud.networks import Networks
from catalog_standalone.cloud.orchestration import properties
from catalog_standalone.cloud.orchestration.errors import invalid
from catalog_standalone.cloud.orchestration.properties import Schema
from catalog_standalone.cloud.store import Document, Store
from catalog_standalone.cloud.volumes import Volumes

Values = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Backends:
    """The services that resources live in."""

    store: Store
    networks: Networks
    compute: Compute
    images: Images
    volumes: Volumes


@dataclasses.dataclass(frozen=True)
class Context:
    """For whom and for which resource a type acts.

    ``id`` is chosen before the resource is made, so that a create which was interrupted can be
    repeated without making a second one.
    """

    backends: Backends
    project_id: str
    user_id: str
    stack_name: str
    name: str
    id: str

    @property
    def physical_name(self) -> str:
        """The name for a resource whose template gives none."""
        return f"{self.stack_name}-{self.name}-{self.id[:12].replace('-', '')}"


class ResourceType:
    """A resource type: schema and life cycle. Subclasses override what they need.

    ``create`` and ``delete`` can be repeated. ``ResourceFailure``, ``ApiError`` and
    ``MachineError`` fail the resource with their message.
    """

    name: str
    schema: Schema = {}
    attributes: tuple[str, ...] = ()
    renamed: Mapping[str, str] = {}
    open_schema = False

    def prepare(self, place: str, values: Mapping[str, Any]) -> Values:
        """Checked and converted properties; hidden old names are translated."""
        if self.open_schema:
            return dict(values)
        translated = dict(values)
        for old, new in self.renamed.items():
            if old in translated:
                value = translated.pop(old)
                if translated.get(new) is None:
                    translated[new] = value
        return properties.check(place, self.schema, translated)

    def must_replace(self, old: Values, new: Values) -> bool:
        """Whether a change of properties needs a new resource."""
        return any(not self._can_update(key) for key in changed_keys(old, new))

    def _can_update(self, key: str) -> bool:
        return self.open_schema or (key in self.schema and self.schema[key].update)

    def create(self, context: Context, values: Values) -> None:
        """Begin to make the resource."""

    def is_complete(self, context: Context, values: Values) -> bool:
        """Whether it is ready after ``create`` or ``update``."""
        return True

    def update(self, context: Context, old: Values, new: Values) -> None:
        """Apply a change that needs no new resource."""

    def delete(self, context: Context, values: Values) -> None:
        """Remove the resource; nothing to do when it is gone."""

    def reference(self, context: Context, values: Values) -> Any:
        """What ``get_resource`` gives."""
        return context.id

    def attribute(self, context: Context, values: Values, name: str) -> Any:
        """What ``get_attr`` gives."""
        return self.show(context, values).get(name)

    def show(self, context: Context, values: Values) -> Document:
        """All attributes."""
        return {}


def changed_keys(old: Values, new: Values) -> set[str]:
    """Names of properties that differ."""
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


class Registry:
    """Resource types by name."""

    def __init__(self, types: Iterable[ResourceType]) -> None:
        self._types = {type_.name: type_ for type_ in types}

    def find(self, name: str, mapping: Mapping[str, Any] | None = None) -> ResourceType:
        """The type of this name; ``mapping`` is the environment's resource_registry."""
        target = (mapping or {}).get(name, name)
        found = self._types.get(target) if isinstance(target, str) else None
        if found is None:
            raise invalid(f"The Resource Type ({target}) could not be found.")
        return found

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._types)
