"""A package that counts what it makes, by real workers: statistics show it, once."""

from __future__ import annotations

import os
import signal
import threading


def counted(service, task_id):
    return [
        (row.instance_type, row.type_name, row.type_title, row.unit_count, row.destroyed is None)
        for row in service.instances(task_id)
    ]


def test_a_deployment_counts(service, outside):
    outside.gates["one"] = gate = threading.Event()
    task_id = service.deploy("count")
    outside.wait_for("one")
    assert counted(service, task_id) == [(100, "t.Place", "Place", 3, True)]
    gate.set()
    assert service.ended(task_id).outcome == "succeeded"
    assert counted(service, task_id) == [(200, "t.Place", None, 1, True)]
    asked = [
        (entry.kind, entry.operation)
        for entry in service.journal(task_id)
        if entry.port == "reports"
    ]
    assert asked == [
        (kind, operation)
        for operation in ("track_instance", "untrack_instance", "track_instance")
        for kind in ("intent", "result")
    ]


def test_an_attempt_that_replays_counts_nothing_again(service, outside, first):
    outside.gates["one"] = gate = threading.Event()
    task_id = service.deploy("count")
    outside.wait_for("one")
    (before,) = service.instances(task_id)
    (pid,) = first.worker_pids()
    os.kill(pid, signal.SIGKILL)
    outside.wait_for("one", 2)
    (again,) = service.instances(task_id)
    assert again.created == before.created
    gate.set()
    assert service.ended(task_id).outcome == "succeeded"
    assert counted(service, task_id) == [(200, "t.Place", None, 1, True)]


def test_what_cannot_be_counted_is_an_exception_of_the_language(service, outside):
    task_id = service.deploy("miscount")
    assert service.ended(task_id).outcome == "succeeded", service.deployment(task_id).result
    message = "the instance: unit_count must be 0 to 2147483647, not -1"
    assert service.deployment(task_id).result["result"] == message
    assert counted(service, task_id) == []
