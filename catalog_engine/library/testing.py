"""``io.murano.test.TestFixture``: models for tests, and what tests claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from catalog_engine.library.errors import LibraryError
from catalog_engine.muranopl.runtime.exceptions import shown
from catalog_engine.muranopl.types.native import native_class, native_method

_AROUND: Final = 20
"""Characters that are shown before the first one in which two long texts differ."""
_SHORT: Final = 60
_DEEPEST: Final = 50


class AssertionFailed(LibraryError):
    """A claim of a test does not hold."""

    muranopl_names: ClassVar[tuple[str, ...]] = ("AssertionError",)


class Mismatch(AssertionFailed):
    """Two values are not related as a test claims."""

    muranopl_names = ("testtools.matchers._impl.MismatchError", "AssertionError")


@native_class("io.murano.test.TestFixture")
class TestFixture:
    """What test methods call on themselves."""

    __test__ = False

    def __init__(self, runtime: Any):
        self._runtime = runtime

    @native_method()
    def load(self, model: Any) -> Any:
        """The root object of a model ``{Objects, ObjectsCopy, Attributes}``, or of its objects.

        What only ``ObjectsCopy`` holds is loaded and destroyed, as at the start of a deployment.
        """
        rt = self._runtime
        if not isinstance(model, Mapping) or "Objects" not in model:
            return rt.loader.load_model(model)
        for object_id, class_name, name, value in model.get("Attributes") or ():
            rt.host.attributes.set(object_id, class_name, name, value)
        root = rt.loader.load_model(model["Objects"])
        copy = model.get("ObjectsCopy")
        if copy is not None:
            kept = dict.fromkeys(rt.loader.objects.values())
            rt.loader.load_model(copy)
            rt.garbage.finish(kept)
        return root

    @native_method()
    def start_env(self) -> None:
        """Begin a session; nothing in it waits for that, each part begins at its first use."""

    @native_method()
    def finish_env(self) -> None:
        """End the session of what was loaded: stop what it started."""
        self._runtime.host.finish()

    @native_method()
    def assert_equal(self, expected: Any, observed: Any, message: Any = None) -> None:
        """Claim that two values are equal.

        :raises Mismatch: they are not; it tells the first difference.
        """
        if expected != observed:
            raise Mismatch(_told(message, _difference(expected, observed)))

    @native_method()
    def assert_true(self, expr: Any, message: Any = None) -> None:
        """Claim that a value counts as true.

        :raises AssertionFailed: it does not.
        """
        if not expr:
            raise AssertionFailed(_told(message, f"{shown(expr)} is not true"))

    @native_method()
    def assert_false(self, expr: Any, message: Any = None) -> None:
        """Claim that a value counts as false.

        :raises AssertionFailed: it does not.
        """
        if expr:
            raise AssertionFailed(_told(message, f"{shown(expr)} is not false"))

    @native_method()
    def assert_in(self, needle: Any, haystack: Any, message: Any = None) -> None:
        """Claim that a list, set, text or the keys of a dictionary hold a value.

        :raises Mismatch: they do not.
        """
        if needle not in haystack:
            raise Mismatch(_told(message, f"{shown(needle)} is not in {shown(haystack)}"))

    @native_method()
    def assert_not_in(self, needle: Any, haystack: Any, message: Any = None) -> None:
        """Claim that a list, set, text or the keys of a dictionary do not hold a value.

        :raises Mismatch: they do.
        """
        if needle in haystack:
            raise Mismatch(_told(message, f"{shown(needle)} is in {shown(haystack)}"))


def _told(message: Any, text: str) -> str:
    return text if message is None else f"{message}: {text}"


def _difference(expected: Any, observed: Any) -> str:
    """What was expected and observed, and the place of the first difference inside of it."""
    text = f"expected {shown(expected)}, observed {shown(observed)}"
    path, one, other = _first_difference(expected, observed)
    long_texts = isinstance(one, str) and isinstance(other, str) and len(one) > _SHORT
    if path or long_texts:
        text += f"; the first difference{' is at ' + path if path else ''}: {_pair(one, other)}"
    return text


def _first_difference(expected: Any, observed: Any) -> tuple[str, Any, Any]:
    """Path to the first part that differs, and what is there on both sides."""
    path = ""
    for _level in range(_DEEPEST):
        if isinstance(expected, Mapping) and isinstance(observed, Mapping):
            if expected.keys() != observed.keys():
                break
            key = next(key for key in expected if expected[key] != observed[key])
        elif isinstance(expected, tuple) and isinstance(observed, tuple):
            pairs = zip(expected, observed, strict=False)
            found = [index for index, (one, other) in enumerate(pairs) if one != other]
            if not found:
                break
            key = found[0]
        else:
            break
        path += f"[{shown(key)}]"
        expected, observed = expected[key], observed[key]
    return path, expected, observed


def _pair(expected: Any, observed: Any) -> str:
    if isinstance(expected, str) and isinstance(observed, str):
        ends = zip(expected, observed, strict=False)
        same = min(len(expected), len(observed))
        index = next((i for i, (one, other) in enumerate(ends) if one != other), same)
        start = max(0, index - _AROUND)
        expected, observed = (_part(text, start) for text in (expected, observed))
    return f"expected {shown(expected)}, observed {shown(observed)}"


def _part(text: str, start: int) -> str:
    end = start + _SHORT
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
