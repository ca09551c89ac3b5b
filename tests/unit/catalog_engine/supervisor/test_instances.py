"""Counting of instances: what package code says, as the conductor takes it."""

from __future__ import annotations

import threading

import pytest

from catalog_common.contract.instances import InstanceChange
from catalog_engine.host.errors import PortError
from catalog_engine.supervisor.conductors import Claim, Conductor
from catalog_engine.supervisor.instances import Instances
from catalog_engine.supervisor.lease import LeaseClosed


@pytest.fixture
def over():
    return threading.Event()


@pytest.fixture
def instances(conductor, claimed, over):
    return Instances(Claim(Conductor(conductor.endpoint, timeout=10), claimed(), over))


def test_tracking_and_untracking(conductor, instances):
    instances.track_instance("o", 100, "io.test.App", "Title", 2)
    instances.track_instance("s", 200, "io.test.Server")
    instances.untrack_instance("o", 100)
    assert conductor.instances == [
        InstanceChange("track", "o", 100, "io.test.App", "Title", 2),
        InstanceChange("track", "s", 200, "io.test.Server"),
        InstanceChange("untrack", "o", 100),
    ]


def test_a_lost_answer_is_asked_for_again(conductor, instances):
    conductor.faults["instances"] = ["lose", (503, "unavailable")]
    instances.track_instance("o", 100, "io.test.App")
    assert len(conductor.instances) == 1
    assert len(conductor.calls) == 3


def test_texts_are_such_as_databases_take(conductor, instances):
    instances.track_instance("i" * 300, 100, "n" * 600, "\0" * 600)
    (change,) = conductor.instances
    assert (len(change.instance_id), len(change.type_name)) == (255, 512)
    assert change.type_title == "\N{REPLACEMENT CHARACTER}" * 512


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"unit_count": -1}, "unit_count"),
        ({"unit_count": 2**31}, "unit_count"),
        ({"unit_count": "many"}, "unit_count"),
        ({"instance_type": None}, "instance_type"),
        ({"instance_type": 2**40}, "instance_type"),
        ({"object_id": ""}, "instance_id"),
        ({"type_name": ""}, "type_name"),
    ],
)
def test_what_cannot_be_counted_is_the_packages_error(conductor, instances, members, named):
    given = {"object_id": "o", "instance_type": 100, "type_name": "io.test.App", **members}
    with pytest.raises(PortError, match=named) as caught:
        instances.track_instance(**given)
    assert caught.value.type == "ValueError"
    assert conductor.calls == []


def test_a_lost_claim_ends_the_attempt(conductor, instances):
    conductor.lost = True
    with pytest.raises(LeaseClosed):
        instances.track_instance("o", 100, "io.test.App")


def test_nobody_is_waited_for_when_the_attempt_is_over(conductor, instances, over):
    conductor.away.set()
    over.set()
    with pytest.raises(LeaseClosed):
        instances.track_instance("o", 100, "io.test.App")


def test_a_refusal_is_told(conductor, instances):
    conductor.faults["instances"] = [(400, "malformed")]
    with pytest.raises(PortError, match="malformed it is"):
        instances.track_instance("o", 100, "io.test.App")
