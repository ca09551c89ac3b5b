"""A runtime that natives can be made with: ports in memory, branches that run when asked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catalog_engine.host.memory import MemoryPorts


class Scheduler:
    """Runs spawned branches when :meth:`run` is called."""

    def __init__(self) -> None:
        self.branches: list[Callable[[], Any]] = []

    def spawn(self, branch: Callable[[], Any]) -> None:
        self.branches.append(branch)

    @contextlib.contextmanager
    def locked(self, key: Any) -> Iterator[None]:
        yield

    def run(self) -> None:
        while self.branches:
            self.branches.pop(0)()


class Host:
    """A session."""

    def __init__(self) -> None:
        self.ports = MemoryPorts()
        self.project_id = "project"
        self.user_id = "user"
        self.finish: list[Callable[[], Any]] = []

    def on_finish(self, hook: Callable[[], Any]) -> None:
        self.finish.append(hook)


class Runtime:
    """As much of a runtime as natives use."""

    def __init__(self) -> None:
        self.host = Host()
        self.scheduler = Scheduler()


@pytest.fixture
def runtime() -> Runtime:
    return Runtime()
