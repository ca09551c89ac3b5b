"""Whole attempts, with workers that say what a test has them say: how each of them ends."""

from __future__ import annotations

import queue
import signal
import socket
import struct
import threading
import time

import pytest

from catalog_common.contract.journal import JournalEntry
from catalog_engine.host.errors import PortError
from catalog_engine.host.messages import FROM_SUPERVISOR_LIMIT, FROM_WORKER_LIMIT, Channel
from catalog_engine.supervisor import attempts, conductors
from catalog_engine.supervisor.attempts import Attempt
from catalog_engine.supervisor.conductors import Conductor
from catalog_engine.supervisor.limits import Limits
from catalog_engine.supervisor.workers import Exit, WorkersUnavailable

DONE = {
    "type": "result", "outcome": "succeeded", "result": {"result": 7, "isException": False},
    "model": {"Objects": None},
}  # fmt: skip
CLEAN, KILLED = Exit(0, None, 1.0, False), Exit(None, signal.SIGKILL, 1.0, False)


class Worker:
    """The supervisor's side of a worker that is a thread of the test."""

    def __init__(self, script, exit):
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", 0, 300_000))
        self.channel = Channel(ours, FROM_WORKER_LIMIT)
        self.side = Side(theirs)
        self._exit = exit
        self._ended = threading.Event()
        self.was_killed = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(script,), daemon=True)
        self._thread.start()

    def _run(self, script):
        try:
            script(self.side)
        except (Gone, OSError):
            pass
        finally:
            self._ended.set()
            self.side.channel.close()

    def kill(self):
        self.was_killed.set()
        self._exit = Exit(None, signal.SIGKILL, 1.0, True)
        self.side.channel.close()
        self._ended.set()

    def wait(self, seconds):
        self._ended.wait(seconds)
        return self._exit if self._ended.is_set() else None

    def close(self):
        self.channel.close()

    def end(self):
        self.close()
        self.side.stopped.set()
        self._thread.join(10)


class Gone(Exception):
    """The supervisor has closed the socket."""


class Side:
    """What a worker does with its socket."""

    def __init__(self, connection):
        self.connection = connection
        self.channel = Channel(connection, FROM_SUPERVISOR_LIMIT)
        self.order = None
        self.stopped = threading.Event()

    def say(self, **message):
        self.channel.send(message)

    def hear(self):
        message = self.channel.receive()
        if message is None:
            raise Gone
        return message

    def start(self):
        self.order = self.hear()
        assert self.order["type"] == "start"

    def ask(self, name, number, /, **arguments):
        port, _, operation = name.partition(".")
        self.say(type="call", branch="0", number=number, port=port, operation=operation,
                 arguments=arguments)  # fmt: skip
        self.say(type="idle")
        return self.hear()

    def tell(self, name, number, /, **arguments):
        port, _, operation = name.partition(".")
        self.say(type="notice", number=number, port=port, operation=operation,
                 arguments=arguments)  # fmt: skip


class World:
    def __init__(self):
        self.does = {}
        self.performed = queue.Queue()
        self.closed = threading.Event()

    def perform(self, request, context):
        name = f"{request.port}.{request.operation}"
        self.performed.put(name)
        return self.does.get(name, lambda request, context: name)(request, context)

    def recorded(self, request, operation_id):
        pass

    def close(self):
        self.closed.set()


