"""A class that uses too much ends its own deployment only; others on the engine go on."""

from __future__ import annotations

import uuid

import pytest

from .conftest import Site, package

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("standalone")]

NAME = "org.burano.tests.Hostile"
SOURCE = """
Namespaces: {'=': org.burano.tests, std: io.murano}
Name: Hostile
Extends: std:Application
Properties:
  way:
    Contract: $.string().notNull()
Methods:
  deploy:
    Body:
      - $.find(std:Environment).require().reporter.report($this, 'begins')
      - Match:
          loop: [$.loop()]
          recurse: [$.recurse()]
          allocate: [$.allocate()]
          wait: [sleep(2)]
          open:
            - open('/etc/passwd')
        Value: $.way
  loop:
    Body:
      - While: true = true
        Do: [{$x: 1}]
  recurse:
    Body:
      - $.recurse()
  allocate:
    Body:
      - $all: []
      - While: true = true
        Do:
          - $all: $all.append(str(random(0, 1000000000)) * 20000)
"""
EXPECTED = {
    "loop": "limit_steps",
    "recurse": "limit_depth",
    "allocate": "memory",
    "open": "open",
}


@pytest.fixture
def site(start_standalone, monkeypatch):
    """A set with one engine and small limits."""
    monkeypatch.setenv("OS_ENGINE__LIMIT_STEPS", "100000")
    monkeypatch.setenv("OS_ENGINE__LIMIT_MEMORY_MB", "160")
    running = start_standalone("--port", "0", "--engines", "1")
    running.await_line("ready in")
    made = Site(running)
    made.client.publish(NAME, package(NAME, SOURCE))
    yield made
    made.client.close()


def test_others_go_on(site):
    engine = site.running.pid("engine-1")
    ways = [*EXPECTED, "wait"]
    started = {}
    for way in ways:
        environment = site.environment()
        mark = {"id": uuid.uuid4().hex, "type": NAME, "name": way}
        started[way] = environment, site.deploy(environment, {"?": mark, "way": way})
    for way, (environment, deployment) in started.items():
        found = site.ended(environment, deployment)
        said = str(site.reports(environment, deployment))
        if way == "wait":
            assert found["state"] == "success", said
        else:
            assert found["state"] == "completed_w_errors", said
            assert EXPECTED[way] in said
        assert len(found["attempts"]) == 1
        site.assert_settled(environment)
    assert site.running.pid("engine-1") == engine
