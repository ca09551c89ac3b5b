"""Programs of generated text: read, compiled, linked, loaded and called within small limits."""

from __future__ import annotations

import collections.abc
import functools
import json
import marshal
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from catalog_engine.muranopl.codegen.compiled import CompiledPackage
from catalog_engine.muranopl.codegen.compiler import compile_package, table_of
from catalog_engine.muranopl.objects.serialisation import Serialiser
from catalog_engine.muranopl.runtime import operations_faults
from catalog_engine.muranopl.runtime.exceptions import Stop
from catalog_engine.muranopl.runtime.limits import Limits
from catalog_engine.muranopl.schemas.generator import schemas_of
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.packages import load_package
from tests.conformance.fuzzing.classes import CLASSES
from tests.conformance.fuzzing.verdict import OURS, Fault, judge
from tests.unit.catalog_engine.muranopl.language import Program

PACKAGE: Final = "org.example"
LIMITS: Final = Limits(steps=2000, depth=40, iterator=200, memory_quota=20_000)
SECONDS: Final = 10.0
"""CPU time after which a program is stopped, as a worker does it; twice that is a fault."""


def load_classes(text: str, form: str = "1.4") -> Any:
    """Declaration of a package of one file, whose manifest lists the classes that it names."""
    classes = [name for name in CLASSES if f"Name: {name}" in text]
    manifest = {
        "FullName": PACKAGE, "Version": "0.1.0", "Format": form,
        "Classes": {f"{PACKAGE}.{name}": "all.yaml" for name in classes},
    }  # fmt: skip
    data = text.encode("utf-8", "surrogatepass")
    return load_package(manifest, lambda _path: data)


table = functools.cache(table_of)
"""The functions of a format."""


def compiled(text: str, form: str = "1.4") -> CompiledPackage:
    """A package of one file, through its stored form; the same text makes the same package.

    :raises Fault: it does not.
    """
    declared = load_classes(text, form)
    for source in declared.classes.values():
        if isinstance(source, CompileError):
            judge(source, text)
    first, second = (compile_package(load_classes(text, form), functions=table(form)) for _ in "ab")
    for name, cls in first.classes.items():
        # Without references between equal parts, which depend on what else is in memory.
        one, other = (marshal.dumps(own.to_plain(), 2) for own in (cls, second.classes[name]))
        if one != other:
            raise Fault("compiled twice, a package differs from itself")
    return CompiledPackage.loads(first.dumps())


class Trial:
    """One program under trial.

    :ivar values: how many of its parts came to an end without an error.
    """

    def __init__(self, text: str, form: str = "1.4") -> None:
        self.text = text
        self.values = 0
        self.errors: list[BaseException] = []
        self.package = self.attempt(lambda: compiled(text, form))
        self.program: Program | None = None
        if self.package is not None:
            self.program = Program(
                (PACKAGE, "0.1.0", self.package, {}), limits=LIMITS, mocking=True,
                configs={f"{PACKAGE}.Main": {"p": 1, "q": "text"}},
            )  # fmt: skip

    def attempt(self, part: Callable[[], Any]) -> Any:
        """Do one part; its value, or None where an error came that may come.

        :raises Fault: something came that must not.
        """
        with hidden_errors() as hidden, self._timed():
            try:
                value = part()
                self.values += 1
            except (Exception, Stop) as error:
                if isinstance(error, Fault):
                    raise
                self.errors.append(error)
                judge(error, self.text)
                value = None
        for error in hidden:
            judge(error, self.text)
        return value

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Stop the program when its time is used, as the worker does."""
        struck: list[int] = []

        def strike(_number: int, _frame: Any) -> None:
            if struck:
                raise Fault("the program cannot be stopped")
            struck.append(1)
            if self.program is not None:
                self.program.rt.steps.strike(Stop("cpu"))

        before = signal.signal(signal.SIGPROF, strike)
        signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    # ------------------------------------------------------------ parts

    def run_all(self, model: Any, arguments: list[Any]) -> None:
        """Link all classes, load a model, call all methods, and end as a task does."""
        program = self.program
        if program is None:
            return
        assert self.package is not None
        for name in self.package.classes:
            cls = self.attempt(lambda name=name: self._linked(name))
            if cls is not None:
                self.attempt(lambda cls=cls: json.dumps(program.rt.run(lambda: schemas_of(cls))))
                self._call_all(cls.reference, arguments)
        root = self.attempt(lambda: program.load(program.rt.freeze(model)))
        if root is not None:
            self._call_all(root, arguments)
            self.attempt(lambda: self._finish(root))

    def _linked(self, name: str) -> Any:
        assert self.program is not None
        rt = self.program.rt
        return rt.run(lambda: rt.resolve_type(name, None)).cls

    def _call_all(self, target: Any, arguments: list[Any]) -> None:
        program = self.program
        assert program is not None
        for name in self.attempt(target.cls.method_names) or ():
            if self._is_of_objects(target, name):
                continue
            value = self.attempt(lambda name=name: program.call(target, name, *arguments))
            _check_settled(value)
            self.attempt(
                lambda name=name: program.rt.run(
                    lambda: program.rt.call_action(target, name, {"a": None, "x": 1})
                )
            )

    def _is_of_objects(self, target: Any, name: str) -> bool:
        """Whether a method needs an object, and the target is a type."""
        method = self.attempt(lambda: target.cls.find_method(name))
        return method is None or (target is target.cls.reference and method.usage == "Runtime")

    def _finish(self, root: Any) -> None:
        assert self.program is not None
        rt = self.program.rt

        def end() -> Any:
            model = Serialiser(rt, designer=True)
            model.model(root)
            rt.garbage.finish(model.serialised)
            return Serialiser(rt).model(root)

        json.dumps(rt.run(end))
        for _obj, error in rt.garbage.failed:
            judge(error, self.text)


def _check_settled(value: Any) -> None:
    """What leaves a method is a value that nobody can change."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) in (list, dict, set) or isinstance(one, collections.abc.Iterator):
            raise Fault(f"a method answered what is no value: {one!r}")
        if isinstance(one, str) and OURS.search(one):
            raise Fault(f"a value that tells of the engine: {one}")
        if isinstance(one, tuple):
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend([*one.keys(), *one.values()])


@contextmanager
def hidden_errors() -> Iterator[list[Exception]]:
    """The errors of Python's that handlers of a program get to see, as they were raised."""
    found: list[Exception] = []
    wrap = operations_faults.wrapped

    def wrapped(error: Exception) -> Any:
        found.append(error)
        return wrap(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations_faults, "wrapped", wrapped)
        yield found
