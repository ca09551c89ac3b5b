"""Lines of progress: gathered, bounded, and never in the way."""

from __future__ import annotations

import threading

import pytest

from catalog_common.contract.errors import Problem
from catalog_common.contract.reports import MAX_REPORTS
from catalog_engine.host.messages import Request
from catalog_engine.supervisor import reporting
from catalog_engine.supervisor.conductors import Refused, Unreachable
from catalog_engine.supervisor.reporting import Reporter


class Receiver:
    def __init__(self):
        self.batches = []
        self.errors = []
        self.busy = threading.Event()
        self.open = threading.Event()
        self.open.set()

    def __call__(self, batch):
        self.busy.set()
        assert self.open.wait(10)
        if self.errors:
            raise self.errors.pop(0)
        self.batches.append(batch)

    @property
    def texts(self):
        return [line.text for batch in self.batches for line in batch]


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def reporter(receiver):
    made = Reporter(receiver)
    yield made
    receiver.open.set()
    made.close()


def refused(type):
    return Refused(Problem(400, "", "no", type))


def test_lines_arrive_in_order(reporter, receiver):
    for number in range(5):
        reporter.report(str(number))
    reporter.flush()
    assert receiver.texts == list("01234")


def test_what_comes_while_one_travels_goes_together(reporter, receiver):
    receiver.open.clear()
    reporter.report("first")
    assert receiver.busy.wait(10)
    for number in range(MAX_REPORTS + 1):
        reporter.report(str(number))
    receiver.open.set()
    reporter.flush()
    assert [len(batch) for batch in receiver.batches] == [1, MAX_REPORTS, 1]


def test_batches_are_bounded_in_bytes(reporter, receiver, monkeypatch):
    monkeypatch.setattr(reporting, "BATCH_BYTES", 10)
    receiver.open.clear()
    reporter.report("first")
    assert receiver.busy.wait(10)
    for text in ("x" * 8, "y" * 8, "z" * 30, "a", "b"):
        reporter.report(text)
    receiver.open.set()
    reporter.flush()
    assert [len(batch) for batch in receiver.batches] == [1, 1, 1, 1, 2]


def test_what_waits_is_bounded(reporter, receiver, monkeypatch):
    monkeypatch.setattr(reporting, "MAX_WAITING_BYTES", 10)
    receiver.open.clear()
    reporter.report("first")
    assert receiver.busy.wait(10)
    for text in ("second" * 2, "third"):
        reporter.report(text)
    receiver.open.set()
    reporter.flush()
    reporter.report("fourth")
    reporter.flush()
    assert receiver.texts == ["first", "second" * 2, "fourth"]


def test_texts_are_such_as_databases_take(reporter, receiver):
    reporter.on_request(
        Request(
            "reports", "report",
            {"text": "a\0b" + "x" * 100_000, "level": ["?"], "object_id": 7, "details": {"\0": 1}},
        )
    )  # fmt: skip
    reporter.flush()
    (line,) = receiver.batches[0]
    assert line.text.startswith("a\N{REPLACEMENT CHARACTER}b")
    assert len(line.text) == reporting.MAX_TEXT
    assert (line.level, line.object_id) == ("info", "7")


def test_a_refused_batch_is_lost_alone(reporter, receiver):
    receiver.errors = [refused("malformed")]
    reporter.report("bad")
    reporter.flush()
    reporter.report("good")
    reporter.flush()
    assert receiver.texts == ["good"]


@pytest.mark.parametrize("error", [refused("claim_lost"), Unreachable("over")])
def test_after_a_lost_claim_nothing_is_waited_for(reporter, receiver, error):
    receiver.errors = [error]
    reporter.report("one")
    reporter.flush()
    reporter.report("two")
    reporter.flush()
    assert receiver.texts == []
