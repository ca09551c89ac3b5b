"""A grammar of object models: headers, references and values, right and wrong."""

from __future__ import annotations

from typing import Any, Final

from tests.conformance.fuzzing.draws import Draws

TYPES: Final = (
    "org.example.Main", "org.example.Base", "io.murano.Object", "io.murano.Exception",
    "org.example.Main/0.1.0@org.example",
)  # fmt: skip
NO_TYPES: Final = (
    "org.example.Loop", "org.example.Label", "org.example.Unknown", "Main", "",
    "org.example.Main/x", "org.example.Main@unknown", "a-b", 1, None, [], {}, "ex:Base", ":Main",
    "org.example.Main/<",
)  # fmt: skip
IDS: Final = ("root", "one", "two", "three")
NO_IDS: Final = ("", None, 1, [], {"a": 1}, True)
SCALARS: Final = (
    None, True, False, 0, 1, -1, 10**30, 0.5, float("inf"), float("nan"), "", "a", "one", "two",
    "root", "unknown", "☃", "\ud800", [], {}, "org.example.Main",
)  # fmt: skip
NAMES: Final = ("p", "q", "r", "s", "name", "x", "é", "a b")
NO_NAMES: Final = ("?", "ex:Base", ":Base", "", "x:y", ":Unknown", 1, None)


class Models:
    """Makes object models."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def model(self) -> Any:
        """The model of a root object; one in some is none."""
        if self._draws.odd(10):
            return self._draws.pick(SCALARS)
        return self.object("org.example.Main", 2)

    def object(self, type_: Any, depth: int) -> dict[str, Any]:
        """One object with its header."""
        header: dict[Any, Any] = {"type": type_, "id": self._draws.mostly(IDS, NO_IDS)}
        if self._draws.likely(30):
            header["name"] = self._draws.pick(SCALARS)
        if self._draws.odd(20):
            header[self._draws.pick(("classVersion", "package"))] = self._draws.pick(
                ("0.1.0", ">=0", "x", 1, None, "org.example", [], "<")
            )
        if self._draws.likely(10):
            odd = ("metadata", "_x", "destroyed", "dependencies", "_actions", "unknown")
            header[self._draws.pick(odd)] = self.value(1)
        if self._draws.odd(10):
            del header[self._draws.pick(("type", "id"))]
        made: dict[Any, Any] = {"?": header}
        for name in self._draws.many(lambda: self._draws.mostly(NAMES, NO_NAMES), 4):
            made[name] = self.value(depth)
        return made

    def value(self, depth: int) -> Any:
        """A value of a property or argument."""
        kind = self._draws.below(10)
        if kind < 6 or depth <= 0:
            return self._draws.pick(SCALARS)
        if kind < 8:
            return self.object(self._draws.mostly(TYPES, NO_TYPES), depth - 1)
        if kind == 8:
            return self._draws.many(lambda: self.value(depth - 1), 3)
        return {
            self._draws.mostly(NAMES, NO_NAMES): self.value(depth - 1)
            for _ in range(self._draws.below(4))
        }
