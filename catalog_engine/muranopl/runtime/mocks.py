"""Mocks: what a test puts in the place of methods, for a class or for one object.

A mock stands where a method is found, as if the class had declared it: classes that inherit the
method get the mock, those that override it do not. A mock of one object stands before those of
its class. Call sites of a run that has mocks are made anew after each change, so no cache keeps
a method that was replaced; other runs have no mocks, and their sites know nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any, Final

from catalog_engine.muranopl.functions.scopes import Scope
from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference, View
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.call_sites import calling_frames, scope_of
from catalog_engine.muranopl.runtime.values import MDict, freeze
from catalog_engine.muranopl.source.errors import did_you_mean

Call = Callable[..., Any]

_ENGINE_CALLS: Final = (".init", ".destroy")
"""Methods that code never calls by name."""


class _Replaced:
    """What a class's method is replaced by; in all else it is like the method itself.

    :ivar original: the real method.
    """

    def __init__(self, mocks: Mocks, original: Any):
        self.original = original
        self._mocks = mocks

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def fast(self, _count: int) -> None:
        """Calls go through :meth:`invoke`."""

    def invoke(self, receiver: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call the mock with the arguments as the method's contracts let them through.

        :raises NoMatchingMethodException: they do not fit the method, or not the mock.
        :raises ContractViolationException: one breaks its contract.
        """
        if receiver.destroyed:
            raise exceptions.ObjectDestroyedError(receiver)
        steps = self._mocks.rt.steps
        depth = steps.enter()
        try:
            positional, named = self.original.received(receiver, args, kwargs)
            call = _ActiveCall(self.original, receiver, positional, named)
            with self._mocks.active(call):
                return self._answer(call)
        finally:
            steps.depth = depth

    def _answer(self, call: _ActiveCall) -> Any:
        raise NotImplementedError

    def held(self) -> Iterator[Any]:
        """Values that live as long as the mock."""
        raise NotImplementedError


class _ByMethod(_Replaced):
    """A method of another object answers."""

    def __init__(self, mocks: Mocks, original: Any, target: Any, method: Any):
        super().__init__(mocks, original)
        self._target = target
        self._method = method

    def _answer(self, call: _ActiveCall) -> Any:
        call.is_open = False
        return self._method.invoke(self._target, call.args, call.kwargs)

    def held(self) -> Iterator[Any]:
        yield self._target


class _ByExpression(_Replaced):
    """An expression answers, written in the method that injected it."""

    def __init__(self, mocks: Mocks, original: Any, expression: Call | None):
        super().__init__(mocks, original)
        self._expression = expression

    def _answer(self, call: _ActiveCall) -> Any:
        expression = self._expression
        if expression is None:
            return None
        call.frames = calling_frames()
        # The object whose method injected it is what the generated lambda has by default for `$`.
        this = (getattr(expression, "__defaults__", None) or (None,))[0]
        named = [MDict(call.kwargs)] if call.kwargs else []
        # Drained here, as originalMethod() is known only as long as the call is active.
        return freeze(expression(this, *call.args, *named))

    def held(self) -> Iterator[Any]:
        yield self._expression


class _ActiveCall:
    """A call of a mocked method that has not returned.

    :ivar args, kwargs: the arguments, contracts applied.
    :ivar frames: the code that called, innermost function first.
    :ivar is_open: the real method may be asked for.
    """

    def __init__(
        self, original: Any, receiver: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ):
        self.args = args
        self.kwargs = kwargs
        self.frames: list[FrameType] = []
        self.is_open = True
        self._original = original
        self._receiver = receiver

    def original(self) -> Any:
        """What the real method answers."""
        return self._original.invoke(self._receiver, self.args, self.kwargs)


class _ActiveCalls:
    """Context in which a call is the innermost one of its branch."""

    def __init__(self, stack: list[_ActiveCall], call: _ActiveCall):
        self._stack = stack
        self._call = call

    def __enter__(self) -> None:
        self._stack.append(self._call)

    def __exit__(self, *_error: object) -> None:
        self._stack.pop()


class _ObjectClass:
    """Class of one object that has mocks: its real class, but for the methods replaced."""

    def __init__(self, real: Any):
        self.real = real
        self.mocks: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def find_method(self, name: str) -> Any:
        """The method that counts, or None."""
        return self.mocks.get(name) or self.real.find_method(name)


