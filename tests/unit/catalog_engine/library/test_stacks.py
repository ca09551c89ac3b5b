"""HeatStack: what reaches the cloud, and when."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.library.errors import HeatStackError
from catalog_engine.library.stacks import HeatStack

RESOURCES = {"resources": {"a": {"type": "OS::Heat::None"}}, "outputs": {"o": {"value": 1}}}


class Calls:
    """Counts what is asked of the stacks' port."""

    def __init__(self, stacks: Any):
        self._stacks = stacks
        self.made: list[str] = []
        self.arguments: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._stacks, name)

        def call(*args: Any) -> Any:
            self.made.append(name)
            self.arguments.append(args)
            return method(*args)

        return call


@pytest.fixture
def calls(runtime: Any) -> Calls:
    runtime.host.ports.stacks = Calls(runtime.host.ports.stacks)
    return runtime.host.ports.stacks


@pytest.fixture
def stack(runtime: Any, calls: Calls) -> HeatStack:
    return HeatStack(None, runtime, "murano-x", "About x", "")


def test_nothing_changed_nothing_pushed(stack: HeatStack, calls: Calls) -> None:
    stack.push()
    stack.update_template({})
    stack.push()
    assert calls.made == ["read"]


def test_push(stack: HeatStack, calls: Calls) -> None:
    stack.update_template(RESOURCES)
    stack.push()
    stack.push()
    assert calls.made == ["read", "apply"]
    name, region, template, _parameters, _files, _environment, tags, description = calls.arguments[
        1
    ]
    assert (name, region, tags, description) == ("murano-x", "", ["murano"], "About x")
    assert template == {
        **RESOURCES,
        "heat_template_version": "2013-05-23",
        "description": "About x",
    }
    assert stack.output() == {"o": 1}
    assert calls.made == ["read", "apply"]


def test_same_template_is_not_pushed_again(runtime: Any, stack: HeatStack, calls: Calls) -> None:
    stack.update_template(RESOURCES)
    stack.push()
    again = HeatStack(None, runtime, "murano-x", "About x", "")
    again.update_template(RESOURCES)
    again.push()
    assert calls.made.count("apply") == 1


def test_background_pushes_become_one(runtime: Any, stack: HeatStack, calls: Calls) -> None:
    stack.update_template(RESOURCES)
    stack.push(is_async=True)
    stack.update_template({"resources": {"b": {"type": "OS::Heat::None"}}})
    stack.push(**{"async": True})
    assert "apply" not in calls.made
    runtime.scheduler.run()
    assert calls.made.count("apply") == 1
    for hook in runtime.host.finish:
        hook()
    assert calls.made.count("apply") == 1


def test_background_push_is_not_lost_at_the_end(
    runtime: Any,
    stack: HeatStack,
    calls: Calls,
) -> None:
    stack.update_template(RESOURCES)
    stack.push(is_async=True)
    for hook in runtime.host.finish:
        hook()
    runtime.scheduler.run()
    assert calls.made.count("apply") == 1


def test_output_brings_background_push_forward(
    runtime: Any,
    stack: HeatStack,
    calls: Calls,
) -> None:
    stack.update_template(RESOURCES)
    stack.push(is_async=True)
    assert stack.output() == {"o": 1}
    runtime.scheduler.run()
    assert calls.made.count("apply") == 1


def test_output_without_stack(stack: HeatStack) -> None:
    assert stack.output() == {}


def test_template_without_resources_deletes(stack: HeatStack, calls: Calls) -> None:
    stack.update_template(RESOURCES)
    stack.push()
    stack.set_template({"outputs": {}})
    stack.push()
    assert calls.made[-1] == "delete"


def test_delete(stack: HeatStack, calls: Calls) -> None:
    stack.delete()
    assert calls.made == ["read"]
    stack.update_template(RESOURCES)
    stack.push()
    stack.delete()
    assert calls.made[-1] == "delete"
    assert stack.current() == {}


def test_parameters(runtime: Any, stack: HeatStack) -> None:
    stack.set_template(RESOURCES)
    stack.set_parameters({"p": 1})
    stack.push()
    assert stack.parameters() == {"p": 1}
    stack.set_template(RESOURCES)
    assert stack.parameters() == {}


def test_failure_names_the_state(runtime: Any, stack: HeatStack, calls: Calls) -> None:
    calls._stacks.failures["murano-x"] = "no room"
    stack.update_template(RESOURCES)
    with pytest.raises(HeatStackError, match="Unexpected stack state CREATE_FAILED: no room"):
        stack.push()
    calls._stacks.failures.clear()
    stack.push()
    assert stack.output() == {"o": 1}


def test_version_is_checked(stack: HeatStack) -> None:
    with pytest.raises(HeatStackError):
        stack.update_template({"heat_template_version": "1999-01-01"})
