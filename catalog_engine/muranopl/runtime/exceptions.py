"""Exceptions of the language, with the names that packages catch them by, and stops.

Packages written for other engines catch errors by these names, so a name belongs to the class
that carries it and not to the module that it happens to stand in.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Set
from typing import Any, ClassVar, Final

_YAQL = "yaql.language.exceptions."
_DSL = "murano.dsl.exceptions."


class Stop(BaseException):
    """The task has to end; no package code can catch it.

    :ivar reason: ``cancelled``, ``deadline``, ``cpu`` or ``memory``.
    """

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class MuranoPLError(Exception):
    """An error as MuranoPL code sees it.

    :ivar names: what it is caught by, the most specific first.
    :ivar message: text or None.
    :ivar extra: what ``Extra`` gave.
    :ivar cause: the exception object that ``Cause`` gave, or None.
    :ivar frames: stack, the oldest activation first; set when it is first caught or reported.
    """

    def __init__(
        self,
        names: Iterable[str],
        message: str | None,
        extra: Mapping[str, Any] | None = None,
        cause: Any = None,
        frames: tuple[Any, ...] = (),
    ):
        self.names = list(names)
        self.message = message
        self.extra = extra
        self.cause = cause
        self.frames = frames
        super().__init__(self.names, message)

    def __str__(self) -> str:
        return f"[{', '.join(self.names)}]: {self.message}"


class LanguageError(Exception):
    """Base of the errors that the language itself raises."""

    muranopl_names: ClassVar[tuple[str, ...]] = ()


class _YaqlError(LanguageError):
    def __init_subclass__(cls) -> None:
        cls.muranopl_names = (_YAQL + cls.__name__,)


class _DslError(LanguageError):
    def __init_subclass__(cls) -> None:
        cls.muranopl_names = (_DSL + cls.__name__,)


ITERATOR: Final = "<iterator>"
"""Text of what is lazy: Python's would tell an address, another one when a task is run again."""


_WORDS = {
    "NoneType": "null", "bool": "boolean", "int": "integer", "float": "number", "str": "string",
    "MList": "list", "tuple": "list", "MDict": "dictionary", "dict": "dictionary", "MSet": "set",
    "LooseList": "list", "LooseDict": "dictionary", "LooseSet": "set",
    "MuranoObject": "object", "View": "object", "TypeReference": "type", "timedelta": "timespan",
    "Pattern": "regular expression", "MappingRule": "rule", "Scope": "scope",
}  # fmt: skip


def kind_of(value: Any) -> str:
    """What a value is, in the words of the language."""
    name = type(value).__name__
    return _WORDS.get(name) or ("lazy collection" if isinstance(value, Iterable) else name)


def shown(value: Any) -> str:
    """A value in a message: bounded, and never more than its kind for what is large."""
    if isinstance(value, (bool, int, float, type(None))):
        return str(value) if not isinstance(value, int) or value.bit_length() < 256 else "a number"
    if isinstance(value, str):
        return repr(value if len(value) <= 200 else value[:200] + "…")
    size = getattr(value, "size", 0)
    if isinstance(size, int) and size > 200:
        return f"a {kind_of(value)} of {len(value)} items"
    if isinstance(value, tuple):
        return f"[{', '.join(shown(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{shown(k)}: {shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Set):
        return f"set({', '.join(shown(item) for item in value)})"
    if isinstance(value, Iterable):
        return "a lazy collection"
    if callable(value):
        return "a function"
    # What has no words for itself has an address instead.
    has_words = type(value).__repr__ is not object.__repr__  # type: ignore[comparison-overlap]
    return repr(value) if has_words else f"a {kind_of(value)}"


# ---------------------------------------------------------------- of expressions


class NoFunctionRegisteredException(_YaqlError):
    """There is no function of a name."""

    def __init__(self, name: str):
        super().__init__(f'Unknown function "{name}"')