class Host:
    def __init__(self, conductor, claimed):
        self.conductor = conductor
        self.claimed = claimed
        self.world = World()
        self.exit = CLEAN
        self.worker = None
        self.limits = {"wall_seconds": 3600.0, "allowance": 60.0}

    def fork(self, limits):
        assert limits == {"memory": 1, "cpu_seconds": 60}
        if isinstance(self.script, Exception):
            raise self.script
        self.worker = Worker(self.script, self.exit)
        return self.worker

    def attempt(self, script, asked_at=None, **task):
        self.script = script
        return Attempt(
            self.claimed(**task), time.monotonic() if asked_at is None else asked_at,
            engine_name="engine-1", conductor=Conductor(self.conductor.endpoint, timeout=10),
            workers=self, limits=Limits({"steps": 5}, 1, 60, **self.limits),
            make_world=lambda task, claim: self.world,
        )  # fmt: skip

    def run(self, script, **task):
        could_begin = self.attempt(script, **task).run()
        if self.worker is not None:
            assert self.world.closed.is_set()
        return could_begin

    @property
    def result(self):
        (result,) = self.conductor.results
        return result

    @property
    def message(self):
        assert self.result.result.isException
        return self.result.result.result["message"]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(conductors, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(conductors, "LAST_PAUSE", 0.01)
    monkeypatch.setattr(attempts, "EXIT_SECONDS", 0.5)
    monkeypatch.setattr(attempts, "KILL_GRACE", 0.05)


@pytest.fixture
def host(conductor, claimed):
    return Host(conductor, claimed)


def deploy(side):
    side.start()
    side.tell("reports.report", 1, object_id="o", text="at work")
    side.tell("state.objects_copy", 2, model={"?": {"id": "e1"}})
    assert side.ask("stacks.apply", 1, name="s")["value"] == "stacks.apply"
    side.channel.send(DONE)


# ---------------------------------------------------------------- the good course


def test_a_task_is_run_recorded_and_finished(host, conductor):
    assert host.run(deploy)
    assert host.result.outcome == "succeeded"
    assert host.result.result.result == 7
    assert host.result.model == {"Objects": None}
    assert conductor.kinds == ["state", "intent", "result"]
    assert conductor.texts == ["at work"]
    order = host.worker.side.order
    assert order["limits"] == {"steps": 5}
    assert order["task"]["seed"] == "seed"
    assert "claim" not in str(order)


def test_reports_are_there_before_what_follows_them(host, conductor):
    seen = []
    host.world.does["stacks.apply"] = lambda *_: seen.extend(conductor.texts) or "stacks.apply"
    host.run(deploy)
    assert seen == ["at work"]


def test_packages_that_were_used(host):
    found = {"name": "p", "version": "1.0.0", "digest": "d" * 64}
    host.world.does["packages.find"] = lambda *_: found

    def script(side):
        side.start()
        side.ask("packages.find", 1, name="p", class_name=None, version_spec="")
        side.channel.send(DONE)

    host.run(script)
    assert [use.to_dict() for use in host.result.packages] == [found]


def test_a_later_attempt_says_so_and_replays(host, conductor):
    host.run(deploy)
    journal, conductor.results = tuple(conductor.journal), []
    conductor.reports.clear()
    conductor.answers.clear()
    while not host.world.performed.empty():
        host.world.performed.get()
    host.run(deploy, attempt=2, journal=journal)
    assert conductor.texts == ["Engine engine-1 goes on with attempt 2; 3 recorded steps are"
                               " replayed."]  # fmt: skip
    assert host.world.performed.empty()
    assert host.result.outcome == "succeeded"


def test_a_call_has_no_journal(host, conductor):
    host.run(deploy, kind="call", action={"method": "m"}, environment_id=None)
    assert conductor.journal == []
    assert host.result.outcome == "succeeded"


def test_a_lease_that_waiting_used_up_is_renewed_before_the_first_effect(host, conductor):
    attempt = host.attempt(deploy, asked_at=time.monotonic() - 100)
    attempt.run()
    assert host.result.outcome == "succeeded"
    assert ("POST", f"/v1/tasks/{'t' * 32}/lease") in conductor.calls


# ---------------------------------------------------------------- outages


def test_an_effect_waits_for_a_conductor_that_is_away(host, conductor):
    def script(side):
        side.start()
        conductor.away.set()
        side.say(type="call", branch="0", number=1, port="stacks", operation="apply", arguments={})
        side.say(type="idle")
        conductor.wait_for(
            lambda: sum(path.endswith("/journal") for _, path in conductor.calls) > 3
        )
        assert host.world.performed.empty()
        conductor.away.clear()
        assert side.hear()["value"] == "stacks.apply"
        side.channel.send(DONE)

    host.run(script)
    assert host.result.outcome == "succeeded"
    assert conductor.kinds == ["intent", "result"]


def test_a_result_waits_for_a_conductor_that_is_away(host, conductor):
    conductor.faults["result"] = [(503, "unavailable"), "lose", (503, "unavailable")]
    host.run(deploy)
    assert host.result.outcome == "succeeded"


def test_a_lost_claim_ends_the_worker_and_says_nothing_more(host, conductor):
    conductor.lease_seconds = 0.3

    def script(side):
        side.start()
        conductor.lost = True
        side.hear()

    host.run(script, lease_seconds=0.3)
    assert conductor.results == []
    assert conductor.releases == []
    assert host.world.closed.is_set()


# ---------------------------------------------------------------- stops


def wait_for_ever(request, context):
    assert context.cancelled.wait(20)
    raise PortError("Stopped", "stopped")


def test_a_wish_to_cancel_strikes_the_worker(host, conductor):
    host.world.does["stacks.apply"] = wait_for_ever

    def script(side):
        side.start()
        conductor.cancel = True
        error = side.ask("stacks.apply", 1, name="s")["error"]
        assert error["details"] == {"reason": "cancelled"}
        side.channel.send({**DONE, "outcome": "cancelled", "result": {"isException": True}})

    host.run(script, lease_seconds=0.3)
    assert host.result.outcome == "cancelled"
    assert conductor.kinds == ["intent", "stop", "result"]


def test_the_deadline_strikes_the_worker(host):
    host.limits["wall_seconds"] = 0.1
    host.world.does["stacks.apply"] = wait_for_ever

    def script(side):
        side.start()
        error = side.ask("stacks.apply", 1, name="s")["error"]
        assert error["details"] == {"reason": "deadline"}
        side.channel.send({**DONE, "outcome": "cancelled", "result": {"isException": True}})

    host.run(script)
    assert host.result.outcome == "cancelled"


@pytest.mark.parametrize("reason", ["cancelled", "deadline"])
def test_who_goes_on_after_the_allowance_is_killed(host, conductor, reason):
    host.limits["allowance"] = 0.1
    if reason == "deadline":
        host.limits["wall_seconds"] = 0.1

    def script(side):
        side.start()
        conductor.cancel = reason == "cancelled"
        side.hear()

    host.run(script, lease_seconds=0.3)
    assert host.worker.was_killed.is_set()
    assert host.result.outcome == "cancelled"
    assert host.result.model is None
    assert "cleanup_seconds" in host.message


# ---------------------------------------------------------------- workers that end


def ends(side):
    side.start()


def test_a_worker_that_somebody_kills_leads_to_another_attempt(host, conductor):
    host.exit = KILLED
    assert host.run(ends)
    assert conductor.results == []
    assert [release.failed for release in conductor.releases] == [True]


def test_a_worker_that_is_killed_while_it_speaks_leads_to_another_attempt(host, conductor):
    host.exit = KILLED

    def script(side):
        side.start()
        side.connection.sendall(struct.pack(">I", 1000) + b"half of it")

    host.run(script)
    assert [release.failed for release in conductor.releases] == [True]


def test_a_call_whose_worker_is_killed_fails(host, conductor):
    host.exit = KILLED
    host.run(ends, kind="call", action={"method": "m"})
    assert "ask again" in host.message
    assert conductor.reports == []


def test_a_worker_that_ends_by_itself_fails_its_task(host, conductor):
    host.exit = Exit(None, signal.SIGSEGV, 1.0, False)
    host.run(ends)
    assert "limit_memory_mb" in host.message
    (report,) = conductor.reports
    assert (report.level, report.object_id) == ("error", "e1")


def test_a_worker_that_used_its_cpu_time_fails_its_task(host):
    host.exit = Exit(None, signal.SIGKILL, 65.0, False)
    host.run(ends)
    assert "limit_cpu_seconds" in host.message


def test_a_worker_that_hangs_up_and_goes_on_is_ended(host):
    def script(side):
        side.start()
        side.channel.close()
        side.stopped.wait(20)

    host.run(script)
    assert "had to be killed" in host.message


# ---------------------------------------------------------------- hostile workers


def raw(data):
    return lambda side: side.connection.sendall(data)


def frame(body):
    return struct.pack(">I", len(body)) + body


def told(**message):
    return lambda side: side.channel.send(message)


def twice(side):
    for _ in range(2):
        side.say(type="call", branch="0", number=1, port="clock", operation="now", arguments={})


def attribute(value):
    return told(type="notice", number=1, port="state", operation="attribute", arguments=value)


HOSTILE = {
    "too long": raw(struct.pack(">I", FROM_WORKER_LIMIT + 1)),
    "no msgpack": raw(frame(b"\xc1\xc1")),
    "no map": raw(frame(b"\x93\x01\x02\x03")),
    "no type": told(kind="call"),
    "numeric type": told(type=5),
    "unknown type": told(type="shutdown"),
    "ready again": told(type="ready"),
    "no port": told(type="call", branch="0", number=1),
    "unknown port": told(type="call", branch="0", number=1, port="os", operation="x", arguments={}),
    "private operation": told(
        type="call", branch="0", number=1, port="agents", operation="secrets", arguments={}
    ),
    "strange branch": told(
        type="call", branch="../0", number=1, port="clock", operation="now", arguments={}
    ),
    "bytes": told(type="call", branch="0", number=1, port="clock", operation="now",
                  arguments={"x": b"\xff"}),
    "asked twice": twice,
    "idle for ever": told(type="idle"),
    "odd attribute": attribute({"object_id": 1}),
    "odd result": told(type="result", outcome="lost"),
    "forged entry": told(type="result", outcome="succeeded", result={"result": b"\0"}, model=None),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_worker_that_breaks_the_protocol_fails_its_own_task(host, conductor, name):
    def script(side):
        side.start()
        HOSTILE[name](side)
        side.hear()

    assert host.run(script)
    assert host.result.outcome == "failed"
    assert host.result.model is None
    assert host.message
    assert conductor.releases == []


def test_a_worker_that_reads_no_answers_fails_its_own_task(host):
    host.world.does["stacks.read"] = lambda *_: "x" * 20_000_000

    def script(side):
        side.start()
        side.say(type="call", branch="0", number=1, port="stacks", operation="read", arguments={})
        side.say(type="idle")
        side.stopped.wait(20)

    host.run(script)
    assert "does not read" in host.message


def test_a_full_journal_fails_the_task(host, conductor):
    conductor.faults["journal"] = [(413, "journal_full")] * 5
    host.run(deploy)
    assert host.result.outcome == "failed"
    assert "journal_full" in host.message


def test_a_result_that_the_conductor_refuses_fails_the_task(host, conductor):
    conductor.faults["result"] = [(400, "malformed")]
    host.run(deploy)
    assert host.result.outcome == "failed"
    assert "refuses the result" in host.message


# ---------------------------------------------------------------- the engine's own ends


def test_an_engine_that_ends_gives_the_task_back(host, conductor):
    started = threading.Event()

    def script(side):
        side.start()
        started.set()
        side.hear()

    attempt = host.attempt(script)
    running = threading.Thread(target=attempt.run)
    running.start()
    assert started.wait(10)
    attempt.abandon()
    running.join(20)
    assert [release.failed for release in conductor.releases] == [False]
    assert conductor.results == []


def test_an_engine_that_ends_before_it_began_gives_the_task_back(host, conductor):
    attempt = host.attempt(deploy)
    attempt.abandon()
    attempt.run()
    assert host.worker is None
    assert [release.failed for release in conductor.releases] == [False]


def test_a_host_without_workers_gives_the_task_back(host, conductor):
    assert not host.run(WorkersUnavailable("no memory"))
    assert [release.failed for release in conductor.releases] == [False]


def test_an_engine_that_fails_gives_the_task_back_and_it_counts(host, conductor):
    assert host.run(ZeroDivisionError())
    assert [release.failed for release in conductor.releases] == [True]


def test_a_replay_that_asks_otherwise_fails_the_task(host, conductor):
    entry = JournalEntry(0, "0#1", "intent", "stacks", "apply", {"name": "other"})
    conductor.journal.append(entry)
    host.run(deploy, attempt=2, journal=(entry,))
    assert "something else" in host.message
    assert "other" in host.result.result.result["details"]
