"""One run of packages over ports in memory: a model, calls, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from catalog_engine.authoring.folders import Packages
from catalog_engine.deployment.host import Host
from catalog_engine.deployment.source import PortSource
from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.memory import MemoryCloud, MemoryConfiguration, MemoryPorts
from catalog_engine.library.natives import NATIVES
from catalog_engine.muranopl.objects.garbage import everything, reachable
from catalog_engine.muranopl.objects.model import MuranoObject
from catalog_engine.muranopl.objects.serialisation import Serialiser
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.limits import Limits
from catalog_engine.muranopl.runtime.runtime import Runtime
from catalog_engine.muranopl.schemas.generator import schemas_of

Model = Mapping[str, Any]
CLOUD: Final[dict[str, list[dict[str, Any]]]] = {
    "networks": [{"id": "external", "name": "ext-net", "router:external": True}],
    "extensions": [{"alias": "security-group"}],
}
"""What the class library needs of a cloud to give an environment its networks."""


class Session:
    """State of one run. Its errors are those of MuranoPL code (see ``deployment.run.described``).

    :param model: ``{Objects, ObjectsCopy, Attributes}``, each of which may be missing.
    :param class_configs: class name -> values of its properties with usage Config.
    :param mocking: code may replace methods, as tests do.
    :ivar ports: where reports and everything else that the run did can be read.
    :ivar root: the root object of the model, or None.
    """

    def __init__(
        self, packages: Packages, model: Model | None = None, *,
        class_configs: Mapping[str, Any] | None = None, limits: Limits | None = None,
        seed: str = "session", mocking: bool = False,
    ) -> None:  # fmt: skip
        self._model = model or {}
        self.ports = MemoryPorts(
            packages=packages, configuration=MemoryConfiguration(class_configs=class_configs),
            cloud=MemoryCloud(CLOUD),
        )  # fmt: skip
        task = {"model": self._model, "project_id": "project", "user_id": "user"}
        driver = DirectDriver(self.ports)
        made: list[Runtime] = []
        host = Host(task, lambda request: made[0].scheduler.call(request), driver.notify)
        self._host = host
        self.runtime = Runtime(
            host, driver, PortSource(host.ports), seed, NATIVES, limits, mocking=mocking
        )
        made.append(self.runtime)
        self.root: MuranoObject | None = None

    def load(self) -> None:
        """Load the model, if there is one, and destroy what only its earlier state has."""
        if self._model.get("Objects") is not None:
            self.runtime.run(self._load)

    def _load(self) -> None:
        loader, garbage = self.runtime.loader, self.runtime.garbage
        self.root = loader.load_model(self._model["Objects"])
        garbage.roots.append(self.root)
        copy = self._model.get("ObjectsCopy")
        if copy is not None:
            loader.load_model(copy)
            garbage.finish(dict.fromkeys(reachable(garbage.roots, everything)))

    # ------------------------------------------------------------ calls

    def new(self, class_name: str, properties: Mapping[str, Any] | None = None) -> MuranoObject:
        """An object of a class, which lives as long as the session."""

        def make() -> MuranoObject:
            reference = self.runtime.resolve_type(class_name, None)
            made = self.runtime.new_object(
                reference, self.runtime.freeze(dict(properties or {})), owner=None, name=None,
                extra=None, caller=None,
            )  # fmt: skip
            self.runtime.garbage.roots.append(made)
            return made

        made: MuranoObject = self.runtime.run(make)
        return made

    def linked(self, class_name: str) -> Any:
        """The linked class of a name.

        :raises NoPackageForClassFound: no package has it.
        """
        return self.runtime.run(lambda: self.runtime.resolve_type(class_name, None)).cls

    def object(self, object_id: str) -> MuranoObject:
        """An object of the model.

        :raises NoObjectFoundError: there is none with that id.
        """
        found: MuranoObject | None = self.runtime.loader.objects.get(object_id)
        if found is None:
            raise exceptions.NoObjectFoundError(object_id)
        return found

    def call(self, receiver: Any, method: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """Call a method of an object, or a static one of a class by its name; plain data."""

        def run() -> Any:
            target = (
                self.runtime.resolve_type(receiver, None)
                if isinstance(receiver, str) else receiver
            )  # fmt: skip
            frozen = self.runtime.freeze(dict(arguments or {}))
            value = self.runtime.call_method(target, method, (), frozen, None)
            return Serialiser(self.runtime).reference(value)

        return self.runtime.run(run)

    def schemas(self, class_name: str, methods: Iterable[str] | None = None) -> dict[str, Any]:
        """JSON schemas of a class and of its model builders."""

        def make() -> dict[str, Any]:
            return schemas_of(self.runtime.resolve_type(class_name, None).cls, methods)

        found: dict[str, Any] = self.runtime.run(make)
        return found

    # ------------------------------------------------------------ the end

    def run_hooks(self) -> None:
        """Run what waits for the end of the session; objects stay as they are."""
        self._host.finish()

    def serialize(self) -> dict[str, Any]:
        """``{Objects, ObjectsCopy, Attributes}`` as things stand."""
        return {
            "Objects": Serialiser(self.runtime, designer=True).model(self.root),
            "ObjectsCopy": Serialiser(self.runtime).model(self.root),
            "Attributes": self._host.attributes.rows(),
        }

    def finish(self) -> dict[str, Any]:
        """Run the hooks, destroy what the model does not hold; the model afterwards."""

        def end() -> dict[str, Any]:
            self._host.finish()
            model = Serialiser(self.runtime, designer=True)
            model.model(self.root)
            self.runtime.garbage.finish(model.serialised)
            self._host.finish()
            return self.serialize()

        found: dict[str, Any] = self.runtime.run(end)
        return found
