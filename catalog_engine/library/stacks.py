"""``io.murano.system.HeatStack``: one stack of Heat, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.host.errors import PortError
from catalog_engine.library.errors import HeatStackError
from catalog_engine.library.templates import DEFAULT_VERSION, check_version, merged
from catalog_engine.library.values import plain
from catalog_engine.muranopl.types.native import native_class, native_method

_PUSH_DELAY: Final = 1.0
"""Seconds for which a push in the background waits for others to join it."""


@native_class("io.murano.system.HeatStack")
class HeatStack:
    """A stack as this run wants it, and what is known of it as it is.

    Changes gather in the template until :meth:`push`. Pushes in the background run in a branch
    of their own after a pause, so that several make one change of the stack; whoever needs the
    result before makes it at once.
    """

    def __init__(
        self,
        this: Any,
        runtime: Any,
        name: str,
        description: str | None = None,
        region_name: str | None = None,
    ):
        self._runtime = runtime
        self._ports = runtime.host.ports
        self._name = name
        self._description = description
        self._region = region_name
        self._template: dict[str, Any] | None = None
        self._parameters: dict[str, Any] = {}
        self._files: dict[str, Any] = {}
        self._environment: Any = ""
        self._outputs: dict[str, Any] | None = None
        self._exists: bool | None = None
        self._changes = 0
        self._pushed = 0
        self._background = False
        self._hooked = False

    @native_method()
    def current(self) -> dict[str, Any]:
        """The template, as changed so far; empty without a stack."""
        return self._current()

    @native_method()
    def parameters(self) -> dict[str, Any]:
        """Parameters of the stack, Heat's own left out."""
        self._current()
        return dict(self._parameters)

    @native_method()
    def reload(self) -> dict[str, Any]:
        """Forget changes and read the stack again."""
        self._template = None
        self._pushed = self._changes
        return self._current()

    @native_method()
    def set_template(self, template: Mapping[str, Any]) -> None:
        """Replace the template and drop the parameters."""
        self._template = plain(template)
        self._parameters = {}
        self._changes += 1

    @native_method()
    def set_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Replace the parameters."""
        self._current()
        self._parameters = plain(parameters)
        self._changes += 1

    @native_method()
    def set_files(self, files: Mapping[str, str]) -> None:
        """Replace the files that the template refers to."""
        self._files = plain(files)
        self._changes += 1

    @native_method()
    def set_hot_environment(self, environment: Any) -> None:
        """Replace Heat's environment of the stack."""
        self._environment = plain(environment)
        self._changes += 1

    @native_method()
    def update_template(self, template: Mapping[str, Any]) -> None:
        """Merge a piece of template in.

        :raises HeatStackError: it has a version that Heat does not know.
        """
        template = plain(template)
        check_version(template)
        current = self._current()
        changed = merged(current, template)
        if changed != current:
            self._template = changed
            self._changes += 1

    @native_method()
    def push(self, is_async: bool = False, **other: Any) -> None:
        """Make the stack what the template says; nothing happens when it is already.

        Old packages say ``async => true``, so that spelling is taken as well.

        :raises HeatStackError: the stack did not become complete.
        """
        if self._is_clean():
            return
        if is_async or other.get("async"):
            self._push_soon()
        else:
            self._push()

    @native_method()
    def output(self) -> dict[str, Any]:
        """Outputs of the stack, after what is on its way has arrived; empty without a stack."""
        if self._background:
            self._push()
        with self._locked():
            if self._outputs is None:
                found = self._ports.stacks.read(self._name, self._region)
                self._outputs = {} if found is None else dict(found.get("outputs") or {})
            return self._outputs

    @native_method()
    def delete(self) -> None:
        """Delete the stack; nothing happens when there is none.

        :raises HeatStackError: it could not be deleted.
        """
        self._background = False
        with self._locked():
            if self._current():
                self._delete()
                self._template = {}
            self._pushed = self._changes

    def _is_clean(self) -> bool:
        return self._template is None or self._changes == self._pushed

    def _current(self) -> dict[str, Any]:
        if self._template is None:
            found = self._ports.stacks.read(self._name, self._region)
            self._exists = found is not None
            self._template = dict((found or {}).get("template") or {})
            self._parameters = {
                key: value
                for key, value in ((found or {}).get("parameters") or {}).items()
                if not key.startswith("OS::")
            }
        return self._template

    def _locked(self) -> Any:
        """Hold the stack while it changes: branches take turns."""
        return self._runtime.scheduler.locked(("heat stack", self._name, self._region))

    def _push(self) -> None:
        self._background = False
        with self._locked():
            if not self._is_clean():
                self._apply()

    def _push_soon(self) -> None:
        if not self._hooked:
            self._hooked = True
            self._runtime.host.on_finish(self._push)
        if not self._background:
            self._background = True
            self._runtime.scheduler.spawn(self._push_later)

    def _push_later(self) -> None:
        self._ports.clock.sleep(_PUSH_DELAY)
        if self._background:
            self._push()

    def _apply(self) -> None:
        template = dict(self._template or {})
        change = self._changes
        if "resources" not in template:
            if self._exists is not False:
                self._delete()
        else:
            template.setdefault("heat_template_version", DEFAULT_VERSION)
            if self._description is not None:
                template.setdefault("description", self._description)
            try:
                applied = self._ports.stacks.apply(
                    self._name,
                    self._region,
                    template,
                    self._parameters,
                    self._files,
                    self._environment,
                    self._tags(),
                    self._description,
                )
            except PortError as error:
                raise HeatStackError(error.message, error.details) from error
            self._exists = True
            self._outputs = dict(applied.get("outputs") or {})
        self._pushed = change

    def _tags(self) -> list[str]:
        tags = self._ports.configuration.option("heat", "stack_tags")
        return list(tags) if tags else ["murano"]

    def _delete(self) -> None:
        try:
            self._ports.stacks.delete(self._name, self._region)
        except PortError as error:
            raise HeatStackError(error.message, error.details) from error
        self._exists = False
        self._outputs = {}
