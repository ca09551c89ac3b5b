"""Slots: they ask, run, outlive failures, and give back what they hold at the end."""

from __future__ import annotations

import queue
import threading

import pytest

from catalog_common.contract.claims import Engine
from catalog_engine.supervisor import slots as module
from catalog_engine.supervisor.conductors import Unreachable
from catalog_engine.supervisor.slots import Slots

ENGINE = Engine("engine-1", "host", "3.11", 1)


class Conductor:
    """Gives out what a test puts in; raises what is an exception."""

    def __init__(self):
        self.tasks = queue.Queue()
        self.asked = queue.Queue()
        self.hung_up = threading.Event()

    def claim(self, request):
        self.asked.put(request)
        try:
            task = self.tasks.get(timeout=0.05 if request.wait else 0.001)
        except queue.Empty:
            return None
        if isinstance(task, Exception):
            raise task
        return task

    def hang_up(self):
        self.hung_up.set()


class Attempt:
    def __init__(self, task, could_begin=True):
        self.task = task
        self.could_begin = could_begin
        self.started = threading.Event()
        self.end = threading.Event()
        self.abandoned = False

    def run(self):
        self.started.set()
        assert self.end.wait(20)
        if isinstance(self.could_begin, Exception):
            raise self.could_begin
        return self.could_begin

    def abandon(self):
        self.abandoned = True
        self.end.set()


class Host:
    def __init__(self, count=1, wait=True, outcomes=()):
        self.conductor = Conductor()
        self.made = queue.Queue()
        self.outcomes = list(outcomes)
        self.slots = Slots(ENGINE, self.conductor, count, wait=wait, make=self.make)

    def make(self, task, asked_at):
        outcome = self.outcomes.pop(0) if self.outcomes else True
        if isinstance(outcome, Exception):
            raise outcome
        attempt = Attempt(task, outcome)
        self.made.put(attempt)
        return attempt

    def next(self):
        attempt = self.made.get(timeout=20)
        assert attempt.started.wait(20)
        return attempt


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.001)
    monkeypatch.setattr(module, "HOST_PAUSE", 0.001)


@pytest.fixture
def start(claimed):
    hosts = []

    def make(*args, tasks=(), **kwargs):
        host = Host(*args, **kwargs)
        hosts.append(host)
        for task in tasks:
            host.conductor.tasks.put(task)
        host.slots.start()
        return host

    yield make
    for host in hosts:
        host.slots.close(0)


def test_one_task_after_the_other(start, claimed):
    host = start(tasks=[claimed(task_id="one"), claimed(task_id="two")])
    first = host.next()
    assert host.made.empty()
    first.end.set()
    assert host.next().task.task_id == "two"


def test_side_by_side(start, claimed):
    host = start(2, tasks=[claimed(task_id="one"), claimed(task_id="two")])
    assert {host.next().task.task_id, host.next().task.task_id} == {"one", "two"}


def test_without_a_broker_the_question_waits(start):
    host = start()
    assert host.conductor.asked.get(timeout=10).wait > 0


def test_a_wake_up_has_a_free_slot_ask(start, claimed, monkeypatch):
    monkeypatch.setattr(module, "UNPROMPTED", 3600)
    host = start(wait=False)
    assert host.conductor.asked.get(timeout=10).wait == 0
    host.conductor.tasks.put(claimed())
    host.slots.wake()
    assert host.next()


def test_a_slot_asks_unprompted(start, claimed, monkeypatch):
    monkeypatch.setattr(module, "UNPROMPTED", 0.001)
    host = start(wait=False)
    host.conductor.tasks.put(claimed())
    assert host.next()


@pytest.mark.parametrize("error", [Unreachable("away"), RuntimeError("a bug")])
def test_a_slot_outlives_what_goes_wrong(start, claimed, error):
    host = start(tasks=[error, claimed()])
    assert host.next()


@pytest.mark.parametrize("outcome", [False, RuntimeError("a bug")])
def test_a_slot_outlives_its_attempts(start, claimed, outcome):
    host = start(tasks=[claimed(), claimed()], outcomes=[outcome])
    if outcome is False:
        host.next().end.set()
    assert host.next()


def test_at_the_end_running_tasks_are_given_back(start, claimed):
    host = start(tasks=[claimed()])
    attempt = host.next()
    host.slots.close(0)
    assert attempt.abandoned
    assert host.conductor.hung_up.is_set()


def test_at_the_end_running_tasks_may_finish(start, claimed):
    host = start(tasks=[claimed()])
    attempt = host.next()
    closing = threading.Thread(target=host.slots.close, args=(20,))
    closing.start()
    assert host.conductor.hung_up.wait(10)
    attempt.end.set()
    closing.join(10)
    assert not closing.is_alive()
    assert not attempt.abandoned


def test_a_task_that_comes_at_the_end_is_given_back(claimed):
    host = Host()
    host.conductor.claim = lambda request: host.slots._closing.set() or claimed()
    host.slots.start()
    attempt = host.made.get(timeout=10)
    host.slots.close(10)
    assert attempt.abandoned
