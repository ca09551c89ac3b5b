"""Branches: greenlets on one thread that change over only at a port, a lock or a join.

A *driver* connects them with the world: ``submit(branch, number, request)`` never blocks,
``wait()`` answers ``(branch, number, answer)`` for one of the submitted requests when no branch
can run, ``notify(request)`` passes on what nobody waits for. Requests and answers mean nothing
here. What runs when depends on the program and on the order of answers alone.
"""

from __future__ import annotations

import collections
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

import greenlet

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.limits import Steps

ROOT: Final = "0"
MAX_BRANCHES: Final = 10_000


class Driver(Protocol):
    """What connects the branches with the world."""

    def submit(self, branch: str, number: int, request: Any) -> None:
        """Take a request; never blocks."""

    def wait(self) -> tuple[str, int, Any]:
        """The next answer; blocks. RuntimeError when no request is open."""

    def notify(self, request: Any) -> None:
        """Pass on what nobody waits for."""


class Branch:
    """One line of execution.

    :ivar path: its stable name: the parent's path, a dot and a number.
    :ivar calls: requests it made so far.
    :ivar children: branches it started so far.
    :ivar draws: numbers it drew so far (ids, random values).
    """

    __slots__ = (
        "calls", "children", "constructing", "depth", "draws", "error", "function", "greenlet",
        "is_done", "path", "received", "result", "waiters",
    )  # fmt: skip

    def __init__(self, path: str, function: Callable[[], Any]):
        self.path = path
        self.function = function
        self.calls = 0
        self.children = 0
        self.draws = 0
        self.depth = 0
        self.constructing = 0
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.received: Any = None
        self.waiters: list[Branch] = []
        self.greenlet: Any = None


class _Lock:
    __slots__ = ("count", "holder", "waiting")

    def __init__(self, holder: Branch):
        self.holder: Branch | None = holder
        self.count = 1
        self.waiting: collections.deque[Branch] = collections.deque()