class NoMethodRegisteredException(_YaqlError):
    """There is no method of a name for a receiver."""

    def __init__(self, name: str, receiver: Any, advice: str = ""):
        super().__init__(f'Unknown method "{name}" for receiver {shown(receiver)}{advice}')


class NoMatchingFunctionException(_YaqlError):
    """No form of a function takes the arguments."""

    def __init__(self, name: str):
        super().__init__(f'No function "{name}" matches supplied arguments')


class NoMatchingMethodException(_YaqlError):
    """No form of a method takes the arguments."""

    def __init__(self, name: str, receiver: Any):
        super().__init__(
            f'No method "{name}" for receiver {shown(receiver)} matches supplied arguments'
        )


class MappingTranslationException(_YaqlError):
    """What should be the name of an argument is no word."""

    def __init__(self) -> None:
        super().__init__("Cannot convert mapping to keyword argument")


class AmbiguousFunctionException(_YaqlError):
    """Several forms of a function fit equally."""

    def __init__(self, name: str):
        super().__init__(f'Ambiguous function "{name}"')


class AmbiguousMethodException(_YaqlError):
    """Several forms of a method fit equally."""

    def __init__(self, name: str, receiver: Any):
        super().__init__(f'Ambiguous method "{name}" for receiver {shown(receiver)}')


class ArgumentException(_YaqlError):
    """An argument of a name is not taken."""

    def __init__(self, name: str):
        super().__init__(f"Invalid argument {name}")


class CollectionTooLargeException(_YaqlError):
    """A lazy collection has too many items."""

    def __init__(self, count: int):
        super().__init__(f"Collection length exceeds {count} elements")


class MemoryQuotaExceededException(_YaqlError):
    """A value would be too large."""

    def __init__(self) -> None:
        super().__init__("Expression consumed too much memory")


class WrappedException(_YaqlError):
    """An error that generators of Python cannot pass on by itself."""

    def __init__(self, wrapped: BaseException):
        self.wrapped = wrapped
        super().__init__(str(wrapped))


# ---------------------------------------------------------------- of classes and objects


class ContractViolationException(_DslError):
    """A value breaks a contract; the text names the place and the value.

    :ivar path: place inside the value, such as ``[0]['key']``; None once the message is complete.
    """

    def __init__(self, message: str = "", path: str | None = ""):
        super().__init__(message)
        self.message = message
        self.path = path

    def within(self, step: str) -> ContractViolationException:
        """The same error seen from one level further out."""
        return ContractViolationException(self.message, step + (self.path or ""))

    @classmethod
    def final(cls, message: str) -> ContractViolationException:
        """An error whose message names its place already."""
        return cls(message, None)


class DslContractSyntaxError(_DslError):
    """A contract cannot be used."""


class DslSyntaxError(_DslError):
    """A class does not compile."""


class DslInvalidOperationError(_DslError):
    """Something is done where it makes no sense."""


class InvalidLhsTargetError(_DslError):
    """Assignment to what is no target."""

    def __init__(self, target: str):
        super().__init__(f'Invalid assignment target "{target}"')


class InvalidInheritanceError(_DslError):
    """A class cannot have one of its parents."""


class NoClassFound(_DslError):
    """There is no class of a name where it was looked for."""

    def __init__(self, name: str, packages: Iterable[str] = (), advice: str = ""):
        places = ", ".join(packages)
        super().__init__(
            f'Class "{name}" is not found' + (f" in {places}" if places else "") + advice
        )


class NoPackageFound(_DslError):
    """There is no package of a name and version."""

    def __init__(self, name: str):
        super().__init__(f'Package "{name}" is not found')


class NoPackageForClassFound(_DslError):
    """No package has a class of a name and version."""

    def __init__(self, name: str):
        super().__init__(f'Package for class "{name}" is not found')


class NoObjectFoundError(_DslError):
    """There is no object of an id."""

    def __init__(self, object_id: str):
        super().__init__(f'Object "{object_id}" is not found in object store')


