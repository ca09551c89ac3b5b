"""Destruction: which objects nobody needs any more, and in which order they go."""

from __future__ import annotations

import functools
import gc
import logging
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from catalog_engine.muranopl.objects.model import MuranoObject, View
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet

LOG = logging.getLogger(__name__)

_TRANSPARENT: Final = (
    tuple, list, dict, set, frozenset, types.FunctionType, types.CellType, types.MethodType,
    types.GeneratorType, types.FrameType, MList, MDict, MSet, map, filter, zip, enumerate,
)  # fmt: skip
"""Python's own objects that may hold objects of the language."""
_MAXIMUM_PASSES: Final = 100


class Garbage:
    """Destroys objects of one run.

    :ivar failed: objects whose ``.destroy`` or handlers failed, with the error.
    """

    def __init__(self, rt: Any):
        self._rt = rt
        self._doomed: set[MuranoObject] = set()
        self.failed: list[tuple[MuranoObject, Exception]] = []
        self.roots: list[MuranoObject] = []

    # ------------------------------------------------------------ subscriptions

    def subscribe(self, publisher: Any, subscriber: Any, handler: str | None) -> None:
        """Have a method of *subscriber* called before *publisher* is destroyed.

        :raises NoMethodFound: the subscriber has no such method.
        """
        publisher, subscriber = _real(publisher), _real(subscriber)
        if handler is not None and subscriber.cls.find_method(handler) is None:
            raise exceptions.NoMethodFound(handler)
        row = (subscriber, handler)
        if row not in (publisher.dependencies or ()):
            publisher.dependencies = [*(publisher.dependencies or ()), row]

    def unsubscribe(self, publisher: Any, subscriber: Any, handler: str | None) -> None:
        """Take a subscription back; nothing happens when there is none."""
        publisher, row = _real(publisher), (_real(subscriber), handler)
        publisher.dependencies = [own for own in publisher.dependencies or () if own != row]

    def is_doomed(self, obj: Any) -> bool:
        """Say whether an object is destroyed, or condemned in the pass in progress."""
        return _real(obj).destroyed or _real(obj) in self._doomed

    # ------------------------------------------------------------ collection

    def collect(self) -> None:
        """Destroy what neither the model, nor a running method, nor a static property needs."""
        for _pass in range(_MAXIMUM_PASSES):
            live = self._reachable_now()
            doomed = [obj for obj in self._candidates() if obj not in live]
            if not doomed:
                return
            self._destroy(doomed)

    def finish(self, kept: Mapping[MuranoObject, Any]) -> bool:
        """Destroy all objects but *kept*; says whether there were any."""
        doomed = [obj for obj in self._candidates() if obj not in kept]
        if doomed:
            self._destroy(doomed)
        return bool(doomed)

    def _candidates(self) -> list[MuranoObject]:
        return [obj for obj in self._rt.loader.objects.values() if not obj.destroyed]

    def _reachable_now(self) -> set[MuranoObject]:
        waiting: list[Any] = [*self.roots, *self._rt.static_values()]
        frame: Any = sys._getframe(2)
        while frame is not None:
            waiting.extend(_frame_values(frame))
            frame = frame.f_back
        for frame in self._rt.scheduler.frames():
            while frame is not None:
                waiting.extend(_frame_values(frame))
                frame = frame.f_back
        return reachable(waiting, everything)

    # ------------------------------------------------------------ destruction

    def _destroy(self, doomed: Iterable[MuranoObject]) -> None:
        rows = list(doomed)
        self._doomed = set(rows)
        try:
            levels = self._levels(rows)
            for level in levels:
                for obj in level:
                    self._notify(obj)
            for level in reversed(levels):
                for obj in level:
                    self._run_destroy(obj)
        finally:
            self._doomed = set()
        for obj in rows:
            obj.destroyed = True
            self._rt.loader.objects.pop(obj.id, None)
            self._rt.forget(obj)

    def _levels(self, rows: list[MuranoObject]) -> list[list[MuranoObject]]:
        """Owners and subscribers before what they own and subscribed to."""
        depth: dict[MuranoObject, int] = {}
        for start in rows:
            stack = [start]
            while stack:
                obj = stack[-1]
                if obj in depth:
                    stack.pop()
                    continue
                above = [own for own in self._above(obj) if own in self._doomed]
                missing = [own for own in above if own not in depth and own not in stack]
                if missing:
                    stack.extend(missing)
                    continue
                depth[obj] = 1 + max((depth.get(own, 0) for own in above), default=0)
                stack.pop()
        levels: list[list[MuranoObject]] = [[] for _ in range(max(depth.values(), default=0))]
        for obj in rows:
            levels[depth[obj] - 1].append(obj)
        return levels

    @staticmethod
    def _above(obj: MuranoObject) -> Iterator[MuranoObject]:
        if obj.owner is not None:
            yield obj.owner
        for subscriber, _handler in obj.dependencies or ():
            yield subscriber

    def _notify(self, obj: MuranoObject) -> None:
        for subscriber, handler in obj.dependencies or ():
            if handler is None or subscriber.destroyed or not subscriber.ready:
                continue
            method = subscriber.cls.find_method(handler)
            if method is not None:
                self._muted(obj, functools.partial(method.invoke, subscriber, (obj,), {}))
        obj.dependencies = None

    def _run_destroy(self, obj: MuranoObject) -> None:
        if not obj.cls.construction.has_destroy or not obj.ready:
            return
        for cls in obj.cls.lineage:
            method = cls.methods.get(".destroy")
            if method is not None:
                self._muted(obj, functools.partial(method.invoke, obj, (), {}))

    def _muted(self, obj: MuranoObject, call: Callable[[], Any]) -> None:
        """A destructor that fails does not stop the others; its failure is kept for the report."""
        try:
            call()
        except Exception as error:
            LOG.warning("destroying %r failed: %s", obj, error)
            self.failed.append((obj, error))


def reachable(
    start: Iterable[Any], parts: Callable[[MuranoObject], Iterable[Any]]
) -> set[MuranoObject]:
    """Objects that can be reached from values.

    :param parts: what an object refers to.
    """
    found: set[MuranoObject] = set()
    seen: set[int] = set()
    waiting = list(start)
    while waiting:
        value = waiting.pop()
        if value.__class__ is View:
            value = value.object
        if value.__class__ is MuranoObject:
            if value not in found:
                found.add(value)
                waiting.extend(parts(value))
        elif isinstance(value, _TRANSPARENT) and id(value) not in seen:
            seen.add(id(value))
            waiting.extend(_inside(value))
    return found


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, (tuple, list, set, frozenset, MSet)):
        return list(value)
    if isinstance(value, types.FunctionType):
        return [*(value.__defaults__ or ()), *(value.__closure__ or ())]
    return gc.get_referents(value)


def _frame_values(frame: types.FrameType) -> list[Any]:
    """Local variables of a frame, and what its evaluation stack holds."""
    return [*frame.f_locals.values(), *gc.get_referents(frame)]


def everything(obj: MuranoObject) -> Iterator[Any]:
    """All that an object refers to."""
    yield from obj.values.values()
    for private in (obj.private or {}).values():
        yield from private.values()
    if obj.owner is not None:
        yield obj.owner
    for native in (obj.natives or {}).values():
        yield from vars(native).values()


def _real(value: Any) -> MuranoObject:
    obj: MuranoObject = value.object if value.__class__ is View else value
    return obj
