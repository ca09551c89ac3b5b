"""``StatusReporter`` and ``InstanceNotifier``: what users and operators see of a run."""

from __future__ import annotations

from typing import Any, Final

from catalog_engine.muranopl.types.native import native_class, native_method

_APPLICATION: Final = 100
_SERVER: Final = 200


@native_class("io.murano.system.StatusReporter")
class StatusReporter:
    """Lines of progress of a deployment, each about one object."""

    def __init__(self, this: Any, runtime: Any, environment: Any = None):
        self._reports = runtime.host.ports.reports

    @native_method()
    def report(self, instance: Any, msg: str) -> None:
        """Say what is going on with an object."""
        self._report(instance, msg, "info")

    # Packages use the name with the underscore.
    @native_method(name="report_error")
    def report_error(self, instance: Any, msg: str) -> None:
        """Say what went wrong with an object."""
        self._report(instance, msg, "error")

    @native_method(name="report_warning")
    def report_warning(self, instance: Any, msg: str) -> None:
        """Say what may go wrong with an object."""
        self._report(instance, msg, "warning")

    def _report(self, instance: Any, text: str, level: str) -> None:
        object_id = instance if isinstance(instance, str) else instance.id
        self._reports.report(object_id, str(text), level)


@native_class("io.murano.system.InstanceNotifier")
class InstanceNotifier:
    """Counts applications and servers for those who bill them."""

    def __init__(self, this: Any, runtime: Any, environment: Any = None):
        self._reports = runtime.host.ports.reports

    @native_method()
    def track_application(
        self, instance: Any, title: str | None = None, unit_count: int | None = None
    ) -> None:
        """Count an application."""
        self._reports.track_instance(
            instance.id, _APPLICATION, instance.cls.name, title, unit_count
        )

    @native_method()
    def untrack_application(self, instance: Any) -> None:
        """Count an application no longer."""
        self._reports.untrack_instance(instance.id, _APPLICATION)

    @native_method()
    def track_cloud_instance(self, instance: Any) -> None:
        """Count a server."""
        self._reports.track_instance(instance.id, _SERVER, instance.cls.name, None, 1)

    @native_method()
    def untrack_cloud_instance(self, instance: Any) -> None:
        """Count a server no longer."""
        self._reports.untrack_instance(instance.id, _SERVER)
