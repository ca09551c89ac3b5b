"""Sites of generated code on objects: reading, writing and calling, with inline caches.

A cache remembers one linked class by identity. Linked classes do not change, so what was resolved
for one stays right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.table import NO_RECEIVER
from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference, View
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.operations_functions import Call, FunctionSites
from catalog_engine.muranopl.runtime.properties import get_property, plain_contract, set_property
from catalog_engine.muranopl.runtime.values import GONE_OVER, LooseDict, MDict, MList
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.muranopl.types.reflection import Handle

_OBJECTS: Final = (MuranoObject, View, TypeReference)
_LEGACY: Final = ("1.0", "1.1")


class ObjectSites:
    """Makes the sites of one linked class.

    :param rt: the runtime.
    :param cls: the linked class whose code has the sites.
    :param functions: call sites of functions, for receivers that are no objects.
    """

    def __init__(self, rt: Any, cls: Any, functions: FunctionSites):
        self.rt = rt
        self.cls = cls
        self.functions = functions
        self._missing_is_null = cls.package.format_version in _LEGACY

    # ------------------------------------------------------------ properties

    def own_property(self, name: str) -> Call:
        """Site of ``$.name``: a property of the object whose method runs."""
        cls = self.cls
        plain: bool | None = None

        def read(this: Any) -> Any:
            nonlocal plain
            if plain is None:
                plain = _is_slot(cls, name)
            if plain and this.__class__ is MuranoObject:
                try:
                    return this.values[name]
                except KeyError:
                    pass
            return get_property(this, name, cls)

        return read

    def own_setter(self, name: str) -> Call:
        """Site of ``$.name: value``."""
        cls = self.cls
        known: Any = None
        convert: Call | None = None
        passing: type | None = None

        def write(this: Any, value: Any) -> None:
            nonlocal known, convert, passing
            if this.__class__ is MuranoObject and this.cls is known:
                if convert is not None and value.__class__ is not passing:
                    value = convert(this, value)
                this.values[name] = value
                return
            set_property(this, name, value, cls)
            contract = plain_contract(this, name, cls)
            if contract is not None:
                known, convert, passing = this.cls, contract.conversion, contract.passing

        return write

    def attribute_site(self, name: str) -> Call:
        """Site of ``value.name``."""
        cls = self.cls
        function = self.functions.table.call
        rt = self.rt
        missing_is_null = self._missing_is_null

        def each(collection: Iterable[Any]) -> Iterator[Any]:
            # Not a generator expression, which would begin with the collection at once.
            for item in collection:
                yield read(item)

        def read(value: Any) -> Any:
            kind = value.__class__
            if kind is MuranoObject or kind is View or kind is TypeReference:
                return get_property(value, name, cls)
            if kind is MDict or kind is LooseDict:
                return value.get(name) if missing_is_null else value[name]
            if kind is MList or isinstance(value, GONE_OVER):
                return each(value)
            if isinstance(value, Handle):
                return value.read(name)
            return function(rt, "#property#" + name, NO_RECEIVER, (value,), {}, cls)

        return read

    def type_site(self, text: str) -> Call:
        """Site of ``ns:Name``: the type reference, resolved where the code was written."""
        found: Any = None

        def reference() -> Any:
            nonlocal found
            if found is None:
                found = self.rt.resolve_type(text, self.cls)
            return found

        return reference

    def instance_of(self, value: Any, type_: Any) -> bool:
        """``value is Type``.

        :raises NoMatchingFunctionException: the value is neither null nor an object.
        """
        if value is None:
            return False
        if not isinstance(value, (MuranoObject, View)):
            raise exceptions.NoMatchingFunctionException("#operator_is")
        return bool(self.rt.is_instance(value, self.rt.resolve_type(type_, self.cls)))

    # ------------------------------------------------------------ updates

    def updated(self, container: Any, steps: tuple[Any, ...], value: Any) -> Any:
        """The container with *value* at the end of the path *steps*; objects change in place.

        :raises ValueError: something on the path has no parts.
        """
        step = steps[0]
        rest = steps[1:]
        kind = container.__class__
        if kind in _OBJECTS:
            name = str(step)
            if rest:
                value = self.updated(self._part(container, name), rest, value)
            set_property(container, name, value, self.cls)
            return container
        if kind is MDict:
            if rest:
                value = self.updated(container.get(step, _EMPTY), rest, value)
            return MDict({**container, step: value})
        if kind is MList and step.__class__ is int:
            return self._with_item(container, step, rest, value)
        raise ValueError("attribution may only be applied to objects and dictionaries")

    def _part(self, target: Any, name: str) -> Any:
        try:
            return get_property(target, name, self.cls)
        except exceptions.UninitializedPropertyAccessError:
            return _EMPTY

    def _with_item(self, container: MList, index: int, rest: tuple[Any, ...], value: Any) -> MList:
        size = len(container)
        if index < 0:
            index += size
            if index < 0:
                raise IndexError("list assignment index out of range")
        if rest:
            value = self.updated(container[index] if index < size else _EMPTY, rest, value)
        if index >= size:
            return MList((*container, value))
        return MList((*container[:index], value, *container[index + 1 :]))

    # ------------------------------------------------------------ calls

    def method_site(self, name: str, count: int, thunked: tuple[int, ...]) -> Call:
        """Site of ``receiver.name(args)`` with *count* positional arguments.

        :param thunked: positions of arguments that come as thunks, as a function of that name
            takes them so; methods of classes get their values.
        """
        miss = self._miss(name, count, thunked)
        maker = _MAKERS.get(count)
        if maker is None or thunked:
            return _make_many(miss)
        if self.rt.mocks is not None:
            site: Call = self.rt.mocks.renewing(lambda: maker(miss))
            return site
        return maker(miss)

    def named_method_site(self, name: str, _thunked: tuple[int, ...]) -> Call:
        """Site of ``receiver.name(args)`` with named arguments: called with a tuple and a dict."""

        def call(receiver: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
            return self.call(receiver, name, args, kwargs)

        return call

    def call(
        self,
        receiver: Any,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Call a method by name, whatever the receiver is.

        :raises NoMethodRegisteredException: the receiver has no such method.
        """
        method = self._method(receiver, name)
        if method is not None:
            args, kwargs = _evaluated(args, kwargs)
            return method.invoke(_real(receiver), args, kwargs)
        if isinstance(receiver, Handle) and name in receiver.calls:
            args, kwargs = _evaluated(args, kwargs)
            return receiver.calls[name](receiver.of, args, kwargs, self.cls)
        for extension in self._extensions(name):
            if extension.accepts(receiver):
                args, kwargs = _evaluated(args, kwargs)
                return extension.invoke(extension.type_reference, (receiver, *args), kwargs)
        self._check_known(receiver, name)
        return self.functions.table.call(self.rt, name, receiver, args, kwargs, self.cls)

    def _miss(
        self,
        name: str,
        count: int,
        thunked: tuple[int, ...],
    ) -> Callable[[Any, tuple[Any, ...]], tuple[Any, Any, Any]]:
        """The complete call; answers the result and what may be cached: a class and its entry."""
        values: Call | None = None

        def miss(receiver: Any, args: tuple[Any, ...]) -> tuple[Any, Any, Any]:
            nonlocal values
            if receiver.__class__ in _OBJECTS:
                method = self._method(receiver, name)
                if method is not None:
                    if thunked:
                        args, _none = _evaluated(args, {})
                    entry = method.fast(count)
                    if entry is None:
                        return method.invoke(_real(receiver), args, {}), None, None
                    cached = receiver.cls if receiver.__class__ is MuranoObject else None
                    return entry(_real(receiver), *args), cached, entry
            if isinstance(receiver, Handle) and name in receiver.calls:
                args, _none = _evaluated(args, {})
                return receiver.calls[name](receiver.of, args, {}, self.cls), None, None
            extensions = self._extensions(name)
            for extension in extensions:
                if extension.accepts(receiver):
                    args, _none = _evaluated(args, {})
                    return (
                        extension.invoke(extension.type_reference, (receiver, *args), {}),
                        None,
                        None,
                    )
            if values is None:
                self._check_known(receiver, name)
                family = self.functions.table.lookup(name, "method")
                assert family is not None
                values = self.functions.site(family, count + 1)
            return values(receiver, *args), None, None if extensions else values

        return miss

    def _method(self, receiver: Any, name: str) -> Any:
        """Method of an object, view or type, or None."""
        kind = receiver.__class__
        if kind not in _OBJECTS:
            return None
        method = receiver.cls.find_method(name)
        if method is None:
            return None
        if kind is TypeReference:
            if method.usage not in ("Static", "Extension"):
                raise exceptions.NoMatchingMethodException(name, receiver)
            return method
        return None if method.usage == "Extension" else method

    def _extensions(self, name: str) -> list[Any]:
        """Extension methods of a name that the running class sees, its own first."""
        found = []
        for cls in (self.cls, *self.cls.imports):
            method = cls.find_method(name)
            if method is not None and method.usage == "Extension" and method not in found:
                found.append(method)
        return found

    def _check_known(self, receiver: Any, name: str) -> None:
        if self.functions.table.lookup(name, "method") is None:
            if self._is_seen(receiver, name):
                raise exceptions.NoMatchingMethodException(name, receiver)
            known = list(self.functions.table.names("method"))
            if receiver.__class__ in _OBJECTS:
                known.extend(receiver.cls.method_names())
            raise exceptions.NoMethodRegisteredException(name, receiver, did_you_mean(name, known))

    def _is_seen(self, receiver: Any, name: str) -> bool:
        """Say whether a method of the name is in sight, though not one of the receiver."""
        classes = [self.cls, *self.cls.imports]
        if receiver.__class__ in _OBJECTS:
            classes.append(receiver.cls)
        return any(cls.find_method(name) is not None for cls in classes)


