"""What functions ask of the runtime that they are called with (their hidden parameter ``rt``)."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol


class FunctionRuntime(Protocol):
    """The part of the runtime that functions use; ``caller`` is the class whose code calls."""

    host: Any
    """Ports and hooks of the run, or of a test."""

    mocks: Any
    """What replaces methods in a test of a package; None in every other run."""

    def random(self) -> random.Random:
        """Generator of the current branch, derived from the task's seed."""

    def resolve_type(self, type_: Any, caller: Any) -> Any:
        """Type reference for a name, resolved where *caller* was written, or for a reference.

        :raises NoClassFound: there is no such class.
        """

    def new_object(
        self,
        type_: Any,
        properties: Mapping[str, Any],
        *,
        owner: Any,
        name: str | None,
        extra: Mapping[str, Any] | None,
        caller: Any,
    ) -> Any:
        """Construct an object of the type reference *type_*."""

    def load_object(self, model: Mapping[str, Any], *, owner: Any, caller: Any) -> Any:
        """Construct an object from a model that carries its own type."""

    def call_method(
        self, receiver: Any, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any
    ) -> Any:
        """Call a method of an object, view or type as package code of *caller* does."""

    def is_object(self, value: Any) -> bool:
        """Say whether *value* is an object or a view of one."""

    def is_type(self, value: Any) -> bool:
        """Say whether *value* is a type reference."""

    def is_instance(self, value: Any, type_: Any) -> bool:
        """Say whether the object or view is compatible with the type reference."""

    def type_of(self, value: Any) -> Any:
        """Type reference of an object or view."""

    def type_info(self, type_: Any) -> Any:
        """Reflection handle of a type reference."""

    def cast(self, value: Any, type_: Any, version_spec: str | None, caller: Any) -> Any:
        """View of an object as one of its ancestor classes.

        :raises NoClassFound, AmbiguousClassName: no, or several, ancestors fit.
        """

    def parent_views(self, value: Any, caller: Any) -> Sequence[Any]:
        """Views of an object as the direct parents of *caller*."""

    def dump(self, value: Any, serialization_type: str, ignore_upcasts: bool) -> Any:
        """Serialize an object."""

    def parallel(
        self,
        branches: Sequence[Callable[[], Any]],
        limit: int | None = None,
    ) -> Sequence[Any]:
        """Run callables in branches of their own; results in order, the first error afterwards."""

    def pause(self) -> None:
        """Let other branches that can run go first."""

    def next_number(self) -> int:
        """A number that grows with every call within the current branch."""
