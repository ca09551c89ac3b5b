"""``io.murano.User`` and ``io.murano.Project``: who deploys, and whose environment it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.muranopl.types.native import native_class, native_method

_HIDDEN: Final = ("links", "enabled")


def _properties(
    record: Mapping[str, Any] | None,
    account_id: str,
    own: str,
    hidden: str,
) -> dict[str, Any]:
    """Properties of an account object; what only Keystone names goes to ``extra``.

    :raises KeyError: there is no such account.
    """
    if record is None:
        raise KeyError(f"Account {account_id} was not found in Keystone")
    named = ("id", "name", "domain_id", own, hidden, *_HIDDEN)
    return {
        "id": record["id"],
        "name": record["name"],
        "domain": record.get("domain_id") or "Default",
        own: record.get(own),
        "extra": {key: value for key, value in record.items() if key not in named},
    }


def _new(runtime: Any, caller: Any, class_name: str, properties: Mapping[str, Any]) -> Any:
    return runtime.new_object(
        runtime.resolve_type(class_name, caller),
        properties,
        owner=None,
        name=None,
        extra=None,
        caller=caller,
    )


@native_class("io.murano.User")
class User:
    """A user of Keystone."""

    @staticmethod
    @native_method(static=True)
    def get_current(runtime: Any, caller: Any) -> Any:
        """The user who asked for this deployment."""
        return _user(runtime, caller, runtime.host.user_id)

    @staticmethod
    @native_method(static=True)
    def get_environment_owner(runtime: Any, caller: Any) -> Any:
        """The user who owns the environment."""
        return _user(runtime, caller, runtime.host.environment_owner_user_id)


@native_class("io.murano.Project")
class Project:
    """A project of Keystone."""

    @staticmethod
    @native_method(static=True)
    def get_current(runtime: Any, caller: Any) -> Any:
        """The project in which this deployment was asked for."""
        return _project(runtime, caller, runtime.host.project_id)

    @staticmethod
    @native_method(static=True)
    def get_environment_owner(runtime: Any, caller: Any) -> Any:
        """The project that owns the environment."""
        return _project(runtime, caller, runtime.host.environment_owner_project_id)


def _user(runtime: Any, caller: Any, user_id: str) -> Any:
    record = runtime.host.ports.cloud.user(user_id)
    return _new(
        runtime,
        caller,
        "io.murano.User",
        _properties(record, user_id, "email", "default_project_id"),
    )


def _project(runtime: Any, caller: Any, project_id: str) -> Any:
    record = runtime.host.ports.cloud.project(project_id)
    return _new(
        runtime,
        caller,
        "io.murano.Project",
        _properties(record, project_id, "description", "parent_id"),
    )
