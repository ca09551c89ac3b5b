"""How long a task is held, and what becomes of one that nobody holds any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog_api.db import models
from catalog_api.services import environments, tasks, watch

STACK = {"?": {"id": "o", "type": "t"}, "name": "was there"}


def lose(catalog, task, later=21.0):
    """What a conductor does when it finds the task's lease ended; whether it is queued again."""
    now = catalog.now(later)
    with catalog.database.reader() as session:
        assert watch.lapsed(session, now) == [task.task_id]
    return catalog.database.transact(
        lambda session: watch.take_back(session, task.task_id, now, catalog.rules.leases)
    )


def make_available(catalog, task_id):
    with catalog.database.writer() as session:
        session.get(models.Task, task_id).available_at = None


def attempts(catalog, task_id):
    rows = catalog.rows(models.Attempt, models.Attempt.task_id == task_id)
    return [(row.number, row.engine, row.outcome) for row in sorted(rows, key=lambda r: r.number)]


def test_a_renewed_lease_counts_from_the_renewal(catalog):
    catalog.deploy()
    task = catalog.claimed()
    before = catalog.now()
    assert catalog.renew(task).lease_seconds == 20
    assert catalog.head(task.task_id).lease_expires >= before + timedelta(seconds=20)


def test_a_lease_that_holds_is_not_taken(catalog):
    catalog.deploy()
    task = catalog.claimed()
    with catalog.database.reader() as session:
        assert watch.lapsed(session, catalog.now(19)) == []
    now = catalog.now(19)
    assert not catalog.database.transact(
        lambda session: watch.take_back(session, task.task_id, now, catalog.rules.leases)
    )
    catalog.renew(task)


def test_a_lease_that_was_renewed_after_it_was_found_ended_is_not_taken(catalog):
    catalog.deploy()
    task = catalog.claimed()
    with catalog.database.writer() as session:
        session.get(models.Task, task.task_id).lease_expires = catalog.now(-1)
    now = catalog.now()
    with catalog.database.reader() as session:
        assert watch.lapsed(session, now) == [task.task_id]
    catalog.renew(task)
    assert not catalog.database.transact(
        lambda session: watch.take_back(session, task.task_id, now, catalog.rules.leases)
    )


def test_a_lost_task_waits_for_requests_that_may_still_go_on(catalog):
    catalog.deploy()
    task = catalog.claimed()
    expired = catalog.head(task.task_id).lease_expires
    assert lose(catalog, task)
    row = catalog.head(task.task_id)
    assert (row.state, row.claim, row.claimed_by) == (tasks.QUEUED, None, None)
    assert row.available_at == expired + timedelta(seconds=30)
    assert catalog.claim("engine-2") is None
    make_available(catalog, task.task_id)
    again = catalog.claimed("engine-2")
    assert (again.attempt, again.seed) == (2, task.seed)
    assert again.claim != task.claim
    assert attempts(catalog, task.task_id) == [
        (1, "engine-1", "lease lost"), (2, "engine-2", None)
    ]  # fmt: skip
    assert catalog.texts(task.task_id)[1:] == [
        "Engine engine-1 lost its lease in attempt 1; the task is queued again."
    ]


def test_an_old_claim_does_nothing_any_more(catalog):
    catalog.deploy()
    task = catalog.claimed()
    catalog.journal(task, {"value": 1}, number=1)
    lose(catalog, task)
    make_available(catalog, task.task_id)
    for _ in range(2):
        for refused in (
            lambda: catalog.renew(task),
            lambda: catalog.journal(task, {"value": 2}, number=2),
            lambda: catalog.report(task, "late"),
            lambda: catalog.finish(task, model=task.model),
        ):
            with pytest.raises(tasks.ClaimLost):
                refused()
        catalog.claim("engine-2")  # the second time another engine holds it
    with pytest.raises(tasks.ClaimLost):
        catalog.release(task)
    # What was answered before is answered again.
    assert catalog.journal(task, {"value": 1}, number=1, first=0) == {"next_sequence": 1}
    assert len(catalog.entries(task.task_id)) == 1


def test_attempts_without_a_result_end_the_task(catalog):
    task_id = catalog.deploy()
    for number in range(1, 4):
        task = catalog.claimed()
        assert task.attempt == number
        catalog.journal(task, {"kind": "intent", "key": f"0:{number}", "request": {}})
        assert lose(catalog, task) == (number < 3)
        if number < 3:
            make_available(catalog, task_id)
    row = catalog.task(task_id)
    assert (row.state, row.outcome) == (tasks.ENDED, "lost")
    deployment = catalog.row(models.Deployment, task_id)
    assert deployment.result["isException"]
    assert "3 attempts in a row" in deployment.result["result"]["message"]
    assert catalog.status(task_id) == "deploy failure"
    assert catalog.texts(task_id)[-3:] == [
        "Engine engine-1 lost its lease in attempt 3.",
        deployment.result["result"]["message"],
        "Deployment finished with errors",
    ]
    assert catalog.claim() is None
    catalog.deploy(row.environment_id)
    assert catalog.claim() is not None


