"""What one task does, over ports in memory: deploy, act, clean up, fail, be replayed."""

import itertools
import json

import pytest

from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.memory import MemoryPorts
from tests.unit.catalog_engine.deployment.tasks import (
    ENVIRONMENT,
    SERVER,
    Journal,
    Packages,
    rows_of,
    run_over,
)
from tests.unit.catalog_engine.muranopl.language import package

APPLICATION = """
Namespaces: {'=': org.example, std: io.murano, sys: io.murano.system, res: io.murano.resources}
Name: App
Extends: std:Application
Properties:
  size: {Contract: $.int().notNull()}
  fails: {Contract: $.bool(), Default: false}
  instance: {Contract: $.class(res:LinuxMuranoInstance).owned()}
  made: {Contract: $.string(), Usage: Out}
Methods:
  .init:
    Body:
      - $._environment: $.find(std:Environment).require()
  deploy:
    Body:
      - $._environment.reporter.report($this, 'deploying')
      - $stack: $._environment.stack
      - $stack.updateTemplate({resources => {$.id() => {type => 'OS::Heat::RandomString'}}})
      - If: $.instance
        Then: [$.instance.deploy()]
      - $stack.push()
      - $.made: randomName()
      - $.setAttr(size, $.size)
      - If: $.fails
        Then: [{Throw: Broken, Message: it broke}]
  count:
    Scope: Public
    Arguments: [{by: {Contract: $.int().notNull()}}]
    Body:
      - Return: $.size + $by
  hidden:
    Body:
      - Return: 1
  .destroy:
    Body:
      - $stack: $._environment.stack
      - $template: $stack.current()
      - $template.resources: $template.get(resources, {}).delete($.id())
      - $stack.setTemplate($template)
      - $stack.push()
      - If: $.fails
        Then: [{Throw: StillThere, Message: cannot be removed}]
""".replace("$.id()", "id($)")

DEPLOY = {"object_id": "env", "method": "deploy", "args": {}}


def component(name, **properties):
    return {"?": {"type": "org.example.App", "id": name}, "size": 1, **properties}


def packages():
    return rows_of(package(APPLICATION))


@pytest.fixture(scope="module")
def rows():
    return packages()


@pytest.fixture
def ports(rows):
    ports = MemoryPorts(packages=Packages(rows))
    ports.cloud.rows["networks"] = [{"id": "ext", "name": "ext-net", "router:external": True}]
    return ports


@pytest.fixture
def run(rows, ports):
    seeds = itertools.count()  # A task's generated ids come from its seed.

    def make(model, action=DEPLOY, driver=None, **task):
        given = {"seed": f"s{next(seeds)}", "model": model, "action": action, **task}
        return run_over(rows, driver or DirectDriver(ports), **given)

    return make


def model(*components, copy=None, attributes=()):
    return {
        "Objects": {**ENVIRONMENT, "applications": list(components)}, "ObjectsCopy": copy,
        "Attributes": list(attributes),
    }  # fmt: skip


def template(ports):
    (stack,) = ports.stacks.stacks.values()
    return stack["template"]


def test_deploying(run, ports):
    result = run(model(component("a"), component("b", instance=SERVER)))
    assert result["outcome"] == "succeeded"
    assert result["result"] == {"result": None, "isException": False}
    types = [row["type"] for row in template(ports)["resources"].values()]
    assert types.count("OS::Heat::RandomString") == 2
    for kind in ("OS::Nova::Server", "OS::Neutron::Net", "OS::Neutron::FloatingIP"):
        assert kind in types
    made = result["model"]["Objects"]["applications"][0]["made"]
    assert len(made) > 12
    assert result["model"]["ObjectsCopy"]["applications"][0]["made"] == made
    assert ["a", "org.example.App", "size", 1] in result["model"]["Attributes"]
    assert [report["text"] for report in ports.reports.reports].count("deploying") == 2


def test_the_state_to_clean_up_from_is_told_before_the_first_effect(run, ports):
    seen = []
    apply = ports.stacks.apply

    def note(*args, **kwargs):
        seen.append(ports.state.copy["applications"][0]["?"]["id"])
        return apply(*args, **kwargs)

    ports.stacks.apply = note
    run(model(component("a")))
    assert seen[0] == "a"


def test_actions(run):
    first = run(model(component("a", size=4)))["model"]
    done = run(first, {"object_id": "a", "method": "count", "args": {"by": 3}})
    assert done["result"] == {"result": 7, "isException": False}
    hidden = run(first, {"object_id": "a", "method": "hidden", "args": {}})
    assert "hidden is not an action" in hidden["result"]["result"]["message"]
    wrong = run(first, {"object_id": "a", "method": "count", "args": {"bye": 3}})
    assert wrong["outcome"] == "failed"
    assert "count" in wrong["result"]["result"]["message"]