class Mocks:
    """The mocks of one run.

    :param rt: the runtime.
    """

    def __init__(self, rt: Any):
        self.rt = rt
        self._version = 0
        self._made: list[_Replaced] = []
        self._calls: dict[str, list[_ActiveCall]] = {}

    # ------------------------------------------------------------ injecting

    def by_method(
        self, target: Any, name: str, mock_object: Any, mock_name: str, caller: Any
    ) -> None:
        """Have calls of a method answered by a method of another object.

        :param target: type reference, or object.
        :param caller: class whose code injects; *mock_object* has its method if it is of that
            class, and otherwise that of its own.
        :raises NoMethodFound: there is no such method.
        :raises NoMatchingMethodException: the mock is no static method, but belongs to a type.
        """
        own = mock_object.cls
        if caller is not None and own.is_a(caller) and mock_object.__class__ is not View:
            own = caller
        method = own.find_method(mock_name)
        if method is None:
            raise _no_method(own, mock_name)
        if mock_object.__class__ is TypeReference and not method.is_static:
            raise exceptions.NoMatchingMethodException(mock_name, mock_object)
        self._put(
            target, name, lambda original: _ByMethod(self, original, _real(mock_object), method)
        )

    def by_expression(self, target: Any, name: str, expression: Call | None) -> None:
        """Have calls of a method answered by an expression.

        :param target: type reference, or object.
        :param expression: lambda of the injecting object and the arguments; None answers null.
        :raises NoMethodFound: there is no such method.
        """
        self._put(target, name, lambda original: _ByExpression(self, original, expression))

    def _put(self, target: Any, name: str, make: Callable[[Any], _Replaced]) -> None:
        cls = target.cls if target.__class__ is TypeReference else _real(target).cls
        if name in _ENGINE_CALLS:
            raise ValueError(f"Method {name} of {cls.name} cannot be replaced: no code calls it")
        original = cls.real_method(name)
        if original is None:
            raise _no_method(cls, name)
        mock = make(original)
        self._made.append(mock)
        self._mocks_of(target, cls)[name] = mock
        for package in self.rt.packages.used():
            for linked in package.linked_classes():
                linked.forget_methods()
        self._version += 1

    @staticmethod
    def _mocks_of(target: Any, cls: Any) -> dict[str, Any]:
        if target.__class__ is not TypeReference:
            if cls.__class__ is not _ObjectClass:
                cls = _real(target).cls = _ObjectClass(cls)
        elif not cls.mocks:
            cls.mocks = {}
        found: dict[str, Any] = cls.mocks
        return found

    def held(self) -> Iterator[Any]:
        """What mocks need to answer: none of it is garbage."""
        for mock in self._made:
            yield from mock.held()

    # ------------------------------------------------------------ calling

    def renewing(self, make: Callable[[], Call]) -> Call:
        """A call site that is made anew after mocks have changed."""
        site = make()
        version = self._version

        def call(*args: Any) -> Any:
            nonlocal site, version
            if version != self._version:
                site, version = make(), self._version
            return site(*args)

        return call

    def active(self, call: _ActiveCall) -> _ActiveCalls:
        """Context of a call in the branch that runs now."""
        return _ActiveCalls(self._calls.setdefault(self.rt.scheduler.current.path, []), call)

    def original(self) -> Any:
        """Value of the real method for the arguments of the innermost call of a mock.

        :raises NoFunctionRegisteredException: no expression that mocks a method is evaluated.
        """
        return self._call("originalMethod").original()

    def call_site(self) -> Scope:
        """Variables of the code that made the innermost call of a mock.

        :raises NoFunctionRegisteredException: no expression that mocks a method is evaluated.
        """
        return scope_of(self._call("withOriginal").frames)

    def _call(self, function: str) -> _ActiveCall:
        path = self.rt.scheduler.current.path
        while path:
            # A branch that an expression starts is part of its call, and its parent waits for it.
            stack = self._calls.get(path)
            if stack:
                if not stack[-1].is_open:
                    break
                return stack[-1]
            path = path.rpartition(".")[0]
        raise _unavailable(function)


def _real(value: Any) -> MuranoObject:
    obj: MuranoObject = value.object if value.__class__ is View else value
    return obj


def _no_method(cls: Any, name: str) -> Exception:
    return exceptions.NoMethodFound(name, did_you_mean(name, cls.method_names()))


def _unavailable(function: str) -> Exception:
    return exceptions.NoFunctionRegisteredException(
        f"{function} (it is known in expressions that replace a method by inject() only)"
    )
