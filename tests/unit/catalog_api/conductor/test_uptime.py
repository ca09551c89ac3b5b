"""For how long a conductor has reached its database: no gap may be counted in."""

from datetime import datetime, timedelta

import pytest

from catalog_api.conductor.loops import Uptime

LEASE = timedelta(seconds=20)
START = datetime(2026, 1, 1)  # noqa: DTZ001


class Clocks:
    """This process's clock and the database's."""

    def __init__(self):
        self.own, self.theirs = 1000.0, START
        self.uptime = Uptime(LEASE / 2, lambda: self.own)

    def look(self, seconds=5.0, theirs=None):
        self.own += seconds
        self.theirs += timedelta(seconds=seconds if theirs is None else theirs)
        self.uptime.reached(self.theirs)
        return self.uptime.is_longer(LEASE)


def long_up():
    clocks = Clocks()
    assert [clocks.look() for _ in range(6)] == [False] * 4 + [True] * 2
    return clocks


def test_a_new_conductor_waits_for_a_whole_lease():
    long_up()


def test_it_waits_again_after_an_outage():
    clocks = long_up()
    clocks.uptime.missed()
    assert not clocks.uptime.is_longer(LEASE)
    assert [clocks.look() for _ in range(5)] == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        (60, 60),  # the database answered late, or this process was stopped
        (60, 0),  # this process's clock went on alone: the database's machine stood still
        (0, 60),  # the database's clock jumped, or this machine stood still
        (1, -3600),  # the database's clock was put back
    ],
)
def test_it_waits_again_after_a_gap_that_nothing_told_of(own, theirs):
    clocks = long_up()
    assert not clocks.look(own, theirs)
    assert [clocks.look() for _ in range(4)] == [False] * 3 + [True]


def test_looks_that_are_seldom_but_regular_are_no_gap():
    clocks = Clocks()
    assert [clocks.look(10) for _ in range(4)] == [False, False, True, True]
