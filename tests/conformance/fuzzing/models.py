"""A grammar of object models: headers, references and values, right and wrong."""

from __future__ import annotations

from typing import Any, Final

from tests.conformance.fuzzing.draws import Draws

TYPES: Final = (
    "org.example.Main", "org.example.Base", "org.example.Loop", "org.example.Label",
    "io.murano.Object", "org.example.Unknown", "org.example.Main/0.1.0@org.example", "Main", "",
    "org.example.Main/x", "org.example.Main@unknown", "a-b", 1, None, [], "ex:Base",
    "io.murano.Exception",
)  # fmt: skip
IDS: Final = ("root", "one", "two", "one", "", None, 1, [], "root", {"a": 1})
SCALARS: Final = (
    None, True, False, 0, 1, -1, 10**30, 0.5, float("inf"), float("nan"), "", "a", "one", "two",
    "root", "unknown", "☃", "\ud800", [], {}, "org.example.Main",
)  # fmt: skip
NAMES: Final = ("p", "q", "r", "s", "name", "x", "?", "ex:Base", ":Base", "a b", "é")


class Models:
    """Makes object models."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def model(self) -> Any:
        """The model of a root object; one in some is none."""
        if self._draws.likely(4):
            return self._draws.pick(SCALARS)
        return self.object("org.example.Main", 2)

    def object(self, type_: Any, depth: int) -> dict[str, Any]:
        """One object with its header."""
        header: dict[Any, Any] = {"type": type_, "id": self._draws.pick(IDS)}
        if self._draws.likely(30):
            header["name"] = self._draws.pick(SCALARS)
        if self._draws.likely(10):
            header[self._draws.pick(("classVersion", "package"))] = self._draws.pick(
                ("0.1.0", ">=0", "x", 1, None, "org.example", [], "<")
            )
        if self._draws.likely(10):
            odd = ("metadata", "_x", "destroyed", "dependencies", "_actions", "unknown")
            header[self._draws.pick(odd)] = self.value(1)
        if self._draws.likely(5):
            del header[self._draws.pick(("type", "id"))]
        made: dict[str, Any] = {"?": header}
        for name in self._draws.many(lambda: self._draws.pick(NAMES), 4):
            made[name] = self.value(depth)
        return made

    def value(self, depth: int) -> Any:
        """A value of a property or argument."""
        kind = self._draws.below(10)
        if kind < 6 or depth <= 0:
            return self._draws.pick(SCALARS)
        if kind < 8:
            return self.object(self._draws.pick(TYPES), depth - 1)
        if kind == 8:
            return self._draws.many(lambda: self.value(depth - 1), 3)
        return {
            self._draws.pick(NAMES): self.value(depth - 1) for _ in range(self._draws.below(4))
        }
