"""Engines with real workers at a real conductor over SQLite; the world beyond is in memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from catalog_api.cmd.serving import Server
from catalog_api.conductor.face import Face, Wakeups
from catalog_api.conductor.loops import Loops
from catalog_api.conductor.recorder import Recorder, Rules
from catalog_api.db import models, schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.services import dispatch, journals, tasks
from catalog_common.contract.claims import ClaimedTask, Engine
from catalog_common.contract.journal import JournalEntry
from catalog_common.listening import Address
from catalog_engine.host.binding import perform
from catalog_engine.host.errors import PortError
from catalog_engine.host.memory import MemoryPorts
from catalog_engine.packages import bundled
from catalog_engine.packages.cache import Cache
from catalog_engine.packages.catalog import CatalogPackages
from catalog_engine.packages.store import Store
from catalog_engine.supervisor.attempts import Attempt
from catalog_engine.supervisor.conductors import Conductor
from catalog_engine.supervisor.instances import Instances
from catalog_engine.supervisor.limits import Limits
from catalog_engine.supervisor.sandbox import choose
from catalog_engine.supervisor.slots import Slots
from catalog_engine.supervisor.workers import ForkServer

KEY = "ZmVybmV0LWtleS1mb3ItdGVzdHMtMzItYnl0ZXMhISE="
SECONDS = 60.0
PROCESS = {"memory": 512 << 20, "cpu_seconds": 20}
MANIFEST = """
Format: '1.4'
Type: Library
FullName: t
Name: Tests
Version: 0.1.0
Classes: {t.Place: Place.yaml}
"""
PLACE = """
Namespaces: {=: t, std: io.murano, sys: io.murano.system}
Name: Place
Extends: std:Object
Properties:
  name: {Contract: $.string()}
  applications: {Contract: [$]}
Methods:
  apply:
    Arguments: [name: {Contract: $.string()}]
    Body:
      - $stack: new(sys:HeatStack, name => $name)
      - $stack.setTemplate({resources => {server => {type => $name}}})
      - $stack.push()
  deploy:
    Scope: Public
    Body:
      - $this.apply(one)
      - $this.apply(two)
      - $this.apply(three)
      - Return: all
  count:
    Scope: Public
    Body:
      - $notifier: new(sys:InstanceNotifier, $this)
      - $notifier.trackApplication($this, title => Place, unitCount => 3)
      - $this.apply(one)
      - $notifier.untrackApplication($this)
      - $notifier.trackCloudInstance($this)
  miscount:
    Scope: Public
    Body:
      - $notifier: new(sys:InstanceNotifier, $this)
      - Try:
          - $notifier.trackApplication($this, unitCount => -1)
        Catch:
          As: error
          Do: [{Return: $error.message}]
  loop: {Scope: Public, Body: [{While: 1 = 1, Do: [{$x: 1}]}]}
  clean:
    Scope: Public
    Body:
      - Try: [$this.apply(two)]
        Finally: [$this.apply(three)]
  add:
    Usage: Static
    Scope: Public
    Arguments: [a: {Contract: $.int()}, b: {Contract: $.int()}]
    Body: [{Return: $a + $b}]
