"""Leases are renewed in time, and what becomes of them is told."""

from __future__ import annotations

import queue
import threading
import time

import pytest

from catalog_common.contract.claims import Lease as Granted
from catalog_common.contract.errors import Problem
from catalog_engine.supervisor.conductors import Refused, Unreachable
from catalog_engine.supervisor.lease import Lease
from catalog_engine.supervisor.renewal import Renewal


class Claim:
    def __init__(self):
        self.answers = queue.Queue()
        self.asked = queue.Queue()

    def renew(self, timeout):
        self.asked.put(timeout)
        answer = self.answers.get(timeout=20)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def claim():
    return Claim()


@pytest.fixture
def lease():
    return Lease()


@pytest.fixture
def told():
    return queue.Queue()


@pytest.fixture
def watch(claim, lease, told):
    over = threading.Event()
    made = []

    def start(asked_at, seconds, tick=lambda is_open: None):
        lease.renewed(asked_at, seconds)
        made.append(
            Renewal(claim, lease, seconds, over, failed=told.put,
                    cancel=lambda: told.put("cancel"), tick=tick)
        )  # fmt: skip
        made[0].start()

    yield start
    over.set()
    claim.answers.put(Granted(1))
    made[0].join()


def test_a_lease_that_waiting_used_up_is_renewed_at_once(watch, claim, lease):
    watch(time.monotonic() - 100, 60)
    assert not lease.is_open
    claim.asked.get(timeout=10)
    claim.answers.put(Granted(60))
    lease.wait_open(threading.Event())
    assert 50 < lease.left <= 60


def test_it_is_renewed_again_and_again(watch, claim):
    watch(time.monotonic(), 0.6)
    for _ in range(3):
        claim.answers.put(Granted(0.6))
        assert claim.asked.get(timeout=10) <= 0.6


def test_a_wish_to_cancel_is_passed_on(watch, claim, told):
    watch(time.monotonic() - 100, 60)
    claim.answers.put(Granted(60, True))
    assert told.get(timeout=10) == "cancel"


def test_an_outage_is_asked_through(watch, claim, told):
    watch(time.monotonic(), 0.6)
    for _ in range(3):
        claim.answers.put(Unreachable("away"))
        claim.asked.get(timeout=10)
    assert told.empty()


def test_a_lost_claim_is_told_once(watch, claim, told):
    watch(time.monotonic() - 100, 60)
    lost = Refused(Problem(409, "", "lost", "claim_lost"))
    claim.answers.put(lost)
    assert told.get(timeout=10) is lost


def test_the_end_of_a_lease_shows_while_the_conductor_is_away(watch, claim):
    seen = queue.Queue()
    watch(time.monotonic(), 0.3, seen.put)
    assert seen.get(timeout=10)
    claim.asked.get(timeout=10)
    claim.answers.put(Unreachable("away"))
    states = iter(lambda: seen.get(timeout=10), False)
    for _ in states:
        claim.answers.put(Unreachable("away"))


def test_what_goes_wrong_while_watching_is_told(watch, told):
    error = RuntimeError("broken")

    def tick(is_open):
        raise error

    watch(time.monotonic(), 60, tick)
    assert told.get(timeout=10) is error
