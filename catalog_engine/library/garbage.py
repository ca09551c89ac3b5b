"""``io.murano.system.GC``: who wants to know when an object goes away."""

from __future__ import annotations

from typing import Any

from catalog_engine.muranopl.runtime.exceptions import kind_of
from catalog_engine.muranopl.types.native import native_class, native_method


@native_class("io.murano.system.GC")
class GC:
    """Subscriptions to the destruction of objects."""

    @staticmethod
    @native_method(static=True)
    def subscribe_destruction(
        runtime: Any, caller: Any, publisher: Any, subscriber: Any, handler: str | None = None
    ) -> None:
        """Have *subscriber* outlive *publisher*, and its method *handler* called before.

        :raises NoMethodFound: the subscriber has no such method.
        :raises TypeError: one of them is no object.
        """
        _check(runtime, publisher, subscriber)
        runtime.subscribe_destruction(publisher, subscriber, handler, caller)

    @staticmethod
    @native_method(static=True)
    def unsubscribe_destruction(
        runtime: Any, caller: Any, publisher: Any, subscriber: Any, handler: str | None = None
    ) -> None:
        """Take a subscription back.

        :raises TypeError: one of them is no object.
        """
        _check(runtime, publisher, subscriber)
        runtime.unsubscribe_destruction(publisher, subscriber, handler, caller)

    @staticmethod
    @native_method(static=True)
    def is_doomed(runtime: Any, object: Any) -> bool:
        """Say whether an object is about to be destroyed.

        :raises TypeError: it is no object.
        """
        _check(runtime, object)
        doomed: bool = runtime.is_doomed(object)
        return doomed

    @staticmethod
    @native_method(static=True)
    def is_destroyed(runtime: Any, object: Any) -> bool:
        """Say whether an object is destroyed.

        :raises TypeError: it is no object.
        """
        _check(runtime, object)
        destroyed: bool = runtime.is_destroyed(object)
        return destroyed

    @staticmethod
    @native_method(static=True)
    def collect(runtime: Any) -> None:
        """Destroy objects that nothing refers to."""
        runtime.collect_garbage()


def _check(runtime: Any, *values: Any) -> None:
    for value in values:
        if not runtime.is_object(value):
            raise TypeError(f"GC takes objects, not {kind_of(value)}")
