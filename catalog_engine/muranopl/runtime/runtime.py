"""The runtime of one run: what generated code, functions and Python halves ask of it."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from catalog_common.versions import VersionSpec
from catalog_engine.muranopl.functions.library import FunctionTables
from catalog_engine.muranopl.functions.table import FunctionTable
from catalog_engine.muranopl.objects.garbage import Garbage
from catalog_engine.muranopl.objects.loading import Loader
from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference, View
from catalog_engine.muranopl.objects.serialisation import Serialiser
from catalog_engine.muranopl.runtime import exceptions, operations
from catalog_engine.muranopl.runtime.limits import Limits, Steps
from catalog_engine.muranopl.runtime.mocks import Mocks
from catalog_engine.muranopl.runtime.operations_frames import calling_class
from catalog_engine.muranopl.runtime.operations_functions import FunctionSites
from catalog_engine.muranopl.runtime.operations_objects import ObjectSites
from catalog_engine.muranopl.runtime.properties import get_property
from catalog_engine.muranopl.runtime.scheduler import Driver, Scheduler
from catalog_engine.muranopl.runtime.values import MDict, freeze
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.source.namespaces import resolve
from catalog_engine.muranopl.types.metadata import Metadata
from catalog_engine.muranopl.types.native import USE_MARK, signature_of
from catalog_engine.muranopl.types.packages import PackagePool, PackageSource
from catalog_engine.muranopl.types.reflection import TypeInfo

_FRAMES: Final = 40
"""Python frames that one counted call may need, so that our limit is the one that is met."""
_NO_CONFIG: Final[Mapping[str, Any]] = MDict()


class Runtime:
    """One run of MuranoPL code. Any number may live in one process.

    :ivar host: ports, attributes and hooks of the run; its ``class_config(name, version)``
        answers the configured properties of a class, or None.
    :ivar natives: class name -> Python class.
    :ivar mocks: what replaces methods in a test; None where nothing may be replaced.
    """

    def __init__(
        self, host: Any, driver: Driver, source: PackageSource, seed: str,
        natives: Mapping[str, type], limits: Limits | None = None, *, mocking: bool = False,
    ):  # fmt: skip
        self.host = host
        self.natives = natives
        self.limits = limits or Limits()
        self.steps = Steps(self.limits)
        self.scheduler = Scheduler(driver, self.steps)
        self.mocks = Mocks(self) if mocking else None
        self.packages = PackagePool(self, source)
        self.loader = Loader(self)
        self.garbage = Garbage(self)
        self.metadata = Metadata(self)
        self.serialised_names: dict[Any, list[tuple[str, bool]]] = {}
        self.actions: dict[Any, list[Any]] = {}
        self._seed = seed
        self._tables = FunctionTables(self.limits.iterator, self.limits.memory_quota)
        self._randoms: dict[str, random.Random] = {}
        self._configs: dict[Any, Mapping[str, Any]] = {}

    def run(self, function: Callable[[], Any]) -> Any:
        """Run *function* as the root branch, with all that it starts."""
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, self.limits.depth * _FRAMES))
        try:
            return self.scheduler.run(function)
        finally:
            sys.setrecursionlimit(before)

    # ------------------------------------------------------------ code

    def functions_for(self, format_version: str) -> FunctionTable:
        """The table of functions for code of a format."""
        return self._tables.for_format(format_version)

    def namespace_of(self, cls: Any) -> dict[str, Any]:
        """The namespace in which the code of a linked class runs."""
        return operations.namespace(self, cls)

    def out_of_steps(self) -> None:
        """Called by generated code when no step is left."""
        self.steps.out_of_steps()

    def freeze(self, value: Any) -> Any:
        """The immutable form of a value."""
        return freeze(value)

    # ------------------------------------------------------------ chance

    def next_number(self) -> int:
        """A number that grows with every call within the current branch."""
        branch = self.scheduler.current
        branch.draws += 1
        return branch.draws

    def new_id(self) -> str:
        """A fresh id: 32 hex digits made of the seed, the branch and a counter."""
        text = f"{self._seed}\nid\n{self.scheduler.current.path}\n{self.next_number()}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def random(self) -> random.Random:
        """Generator of the current branch, derived from the task's seed."""
        path = self.scheduler.current.path
        generator = self._randoms.get(path)
        if generator is None:
            digest = hashlib.sha256(f"{self._seed}\nrandom\n{path}".encode()).digest()
            generator = self._randoms[path] = random.Random(int.from_bytes(digest, "big"))
        return generator

    # ------------------------------------------------------------ types

    def resolve_type(self, type_: Any, caller: Any) -> TypeReference:
        """Type reference for a name, resolved where *caller* was written, or for a reference.

        :raises NoClassFound: there is no such class.
        :raises ValueError: it names no type.
        """
        if type_.__class__ is TypeReference:
            reference: TypeReference = type_
            return reference
        if not isinstance(type_, str):
            raise ValueError(f"{exceptions.shown(type_)} is no type")
        if caller is None:
            package = self.packages.by_class(type_, VersionSpec("*"))
            return package.find_class(type_).reference
        name = resolve(caller.declaration.namespaces, type_)
        result: TypeReference = caller.package.find_class(name).reference
        return result

    def is_object(self, value: Any) -> bool:
        """Say whether *value* is an object or a view of one."""
        return value.__class__ is MuranoObject or value.__class__ is View

    def is_type(self, value: Any) -> bool:
        """Say whether *value* is a type reference."""
        return value.__class__ is TypeReference

    def is_instance(self, value: Any, type_: TypeReference) -> bool:
        """Say whether the object or view is of the type, to the version."""
        return bool(value.cls.is_a(type_.cls))

    def type_of(self, value: Any) -> TypeReference:
        """Type reference of an object or view."""
        reference: TypeReference = value.cls.reference
        return reference

    def type_info(self, type_: TypeReference) -> Any:
        """Reflection handle of a type."""
        return TypeInfo(type_.cls)

    def cast(self, value: Any, type_: Any, version_spec: str | None, caller: Any) -> Any:
        """View of an object as one of its ancestor classes.

        :raises NoClassFound, AmbiguousClassName: no, or several, ancestors fit.
        """
        name = type_.name if type_.__class__ is TypeReference else None
        if name is None:
            name = resolve(caller.declaration.namespaces, str(type_))
        spec = None if version_spec is None else VersionSpec(version_spec)
        viewer = None if caller is None else caller.package
        found = [
            cls
            for cls in value.cls.lineage
            if cls.name == name and (viewer is None or viewer.accepts(cls, spec))
        ]
        if not found:
            raise exceptions.NoClassFound(name)
        if len(found) > 1:
            raise exceptions.AmbiguousClassName(name)
        return View(_real(value), found[0])

    def parent_views(self, value: Any, caller: Any) -> Sequence[View]:
        """Views of an object as the direct parents of *caller*."""
        return [View(_real(value), parent) for parent in caller.parents]

    def class_config(self, cls: Any) -> Mapping[str, Any]:
        """Configured values of properties of a class; the nearest class of its lineage wins."""
        found = self._configs.get(cls)
        if found is None:
            given = self.host.class_config(cls.name, str(cls.package.version))
            found = self._configs[cls] = _NO_CONFIG if given is None else freeze(given)
        return found

    # ------------------------------------------------------------ objects

    def new_object(
        self, type_: TypeReference, properties: Mapping[str, Any], *, owner: Any,
        name: str | None, extra: Mapping[str, Any] | None, caller: Any,
    ) -> MuranoObject:  # fmt: skip
        """Construct an object of a type."""
        real = None if owner is None else _real(owner)
        return self.loader.new_object(type_.cls, properties, real, name, extra)

    def load_object(self, model: Mapping[str, Any], *, owner: Any, caller: Any) -> MuranoObject:
        """Construct an object from a model that carries its own type."""
        return self.loader.load_object(model, None if owner is None else _real(owner), caller)

    def get_property(self, target: Any, name: str, caller: Any) -> Any:
        """Value of a property as code of *caller* sees it."""
        return get_property(target, name, caller)

    def dump(self, value: Any, serialization_type: str, ignore_upcasts: bool) -> Any:
        """An object as plain data; of a view only its class and above if wanted."""
        seen_as = value.cls if value.__class__ is View and not ignore_upcasts else None
        if value.__class__ is View:
            value = value.object
        return freeze(Serialiser(self, serialization_type).reference(value, seen_as))

    def forget(self, obj: MuranoObject) -> None:
        """An object is destroyed: its attributes go with it."""
        self.host.attributes.forget(obj.id)

    def static_values(self) -> Iterator[Any]:
        """Values of all static properties in use, and what mocks hold."""
        if self.mocks is not None:
            yield from self.mocks.held()
        for package in self.packages.used():
            for cls in package.linked_classes():
                for prop in cls.properties.values():
                    if prop.usage == "Static":
                        yield prop.static_or_none()

    # ------------------------------------------------------------ native halves

    def make_native_half(self, obj: MuranoObject, cls: Any, properties: Mapping[str, Any]) -> None:
        """Construct the Python half that a class of an object's hierarchy has."""
        signature = signature_of(cls.native.__init__, 1)
        hidden = {"this": obj, "runtime": self, "caller": None, "receiver": obj}
        given = {name: hidden[name] for name in signature.hidden}
        if "caller" in given:
            given["caller"] = calling_class()
        chosen = signature.chosen(properties)
        for name in signature.names:
            if name not in signature.optional and signature.keywords[name] not in chosen:
                raise exceptions.ArgumentException(signature.keywords[name])
        if not obj.natives:
            obj.natives = {}
        obj.natives[cls.native] = cls.native(**given, **chosen)

    def native_half(self, obj: MuranoObject, cls: Any) -> Any:
        """The Python half of an object for a class of its hierarchy."""
        native, made = cls.native, obj.natives
        if made is not None and native in made:
            return made[native]
        if made is None or not getattr(native, USE_MARK, False):
            raise exceptions.DslInvalidOperationError(
                f"{obj!r} is not initialized yet: its class {cls.name} has not been constructed"
            )
        self.make_native_half(obj, cls, {})
        return self.native_half(obj, cls)

    def native_of(self, value: Any) -> Any:
        """The Python half of an object, that of its nearest class which has one.

        Every class inherits that of ``io.murano.Object`` at least.
        """
        obj = _real(value)
        return self.native_half(obj, next(cls for cls in obj.cls.lineage if cls.native is not None))

    # ------------------------------------------------------------ calls

    def call_method(
        self, receiver: Any, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any
    ) -> Any:
        """Call a method of an object, view or type: as code of *caller*, or as the engine."""
        if caller is not None:
            table = self.functions_for(caller.package.format_version)
            sites = ObjectSites(self, caller, FunctionSites(table, self, caller))
            return sites.call(receiver, name, tuple(args), kwargs)
        method = receiver.cls.find_method(name)
        if method is None:
            raise exceptions.NoMethodFound(name, did_you_mean(name, receiver.cls.method_names()))
        return method.invoke(_real(receiver), args, kwargs)

    def call_action(self, receiver: Any, name: str, kwargs: Mapping[str, Any]) -> Any:
        """Call a method from outside.

        :raises NoMethodFound: there is none.
        :raises MethodNotExposed: it is no action.
        """
        method = receiver.cls.find_method(name)
        if method is None:
            raise exceptions.NoMethodFound(name, did_you_mean(name, receiver.cls.method_names()))
        if not any(
            own.methods[name].scope == "Public" for own in method.cls.lineage if name in own.methods
        ):
            raise exceptions.MethodNotExposed(name)
        return method.invoke(receiver, (), kwargs)

    # ------------------------------------------------------------ branches

    def parallel(
        self, branches: Sequence[Callable[[], Any]], limit: int | None = None
    ) -> Sequence[Any]:
        """Run callables in branches of their own; results in order, the first error afterwards."""
        return self.scheduler.parallel(branches, limit)

    def pause(self) -> None:
        """Let other branches that can run go first."""
        self.scheduler.pause()

    # ------------------------------------------------------------ garbage

    def subscribe_destruction(
        self, publisher: Any, subscriber: Any, handler: str | None, caller: Any
    ) -> None:
        """See :class:`Garbage`."""
        self.garbage.subscribe(publisher, subscriber, handler)

    def unsubscribe_destruction(
        self, publisher: Any, subscriber: Any, handler: str | None, caller: Any
    ) -> None:
        """See :class:`Garbage`."""
        self.garbage.unsubscribe(publisher, subscriber, handler)

    def is_doomed(self, obj: Any) -> bool:
        """Say whether an object is about to be destroyed."""
        return self.garbage.is_doomed(obj)

    def is_destroyed(self, obj: Any) -> bool:
        """Say whether an object is destroyed."""
        return bool(_real(obj).destroyed)

    def collect_garbage(self) -> None:
        """Destroy objects that nothing refers to."""
        self.garbage.collect()


def _real(value: Any) -> MuranoObject:
    obj: MuranoObject = value.object if value.__class__ is View else value
    return obj
