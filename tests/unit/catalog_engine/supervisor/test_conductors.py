"""The conductor's client: first answers, problems, outages, tokens, hanging up."""

from __future__ import annotations

import threading

import pytest

from catalog_common.contract.claims import ClaimRequest, Engine
from catalog_common.contract.guests import Guest
from catalog_common.contract.journal import JournalEntry
from catalog_common.contract.reports import Report
from catalog_common.contract.results import ActionResult, TaskResult
from catalog_engine.host.errors import PortError
from catalog_engine.supervisor import conductors
from catalog_engine.supervisor.conductors import Claim, Conductor, Refused, Unreachable

ENGINE = Engine("engine-1", "host", "3.11", 1)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(conductors, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(conductors, "LAST_PAUSE", 0.01)


@pytest.fixture
def over():
    return threading.Event()


@pytest.fixture
def claim(conductor, claimed, over):
    return Claim(Conductor(conductor.endpoint, timeout=10), claimed(), over)


def test_a_task_or_none(conductor, claimed):
    client = Conductor(conductor.endpoint)
    assert client.claim(ClaimRequest(ENGINE)) is None
    conductor.tasks.put(claimed())
    assert client.claim(ClaimRequest(ENGINE)) == claimed()


def test_nobody_there(tmp_path):
    with pytest.raises(Unreachable, match="no conductor answers"):
        Conductor(f"unix://{tmp_path}/none").claim(ClaimRequest(ENGINE))


def test_a_lost_answer_is_asked_for_under_the_same_number(conductor, claim):
    conductor.faults["journal"] = ["lose", "lose"]
    claim.record([JournalEntry(0, "0#1", "reading")])
    claim.record([JournalEntry(1, "0#2", "reading")])
    assert [entry.key for entry in conductor.journal] == ["0#1", "0#2"]
    assert len(conductor.calls) == 4


def test_an_outage_is_waited_for(conductor, claim):
    conductor.away.set()
    thread = threading.Thread(target=claim.report, args=([Report("one")],))
    thread.start()
    conductor.wait_for(lambda: len(conductor.calls) > 2)
    conductor.away.clear()
    thread.join(10)
    assert conductor.texts == ["one"]


def test_an_outage_is_waited_for_until_the_attempt_is_over(conductor, claim, over):
    conductor.away.set()
    over.set()
    with pytest.raises(Unreachable):
        claim.finish(TaskResult("succeeded"))


def test_a_refusal_is_not_repeated(conductor, claim):
    conductor.faults["journal"] = [(413, "journal_full")]
    with pytest.raises(Refused) as caught:
        claim.record([JournalEntry(0, "0#1", "reading")])
    assert caught.value.type == "journal_full"
    assert not caught.value.is_lost
    assert len(conductor.calls) == 1


def test_a_lost_claim(conductor, claim):
    conductor.lost = True
    with pytest.raises(Refused) as caught:
        claim.renew(5)
    assert caught.value.is_lost


def test_a_call_that_always_makes_the_conductor_fail_is_refused(conductor, claim):
    conductor.faults["result"] = [(500, "internal")] * 50
    with pytest.raises(Refused) as caught:
        claim.finish(TaskResult("failed", ActionResult({}, True)))
    assert not caught.value.is_lost
    assert len(conductor.calls) == conductors.MAX_FAULTS


def test_an_answer_that_is_no_answer(conductor, claim, monkeypatch):
    monkeypatch.setattr(conductor, "_on_lease", lambda body: (200, {"lease": "long"}))
    with pytest.raises(Unreachable, match="not understood"):
        claim.renew(5)


def test_guests(conductor, claim):
    assert claim.guest("e1-h1") is None
    mine, other = Guest("e1", {"secret": "s"}), Guest("e1", {"secret": "t"})
    assert claim.remember_guest("e1-h1", mine) == mine
    assert claim.remember_guest("e1-h1", other) == mine
    assert claim.guest("e1-h1") == mine


def test_archives(conductor, claim):
    conductor.archives["a" * 64] = b"PK"
    assert claim.archive("a" * 64) == b"PK"
    with pytest.raises(PortError) as caught:
        claim.archive("b" * 64)
    assert caught.value.type == "PackageError"


@pytest.mark.parametrize("failed", [True, False])
def test_giving_back(conductor, claim, failed):
    claim.release(failed=failed)
    assert [release.failed for release in conductor.releases] == [failed]


class Token:
    def __init__(self):
        self.number = 1

    def get(self):
        if self.number > 2:
            raise RuntimeError("Keystone is away")
        return f"token {self.number}"

    def invalidate(self):
        self.number += 1


def test_a_token_that_is_not_accepted_is_replaced(tcp_conductor, claimed, over):
    token = Token()
    claim = Claim(Conductor(tcp_conductor.endpoint, token), claimed(), over)
    tcp_conductor.faults["reports"] = [(401, "unauthorized")]
    claim.report([Report("one")])
    assert tcp_conductor.tokens == ["token 1", "token 2"]
    assert tcp_conductor.texts == ["one"]


def test_without_a_token_the_conductor_is_unreachable(tcp_conductor):
    token = Token()
    token.number = 3
    with pytest.raises(Unreachable, match="Keystone is away"):
        Conductor(tcp_conductor.endpoint, token).claim(ClaimRequest(ENGINE))
    assert tcp_conductor.calls == []


def test_hanging_up_ends_a_claim_that_waits(conductor):
    client = Conductor(conductor.endpoint)
    caught = []

    def ask():
        try:
            client.claim(ClaimRequest(ENGINE, wait=10))
        except Unreachable as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    conductor.wait_for(lambda: conductor.calls)
    client.hang_up()
    thread.join(5)
    assert not thread.is_alive()
    assert caught
    with pytest.raises(Unreachable):
        client.claim(ClaimRequest(ENGINE))
    conductor.tasks.put(None)  # lets the conductor's thread end


@pytest.mark.parametrize("endpoint", ["", "localhost:8084", "ftp://there", "unix:relative"])
def test_no_address(endpoint):
    with pytest.raises(ValueError, match="is no address"):
        Conductor(endpoint)
