"""What the runtime and the class library find under ``runtime.host`` in a deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from catalog_engine.host.binding import ports_over
from catalog_engine.host.errors import Stopped, error_from
from catalog_engine.host.ports import Ports
from catalog_engine.muranopl.runtime.exceptions import Stop

Key = tuple[str, str, str]


class Attributes:
    """Values that objects keep from one deployment to the next; changes are told to the journal."""

    def __init__(self, rows: Iterable[Any], notify: Callable[[str, str, str, Any], None]):
        self._notify = notify
        self._values: dict[Key, Any] = {(row[0], row[1], row[2]): row[3] for row in rows}

    def get(self, object_id: str, class_name: str, name: str) -> Any:
        """The value, or None."""
        return self._values.get((object_id, class_name, name))

    def set(self, object_id: str, class_name: str, name: str, value: Any) -> None:
        """Keep a value; None removes it."""
        key = (object_id, class_name, name)
        if self._values.get(key) == value:
            return
        if value is None:
            del self._values[key]
        else:
            self._values[key] = value
        self._notify(object_id, class_name, name, value)

    def forget(self, object_id: str) -> None:
        """An object is gone, and its values with it."""
        for key in [key for key in self._values if key[0] == object_id]:
            self.set(*key, None)

    def rows(self) -> list[list[Any]]:
        """All values, as a model holds them."""
        return [[*key, value] for key, value in self._values.items()]


class Host:
    """One task's ports, attributes and hooks.

    :param call: submits a request and waits for its answer.
    :param notify: passes on a request that nobody waits for.
    """

    def __init__(
        self, task: Mapping[str, Any], call: Callable[[Any], Any], notify: Callable[[Any], None]
    ):
        def answered(request: Any) -> Any:
            answer = call(request)
            if answer.error is None:
                return answer.value
            error = error_from(answer.error)
            if isinstance(error, Stopped):
                raise Stop(error.reason)
            raise error

        self.ports: Ports = ports_over(answered, notify)
        model = task.get("model") or {}
        self.attributes = Attributes(model.get("Attributes") or (), self.ports.state.attribute)
        self.project_id = task.get("project_id")
        self.user_id = task.get("user_id")
        self.environment_owner_project_id = task.get("project_id")
        self.environment_owner_user_id = task.get("environment_owner_user_id", self.user_id)
        self._finish: list[Callable[[], Any]] = []

    def class_config(self, name: str, version: str) -> Mapping[str, Any] | None:
        """Configured values of properties of a class, or None."""
        return self.ports.configuration.class_config(name, version)

    def on_finish(self, hook: Callable[[], Any]) -> None:
        """Have a function called when the session ends, whether it succeeds or not."""
        self._finish.append(hook)

    def finish(self) -> None:
        """Call the hooks, each once; the first error is raised after all of them."""
        hooks, self._finish = self._finish, []
        first: Exception | None = None
        for hook in hooks:
            try:
                hook()
            except Exception as error:
                first = first or error
        if first is not None:
            raise first
