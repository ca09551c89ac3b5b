"""A task that uses too much ends alone, with an error that names the limit and its option."""

from __future__ import annotations

import pytest

from catalog_engine.supervisor.workers import Exit

ENDLESS = 10**12
METHODS = """
good: {Usage: Static, Scope: Public, Body: [{Return: 42}]}
loop: {Usage: Static, Scope: Public, Body: [{While: 1 = 1, Do: [{$x: 1}]}]}
recurse: {Usage: Static, Scope: Public, Body: [{Return: ':Hog.recurse()'}]}
lambdas:
  Usage: Static
  Scope: Public
  Body:
    - Return: generate(0, 1 = 1, $ + 1).sum()
loopAtEveryTurn:
  Usage: Static
  Scope: Public
  Body:
    - Try: [{While: 1 = 1, Do: [{$x: 1}]}]
      Catch: [{Do: [{While: 1 = 1, Do: [{$x: 1}]}]}]
      Finally: [{While: 1 = 1, Do: [{$x: 1}]}]
catchAll:
  Usage: Static
  Scope: Public
  Body:
    - Try: [{While: 1 = 1, Do: [{$x: 1}]}]
      Catch: [{Do: [{Return: caught}]}]
leaveInFinally:
  Usage: Static
  Scope: Public
  Body:
    - While: 1 = 1
      Do:
        - Try: [{While: 1 = 1, Do: [{$x: 1}]}]
          Finally: [{Continue: }]
loopInFinally:
  Usage: Static
  Scope: Public
  Body:
    - Try: [{While: 1 = 1, Do: [{$x: 1}]}]
      Finally: [{While: 1 = 1, Do: [{$x: 1}]}]
allocate:
  Usage: Static
  Scope: Public
  Body:
    - $all: []
    - While: 1 = 1
      Do: [{$all: "$all.append(str(random(0, 1000000000)) * 20000)"}]
catchMemory:
  Usage: Static
  Scope: Public
  Body:
    - $all: []
    - Try:
        - While: 1 = 1
          Do: [{$all: "$all.append(str(random(0, 1000000000)) * 20000)"}]
      Catch: [{Do: [{Return: caught}]}]
regex: {Usage: Static, Scope: Public, Body: [{Return: "('a' * 40 + 'b').matches('(a+)+$')"}]}
wait: {Usage: Static, Scope: Public, Body: [{Return: now()}]}
"""


@pytest.fixture(scope="module", autouse=True)
def hog(host):
    host.add_class("t.Hog", METHODS)


def message(result) -> str:
    assert not isinstance(result, Exit), result
    assert result["outcome"] == "failed"
    assert result["result"]["isException"]
    return result["result"]["result"]["message"]


def is_well(host) -> bool:
    return host.run("t.Hog", "good")["result"] == {"result": 42, "isException": False}


@pytest.mark.parametrize(
    ("method", "limits", "option"),
    [
        ("loop", {"steps": 10_000}, "limit_steps"),
        ("loopAtEveryTurn", {"steps": 10_000}, "limit_steps"),
        ("recurse", {}, "limit_depth"),
    ],
)
def test_what_the_language_counts(host, method, limits, option):
    assert f"[engine] {option}" in message(host.run("t.Hog", method, limits))
    assert is_well(host)


def test_the_limit_of_lazy_collections(host):
    assert "2000" in message(host.run("t.Hog", "lambdas"))


@pytest.mark.parametrize("method", ["loop", "catchAll", "leaveInFinally"])
def test_cpu_time_is_a_stop_that_no_handler_catches(host, method):
    result = host.run("t.Hog", method, {"steps": ENDLESS}, cpu_seconds=1)
    assert "[engine] limit_cpu_seconds" in message(result)
    assert is_well(host)


def test_who_goes_on_after_the_stop_is_killed(host):
    how = host.run("t.Hog", "loopInFinally", {"steps": ENDLESS}, cpu_seconds=1)
    assert isinstance(how, Exit)
    assert how.hit_cpu_limit(1)
    assert not how.killed
    assert is_well(host)


def test_what_cleans_up_has_a_hundredth_of_the_steps(host):
    result = host.run("t.Hog", "loopAtEveryTurn", {"steps": 100_000_000}, cpu_seconds=1)
    assert "[engine] limit_cpu_seconds" in message(result)


@pytest.mark.parametrize("method", ["allocate", "catchMemory"])
def test_memory_is_a_stop_that_no_handler_catches(host, method):
    result = host.run("t.Hog", method, memory=256 << 20)
    assert "[engine] limit_memory_mb" in message(result)
    assert is_well(host)


def test_a_long_native_call_is_interrupted(host):
    assert "regular expression" in message(host.run("t.Hog", "regex"))
    assert is_well(host)


def test_a_sibling_goes_on_while_others_use_too_much(host):
    waiting = host.start("t.Hog", "wait")
    try:
        bad = [
            host.start("t.Hog", "allocate", memory=256 << 20),
            host.start("t.Hog", "loop", {"steps": ENDLESS}, cpu_seconds=1),
            host.start("t.Hog", "recurse"),
        ]
        try:
            for worker in bad:
                message(host.converse(worker))
        finally:
            for worker in bad:
                worker.end()
        assert host.converse(waiting)["outcome"] == "succeeded"
    finally:
        waiting.end()
