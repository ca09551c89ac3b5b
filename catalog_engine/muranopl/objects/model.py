"""What values of classes are: objects, views of them as an ancestor, references to types."""

from __future__ import annotations

from typing import Any


class MuranoObject:
    """An object.

    :ivar cls: its linked class.
    :ivar id: unique in its model.
    :ivar name: name in its header, or None.
    :ivar values: declared properties by name; one that is not set is absent.
    :ivar private: class -> undeclared properties that the class's code set.
    :ivar owner: the object that contains it, or None.
    :ivar metadata: metadata of its header.
    :ivar header: designer attributes of its header (``_...``), kept verbatim.
    :ivar natives: Python class -> its instance for this object; None before its construction.
    :ivar dependencies: (subscriber, handler or None) pairs of those who want to outlive it.
    :ivar filled: its properties have been given (a forward reference's have not).
    :ivar ready: its constructors and ``.init`` have run.
    :ivar destroyed: its methods fail.
    """

    __slots__ = (
        "cls",
        "dependencies",
        "destroyed",
        "filled",
        "header",
        "id",
        "metadata",
        "name",
        "natives",
        "owner",
        "private",
        "ready",
        "values",
    )

    def __init__(self, cls: Any, object_id: str, owner: Any = None, name: str | None = None):
        self.cls = cls
        self.id = object_id
        self.name = name
        self.values: dict[str, Any] = {}
        self.private: dict[Any, dict[str, Any]] | None = None
        self.owner = owner
        self.metadata: Any = None
        self.header: dict[str, Any] | None = None
        self.natives: dict[type, Any] | None = None
        self.dependencies: list[tuple[Any, str | None]] | None = None
        self.filled = False
        self.ready = False
        self.destroyed = False

    def __repr__(self) -> str:
        return f"<{self.cls.name} {self.id}>"


class View:
    """An object seen as one of its ancestor classes; equal to nothing but itself.

    :ivar object: the object.
    :ivar cls: the class it is seen as.
    """

    __slots__ = ("cls", "object")

    def __init__(self, target: MuranoObject, cls: Any):
        self.object = target
        self.cls = cls

    @property
    def id(self) -> str:
        """Id of the object."""
        return self.object.id

    @property
    def name(self) -> str | None:
        """Name of the object."""
        return self.object.name

    @property
    def owner(self) -> MuranoObject | None:
        """Owner of the object."""
        owner: MuranoObject | None = self.object.owner
        return owner

    @property
    def metadata(self) -> Any:
        """Metadata of the object."""
        return self.object.metadata

    def __repr__(self) -> str:
        return f"<{self.object.cls.name} {self.object.id} as {self.cls.name}>"


class TypeReference:
    """A class as a value; each linked class has exactly one.

    :ivar cls: the linked class.
    """

    __slots__ = ("cls",)
    destroyed = False

    def __init__(self, cls: Any):
        self.cls = cls

    @property
    def name(self) -> str:
        """Fully qualified name of the class."""
        name: str = self.cls.name
        return name

    def __repr__(self) -> str:
        return f"{self.cls.name}/{self.cls.package.version}@{self.cls.package.name}"

    __str__ = __repr__