"""


class Service:
    """A conductor that can go away and come back."""

    def __init__(self, folder: Path, lease: float) -> None:
        self.path = folder / "conductor.sock"
        self.database = Database(f"sqlite:///{folder}/burano.sqlite", Cipher([KEY]))
        schema.sync(self.database)
        self._rules = Rules(
            tasks.LeaseRules(timedelta(seconds=lease), timedelta(seconds=0.2), 5),
            dispatch.Limits(), journals.Bounds(10_000, 1 << 24, 1 << 14),
        )  # fmt: skip
        self.come()

    def come(self) -> None:
        self.wakeups = Wakeups()
        recorder = Recorder(self.database, self._rules)
        face = Face(recorder, self.wakeups, lambda task_id: None, 1 << 24)
        self._server = Server(face, Address(path=str(self.path)), threads=16, max_body=1 << 24)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        options: Any = type("Options", (), {
            "watch_interval": 0.1, "purge_interval": 60.0, "revocation_interval": 60.0,
            "journal_retention_days": 7.0,
        })  # fmt: skip
        trusts: Any = None
        self._loops = Loops(
            self.database, self._rules, options, trusts, lambda task_id: self.wakeups.wake()
        )
        self._loops.start()

    def go(self) -> None:
        self.wakeups.close()
        self._loops.close()
        self._server.close()
        self._thread.join(20)

    def deploy(self, method: str = "deploy") -> str:
        """Queue a deployment; its id."""

        def work(session: Any) -> str:
            environment = models.Environment(
                name=models.new_id(), project_id="p", user_id="u", description={}
            )
            session.add(environment)
            session.flush()
            draft = models.ConfigurationSession(
                environment_id=environment.id, user_id="u", state="deploying", version=0,
                description={},
            )  # fmt: skip
            session.add(draft)
            session.flush()
            action = {"object_id": environment.id, "method": method, "args": {}}
            deployment = models.Deployment(
                environment_id=environment.id, session_id=draft.id, description={}, action=action
            )
            session.add(deployment)
            session.flush()
            model = {"Objects": {
                "?": {"id": environment.id, "type": "t.Place"}, "name": "place", "applications": [],
            }, "Attributes": []}  # fmt: skip
            tasks.enqueue(
                session, kind="deployment", task_id=deployment.id, environment_id=environment.id,
                project_id="p", user_id="u", action=action, model=model, trust_id="trust",
            )  # fmt: skip
            return deployment.id

        return self._queued(work)

    def call(self, method: str, **args: Any) -> str:
        """Queue a call of a static method; its id."""
        action = {"class_name": "t.Place", "method": method, "args": args}
        return self._queued(
            lambda session: (
                tasks.enqueue(
                    session, kind="call", project_id="p", user_id="u", action=action, token="token"
                ).id
            )
        )

    def _queued(self, work: Callable[[Any], str]) -> str:
        task_id = self.database.transact(work)
        self.wakeups.wake()
        return task_id

    def cancel(self, task_id: str) -> None:
        self.database.transact(lambda session: tasks.request_cancel(session, task_id))

    def task(self, task_id: str) -> models.Task:
        with self.database.reader() as session:
            return tasks.read(session, task_id)

    def ended(self, task_id: str) -> models.Task:
        """The task, when it has ended."""
        return self.wait_until(task_id, "ended")

    def wait_until(self, task_id: str, state: str) -> models.Task:
        """The task, when it is in a state."""
        pause = threading.Event()
        for _ in range(int(SECONDS / 0.05)):
            found = self.task(task_id)
            if found.state == state:
                return found
            pause.wait(0.05)
        raise AssertionError(f"the task is {found.state}: {self.texts(task_id)}")

    def deployment(self, task_id: str) -> models.Deployment:
        with self.database.reader() as session:
            found = session.get(models.Deployment, task_id)
            assert found is not None
            session.refresh(found)
            return found

    def session_state(self, task_id: str) -> str:
        with self.database.reader() as session:
            found = session.get(models.Deployment, task_id)
            draft = session.get(models.ConfigurationSession, found.session_id)
            return draft.state

    def texts(self, task_id: str) -> list[str]:
        with self.database.reader() as session:
            rows = session.query(models.Report).filter_by(deployment_id=task_id)
            return [row.text for row in rows.order_by(models.Report.created)]

    def attempts(self, task_id: str) -> list[tuple[str, str | None]]:
        with self.database.reader() as session:
            rows = session.query(models.Attempt).filter_by(task_id=task_id)
            return [(row.engine, row.outcome) for row in rows.order_by(models.Attempt.number)]

    def instances(self, task_id: str) -> list[models.InstanceStatistics]:
        """What is counted in the environment of a deployment."""
        environment_id = self.task(task_id).environment_id
        with self.database.reader() as session:
            rows = session.query(models.InstanceStatistics)
            return list(rows.filter_by(environment_id=environment_id))

    def journal(self, task_id: str) -> tuple[JournalEntry, ...]:
        with self.database.reader() as session:
            return journals.read(session, task_id)


class Outside:
    """What engines change: stacks in memory, some of which wait at a gate.

    :ivar effects: (stack, operation id) of every change that was begun.
    """

    def __init__(self, packages: Callable[[ClaimedTask], CatalogPackages]) -> None:
        self.ports = MemoryPorts()
        self.gates: dict[str, threading.Event] = {}
        self.effects: list[tuple[str, str]] = []
        self._changed = threading.Condition()
        self._packages = packages

    def world(self, task: ClaimedTask, claim: Any) -> World:
        return World(self, self._packages(task), Instances(claim))

    def begin(self, name: str, context: Any) -> None:
        with self._changed:
            self.effects.append((name, context.operation_id))
            self._changed.notify_all()
        gate = self.gates.get(name)
        while gate is not None and not gate.wait(0.02):
            if context.cancelled.is_set():
                raise PortError("Stopped", "cancelled", {"reason": "cancelled"})

    def wait_for(self, name: str, times: int = 1) -> None:
        """Wait until a stack's change was begun so often."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.names.count(name) >= times, SECONDS)

    @property
    def names(self) -> list[str]:
        return [name for name, _operation in self.effects]


