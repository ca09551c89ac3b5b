"""A task that must end ends: no package code swallows the stop or goes on behind it."""

from __future__ import annotations

import pytest

from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.errors import Stopped
from catalog_engine.host.memory import MemoryPorts
from catalog_engine.host.messages import Answer
from tests.conformance.muranopl.checking import NAMESPACES
from tests.unit.catalog_engine.deployment.tasks import Packages, rows_of, run_over
from tests.unit.catalog_engine.muranopl.language import package

CLASSES = """
Name: Helper
Properties: {main: {Contract: $.class(Main)}}
Methods:
  .destroy:
    Body:
      - $.main.strike()
      - $.main.after()
---
Name: Initialised
Properties: {main: {Contract: $.class(Main)}}
Methods:
  .init:
    Body:
      - $.main.strike()
      - $.main.after()
---
Name: Main
Methods:
  reporter:
    Body:
      - $r: new(sys:StatusReporter)
      - Return: $r
  strike:
    Body:
      - $.reporter().report($, strike)
      - While: true = true
        Do:
          - $x: 1
  after:
    Body:
      - $.reporter().report($, after)
      - Return: true
  checked:
    Arguments: [{x: {Contract: $.check($this.strike() and $this.after())}}]
  defaulted:
    Arguments:
      - x:
          Contract: $
          Default: $.strike()
    Body:
      - $.after()
  number:
    Body:
      - $.strike()
      - Return: 1
  act:
    Scope: Public
    Body:
BODY
      - $.after()
"""
WAYS = {
    "catch": """
- Try: [$.strike()]
  Catch:
    - Do: [$.after()]
""",
    "catch by name": """
- Try: [$.strike()]
  Catch:
    - With: [catalog_engine.muranopl.runtime.exceptions.Stop, global:Stop, global:BaseException]
      As: e
      Do: [$.after()]
""",
    "else": """
- Try: [$.strike()]
  Catch: [{Do: []}]
  Else: [$.after()]
""",
    "finally": """
- Try: [$.strike()]
  Finally: [$.after()]
""",
    "finally that returns": """
- Try: [$.strike()]
  Finally: [{Return: 5}]
""",
    "finally that leaves a loop": """
- For: x
  In: [1, 2]
  Do:
    - Try: [$.strike()]
      Finally: [{Break: }]
- For: x
  In: [1, 2]
  Do:
    - Try: [$.strike()]
      Finally: [{Continue: }]
""",
    "finally that throws": """
- Try:
    - Try: [$.strike()]
      Finally: [{Throw: Other}]
  Catch: [{Do: [$.after()]}]
""",
    "finally that runs on": """
- Try: [$.strike()]
  Finally:
    - While: true = true
      Do:
        - Try: [$.after()]
          Catch: [{Do: []}]
""",
    "catch in catch": """
- Try:
    - Throw: x
  Catch:
    - Do:
        - Try: [$.strike()]
          Catch: [{Do: [{Rethrow: }]}]
""",
    "a loop of catches": """
- While: true = true
  Do:
    - Try: [$.strike()]
      Catch: [{Do: [$.after()]}]
""",
    "parallel": """
- Try:
    - Parallel:
        - $.strike()
        - Try: [sleep(0)]
          Finally: [sleep(0)]
        - $.strike()
  Catch: [{Do: [$.after()]}]
""",
    "pselect": """
- Try:
    - $x: list(1, 2).pselect($this.number())
  Catch: [{Do: [$.after()]}]
""",
    "a selector": """
- Try:
    - $x: list(1, 2).select($this.number()).orderBy($this.number())
  Catch: [{Do: [$.after()]}]
""",
    "a replacement": """
- Try:
    - $x: abc.replaceBy(regex('b'), str($this.number()))
  Catch: [{Do: [$.after()]}]
""",
    "a contract": """
- Try:
    - $.checked(1)
  Catch: [{Do: [$.after()]}]
""",
    "a default": """
- Try:
    - $.defaulted()
  Catch: [{Do: [$.after()]}]
""",
    "an initialiser": """
- Try:
    - new(Initialised, main => $)
  Catch: [{Do: [$.after()]}]
""",
    "a destructor": """
- new(Helper, main => $)
- Try: [sys:GC.collect()]
  Catch: [{Do: [$.after()]}]
""",
    "a dynamic call": """
- Try:
    - call(strike, [], {}, $)
  Catch: [{Do: [$.after()]}]
""",
    "reflection": """
- Try:
    - $m: typeinfo($).methods.where($.name = strike).single()
    - $m.invoke($)
  Catch: [{Do: [$.after()]}]
""",
}


class StrikingReports:
    """Reports that strike the task at the one called ``strike``."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.strike = None

    def report(self, object_id, text, level="info", details=None):
        del object_id, details
        self.texts.append(text if level == "info" else level)
        if text == "strike" and self.strike is not None:
            self.strike()

    def __getattr__(self, name):
        raise AssertionError(name)


def struck(way: str, reason: str, driver=None):
    """What becomes of an action whose task is struck in the middle."""
    body = WAYS[way].strip("\n").replace("\n", "\n      ")
    source = NAMESPACES + CLASSES.replace("BODY", f"      {body}")
    rows = rows_of(package(source))
    reports = StrikingReports()
    ports = MemoryPorts(packages=Packages(rows), reports=reports)
    given = {
        "model": {
            "Objects": {"?": {"type": "org.example.Main", "id": "root"}}, "ObjectsCopy": None,
            "Attributes": [],
        },
        "action": {"object_id": "root", "method": "act", "args": {}},
    }  # fmt: skip

    def keep(strike):
        reports.strike = lambda: strike(reason)

    result = run_over(
        rows, (driver or DirectDriver)(ports), on_start=keep, limits={"steps": 20_000}, **given
    )
    return result, reports.texts


@pytest.mark.parametrize("reason", ["cancelled", "memory"])
@pytest.mark.parametrize("way", WAYS)
def test_a_stop_is_not_swallowed(way, reason):
    result, texts = struck(way, reason)
    assert result["outcome"] == ("cancelled" if reason == "cancelled" else "failed")
    assert result["result"]["isException"] is True
    assert "strike" in texts
    # What cleans up may do some more, and no more than some.
    behind = texts[texts.index("strike") :].count("after")
    assert behind <= {"finally": 1, "finally that runs on": 200}.get(way, 0)


class StoppingDriver(DirectDriver):
    """Answers a sleep as the supervisor does when the task is to end."""

    def wait(self):
        branch, number, answer = super().wait()
        return branch, number, answer if self.slept is None else Answer(error=self.slept)

    slept = None

    def submit(self, branch, number, request):
        if request.operation == "sleep":
            self.slept = Stopped("deadline").to_dict()
        super().submit(branch, number, request)


@pytest.mark.parametrize("way", WAYS)
def test_a_stop_that_comes_with_an_answer_is_not_swallowed(way, monkeypatch):
    endless = "      - While: true = true\n        Do:\n          - $x: 1\n"
    slow = CLASSES.replace(endless, "      - sleep(5)\n")
    monkeypatch.setitem(globals(), "CLASSES", slow)
    result, texts = struck(way, "deadline", StoppingDriver)
    assert result["outcome"] == "cancelled"
    behind = texts[texts.index("strike") :].count("after")
    assert behind <= {"finally": 1, "finally that runs on": 200}.get(way, 0)
