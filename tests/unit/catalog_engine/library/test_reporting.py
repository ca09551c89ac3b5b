"""Reports and counted instances as packages ask for them."""

from __future__ import annotations

import types

import pytest

from catalog_engine.library.reporting import InstanceNotifier


@pytest.fixture
def notifier(runtime):
    return InstanceNotifier(None, runtime)


@pytest.fixture
def instances(runtime):
    return runtime.host.ports.reports.instances


@pytest.fixture
def thing():
    return types.SimpleNamespace(id="o", cls=types.SimpleNamespace(name="io.test.Thing"))


def test_an_application(notifier, instances, thing):
    notifier.track_application(thing, "Title", 3)
    expected = {
        "instance_type": 100, "type_name": "io.test.Thing", "type_title": "Title", "unit_count": 3,
    }  # fmt: skip
    assert instances == {"o": expected}
    notifier.untrack_application(thing)
    assert instances == {}


def test_a_server_is_one_unit(notifier, instances, thing):
    notifier.track_cloud_instance(thing)
    expected = {
        "instance_type": 200, "type_name": "io.test.Thing", "type_title": None, "unit_count": 1,
    }  # fmt: skip
    notifier.untrack_application(thing)
    assert instances == {"o": expected}
    notifier.untrack_cloud_instance(thing)
    assert instances == {}
