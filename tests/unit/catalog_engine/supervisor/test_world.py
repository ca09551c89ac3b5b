"""The adapters of one task: its own guests only, their secrets below the journal."""

from __future__ import annotations

import threading
import time

import pytest

from catalog_engine.clouds.errors import CallStopped
from catalog_engine.host.errors import PortError
from catalog_engine.host.messages import Request
from catalog_engine.supervisor.calls import Context
from catalog_engine.supervisor.world import TaskWorld


class Adapter:
    """Notes what is asked of it."""

    def __init__(self):
        self.asked = []
        self.acknowledged = []
        self.closed = False

    def __getattr__(self, operation):
        def method(**arguments):
            self.asked.append((operation, arguments))
            return f"{operation} done"

        return method


class Agents(Adapter):
    def secrets(self, guest):
        if guest.endswith("unknown"):
            raise PortError("UnknownGuest", guest)
        return {
            f"@@burano:guest:{guest}:login@@": f"login of {guest}",
            f"@@burano:guest:{guest}:password@@": f'pass"word of {guest}',
        }

    def recorded(self, operation_id):
        self.acknowledged.append(operation_id)

    def close(self):
        self.closed = True


class Parts:
    def __init__(self):
        self.stacks, self.cloud, self.agents = Adapter(), Adapter(), Agents()
        self.packages, self.options, self.instances = Adapter(), Adapter(), Adapter()
        self.world = TaskWorld(
            "E1", self.stacks, self.cloud, self.agents, self.packages, self.options,
            self.instances,
        )  # fmt: skip

    def perform(self, name, /, **arguments):
        port, _, operation = name.partition(".")
        return self.world.perform(Request(port, operation, arguments), context())


def context(deadline=None):
    return Context("operation", threading.Event(), deadline)


@pytest.fixture
def parts():
    return Parts()


@pytest.mark.parametrize("port", ["stacks", "cloud", "packages"])
def test_adapters_get_the_arguments_and_the_fence(parts, port):
    assert parts.perform(f"{port}.read", name="n") == "read done"
    ((operation, arguments),) = getattr(parts, port).asked
    assert operation == "read"
    assert set(arguments) == {"name", "operation_id", "cancelled", "deadline"}


def test_configuration_is_asked_plainly(parts):
    parts.perform("configuration.option", section="s", key="k")
    assert parts.options.asked == [("option", {"section": "s", "key": "k"})]


def test_guests_of_the_own_environment(parts):
    assert parts.perform("agents.execute", guest="ee1-h2") == "execute done"


@pytest.mark.parametrize("guest", ["ee2-h2", "ee1", "ee11-h2", "", None, "E1-h2", ["ee1-h2"]])
def test_other_guests(parts, guest):
    with pytest.raises(PortError) as caught:
        parts.perform("agents.execute", guest=guest)
    assert caught.value.type == "UnknownGuest"
    assert parts.agents.asked == []


def test_secrets_are_filled_in_on_the_way_out(parts):
    template = {
        "resources": {
            "a": {"user_data": ["x @@burano:guest:ee1-h2:login@@ y", 3, None]},
            "b": "@@burano:guest:ee1-h3:password@@@@burano:guest:ee1-h2:password@@",
        }
    }
    parts.perform("stacks.apply", name="n", template=template)
    filled = parts.stacks.asked[0][1]["template"]["resources"]
    assert filled["a"]["user_data"] == ["x login of ee1-h2 y", 3, None]
    assert filled["b"] == 'pass"word of ee1-h3pass"word of ee1-h2'
    assert "@@" in template["resources"]["b"]


def test_a_template_without_guests_is_left_alone(parts):
    template = {"resources": {}}
    parts.perform("stacks.apply", name="n", template=template)
    assert parts.stacks.asked[0][1]["template"] is template


@pytest.mark.parametrize("guest", ["ee2-h1", "ee1-unknown"])
def test_secrets_of_other_guests(parts, guest):
    with pytest.raises(PortError) as caught:
        parts.perform("stacks.apply", template={"x": f"@@burano:guest:{guest}:password@@"})
    assert caught.value.type == "UnknownGuest"
    assert parts.stacks.asked == []


def test_time(parts):
    before = time.time()
    assert before <= parts.perform("clock.now") <= time.time()
    assert parts.perform("clock.sleep", seconds=-1) is None


def test_a_sleep_ends_when_it_must():
    request = Request("clock", "sleep", {"seconds": 3600})
    struck = context()
    struck.cancelled.set()
    for given in (struck, context(time.monotonic() - 1)):
        with pytest.raises(CallStopped):
            Parts().world.perform(request, given)


def test_secrets_without_a_key_manager(parts):
    with pytest.raises(PortError) as caught:
        parts.perform("secrets.decrypt", reference="r")
    assert caught.value.type == "SecretNotFound"


def test_no_such_port(parts):
    with pytest.raises(PortError) as caught:
        parts.perform("printer.print")
    assert caught.value.type == "NotSupported"


def test_what_is_recorded_is_acknowledged(parts):
    parts.world.recorded(Request("agents", "execute", {}), "one")
    parts.world.recorded(Request("stacks", "apply", {}), "two")
    assert parts.agents.acknowledged == ["one"]
    parts.world.close()
    assert parts.agents.closed


def test_instances_are_counted():
    parts = Parts()
    parts.perform("reports.untrack_instance", object_id="o", instance_type=100)
    assert parts.instances.asked == [("untrack_instance", {"object_id": "o", "instance_type": 100})]
