"""``io.murano.system.Resources``: files of a package's ``Resources`` folder."""

from __future__ import annotations

import json
import posixpath
from typing import Any

import yaml

from catalog_engine.muranopl.runtime.values import MDict, MList, freeze
from catalog_engine.muranopl.types.native import native_class, native_method


class _PlainLoader(yaml.CSafeLoader):
    """Loads YAML safely; time stamps and ``=`` stay text, as do bytes: the language has none."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
    ]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_constructor(
    "tag:yaml.org,2002:binary", lambda _loader, node: "".join(str(node.value).split())
)


def _settled(value: Any, known: dict[int, Any]) -> Any:
    """The language's form of parsed data; what an alias stands for is made once.

    :param known: what was made so far, by the number of what it was made of.
    :raises ValueError: a value holds itself.
    :raises MemoryQuotaExceededException: unfolded, it would be too large or too deep.
    """
    if not isinstance(value, list | dict):
        return freeze(value)
    if id(value) in known:
        made = known[id(value)]
        if made is None:
            raise ValueError("A value of the resource holds itself")
        return made
    known[id(value)] = None
    if isinstance(value, list):
        made = MList([_settled(item, known) for item in value])
    else:
        made = MDict({freeze(key): _settled(item, known) for key, item in value.items()})
    known[id(value)] = made
    return made


def read(package: Any, path: str) -> bytes:
    """Content of ``Resources/<path>`` of a package.

    :raises ValueError: the path leads out of the folder.
    :raises FileNotFoundError: there is no such file.
    """
    normal = posixpath.normpath(path)
    if normal.startswith(("/", "../")) or normal in ("..", ".") or "\\" in path:
        raise ValueError(f"Resource '{path}' is not inside the Resources folder of its package")
    try:
        content: bytes = package.resource(normal)
    except (KeyError, FileNotFoundError):
        raise FileNotFoundError(f"Package {package.name} has no resource '{normal}'") from None
    return content


@native_class("io.murano.system.Resources")
class Resources:
    """Files of the package whose code made the object, or of the class that *owner* names.

    Called on the class, its methods read the package of the calling code.
    """

    def __init__(self, this: Any, runtime: Any, caller: Any = None):
        self._package = caller.package if caller is not None else this.cls.package

    def content(self, path: str) -> bytes:
        """Content of a file, for plans."""
        return read(self._package, path)

    @staticmethod
    @native_method(static=True)
    def string(
        receiver: Any, runtime: Any, caller: Any, name: str, owner: Any = None, binary: bool = False
    ) -> Any:
        """A file as text.

        :param binary: its bytes, in Base64, as text.
        """
        content = _content(receiver, runtime, caller, name, owner)
        if binary:
            import base64

            return base64.b64encode(content).decode()
        return content.decode()

    @staticmethod
    @native_method(static=True)
    def json(receiver: Any, runtime: Any, caller: Any, name: str, owner: Any = None) -> Any:
        """A file of JSON, parsed."""
        return json.loads(_content(receiver, runtime, caller, name, owner))

    @staticmethod
    @native_method(static=True)
    def yaml(receiver: Any, runtime: Any, caller: Any, name: str, owner: Any = None) -> Any:
        """A file of YAML, parsed; time stamps stay text."""
        content = _content(receiver, runtime, caller, name, owner)
        return _settled(yaml.load(content, Loader=_PlainLoader), {})


def _content(receiver: Any, runtime: Any, caller: Any, name: str, owner: Any) -> bytes:
    if owner is not None:
        return read(runtime.resolve_type(owner, caller).cls.package, name)
    if runtime.is_object(receiver):
        resources: Resources = runtime.native_of(receiver)
        return resources.content(name)
    return read(caller.package, name)
