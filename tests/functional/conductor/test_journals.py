"""Journals: one order, bounds, large values once, nothing readable at rest."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from catalog_api.db import models
from catalog_api.services import journals, purging
from catalog_common.contract.journal import JournalBatch
from catalog_common.contract.messages import ContractError

DIGEST = "ab" * 32


@pytest.fixture
def task(catalog):
    catalog.deploy()
    return catalog.claimed()


def test_entries_are_kept_whole_and_in_order(catalog, task):
    catalog.journal(task, {"kind": "intent", "port": "stacks", "operation": "apply",
                           "request": {"name": "s", "nothing": None}})  # fmt: skip
    answer = catalog.journal(
        task, {"value": None}, {"kind": "reading", "error": {"type": "E"}, "secret": True}
    )
    assert answer == {"next_sequence": 3}
    found = catalog.entries(task.task_id)
    assert [entry.sequence for entry in found] == [0, 1, 2]
    assert found[0].request == {"name": "s", "nothing": None}
    assert found[0].operation == "apply"
    assert (found[1].value, found[2].error, found[2].secret) == (None, {"type": "E"}, True)


@pytest.mark.parametrize("first", [0, 2, 5])
def test_a_gap_and_an_overlap_are_refused(catalog, task, first):
    catalog.journal(task, {"value": 1})
    with pytest.raises(journals.JournalOrder, match="goes on with entry 1"):
        catalog.journal(task, {"value": 2}, first=first)
    assert len(catalog.entries(task.task_id)) == 1


def test_entries_of_another_attempt_are_refused(catalog, task):
    with pytest.raises(journals.JournalOrder, match="attempt 7"):
        catalog.journal(task, {"value": 1, "attempt": 7})
    assert catalog.entries(task.task_id) == []


def test_a_gap_within_a_batch_is_malformed():
    rows = [{"sequence": n, "key": "k", "kind": "wait"} for n in (0, 2)]
    with pytest.raises(ContractError):
        JournalBatch.from_dict({"claim": "c", "number": 1, "entries": rows})


def test_a_repeated_call_records_once(catalog, task):
    for _ in range(3):
        answer = catalog.journal(task, {"value": 1}, first=0, number=7)
        assert answer == {"next_sequence": 1}
    assert len(catalog.entries(task.task_id)) == 1


def test_the_number_of_entries_is_bounded(catalog, task):
    catalog.journal(task, *({"kind": "wait"} for _ in range(49)))
    with pytest.raises(journals.JournalFull, match="journal_entries_limit"):
        catalog.journal(task, {"kind": "wait"}, {"kind": "wait"})
    assert len(catalog.entries(task.task_id)) == 49
    catalog.journal(task, {"kind": "wait"})
    with pytest.raises(journals.JournalFull):
        catalog.journal(task, {"kind": "wait"})


def test_the_bytes_are_bounded_over_all_entries(catalog, task):
    catalog.journal(task, {"value": "a" * 9_000})
    catalog.journal(task, {"value": "b" * 9_000})
    with pytest.raises(journals.JournalFull, match="journal_bytes_limit"):
        catalog.journal(task, {"value": "c" * 9_000})


def test_large_values_are_stored_and_counted_once(catalog, task):
    large = {"text": "x" * 9_000}
    for _ in range(4):
        catalog.journal(task, {"value": large}, {"kind": "intent", "request": large})
    assert len(catalog.rows(models.JournalValue)) == 1
    found = catalog.entries(task.task_id)
    assert [entry.value or entry.request for entry in found] == [large] * 8


def test_two_tasks_may_have_the_same_large_value(catalog, task):
    catalog.deploy()
    other = catalog.claimed()
    for one in (task, other):
        catalog.journal(one, {"value": "y" * 500})
    assert len(catalog.rows(models.JournalValue)) == 2
    assert catalog.entries(other.task_id)[0].value == "y" * 500


def test_nothing_of_it_is_readable_at_rest(catalog, task):
    catalog.journal(task, {"value": "open sesame", "secret": True}, {"value": "sesame " * 50})
    with catalog.database.reader() as session:
        stored = b"".join(
            bytes(body)
            for table in ("journal_entries", "journal_values")
            for body in session.execute(sa.text(f"SELECT body FROM {table}")).scalars()
        )
        model = session.execute(sa.text("SELECT model, action FROM tasks")).one()
    assert b"sesame" not in stored
    assert b"io.murano" not in bytes(model[0])
    assert b"deploy" not in bytes(model[1])


def test_the_next_attempt_gets_all_of_it(catalog, task):
    catalog.journal(
        task,
        {"kind": "package", "value": {"name": "a", "version": "1", "digest": DIGEST}},
        {"kind": "package", "value": {"name": "a", "version": "2", "digest": DIGEST}},
        {"kind": "package", "error": {"type": "none"}},
        {"kind": "result", "value": ["z" * 300]},
    )
    catalog.release(task)
    again = catalog.claimed()
    assert [entry.kind for entry in again.journal] == ["package"] * 3 + ["result"]
    assert again.journal[3].value == ["z" * 300]
    assert {entry.attempt for entry in again.journal} == {1}
    assert again.packages == {"a": ["1", "2"]}
    catalog.journal(again, {"value": 2})
    assert [entry.attempt for entry in catalog.entries(task.task_id)] == [1, 1, 1, 1, 2]


def test_packages_of_a_running_deployment_keep_their_archives(catalog, task):
    with catalog.database.writer() as session:
        for digest in (DIGEST, "cd" * 32):
            session.add(models.Archive(digest=digest, body=b"zip", size=3))
    catalog.journal(
        task, {"kind": "package", "value": {"name": "a", "version": "1", "digest": DIGEST}}
    )
    assert catalog.database.transact(purging.archives) == 1
    assert catalog.recorder.archive(DIGEST) == b"zip"
    assert catalog.recorder.archive("cd" * 32) is None
