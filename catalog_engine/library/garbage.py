"""``io.murano.system.GC``: who wants to know when an object goes away."""

from __future__ import annotations

from typing import Any

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
        """
        runtime.subscribe_destruction(publisher, subscriber, handler, caller)

    @staticmethod
    @native_method(static=True)
    def unsubscribe_destruction(
        runtime: Any, caller: Any, publisher: Any, subscriber: Any, handler: str | None = None
    ) -> None:
        """Take a subscription back."""
        runtime.unsubscribe_destruction(publisher, subscriber, handler, caller)

    @staticmethod
    @native_method(static=True)
    def is_doomed(runtime: Any, object: Any) -> bool:
        """Say whether an object is about to be destroyed."""
        doomed: bool = runtime.is_doomed(object)
        return doomed

    @staticmethod
    @native_method(static=True)
    def is_destroyed(runtime: Any, object: Any) -> bool:
        """Say whether an object is destroyed."""
        destroyed: bool = runtime.is_destroyed(object)
        return destroyed

    @staticmethod
    @native_method(static=True)
    def collect(runtime: Any) -> None:
        """Destroy objects that nothing refers to."""
        runtime.collect_garbage()
