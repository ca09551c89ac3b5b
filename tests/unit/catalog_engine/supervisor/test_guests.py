"""Guest records are those of the task's own environment."""

from __future__ import annotations

import threading

import pytest

from catalog_common.contract.guests import Guest
from catalog_engine.host.errors import PortError
from catalog_engine.supervisor import conductors
from catalog_engine.supervisor.conductors import Claim, Conductor
from catalog_engine.supervisor.guests import EnvironmentGuests


@pytest.fixture
def guests(conductor, claimed, monkeypatch):
    monkeypatch.setattr(conductors, "FIRST_PAUSE", 0.001)
    claim = Claim(Conductor(conductor.endpoint), claimed(), threading.Event())
    return EnvironmentGuests(claim, "e1")


def test_the_first_record_stays(guests):
    assert guests.get("ee1-h1") is None
    assert guests.put("ee1-h1", {"secret": "a"}) == {"secret": "a"}
    assert guests.put("ee1-h1", {"secret": "b"}) == {"secret": "a"}
    assert guests.get("ee1-h1") == {"secret": "a"}


@pytest.mark.parametrize("use", [lambda g: g.get("x"), lambda g: g.put("x", {})])
def test_other_environments(guests, conductor, use):
    conductor.guests["x"] = Guest("e2", {"secret": "of another"})
    with pytest.raises(PortError) as caught:
        use(guests)
    assert caught.value.type == "UnknownGuest"
    assert "of another" not in str(caught.value)


def test_an_outage_is_waited_for(guests, conductor):
    conductor.faults["ee1-h1"] = [(503, "unavailable"), "lose"]
    assert guests.put("ee1-h1", {"secret": "a"}) == {"secret": "a"}