class NoMethodFound(_DslError):
    """A class has no method of a name."""

    def __init__(self, name: str, advice: str = ""):
        super().__init__(f'Method "{name}" is not found{advice}')


class NoPropertyFound(_DslError):
    """A class has no property of a name."""

    def __init__(self, name: str, advice: str = ""):
        super().__init__(f'Property "{name}" is not found{advice}')


class AmbiguousClassName(_DslError):
    """Several versions of a class fit."""

    def __init__(self, name: str):
        super().__init__(f'Found more than one version of class "{name}"')


class AmbiguousMethodName(_DslError):
    """A class inherits several methods of a name, none of which overrides the others."""

    def __init__(self, name: str):
        super().__init__(f'Found more than one method "{name}"')


class AmbiguousPropertyNameError(_DslError):
    """A class inherits several properties of a name."""

    def __init__(self, name: str):
        super().__init__(f'Found more than one property "{name}"')


class MethodNotExposed(_DslError):
    """A method is called from outside and is no action."""

    def __init__(self, name: str):
        super().__init__(f"{name} is not an action")


class UninitializedPropertyAccessError(_DslError):
    """A property is read that was never set."""

    def __init__(self, name: str, class_name: str):
        super().__init__(
            f'Access to uninitialized property "{name}" in class "{class_name}" is forbidden'
        )


class NoWriteAccessError(_DslError):
    """A property is set by code that may not."""

    def __init__(self, name: str):
        super().__init__(f'Property "{name}" is immutable to the caller')


class PropertyReadError(_DslError):
    """A property that is not declared is read from outside."""

    def __init__(self, name: str, class_name: str, advice: str = ""):
        super().__init__(f'Property "{name}" in class "{class_name}" cannot be read{advice}')


class PropertyWriteError(_DslError):
    """A property that is not declared is set from outside."""

    def __init__(self, name: str, class_name: str, advice: str = ""):
        super().__init__(f'Property "{name}" in class "{class_name}" cannot be written{advice}')


class CircularExpressionDependenciesError(_DslError):
    """Defaults of properties wait for one another."""


class ObjectDestroyedError(_DslError):
    """A method of a destroyed object is called."""

    def __init__(self, target: Any):
        super().__init__(f"Object {target!r} is already destroyed")


# ---------------------------------------------------------------- limits


class LimitExceeded(LanguageError):
    """A program used more than it may; the text names the limit and its option."""


class StepLimitExceeded(LimitExceeded):
    """A task made more steps (passes of loops and calls) than it may."""

    muranopl_names = ("io.murano.limits.StepLimitExceeded",)


class DepthLimitExceeded(LimitExceeded):
    """Calls nest deeper than they may."""

    muranopl_names = ("io.murano.limits.DepthLimitExceeded",)


class BranchLimitExceeded(LimitExceeded):
    """More branches are alive at a time than there may be."""

    muranopl_names = ("io.murano.limits.BranchLimitExceeded",)


class DeadlockError(LanguageError):
    """Every branch waits for another one."""

    muranopl_names = ("io.murano.limits.Deadlock",)


def public_names(error: BaseException) -> tuple[str, ...]:
    """Names under which packages catch a native error, the most specific first."""
    if isinstance(error, WrappedException):
        return public_names(error.wrapped)
    names: tuple[str, ...] = getattr(error, "muranopl_names", ())
    if names:
        return names
    kind = type(error)
    if kind.__module__.startswith("catalog_"):
        # Where our modules stand is nothing that packages should know.
        kind = next(base for base in kind.__mro__ if base.__module__ == "builtins")
    if getattr(builtins, kind.__name__, None) is kind:
        return (kind.__name__,)
    return (f"{kind.__module__}.{kind.__qualname__}",)


def public_name(error: BaseException) -> str:
    """The most specific name under which packages catch a native error."""
    return public_names(error)[0]
