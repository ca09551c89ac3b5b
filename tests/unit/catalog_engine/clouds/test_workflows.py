"""What is asked of the workflow service, and what its answers mean."""

import json
import threading

import pytest
from keystoneauth1 import exceptions as keystone

from catalog_engine.clouds.cloud_queries import CloudQueries
from catalog_engine.clouds.errors import CloudError

NEVER = threading.Event()


class Service:
    """A session with a workflow service that keeps what it is sent."""

    def __init__(self):
        self.workflows = set()
        self.executions = {}
        self.asked = []

    def request(self, path, method, endpoint_filter, **arguments):
        assert endpoint_filter["service_type"] == "workflowv2"
        self.asked.append((method, path, endpoint_filter.get("region_name")))
        found = getattr(self, f"{method.lower()}_{path.split('/')[1]}")(path, **arguments)
        if found is None:
            raise keystone.NotFound()
        return Answer(found)

    def put_workflows(self, _path, data, headers):
        assert headers == {"Content-Type": "text/plain"}
        name = data.decode()
        return {"workflows": [{"name": name}]} if name in self.workflows else None

    def post_workflows(self, _path, data, headers):
        self.workflows.add(data.decode())
        return {"workflows": [{"name": data.decode()}]}

    def post_executions(self, _path, json):
        if json["workflow_name"] not in self.workflows:
            return None
        return self.executions.setdefault(json["id"], {**json, "state": "RUNNING"})

    def get_executions(self, path):
        return self.executions.get(path.rpartition("/")[2])


class Answer:
    def __init__(self, body):
        self._body = body

    def json(self):
        return self._body


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def queries(service):
    return CloudQueries(service, service)


def start(queries, operation_id="1", name="flow"):
    return queries.start_workflow(
        "north", name, {"a": [1]}, {"task": "x"}, operation_id=operation_id, cancelled=NEVER
    )


def test_workflows_are_created_and_later_updated(service, queries):
    for _ in range(2):
        found = queries.upload_workflows("north", "flow", cancelled=NEVER)
        assert found == [{"name": "flow"}]
    asked = [(method, region) for method, _path, region in service.asked]
    assert asked == [("PUT", "north"), ("POST", "north"), ("PUT", "north")]


def test_an_operation_starts_one_execution_however_often_it_is_asked_for(service, queries):
    service.workflows.add("flow")
    first = start(queries)
    assert first["state"] == "RUNNING"
    assert start(queries) == first
    assert start(queries, "2") != first
    sent = service.executions[first["id"]]
    assert json.loads(sent["input"]) == {"a": [1]}
    assert json.loads(sent["params"]) == {"task": "x"}


def test_an_execution_that_ended(service, queries):
    service.workflows.add("flow")
    made = start(queries)
    service.executions[made["id"]].update(state="SUCCESS", output='{"b": 2}')
    assert queries.workflow_execution(None, made["id"], cancelled=NEVER) == {
        "id": made["id"], "state": "SUCCESS", "output": {"b": 2},
    }  # fmt: skip
    assert queries.workflow_execution(None, "other", cancelled=NEVER) is None


def test_a_workflow_that_is_not_there(queries):
    with pytest.raises(CloudError, match="no workflow flow"):
        start(queries)
