"""Workflows over a service in memory."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.host.memory import MemoryCloud
from catalog_engine.library.errors import MistralError
from catalog_engine.library.workflows import MistralClient


class Slow(MemoryCloud):
    """Executions end at the third look, as they are to."""

    def __init__(self, state: str, output: Any) -> None:
        super().__init__()
        self.end = {"state": state, "output": output}
        self.looks = 0

    def start_workflow(self, *args: Any) -> dict[str, Any]:
        """An execution that runs."""
        return {**super().start_workflow(*args), "state": "RUNNING", "output": None}

    def workflow_execution(self, region: str | None, id: str) -> dict[str, Any] | None:
        """The execution, ended or not."""
        self.looks += 1
        found = super().workflow_execution(region, id)
        running = {"state": "RUNNING", "output": None}
        return found and {**found, **(self.end if self.looks > 2 else running)}


def client(runtime: Any, cloud: MemoryCloud) -> MistralClient:
    runtime.host.ports.cloud = cloud
    return MistralClient(None, runtime, "north")


def test_a_workflow_is_uploaded_and_run(runtime: Any) -> None:
    cloud = MemoryCloud()
    own = client(runtime, cloud)
    own.upload("flow: ...")
    assert cloud.rows["workflows"] == [{"definition": "flow: ..."}]
    assert own.run("flow", inputs={"a": 1, "openstack": {"auth_token": "t"}}) == {"a": 1}
    assert own.run("flow", timeout=0) == "execution-2"


def test_its_end_is_waited_for(runtime: Any) -> None:
    cloud = Slow("SUCCESS", {"b": 2, "__execution": {}, "task": {}})
    assert client(runtime, cloud).run("flow") == {"b": 2}
    assert cloud.looks == 3


def test_a_workflow_that_fails(runtime: Any) -> None:
    with pytest.raises(MistralError, match=r"execution-1 of workflow flow ended with ERROR.*why"):
        client(runtime, Slow("ERROR", {"result": "why"})).run("flow")


def test_a_workflow_that_takes_too_long(runtime: Any) -> None:
    with pytest.raises(MistralError, match="execution-1 took longer than 3 s"):
        client(runtime, Slow("SUCCESS", {})).run("flow", timeout=3)


def test_an_execution_that_is_gone(runtime: Any) -> None:
    cloud = Slow("SUCCESS", {})
    own = client(runtime, cloud)
    runtime.host.ports.clock.sleep = lambda _seconds: cloud.rows["executions"].clear()
    with pytest.raises(MistralError, match="gone"):
        own.run("flow")