_EMPTY: Final = MDict({})


def _real(receiver: Any) -> Any:
    return receiver.object if receiver.__class__ is View else receiver


def _is_slot(cls: Any, name: str) -> bool:
    """Say whether instances keep the property in their values; errors are left to the slow path."""
    found = cls.find_property(name)
    return found is not None and found.usage != "Static"


def _evaluated(
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """Values of arguments that come unevaluated because a function of that name takes them so."""
    row = []
    named = dict(kwargs)
    for arg in args:
        if isinstance(arg, MappingRule):
            name = arg.source()
            if name.__class__ is not str:
                raise exceptions.MappingTranslationException()
            named[name] = arg.destination()
        else:
            row.append(arg() if _is_thunk(arg) else arg)
    return tuple(row), {key: value() if _is_thunk(value) else value for key, value in named.items()}


def _is_thunk(value: Any) -> bool:
    return value.__class__ is _THUNK


_THUNK: Final = type(lambda: None)


def _make_many(miss: Callable[[Any, tuple[Any, ...]], tuple[Any, Any, Any]]) -> Call:
    """A site without a cache of its own for objects; functions below it have theirs."""
    values: Any = None

    def call(receiver: Any, *args: Any) -> Any:
        nonlocal values
        if values is not None and receiver.__class__ not in _OBJECTS:
            return values(receiver, *args)
        result, cached, entry = miss(receiver, args)
        if cached is None and entry is not None and receiver.__class__ not in _OBJECTS:
            values = entry
        return result

    return call


def _make_0(miss: Callable[[Any, tuple[Any, ...]], tuple[Any, Any, Any]]) -> Call:
    known: Any = None
    entry: Any = None
    values: Any = None

    def call(receiver: Any) -> Any:
        nonlocal known, entry, values
        if receiver.__class__ is MuranoObject:
            if receiver.cls is known:
                return entry(receiver)
        elif values is not None and receiver.__class__ not in _OBJECTS:
            return values(receiver)
        result, cached, found = miss(receiver, ())
        if cached is not None:
            known, entry = cached, found
        elif receiver.__class__ not in _OBJECTS:
            values = found
        return result

    return call


def _make_1(miss: Callable[[Any, tuple[Any, ...]], tuple[Any, Any, Any]]) -> Call:
    known: Any = None
    entry: Any = None
    values: Any = None

    def call(receiver: Any, one: Any) -> Any:
        nonlocal known, entry, values
        if receiver.__class__ is MuranoObject:
            if receiver.cls is known:
                return entry(receiver, one)
        elif values is not None and receiver.__class__ not in _OBJECTS:
            return values(receiver, one)
        result, cached, found = miss(receiver, (one,))
        if cached is not None:
            known, entry = cached, found
        elif receiver.__class__ not in _OBJECTS:
            values = found
        return result

    return call


def _make_2(miss: Callable[[Any, tuple[Any, ...]], tuple[Any, Any, Any]]) -> Call:
    known: Any = None
    entry: Any = None
    values: Any = None

    def call(receiver: Any, one: Any, two: Any) -> Any:
        nonlocal known, entry, values
        if receiver.__class__ is MuranoObject:
            if receiver.cls is known:
                return entry(receiver, one, two)
        elif values is not None and receiver.__class__ not in _OBJECTS:
            return values(receiver, one, two)
        result, cached, found = miss(receiver, (one, two))
        if cached is not None:
            known, entry = cached, found
        elif receiver.__class__ not in _OBJECTS:
            values = found
        return result

    return call


_MAKERS: Final[Mapping[int, Callable[..., Call]]] = {0: _make_0, 1: _make_1, 2: _make_2}