class Scheduler:
    """Runs branches over a driver; any number may live in one process, each on its own thread."""

    def __init__(self, driver: Driver, steps: Steps):
        self._driver = driver
        self._steps = steps
        self._ready: collections.deque[Branch] = collections.deque()
        self._waiting: dict[tuple[str, int], Branch] = {}
        self._locks: dict[Any, _Lock] = {}
        self._alive: dict[Branch, None] = {}
        self._spawned: list[Branch] = []
        self._hub: Any = None
        self._current: Branch | None = None
        self._root = Branch(ROOT, lambda: None)

    @property
    def current(self) -> Branch:
        """The branch that runs now.

        :raises RuntimeError: none does.
        """
        if self._current is None:
            raise RuntimeError("Nothing runs; use Scheduler.run()")
        return self._current

    def frames(self) -> Iterator[Any]:
        """Topmost frames of the branches that wait."""
        for branch in self._alive:
            if branch is not self._current and branch.greenlet is not None:
                frame = branch.greenlet.gr_frame
                if frame is not None:
                    yield frame

    def run(self, function: Callable[[], Any]) -> Any:
        """Run *function* as the root branch, and all branches that it starts, to their ends.

        A later run of the same scheduler counts on, so that nothing is named or drawn twice.

        :raises Exception: what the root branch raised; errors of branches that nobody joined
            come after it.
        """
        self._hub = greenlet.getcurrent()
        root, before = Branch(ROOT, function), self._root
        root.calls, root.children, root.draws = before.calls, before.children, before.draws
        self._root = self._start(root)
        try:
            self._loop()
        finally:
            self._hub = self._current = None
            self._alive.clear()
        if root.error is not None:
            raise root.error
        for branch in self._spawned:
            if branch.error is not None:
                raise branch.error
        return root.result

    # ------------------------------------------------------------ what branches do

    def call(self, request: Any) -> Any:
        """Submit a request and wait for its answer, which is returned as it is."""
        branch = self.current
        branch.calls += 1
        self._driver.submit(branch.path, branch.calls, request)
        self._waiting[branch.path, branch.calls] = branch
        self._switch(branch)
        received, branch.received = branch.received, None
        return received

    def pause(self) -> None:
        """Let other branches that can run go first."""
        branch = self.current
        self._ready.append(branch)
        self._switch(branch)

    def notify(self, request: Any) -> None:
        """Tell the world something without waiting."""
        self._driver.notify(request)

    def parallel(
        self, functions: Sequence[Callable[[], Any]], limit: int | None = None
    ) -> list[Any]:
        """Run functions in branches of their own, at most *limit* at a time.

        :raises Exception: the error of the first in order that failed, after all have ended.
        """
        branches: list[Branch] = []
        waiting = collections.deque(functions)
        while waiting and (limit is None or len(branches) < limit):
            branches.append(self._child(waiting.popleft()))
        joined = 0
        while joined < len(branches):
            branch = self._first_done(branches, joined) if waiting else branches[joined]
            self._join(branch)
            if waiting:
                branches.append(self._child(waiting.popleft()))
                self._swap(branches, joined, branch)
            joined += 1
        ordered = sorted(branches, key=lambda own: int(own.path.rpartition(".")[2]))
        self._raise_first(ordered)
        return [branch.result for branch in ordered]

    def spawn(self, function: Callable[[], Any]) -> None:
        """Start a branch that nobody waits for; the run ends after it."""
        self._spawned.append(self._child(function))

    @contextlib.contextmanager
    def locked(self, key: Any) -> Iterator[None]:
        """Hold the lock of a key; the same branch may take it again."""
        branch = self.current
        lock = self._locks.get(key)
        if lock is None:
            self._locks[key] = _Lock(branch)
        elif lock.holder is branch:
            lock.count += 1
        else:
            lock.waiting.append(branch)
            self._switch(branch)
        try:
            yield
        finally:
            self._release(key)

    # ------------------------------------------------------------ how they change over

    def _child(self, function: Callable[[], Any]) -> Branch:
        parent = self.current
        if len(self._alive) >= MAX_BRANCHES:
            raise exceptions.BranchLimitExceeded(f"More than {MAX_BRANCHES} branches at a time")
        parent.children += 1
        branch = Branch(f"{parent.path}.{parent.children}", function)
        branch.depth = self._steps.depth
        branch.constructing = self._steps.constructing
        return self._start(branch)

    def _start(self, branch: Branch) -> Branch:
        self._alive[branch] = None
        branch.greenlet = greenlet.greenlet(lambda: self._body(branch), parent=self._hub)
        self._ready.append(branch)
        self._steps.concurrent = len(self._alive) > 1
        return branch

    def _body(self, branch: Branch) -> None:
        try:
            branch.result = branch.function()
        except BaseException as error:
            branch.error = error
        branch.is_done = True
        del self._alive[branch]
        self._steps.concurrent = len(self._alive) > 1
        # Who waits for several branches may be ready already.
        self._ready.extend(own for own in branch.waiters if own not in self._ready)
        branch.waiters.clear()

    def _loop(self) -> None:
        while self._alive:
            if not self._ready:
                self._receive()
            branch = self._ready.popleft()
            self._current = branch
            steps = self._steps
            steps.depth, steps.constructing = branch.depth, branch.constructing
            branch.greenlet.switch()
            self._current = None

    def _receive(self) -> None:
        if not self._waiting:
            raise exceptions.DeadlockError(
                "Every branch waits for a lock that another one holds; a synchronized method that "
                "waits for branches which call it does this"
            )
        path, number, answer = self._driver.wait()
        branch = self._waiting.pop((path, number))
        branch.received = answer
        self._ready.append(branch)

    def _switch(self, branch: Branch) -> None:
        steps = self._steps
        branch.depth, branch.constructing = steps.depth, steps.constructing
        self._hub.switch()

    def _join(self, branch: Branch) -> None:
        if not branch.is_done:
            branch.waiters.append(self.current)
            self._switch(self.current)

    def _first_done(self, branches: list[Branch], start: int) -> Branch:
        """A branch that has ended, waiting for one if need be."""
        me = self.current
        while True:
            for branch in branches[start:]:
                if branch.is_done:
                    return branch
            for branch in branches[start:]:
                branch.waiters.append(me)
            self._switch(me)
            for branch in branches[start:]:
                if me in branch.waiters:
                    branch.waiters.remove(me)

    @staticmethod
    def _swap(branches: list[Branch], index: int, branch: Branch) -> None:
        other = branches.index(branch)
        branches[index], branches[other] = branches[other], branches[index]

    @staticmethod
    def _raise_first(branches: Sequence[Branch]) -> None:
        errors = [branch.error for branch in branches if branch.error is not None]
        for error in errors:
            if not isinstance(error, Exception):
                raise error
        if errors:
            raise errors[0]

    def _release(self, key: Any) -> None:
        lock = self._locks[key]
        lock.count -= 1
        if lock.count:
            return
        if lock.waiting:
            lock.holder = lock.waiting.popleft()
            lock.count = 1
            self._ready.append(lock.holder)
        else:
            del self._locks[key]
