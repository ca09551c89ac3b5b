"""Runs packages written in a test: compiled, linked and run over ports in memory."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from catalog_engine.host.binding import ports_over
from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.memory import MemoryPorts
from catalog_engine.library.natives import NATIVES
from catalog_engine.muranopl.codegen.compiled import CompiledPackage
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.limits import Limits
from catalog_engine.muranopl.runtime.runtime import Runtime
from catalog_engine.muranopl.schemas.generator import schemas_of
from catalog_engine.muranopl.source.packages import load_package
from catalog_engine.packages import bundled
from catalog_engine.packages.store import compilable


def package(
    classes: str, name: str = "org.example", version: str = "0.1.0", form: str = "1.4", **more: Any
) -> tuple[str, str, CompiledPackage, dict[str, bytes]]:
    """A package of one file; class names are those of its documents."""
    text = textwrap.dedent(classes)
    names = [
        own if "." in own else f"{name}.{own}" for own in re.findall(r"^Name: *(\S+)", text, re.M)
    ]
    manifest = {
        "FullName": name, "Version": version, "Format": f"MuranoPL/{form}",
        "Classes": dict.fromkeys(names, "all.yaml"), **more,
    }  # fmt: skip
    files = {"Classes/all.yaml": text.encode()}
    compiled = compile_package(load_package(manifest, lambda path: files[path]))
    # Through its stored form, as packages really come.
    return name, version, CompiledPackage.loads(compiled.dumps()), files


_LIBRARY: list[Any] = []


def library() -> Any:
    """The class library, compiled once."""
    if not _LIBRARY:
        found = bundled.load([])[0]
        compiled = compile_package(
            load_package(compilable(found.manifest), lambda path: found.files[path])
        )
        _LIBRARY.append(
            (found.manifest.full_name, str(found.manifest.version), compiled, found.files)
        )
    return _LIBRARY[0]


class Source:
    """Packages at hand."""

    def __init__(self, packages: Any) -> None:
        self._packages = packages

    def find(self, name: Any, class_name: Any, version_spec: str) -> Any:
        from catalog_common.versions import Version, VersionSpec

        for own, version, compiled, _files in self._packages:
            fits = own == name if name else class_name in compiled.classes
            if fits and VersionSpec(version_spec).matches(Version.coerce(version)):
                return {"name": own, "version": version, "digest": f"{own}/{version}"}
        if name:
            raise exceptions.NoPackageFound(name)
        raise exceptions.NoPackageForClassFound(class_name)

    def content(self, digest: str) -> Any:
        for own, version, compiled, files in self._packages:
            if f"{own}/{version}" == digest:
                return {"manifest": {}, "compiled": compiled, "files": files}
        raise AssertionError(digest)


class Attributes(dict[Any, Any]):
    """Attributes of a run."""

    def set(self, *row: Any) -> None:
        self[row[:3]] = row[3]

    def get(self, *row: Any) -> Any:  # type: ignore[override]
        return super().get(row)

    def forget(self, object_id: str) -> None:
        for row in [row for row in self if row[0] == object_id]:
            del self[row]


class Host:
    """A session."""

    def __init__(self, scheduler: Any, configs: Any) -> None:
        def call(request: Any) -> Any:
            answer = scheduler().call(request)
            assert answer.error is None, answer.error
            return answer.value

        self.ports = ports_over(call, lambda request: scheduler().notify(request))
        self.attributes = Attributes()
        self.project_id = self.user_id = "p"
        self.hooks: list[Any] = []
        self._configs = configs

    def class_config(self, name: str, version: str) -> Any:
        return self._configs.get(name)

    def on_finish(self, hook: Any) -> None:
        self.hooks.append(hook)


class Program:
    """One run of some packages.

    :ivar rt: the runtime; ``ports`` are the memory ports behind it.
    """

    def __init__(
        self, *packages: Any, limits: Limits | None = None, seed: str = "seed", configs: Any = None,
        mocking: bool = False, natives: Any = NATIVES,
    ) -> None:  # fmt: skip
        self.ports = MemoryPorts()
        made: list[Runtime] = []
        self.host = Host(lambda: made[0].scheduler, configs or {})
        self.rt = Runtime(
            self.host, DirectDriver(self.ports), Source([*packages, library()]), seed, natives,
            limits, mocking=mocking,
        )  # fmt: skip
        made.append(self.rt)

    def cls(self, name: str) -> Any:
        return self.rt.resolve_type(name, None).cls

    def load(self, model: Any) -> Any:
        """The root object of a model."""
        return self.rt.run(lambda: self._load(model))

    def _load(self, model: Any) -> Any:
        root = self.rt.loader.load_model(model)
        self.rt.garbage.roots.append(root)
        return root

    def call(self, target: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of an object, or a static one of a class by its name."""

        def run() -> Any:
            receiver = self.rt.resolve_type(target, None) if isinstance(target, str) else target
            return self.rt.call_method(receiver, method, args, kwargs, None)

        return self.rt.run(run)

    def schemas(self, name: str, methods: Any = None) -> Any:
        """Schemas of a class and of its model builders."""
        return self.rt.run(lambda: schemas_of(self.cls(name), methods))


def run(body: str, *args: Any, limits: Limits | None = None, **more: Any) -> Any:
    """Value of a static method with this body; its arguments are ``$a``, ``$b`` …"""
    names = "abcdef"[: len(args)]
    arguments = "".join(f"      - {name}:\n          Contract: $\n" for name in names)
    text = (
        "Namespaces: {'=': org.example, std: io.murano}\nName: Main\nMethods:\n  run:\n"
        "    Usage: Static\n"
        + (f"    Arguments:\n{arguments}" if names else "")
        + "    Body:\n"
        + textwrap.indent(textwrap.dedent(body).strip("\n"), "      ")
        + "\n"
    )
    return Program(package(text, **more), limits=limits).call("org.example.Main", "run", *args)