class World:
    """The world of one task."""

    def __init__(self, outside: Outside, packages: CatalogPackages, instances: Instances) -> None:
        self._outside = outside
        self._instances = instances
        self._packages = packages

    def perform(self, request: Any, context: Any) -> Any:
        if request.port == "packages":
            method = getattr(self._packages, request.operation)
            return method(**request.arguments, cancelled=context.cancelled)
        if request.port == "reports":
            return getattr(self._instances, request.operation)(**request.arguments)
        if request.port == "stacks" and request.operation == "apply":
            self._outside.begin(request.arguments["name"], context)
        return perform(self._outside.ports, request)

    def recorded(self, request: Any, operation_id: str) -> None:
        pass

    def close(self) -> None:
        pass


class Machine:
    """An engine host with a fork server of its own, reaching the conductor by its own path."""

    def __init__(self, name: str, folder: Path, service: Service, limits: Limits) -> None:
        self.name = name
        self.path = folder / f"{name}.sock"
        self._service = service
        self.reach()
        self.workers = ForkServer(choose(os.environ.get("BURANO_SANDBOX", "auto")))
        self.workers.start()
        self._limits = limits
        store = Store(Cache(folder / "cache"), self._compile, self.workers.compiler_key)
        (folder / "t" / "Classes").mkdir(parents=True, exist_ok=True)
        (folder / "t" / "manifest.yaml").write_text(MANIFEST)
        (folder / "t" / "Classes" / "Place.yaml").write_text(PLACE)
        library = files("burano_packages") / "io.murano"
        packages = [bundled.read(library), bundled.read(folder / "t")]
        for package in packages:
            self.workers.preload(package.digest, store.add(package))
        session: Any = None
        self.packages = lambda task: CatalogPackages(
            session, None, store, packages, task.project_id, lambda digest: b""
        )

    def _compile(self, manifest: Any, sources: Any) -> bytes:
        return self.workers.compile(manifest, sources, PROCESS)

    def start(self, outside: Outside) -> None:
        conductor = Conductor(f"unix://{self.path}", timeout=5)
        engine = Engine(self.name, "host", "3.11", self.workers.language_revision, os.getpid())
        self.slots = Slots(
            engine, conductor, 1, wait=True,
            make=lambda task, asked_at: Attempt(
                task, asked_at, engine_name=self.name, conductor=conductor, workers=self.workers,
                limits=self._limits, make_world=outside.world,
            ),
        )  # fmt: skip
        self.slots.start()

    def reach(self) -> None:
        self.path.symlink_to(self._service.path)

    def lose(self) -> None:
        """Reach the conductor no more."""
        self.path.unlink()

    def worker_pids(self) -> list[int]:
        """Processes of the sandbox that have started no other: the workers."""
        assert self.workers._process is not None
        found, waiting = [], [self.workers._process.pid]
        while waiting:
            pid = waiting.pop()
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            waiting += map(int, children)
            found += [] if children else [pid]
        return found

    def close(self, patience: float = 0) -> None:
        self.slots.close(patience)
        self.workers.close()


@pytest.fixture
def lease() -> float:
    """Seconds of a lease; tests of lost ones have a short one."""
    return 30.0


@pytest.fixture
def limits() -> Limits:
    return Limits({}, PROCESS["memory"], PROCESS["cpu_seconds"], 600.0, 5.0)


@pytest.fixture
def service(tmp_path, lease) -> Iterator[Service]:
    made = Service(tmp_path, lease)
    yield made
    made.go()
    made.database.close()


@pytest.fixture
def first(tmp_path, service, limits) -> Iterator[Machine]:
    made = Machine("engine-1", tmp_path, service, limits)
    yield made
    made.close()


@pytest.fixture
def second(tmp_path, service, limits) -> Iterator[Machine]:
    """Not started: a test says when."""
    made = Machine("engine-2", tmp_path, service, limits)
    yield made
    made.workers.close()


@pytest.fixture
def outside(first) -> Outside:
    """The world; the first engine works in it."""
    made = Outside(first.packages)
    first.start(made)
    return made
