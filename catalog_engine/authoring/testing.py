"""The test runner: finds the tests of packages and runs each over ports in memory of its own."""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from catalog_engine.authoring.folders import LoadError, Packages
from catalog_engine.authoring.running import RequestError, error_data, logged, plain_frames
from catalog_engine.authoring.session import Session
from catalog_engine.muranopl.runtime.exceptions import Stop
from catalog_engine.muranopl.runtime.limits import Limits
from catalog_engine.muranopl.runtime.operations_frames import frames_of, report
from catalog_engine.muranopl.source.errors import did_you_mean
from catalog_engine.packages.bundled import Unpacked

FIXTURE: Final = "io.murano.test.TestFixture"
SECONDS: Final = 60.0
"""What one test may take."""
LOG_ROOM: Final = 1_000_000
"""Characters of its log that are kept."""

_TEST_NAME: Final = re.compile(r"test(?![a-z])")
_ASSERTION: Final = "AssertionError"

Status = Literal["passed", "failed", "error"]
Problem = dict[str, Any]
"""Error as plain data: ``{names, message, stack, report}``."""


@dataclasses.dataclass(frozen=True)
class Test:
    """A test method."""

    __test__ = False

    class_name: str
    method: str

    @property
    def name(self) -> str:
        """``Class.method``."""
        return f"{self.class_name}.{self.method}"

    def is_meant_by(self, name: str) -> bool:
        """Say whether a name is that of the method, of the class, or of both.

        A class may be called by its name without namespace.
        """
        short = self.class_name.rpartition(".")[2]
        return name in (
            self.method, self.class_name, short, self.name, f"{short}.{self.method}"
        )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a test.

    :ivar status: failed: an assertion did not hold; error: anything else went wrong.
    :ivar problems: what went wrong, ``{phase, names, message, stack, report}`` each.
    :ivar log: what package code logged; *reports* what it reported.
    """

    class_name: str
    method: str
    status: Status
    seconds: float = 0.0
    problems: Sequence[Problem] = ()
    log: Sequence[Mapping[str, str]] = ()
    reports: Sequence[Mapping[str, str]] = ()

    @property
    def name(self) -> str:
        """``Class.method``; the class alone when it cannot be loaded."""
        return f"{self.class_name}.{self.method}" if self.method else self.class_name

    @property
    def message(self) -> str:
        """The first thing that went wrong, with its place."""
        if not self.problems:
            return ""
        problem = self.problems[0]
        place = place_of(problem)
        return f"{place}: {problem['message']}" if place else str(problem["message"])

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"class": self.class_name, **dataclasses.asdict(self)}


def place_of(problem: Problem) -> str:
    """``file:line:column`` of the instruction that failed, or an empty text."""
    for frame in reversed(problem["stack"]):
        if frame["column"]:
            return f"{frame['file']}:{frame['line']}:{frame['column']}"
    return ""


class TestRunner:
    """Tests of some packages.

    :param tested: the packages whose tests are meant.
    :param others: packages that they need.
    :param seconds: what one test may take, tearDown not counted.
    :raises LoadError: a package is given twice.
    """

    __test__ = False

    def __init__(
        self, tested: Iterable[Unpacked], others: Iterable[Unpacked] = (), *,
        class_configs: Mapping[str, Any] | None = None, limits: Limits | None = None,
        seconds: float = SECONDS,
    ) -> None:  # fmt: skip
        self._tested = list(tested)
        names = [package.manifest.full_name for package in self._tested]
        for name in names:
            if names.count(name) > 1:
                raise LoadError(f"package {name} is given twice")
        self._packages = Packages([*self._tested, *others])
        self._configs = class_configs
        self._limits = limits
        self._seconds = seconds

    # ------------------------------------------------------------ finding

    def find(self) -> tuple[list[Test], list[Outcome]]:
        """All tests, in the order of manifests and classes; and errors of unusable classes."""
        session = Session(self._packages, limits=self._limits)
        tests: list[Test] = []
        broken: list[Outcome] = []
        for package in self._tested:
            for name in package.manifest.classes:
                found: list[Test] = []
                problem = _problem_of(lambda: found.extend(_tests_of(session.linked(name))))  # noqa: B023
                tests += found
                if problem is not None:
                    broken.append(Outcome(name, "", "error", problems=[{**problem, "phase": ""}]))
        return tests, broken

    # ------------------------------------------------------------ running

    def run(self, test: Test) -> Outcome:
        """Run one test in a world of its own: fixture, ``setUp``, the method, ``tearDown``."""
        begun = time.perf_counter()
        session = Session(
            self._packages, class_configs=self._configs, limits=self._limits, seed=test.name,
            mocking=True,
        )  # fmt: skip
        running = _Running(session, test, self._seconds)
        with logged(LOG_ROOM) as log:
            running.run()
        return Outcome(
            test.class_name, test.method, running.status, time.perf_counter() - begun,
            running.problems, log,
            [
                {"level": row["level"], "text": row["text"], "object": row["object_id"]}
                for row in session.ports.reports.reports
            ],
        )  # fmt: skip


class _Running:
    """A test that runs."""

    def __init__(self, session: Session, test: Test, seconds: float):
        self.problems: list[Problem] = []
        self._session = session
        self._test = test
        self._seconds = seconds
        self._to_tear_down: Any = None

    @property
    def status(self) -> Status:
        """What became of it."""
        if not self.problems:
            return "passed"
        first = self.problems[0]
        failed = first["phase"] == self._test.method and _ASSERTION in first["names"]
        return "failed" if failed else "error"

    def run(self) -> None:
        """Run all of it, collecting what goes wrong."""
        steps = self._session.runtime.steps
        timer = threading.Timer(self._seconds, lambda: steps.strike(Stop("deadline")))
        timer.daemon = True
        timer.start()
        try:
            # In one go: random names and ids are counted from the start of a run.
            run = self._session.runtime.run
            self._attempt("", lambda: run(lambda: self._phases(timer)))
            # Branches that wait for each other end the run around them.
            self._attempt("tearDown", lambda: run(self._tear_down))
        finally:
            timer.cancel()

    def _phases(self, timer: threading.Timer) -> None:
        made: list[Any] = []
        if self._attempt("", lambda: made.append(self._fixture())):
            fixture = self._to_tear_down = made[0]
            if self._attempt("setUp", lambda: self._call(fixture, "setUp")):
                self._attempt(self._test.method, lambda: self._call(fixture, self._test.method))
            timer.cancel()
            self._attempt("tearDown", self._tear_down)
        self._attempt("", self._session.run_hooks)

    def _tear_down(self) -> None:
        """Call ``tearDown``, once."""
        fixture, self._to_tear_down = self._to_tear_down, None
        if fixture is not None:
            self._call(fixture, "tearDown")

    def _fixture(self) -> Any:
        rt = self._session.runtime
        made = rt.new_object(
            rt.resolve_type(self._test.class_name, None), {}, owner=None, name=None, extra=None,
            caller=None,
        )  # fmt: skip
        rt.garbage.roots.append(made)
        return made

    def _call(self, fixture: Any, method: str) -> None:
        if fixture.cls.find_method(method) is not None:
            self._session.runtime.call_method(fixture, method, (), {}, None)

    def _attempt(self, phase: str, work: Callable[[], Any]) -> bool:
        problem = _problem_of(work, self._seconds)
        if problem is not None:
            self.problems.append({"phase": phase, **problem})
        return problem is None


def _problem_of(work: Callable[[], Any], seconds: float = SECONDS) -> Problem | None:
    """Do some work; what went wrong, stops included."""
    try:
        work()
    except Stop as stop:
        return _stopped(stop, seconds)
    except Exception as error:
        try:
            return error_data(error)
        except Stop as stop:
            return _stopped(stop, seconds)
    return None


def _stopped(stop: Stop, seconds: float) -> Problem:
    """What is told of a stop, with the place that it struck."""
    text = {
        "deadline": f"The test took longer than {seconds:g} seconds (--timeout)",
        "memory": "The test needed more memory than there is",
    }.get(stop.reason, f"The test was stopped: {stop.reason}")
    frames = frames_of(stop, native=False)
    return {
        "names": ["Stop"], "message": text, "report": report(["Stop"], text, frames),
        "stack": plain_frames(frames),
    }  # fmt: skip


def _tests_of(cls: Any) -> list[Test]:
    """Tests that a linked class declares itself."""
    if all(own.name != FIXTURE for own in cls.lineage):
        return []
    return [Test(cls.name, name) for name in cls.methods if _TEST_NAME.match(name)]


def selected(tests: Sequence[Test], names: Sequence[str]) -> list[Test]:
    """The tests that any of the names means; all when there are none.

    :raises RequestError: a name means no test.
    """
    for name in names:
        if not any(test.is_meant_by(name) for test in tests):
            known = [known for test in tests for known in (test.method, test.class_name, test.name)]
            raise RequestError(f"there is no test {name!r}{did_you_mean(name, known)}")
    return [
        test for test in tests if not names or any(test.is_meant_by(name) for name in names)
    ]  # fmt: skip
