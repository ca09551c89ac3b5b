"""A lease by the holder's own clock."""

from __future__ import annotations

import threading

import pytest

from catalog_engine.supervisor.lease import Lease, LeaseClosed


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lease(clock):
    return Lease(clock)


def test_it_counts_from_before_it_was_asked_for(lease, clock):
    assert not lease.is_open
    lease.renewed(95, 10)
    assert lease.is_open
    assert lease.left == 5
    clock.now = 105
    assert not lease.is_open
    assert lease.left == 0


def test_an_answer_that_comes_late_shortens_nothing(lease):
    lease.renewed(99, 10)
    lease.renewed(95, 10)
    assert lease.left == 9


def test_waiting_ends_with_a_renewal(lease):
    waiting = threading.Thread(target=lease.wait_open, args=(threading.Event(), 3600))
    waiting.start()
    lease.renewed(100, 10)
    waiting.join(10)
    assert not waiting.is_alive()


def test_waiting_ends_when_it_is_given_up(lease):
    given_up = threading.Event()
    given_up.set()
    lease.wait_open(given_up)


def test_a_closed_lease_opens_no_more(lease):
    lease.close()
    lease.renewed(100, 10)
    assert not lease.is_open
    with pytest.raises(LeaseClosed):
        lease.wait_open(threading.Event())
