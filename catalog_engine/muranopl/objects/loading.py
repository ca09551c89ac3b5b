"""Loading: from models and calls of ``new()`` to graphs of objects.

A load builds the whole graph first, with objects of ids that it has not come to yet as unfilled
shells, and runs constructors and ``.init`` methods afterwards: inner objects before the outer
ones, parents' methods before the child's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from catalog_engine.muranopl.objects.model import MuranoObject
from catalog_engine.muranopl.objects.notation import HEADER, Notation, Written
from catalog_engine.muranopl.objects.serialisation import MIXED, Serialiser
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.collector import without_collector
from catalog_engine.muranopl.runtime.values import MDict, freeze
from catalog_engine.muranopl.types.construction import Slot, Step

_NOTHING: Final[Mapping[Any, Any]] = {}
# Stands for all objects under construction that have none yet; each gets a dictionary of its own.
_NO_HALVES: Final[dict[type, Any]] = {}
_OWN_KEYS: Final = frozenset(("type", "id", "name", "classVersion", "package"))
_PLAIN_HEADER: Final = len(_OWN_KEYS)


class _Load:
    """One load: what it has made so far.

    :ivar keep_ids: ids in the data are ids of objects, not mere names inside the data.
    :ivar is_dry: objects serve to check contracts and are thrown away.
    :ivar path: properties that lead to the object being filled (dry loads).
    :ivar outer: the load inside of which this one is made, whose objects it may refer to.
    """

    def __init__(
        self, data: Any, keep_ids: bool, is_dry: bool = False, excluded: Any = (),
        outer: _Load | None = None,
    ):  # fmt: skip
        self.keep_ids = keep_ids
        self.outer = outer
        self.is_dry = is_dry
        self.excluded = frozenset(tuple(str(path).split(".")) for path in excluded or ())
        self.path: list[str] = []
        self.objects: dict[str, MuranoObject] = {}
        self.made: list[MuranoObject] = []
        self.queue: list[
            tuple[MuranoObject, Mapping[Any, Mapping[str, Any]], Mapping[str, Any]]
        ] = []
        self.dependencies: list[tuple[MuranoObject, Any]] = []
        self._data = data
        self._known: dict[str, Mapping[str, Any]] | None = None

    def known(self, object_id: str) -> Mapping[str, Any] | None:
        """The mapping in the data that has an id, wherever it stands."""
        if self._known is None:
            self._known = dict(_identified(self._data))
        return self._known.get(object_id)


def _identified(data: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Mappings with an id in their header, in the order of the data."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            header = value.get(HEADER)
            if isinstance(header, Mapping) and isinstance(header.get("id"), str):
                yield header["id"], value
            waiting.extend(item for key, item in value.items() if key != HEADER)
        elif isinstance(value, tuple):
            waiting.extend(value)


class Loader:
    """Makes the objects of a run and keeps them by id.

    :ivar objects: id -> object, of all that were loaded and are not destroyed.
    """

    def __init__(self, rt: Any):
        self._rt = rt
        self._notation = Notation(rt)
        self._loads: dict[Any, _Load] = {}
        self.objects: dict[str, MuranoObject] = {}

    # ------------------------------------------------------------ entries

    def load_model(self, data: Any) -> MuranoObject:
        """The root of a model whose ids are kept.

        An id that is loaded already means that same object, which keeps its values; objects that
        only this model has are made, and belong to it.

        :raises NoObjectFoundError: an id is referred to that nobody has.
        """
        with without_collector():
            data = freeze(data)
        # What initialises objects is any code, which may leave much garbage.
        with self._session(data, keep_ids=True) as load, without_collector():
            return self._object(load, self._notation.read(data, None, None), None)

    def new_object(
        self, cls: Any, properties: Mapping[str, Any], owner: Any, name: str | None, extra: Any
    ) -> MuranoObject:
        """Construct an object of a linked class.

        :param extra: keys that begin with an underscore go to the header.
        """
        values = {key: freeze(value) for key, value in properties.items()}
        header: dict[str, Any] = {"name": name}
        for key, value in (extra or _NOTHING).items():
            if str(key).startswith("_"):
                header[key] = value
        with self._session(values, keep_ids=False) as load:
            return self._object(load, Written(cls, header, values), owner)

    def detached(self, cls: Any, properties: Mapping[str, Any]) -> MuranoObject:
        """An object that belongs to nobody and is in no model, whatever is loaded meanwhile."""
        branch = self._branch()
        active = self._loads.pop(branch, None)
        try:
            made = self.new_object(cls, properties, None, None, None)
        finally:
            self._restore(branch, active)
        del self.objects[made.id]
        return made

    def load_object(self, model: Any, owner: Any, scope: Any) -> MuranoObject:
        """Construct an object from a mapping that carries its type."""
        return self.contracted(freeze(model), None, owner, scope)

    def contracted(self, value: Any, default: Any, owner: Any, scope: Any) -> MuranoObject:
        """The object of a mapping that stands where an object is asked for."""
        active = self._active()
        if active is not None:
            return self._object(active, self._notation.read(value, default, scope), owner)
        with self._session(value, keep_ids=False) as load:
            return self._object(load, self._notation.read(value, default, scope), owner)

    def reference(self, object_id: str) -> MuranoObject:
        """The object of an id; while a graph is loaded perhaps one that is not filled yet.

        :raises NoObjectFoundError: nobody has the id.
        """
        load = active = self._active()
        while load is not None:
            found = load.objects.get(object_id)
            if found is not None:
                return found
            load = load.outer
        found = self.objects.get(object_id)
        if found is not None:
            return found
        load = active
        while load is not None:
            written = load.known(object_id)
            if written is not None and (written.get(HEADER) or {}).get("type"):
                read = self._notation.read(written, None, None)
                return self._shell(load, read, object_id)
            load = load.outer
        raise exceptions.NoObjectFoundError(object_id)

    def template(
        self, value: Any, default: Any, check: Callable[[MuranoObject], Any],
        excluded: Iterable[str] | None, scope: Any,
    ) -> MDict:  # fmt: skip
        """The model of an object that is checked and not made.

        :param excluded: dotted paths of properties that are neither checked nor kept.
        """
        branch = self._branch()
        before = self._loads.get(branch)
        load = self._loads[branch] = _Load(
            value, keep_ids=True, is_dry=True, excluded=excluded, outer=before
        )
        try:
            made = self._object(load, self._notation.read(value, default, scope), None)
            check(made)
            self._check_filled(load)
            return self.template_of(made)
        finally:
            self._restore(branch, before)

    def template_of(self, obj: MuranoObject) -> MDict:
        """The model of an object, with types as values."""
        if not obj.filled:
            return MDict()
        result: MDict = freeze(Serialiser(self._rt, MIXED).reference(obj))
        return result

    # ------------------------------------------------------------ sessions

    def _branch(self) -> Any:
        return self._rt.scheduler.current

    def _active(self) -> _Load | None:
        return self._loads.get(self._branch())

    def _restore(self, branch: Any, load: _Load | None) -> None:
        if load is None:
            self._loads.pop(branch, None)
        else:
            self._loads[branch] = load

    @contextmanager
    def _session(self, data: Any, keep_ids: bool) -> Iterator[_Load]:
        """The load under way, or a new one that is completed at the end."""
        branch = self._branch()
        active = self._loads.get(branch)
        if active is not None:
            yield active
            return
        load = self._loads[branch] = _Load(data, keep_ids)
        try:
            yield load
            self._check_filled(load)
        finally:
            del self._loads[branch]
        self._complete(load)

    def _check_filled(self, load: _Load) -> None:
        for object_id, obj in load.objects.items():
            if not obj.filled:
                raise exceptions.NoObjectFoundError(object_id)

    def _complete(self, load: _Load) -> None:
        for obj in load.made:
            self.objects[obj.id] = obj
        for obj, dependencies in load.dependencies:
            self._restore_dependencies(obj, dependencies)
        for obj, arguments, properties in load.queue:
            self._initialise(obj, arguments, properties)

    def _restore_dependencies(self, obj: MuranoObject, given: Any) -> None:
        rows = given.get("onDestruction") if isinstance(given, Mapping) else None
        for row in rows if isinstance(rows, (list, tuple)) else ():
            # Whoever made the model may have written anything there.
            if not isinstance(row, Mapping):
                continue
            subscriber = self.objects.get(str(row.get("subscriber")))
            if subscriber is not None:
                obj.dependencies = [*(obj.dependencies or ()), (subscriber, row.get("handler"))]

    # ------------------------------------------------------------ objects

    def _object(self, load: _Load, written: Written, owner: Any) -> MuranoObject:
        object_id = written.header.get("id")
        obj = None
        if object_id is not None:
            object_id = str(object_id)
            obj = load.objects.get(object_id)
            if obj is None and load.keep_ids and not load.is_dry:
                obj = self.objects.get(object_id)
                if obj is not None:
                    load.objects[object_id] = obj
                    self._visit(load, obj, written.properties)
                    return obj
        if obj is None:
            obj = self._shell(load, written, object_id)
        elif obj.filled:
            return obj
        obj.owner = owner
        self._fill(load, obj, written)
        return obj

    def _shell(self, load: _Load, written: Written, object_id: str | None) -> MuranoObject:
        """An object without properties, known to the load."""
        header = written.header
        own_id = object_id if object_id is not None and load.keep_ids else self._rt.new_id()
        name = header.get("name")
        obj = MuranoObject(written.cls, own_id, None, None if name is None else str(name))
        obj.metadata = header.get("metadata")
        obj.destroyed = bool(header.get("destroyed"))
        if len(header) > _PLAIN_HEADER or not _OWN_KEYS.issuperset(header):
            designer = {key: value for key, value in header.items() if str(key)[:1] == "_"}
            obj.header = designer or None
        if header.get("dependencies"):
            load.dependencies.append((obj, header["dependencies"]))
        if object_id is not None:
            load.objects[object_id] = obj
        return obj

    def _fill(self, load: _Load, obj: MuranoObject, written: Written) -> None:
        """Give an object its properties, and queue what initialises it.

        :raises DepthLimitExceeded: a default makes an object of its own class, and so on.
        """
        steps = self._rt.steps
        depth = steps.enter(obj.cls.name)
        try:
            self._fill_in(load, obj, written)
        finally:
            steps.depth = depth

    def _fill_in(self, load: _Load, obj: MuranoObject, written: Written) -> None:
        properties = written.properties
        obj.filled = True
        plan = obj.cls.construction
        config = self._rt.class_config(obj.cls)
        for prop in plan.configured:
            value = config[prop.name] if prop.name in config else prop.default(obj)
            obj.values[prop.name] = prop.contract.transform(obj, freeze(value))
        for step in plan.steps:
            self._fill_step(load, obj, step, properties, config)
        arguments: Mapping[Any, Mapping[str, Any]] = (
            {
                step.cls: {name: properties[name] for name in step.arguments if name in properties}
                for step in plan.with_arguments
            }
            if plan.with_arguments
            else _NOTHING
        )
        if load.is_dry:
            return
        load.made.append(obj)
        load.queue.append((obj, arguments, properties))

    def _fill_step(
        self, load: _Load, obj: MuranoObject, step: Step, properties: Mapping[str, Any],
        config: Mapping[str, Any],
    ) -> None:  # fmt: skip
        pending: Sequence[Slot] = (
            step.slots if load.is_dry else self._take(obj, step.slots, properties)
        )
        while pending:
            postponed = []
            for slot in pending:
                try:
                    if load.is_dry:
                        self._assign_dry(load, obj, slot, properties, config)
                    else:
                        self._assign(obj, slot, properties, config)
                except exceptions.UninitializedPropertyAccessError:
                    postponed.append(slot)
            if len(postponed) == len(pending):
                names = ", ".join(slot.name for slot in pending)
                raise exceptions.CircularExpressionDependenciesError(
                    f"Defaults of the properties {names} of class {step.cls.name} need each other"
                )
            pending = postponed

    @staticmethod
    def _take(
        obj: MuranoObject, slots: tuple[Slot, ...], properties: Mapping[str, Any]
    ) -> list[Slot]:
        """Take what needs no conversion; the slots that are left."""
        values, left = obj.values, []
        for slot in slots:
            passing = slot.passing
            if passing is not None and slot.name in properties:
                value = properties[slot.name]
                if value.__class__ is passing:
                    values[slot.name] = value
                    continue
            left.append(slot)
        return left

    @staticmethod
    def _assign(
        obj: MuranoObject, slot: Slot, properties: Mapping[str, Any], config: Mapping[str, Any]
    ) -> None:
        name = slot.name
        if name in properties and not slot.is_runtime:
            value = properties[name]
        elif name in config:
            value = freeze(config[name])
        elif slot.is_runtime and not slot.source.has_default:
            return
        else:
            value = slot.source.default(obj)
        try:
            convert = slot.convert
            if convert is not None:
                value = convert(obj, value)
            for other in slot.others:
                other.contract.validate(obj, value)
        except exceptions.ContractViolationException:
            if slot.is_runtime:
                return
            raise
        obj.values[name] = value

    def _assign_dry(
        self, load: _Load, obj: MuranoObject, slot: Slot, properties: Mapping[str, Any],
        config: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """The same for an object that serves to check, unless the property is left out."""
        path = (*load.path, slot.name)
        if path in load.excluded:
            return
        load.path.append(slot.name)
        try:
            self._assign(obj, slot, properties, config)
        finally:
            load.path.pop()

    def _visit(self, load: _Load, obj: MuranoObject, properties: Mapping[str, Any]) -> None:
        """Make the objects inside another model's version of an object that exists already."""
        for step in obj.cls.construction.steps:
            for slot in step.slots:
                convert = slot.convert
                if slot.name in properties and convert is not None:
                    convert(obj, properties[slot.name])

    # ------------------------------------------------------------ initialisation

    def _initialise(
        self, obj: MuranoObject, arguments: Mapping[Any, Mapping[str, Any]],
        properties: Mapping[str, Any],
    ) -> None:  # fmt: skip
        steps = self._rt.steps
        obj.natives = _NO_HALVES
        for cls, is_native in obj.cls.construction.initialisers:
            if is_native:
                self._rt.make_native_half(obj, cls, properties)
                continue
            steps.constructing += 1
            try:
                cls.methods[".init"].invoke(obj, (), arguments.get(cls, _NOTHING))
            finally:
                steps.constructing -= 1
        obj.ready = True