def test_an_attempt_that_recorded_a_result_starts_the_count_anew(catalog):
    task_id = catalog.deploy()
    for _ in range(2):
        lose(catalog, catalog.claimed())
        make_available(catalog, task_id)
    task = catalog.claimed()
    catalog.journal(task, {"kind": "reading", "value": 1})
    assert catalog.head(task_id).attempts_without_result == 3
    catalog.journal(task, {"kind": "result", "value": 1})
    assert catalog.head(task_id).attempts_without_result == 0
    assert lose(catalog, task)


def test_what_a_lost_task_made_is_in_the_model_that_it_leaves(catalog):
    task_id = catalog.deploy()
    task = catalog.claimed()
    catalog.journal(
        task,
        {"kind": "state", "value": {**STACK, "applications": []}},
        {"kind": "attribute", "value": ["o", "t", "stack", "s1"]},
        {"kind": "attribute", "value": ["o", "t", "stack", "s2"]},
    )
    for number in (1, 2, 3):
        if number > 1:
            make_available(catalog, task_id)
            task = catalog.claimed()
        lose(catalog, task)
    model = catalog.environment_of(task_id).description
    assert model["ObjectsCopy"] == {**STACK, "services": []}
    assert model["Attributes"] == [["o", "t", "stack", "s2"]]
    assert model["Objects"] is not None


def test_a_released_attempt_does_not_count(catalog):
    task_id = catalog.deploy()
    for number in range(1, 6):
        task = catalog.claimed()
        assert task.attempt == number
        catalog.release(task)
        catalog.release(task)  # repeated, no error
    assert catalog.head(task_id).attempts_without_result == 0
    assert attempts(catalog, task_id)[-1] == (5, "engine-1", "released")


def test_an_attempt_that_failed_counts(catalog):
    task_id = catalog.deploy()
    for _ in range(3):
        catalog.release(catalog.claimed(), failed=True)
    assert catalog.task(task_id).outcome == "lost"
    assert [row[2] for row in attempts(catalog, task_id)] == ["failed", "failed", "given up"]


@pytest.mark.parametrize("end", ["lose", "release"])
def test_a_call_has_one_attempt(catalog, end):
    call_id = catalog.call()
    task = catalog.claimed()
    assert task.token == "token"
    lose(catalog, task) if end == "lose" else catalog.release(task)
    row = catalog.task(call_id)
    assert (row.state, row.outcome, row.token) == (tasks.ENDED, "lost", None)
    assert row.result["isException"]
    assert catalog.claim() is None


def test_unwanted_tasks_are_ended(catalog):
    cancelled, late, wanted = catalog.deploy(), catalog.call(deadline=catalog.now(-1)), None
    wanted = catalog.deploy()
    catalog.cancel(cancelled)
    now = catalog.now()
    with catalog.database.reader() as session:
        assert sorted(watch.unwanted(session, now)) == sorted([cancelled, late])
    for task_id in (cancelled, late, wanted):
        for _ in range(2):
            catalog.database.transact(
                lambda session, task_id=task_id: watch.end_unwanted(session, task_id, now)
            )
    assert catalog.task(cancelled).outcome == "cancelled"
    assert catalog.status(cancelled) == "deploy failure"
    assert watch.CANCELLED_TEXT in catalog.texts(cancelled)
    assert catalog.task(late).result == {
        "result": {"message": watch.LATE_TEXT, "details": watch.LATE_TEXT}, "isException": True
    }  # fmt: skip
    assert catalog.head(wanted).state == tasks.QUEUED


def test_a_task_that_was_taken_meanwhile_is_not_ended_as_unwanted(catalog):
    task_id = catalog.deploy()
    task = catalog.claimed()
    catalog.cancel(task_id)
    now = catalog.now()
    catalog.database.transact(lambda session: watch.end_unwanted(session, task_id, now))
    assert catalog.renew(task).cancel


def test_a_task_whose_environment_was_abandoned_is_lost_without_a_fuss(catalog):
    task_id = catalog.deploy()
    task = catalog.claimed()
    with catalog.database.writer() as session:
        row = session.get(models.Environment, catalog.head(task_id).environment_id)
        environments.abandon(session, row)
    assert catalog.report(task, "still here") == {"recorded": 0}
    assert catalog.renew(task).cancel
    assert lose(catalog, task)
    make_available(catalog, task_id)
    again = catalog.claimed()
    catalog.finish(again, model=again.model)
    assert catalog.head(task_id).state == tasks.ENDED