def test_what_is_no_longer_wanted_is_cleaned_up(run, ports):
    first = run(model(component("a"), component("b")))["model"]
    assert set(template(ports)["resources"]) >= {"a", "b"}
    wanted = {**first, "Objects": {**first["Objects"], "applications": []}}
    second = run(wanted)
    assert second["outcome"] == "succeeded"
    assert not {"a", "b"} & set(template(ports)["resources"])
    assert {"a", "b"}.isdisjoint(owner for owner, *_ in second["model"]["Attributes"])


def test_deleting_an_environment(run, ports):
    first = run(model(component("a", instance=SERVER)))["model"]
    done = run({**first, "Objects": None}, None)
    assert done["outcome"] == "succeeded"
    model_left = {key: value for key, value in done["model"].items() if key != "SystemData"}
    assert model_left == {"Objects": None, "ObjectsCopy": None, "Attributes": []}
    assert ports.stacks.stacks == {}


def test_a_failure_keeps_what_was_made(run, ports):
    result = run(model(component("a", fails=True)))
    assert result["outcome"] == "failed"
    body = result["result"]["result"]
    assert body["message"] == "[org.example.Broken]: it broke"
    assert 'File "Classes/all.yaml", line' in body["details"]
    assert "in method deploy of type org.example.App" in body["details"]
    assert result["model"]["ObjectsCopy"]["applications"][0]["?"]["id"] == "a"
    (error,) = [row for row in ports.reports.reports if row["level"] == "error"]
    assert error["details"] == body["details"]


def test_a_destructor_that_fails_keeps_its_object_for_the_next_try(run, ports):
    first = run(model(component("a"), component("b")))["model"]
    for objects in (first["Objects"], first["ObjectsCopy"]):
        objects["applications"][0]["fails"] = True
    gone = {**first, "Objects": {**first["Objects"], "applications": []}}
    second = run(gone)
    assert second["outcome"] == "failed"
    assert second["model"]["Objects"]["applications"] == []
    (kept,) = second["model"]["ObjectsCopy"]["applications"]
    assert kept["?"]["id"] == "a"
    deleted = run({**second["model"], "Objects": None}, None)
    assert deleted["outcome"] == "failed"
    assert deleted["model"]["ObjectsCopy"]["applications"][0]["?"]["id"] == "a"
    deleted["model"]["ObjectsCopy"]["applications"][0]["fails"] = False
    assert run(deleted["model"], None)["model"]["ObjectsCopy"] is None


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"?": {"type": "org.example.Nosuch", "id": "a"}}, "org.example.Nosuch"),
        ({"size": None}, r"[org.example.App.size] null value"),
        ({"instance": "nobody"}, 'Object "nobody" is not found'),
        ({"instance": {"?": {"type": "io.murano.Object", "id": "x"}}}, "not compatible"),
    ],
)
def test_a_model_that_cannot_be_loaded(run, ports, change, text):
    result = run(model({**component("a"), **change}))
    assert result["outcome"] == "failed"
    assert text in result["result"]["result"]["message"]
    assert result["model"] is None
    assert ports.stacks.stacks == {}


@pytest.mark.parametrize("kind", ["deployment", "call"])
def test_an_error_outside_of_the_action_is_reported(run, ports, monkeypatch, kind):
    def fails(*_args):
        raise MemoryError

    monkeypatch.setattr("catalog_engine.muranopl.runtime.runtime.Runtime.run", fails)
    result = run(model(), kind=kind)
    assert result["outcome"] == "failed"
    said = [(row["object_id"], row["level"], row["text"]) for row in ports.reports.reports]
    message = result["result"]["result"]["message"]
    assert "limit_memory_mb" in message
    assert said == ([("env", "error", message)] if kind == "deployment" else [])


def test_a_static_action_is_a_call_without_a_model(run):
    action = {"class_name": "org.example.App", "method": "count", "args": {}}
    result = run(None, action, kind="call")
    assert result["outcome"] == "failed"
    assert result["model"] is None


# ---------------------------------------------------------------- determinism


def test_a_replay_asks_for_the_same(run, rows):
    wanted = model(component("a"), component("b", instance=SERVER))

    def fresh():
        ports = MemoryPorts(packages=Packages(rows))
        ports.cloud.rows["networks"] = [{"id": "ext", "name": "ext-net", "router:external": True}]
        return ports

    whole = Journal(fresh())
    first = run(wanted, driver=whole, seed="one")
    assert first["outcome"] == "succeeded"
    again = Journal(fresh(), whole.answers)
    result = run(wanted, driver=again, seed="one")
    assert again.replayed == len(whole.answers)
    assert again.asked == whole.asked
    assert json.dumps(result) == json.dumps(first)
