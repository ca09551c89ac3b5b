"""Deployments through real workers, and what becomes of them when something dies."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from catalog_engine.supervisor.limits import Limits

ALL = ["one", "two", "three"]


def gate(outside, name):
    outside.gates[name] = threading.Event()
    return outside.gates[name]


def operations(outside, name):
    return {operation for stack, operation in outside.effects if stack == name}


def assert_succeeded(service, task_id):
    task = service.ended(task_id)
    assert task.outcome == "succeeded", service.texts(task_id)
    deployment = service.deployment(task_id)
    assert deployment.result == {"result": "all", "isException": False}
    assert {use["name"] for use in deployment.packages} == {"io.murano", "t"}
    assert service.session_state(task_id) == "deployed"


def test_a_deployment(service, outside):
    task_id = service.deploy()
    assert_succeeded(service, task_id)
    assert outside.names == ALL
    assert service.attempts(task_id) == [("engine-1", "result")]
    kinds = [entry.kind for entry in service.journal(task_id) if entry.port in ("stacks", "state")]
    assert kinds.index("state") < kinds.index("intent")
    assert kinds.count("intent") == 3


def test_a_call(service, outside):
    task = service.ended(service.call("add", a=2, b=3))
    assert task.result == {"result": 5, "isException": False}
    assert task.token is None
    assert service.journal(task.id) == ()


def test_a_killed_worker_is_followed_by_another_attempt(service, outside, first):
    two = gate(outside, "two")
    task_id = service.deploy()
    outside.wait_for("two")
    (pid,) = first.worker_pids()
    os.kill(pid, signal.SIGKILL)
    outside.wait_for("two", 2)
    two.set()
    assert_succeeded(service, task_id)
    assert outside.names == ["one", "two", "two", "three"]
    assert len(operations(outside, "two")) == 1
    assert service.attempts(task_id) == [("engine-1", "failed"), ("engine-1", "result")]
    assert any("goes on with attempt 2" in text for text in service.texts(task_id))


def test_a_task_whose_workers_are_always_killed_is_given_up(service, outside, first):
    gate(outside, "one")
    task_id = service.deploy()
    for number in range(1, 6):
        outside.wait_for("one", number)
        (pid,) = first.worker_pids()
        os.kill(pid, signal.SIGKILL)
    task = service.ended(task_id)
    assert task.outcome == "lost"
    assert task.attempt == 5
    assert service.session_state(task_id) == "deploy failure"


def test_a_killed_fork_server_is_started_again(service, outside, first):
    two = gate(outside, "two")
    task_id = service.deploy()
    outside.wait_for("two")
    os.kill(first.workers._process.pid, signal.SIGKILL)
    outside.wait_for("two", 2)
    two.set()
    assert_succeeded(service, task_id)


class TestLeases:
    """Short ones, so that they end."""

    @pytest.fixture
    def lease(self):
        return 1.0

    def test_an_engine_that_is_cut_off_is_followed_by_another(
        self, service, outside, first, second
    ):
        two = gate(outside, "two")
        task_id = service.deploy()
        outside.wait_for("two")
        first.lose()
        second.start(outside)
        outside.wait_for("two", 2)
        two.set()
        assert_succeeded(service, task_id)
        first.reach()
        assert service.attempts(task_id) == [("engine-1", "lease lost"), ("engine-2", "result")]
        assert outside.names == ["one", "two", "two", "three"]
        assert len(operations(outside, "two")) == 1
        # The first engine hears that it lost its claim, and takes the next task.
        second.slots.close(0)
        assert_succeeded(service, service.deploy())

    def test_a_conductor_that_is_away_costs_no_attempt(self, service, outside):
        two = gate(outside, "two")
        task_id = service.deploy()
        outside.wait_for("two")
        service.go()
        two.set()
        service.come()
        assert_succeeded(service, task_id)
        assert service.attempts(task_id) == [("engine-1", "result")]
        assert "three" in outside.names


def test_an_engine_that_ends_gives_its_task_to_another(service, outside, first, second):
    two = gate(outside, "two")
    task_id = service.deploy()
    outside.wait_for("two")
    first.slots.close(0)
    second.start(outside)
    outside.wait_for("two", 2)
    two.set()
    assert_succeeded(service, task_id)
    assert service.attempts(task_id) == [("engine-1", "released"), ("engine-2", "result")]
    second.slots.close(0)


class TestCancelling:
    """Engines hear of it with the next lease."""

    @pytest.fixture
    def lease(self):
        return 1.0

    @pytest.fixture
    def limits(self):
        return Limits({"steps": 10**12}, 512 << 20, 60, 600.0, 0.5)

    def test_a_deployment_cleans_up(self, service, outside):
        gate(outside, "two")
        task_id = service.deploy("clean")
        outside.wait_for("two")
        service.cancel(task_id)
        task = service.ended(task_id)
        assert task.outcome == "cancelled"
        assert outside.names == ["two", "three"]
        assert service.session_state(task_id) == "deploy failure"
        assert any("cancelled" in text for text in service.texts(task_id))

    def test_one_that_does_not_listen_is_killed(self, service, outside, first):
        task_id = service.deploy("loop")
        service.wait_until(task_id, "running")
        service.cancel(task_id)
        task = service.ended(task_id)
        assert task.outcome == "cancelled"
        assert any("was killed" in text for text in service.texts(task_id))
        assert service.session_state(task_id) == "deploy failure"
