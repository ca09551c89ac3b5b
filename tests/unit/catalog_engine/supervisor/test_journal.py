"""The journal's batches: in order, bounded, durable before they count."""

from __future__ import annotations

import pytest

from catalog_engine.supervisor import journal as module
from catalog_engine.supervisor.journal import Bounds, Journal, JournalClosed, JournalFull


@pytest.fixture
def sent():
    return []


@pytest.fixture
def journal(sent):
    return Journal(lambda batch: sent.append([entry.sequence for entry in batch]), 5, 2)


def test_sequences_go_on_where_earlier_attempts_ended(journal, sent):
    assert journal.append("0#1", "reading") == 5
    assert journal.append("0#2", "reading") == 6
    journal.flush()
    journal.flush()
    assert sent == [[5, 6]]


def test_a_commit_takes_all_before_along(journal, sent):
    first, _second = journal.append("0#1", "reading"), journal.append("0#2", "reading")
    journal.commit(first)
    assert sent == [[5, 6]]


def test_batches_are_bounded(journal, sent, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 3)
    monkeypatch.setattr(module, "BATCH_BYTES", 1000)
    for size in (1, 1, 1, 1, 700, 700, 5000, 1):
        journal.append("0#1", "reading", value="x" * size)
    journal.flush()
    assert sent == [[5, 6, 7], [8, 9], [10], [11], [12]]


def test_what_was_not_sent_is_sent_again():
    tries = []

    def send(batch):
        tries.append([entry.sequence for entry in batch])
        if len(tries) == 1:
            raise ConnectionError

    journal = Journal(send, 0, 1)
    sequence = journal.append("0#1", "intent")
    with pytest.raises(ConnectionError):
        journal.commit(sequence)
    journal.commit(sequence)
    assert tries == [[0], [0]]


def test_a_closed_journal_begins_no_commit(journal, sent):
    sequence = journal.append("0#1", "intent")
    journal.close(RuntimeError("over"))
    with pytest.raises(JournalClosed):
        journal.commit(sequence)
    assert sent == []


def test_an_empty_journal_has_nothing_to_flush(sent):
    Journal(sent.append, 0, 1).flush()
    assert sent == []


@pytest.mark.parametrize("bounds", [Bounds(entries=2), Bounds(bytes=400)])
def test_bounds(bounds):
    journal = Journal(lambda batch: None, 0, 1, bounds)
    journal.append("0#1", "reading", value="x" * 50)
    journal.append("0#2", "reading", value="x" * 50)
    with pytest.raises(JournalFull, match="loops over the cloud"):
        journal.append("0#3", "reading", value="x" * 50)
