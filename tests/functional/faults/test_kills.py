"""kill -9 of a worker, an engine and the conductor, at several points of a deployment."""

from __future__ import annotations

import os
import signal
import uuid
from typing import NamedTuple

import pytest

from .conftest import package, until

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("standalone")]

NAME = "org.burano.tests.Killed"
SOURCE = """
Namespaces:
  =: org.burano.tests
  std: io.murano
  res: io.murano.resources
  sys: io.murano.system
Name: Killed
Extends: std:Application
Properties:
  pauses:
    Contract: {$.string().notNull(): $.int().notNull()}
  instance:
    Contract: $.class(res:LinuxMuranoInstance).notNull()
  answer:
    Usage: Out
    Contract: $.string()
Methods:
  deploy:
    Body:
      - $reporter: $.find(std:Environment).require().reporter
      - $reporter.report($this, 'begins')
      - sleep($.pauses.get(begin, 0))
      - $reporter.report($this, 'changes a stack')
      - $stack: new(sys:HeatStack, $this, name => format('slow-{0}', id($this)))
      - $stack.updateTemplate(dict(
          heat_template_version => '2016-04-08',
          resources => dict(slow => dict(
            type => 'OS::Heat::TestResource',
            properties => dict(wait_secs => $.pauses.get(stack, 0))))))
      - $stack.push()
      - $.instance.deploy()
      - $reporter.report($this, 'runs a plan')
      - $resources: new(sys:Resources)
      - $.answer: $.instance.agent.call($resources.yaml('Run.template'), $resources)
      - $reporter.report($this, 'has run its plan')
      - sleep($.pauses.get(end, 0))
      - $reporter.report($this, 'ends')
"""
PLAN = """
FormatVersion: 2.0.0
Name: Run
Body: |
  return run().stdout
Scripts:
  run:
    Type: Application
    EntryPoint: run.sh
"""
SCRIPT = """#!/bin/sh
echo run >> /var/lib/runs
while [ ! -e /var/lib/gate ]; do sleep 0.05; done
wc -l < /var/lib/runs
"""


@pytest.fixture(scope="module", autouse=True)
def _published(site):
    files = {"Resources/Run.template": PLAN, "Resources/scripts/run.sh": SCRIPT}
    site.client.publish(NAME, package(NAME, SOURCE, **files))


def component(**pauses: int) -> dict:
    return {
        "?": {"id": uuid.uuid4().hex, "type": NAME, "name": "killed"}, "pauses": pauses,
        "instance": {
            "?": {"id": uuid.uuid4().hex, "type": "io.murano.resources.LinuxMuranoInstance"},
            "name": f"k-{uuid.uuid4().hex[:8]}", "flavor": "m1.small", "image": "local-linux",
            "assignFloatingIp": False,
        },
    }  # fmt: skip


def opened(site) -> None:
    """Let the script of the guest end."""
    runs = site.guest_file("var/lib/runs")
    (runs.parent / "gate").touch()


def runs(site) -> int:
    """How often the guest's script has run, also where nobody took its answer."""
    return len(site.guest_file("var/lib/runs").read_text().splitlines())


class Point(NamedTuple):
    """Where a deployment is when something dies: its pauses, and the report before it."""

    pauses: dict[str, int]
    report: str


POINTS = {
    "before the first effect": Point({"begin": 3}, "begins"),
    "in a stack change": Point({"stack": 3}, "changes a stack"),
    "while a script runs": Point({}, "runs a plan"),
    "after the script": Point({"end": 3}, "has run its plan"),
}
REPORTS = ("begins", "changes a stack", "runs a plan", "has run its plan", "ends")
KILLS = {"worker": 2, "engine": 2, "conductor": 1}
"""What is killed, and how many attempts the task has then."""


@pytest.mark.parametrize("point", list(POINTS))
@pytest.mark.parametrize("victim", list(KILLS))
def test_a_deployment_goes_on(site, victim, point):
    stage = POINTS[point]
    environment = site.environment()
    deployment = site.deploy(environment, component(**stage.pauses))
    if point == "after the script":
        opened(site)
    until(lambda: stage.report in site.reports(environment, deployment), stage.report)
    if point == "in a stack change":
        until(lambda: "CREATE_IN_PROGRESS" in site.stacks(), "the stack is being made")
    if point == "while a script runs":
        site.guest_file("var/lib/runs")
    getattr(site, f"kill_{victim}")(deployment)
    # The point still holds: what follows it has not been reported when the victim was dead.
    later = list(REPORTS)[list(REPORTS).index(stage.report) + 1 :]
    assert not set(later) & set(site.reports(environment, deployment))
    if point != "after the script":
        opened(site)
    found = site.ended(environment, deployment)
    assert found["state"] == "success", (found["result"], site.reports(environment, deployment))
    assert [row["outcome"] for row in found["attempts"]][-1] == "result"
    assert len(found["attempts"]) == KILLS[victim]
    (killed,) = site.client.environment(environment)["services"]
    assert killed["answer"] == "1"
    assert runs(site) == 1
    assert site.client.environment(environment)["status"] == "ready"
    site.assert_settled(environment)
    assert all(status.endswith("_COMPLETE") for status in site.stacks())

    again = site.ended(environment, site.redeploy(environment))
    assert again["state"] == "success"
    assert len(again["attempts"]) == 1
    assert runs(site) == 2
    site.assert_settled(environment)
    site.remove(environment)


def test_a_kill_right_after_the_end_changes_nothing(site):
    environment = site.environment()
    deployment = site.deploy(environment, component())
    opened(site)
    engine = site.engine_of(deployment)
    found = site.ended(environment, deployment)
    os.kill(site.running.pid(engine), signal.SIGKILL)
    site.kill_conductor(deployment)
    assert found["state"] == "success"
    assert site.ended(environment, site.redeploy(environment))["state"] == "success"
    assert site.record(environment, deployment)["attempts"] == found["attempts"]
    site.assert_settled(environment)
    site.remove(environment)
