"""The agent's journal: what was taken is run once and answered as often as it was asked."""

import sqlite3
import stat

import pytest

from guest_agent import journal
from guest_agent.configuration import ConfigurationError, Settings
from guest_agent.journal import ANSWERED, FINISHED, RECEIVED, RUNNING, Journal
from guest_agent.service import Agent


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


def test_a_plan_from_receipt_to_answer(path):
    own = Journal(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    entry = own.receive("p1", b"{}", None)
    assert (entry.state, entry.owed) == (RECEIVED, 1)
    own.start(entry.number)
    own.close()

    own = Journal(path)
    assert own.oldest(RUNNING).id == "p1"
    own.finish(entry.number, b"result")
    found = own.oldest(FINISHED)
    assert (found.result, found.body) == (b"result", b"")
    own.answer(entry.number)
    assert own.oldest(FINISHED) is None
    own.close()


def test_a_plan_that_comes_again_is_answered_again(path):
    own = Journal(path)
    number = own.receive("p1", b"{}", None).number
    assert own.receive("p1", b"{}", None).owed == 2
    own.finish(number, b"result")
    own.answer(number)
    assert own.oldest(FINISHED) is not None
    own.answer(number)
    assert own.oldest(FINISHED) is None
    assert own.receive("p1", b"other", None).state == FINISHED
    own.close()


def test_order_and_those_left_out(path):
    own = Journal(path)
    first, second = (own.receive(name, b"{}", None).number for name in ("b", "a"))
    assert own.oldest(RECEIVED).number == first
    assert own.oldest(RECEIVED, besides=[first]).number == second
    assert own.count(RECEIVED) == 2
    own.close()


def test_the_oldest_answered_ones_are_forgotten(path, monkeypatch):
    monkeypatch.setattr(journal, "KEPT_PLANS", 2)
    own = Journal(path)
    for name in "abcd":
        number = own.receive(name, b"{}", None).number
        own.finish(number, b"r")
        if name != "a":
            own.answer(number)
    own.purge()
    assert own.count(ANSWERED) == 2
    assert own.oldest(FINISHED).id == "a"
    own.close()


def test_a_damaged_file(path):
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Journal(path)


def test_one_agent_for_a_storage(tmp_path):
    settings = Settings(tmp_path, "hub://a:b@127.0.0.1:9/", "q", "", "k")
    first = Agent(settings)
    with pytest.raises(ConfigurationError, match="another agent"):
        Agent(settings)
    first.stop()
    Agent(settings).stop()


def test_a_plan_that_is_refused_never_waits_to_run(path):
    own = Journal(path)
    entry = own.receive("../p1", b"{}", None, b"refusal")
    assert (entry.state, entry.result) == (FINISHED, b"refusal")
    assert own.oldest(RUNNING, RECEIVED) is None
    own.answer(entry.number)
    assert own.receive("../p1", b"{}", None, b"refusal").state == FINISHED
    own.close()
