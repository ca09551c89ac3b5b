"""No expression gets at tokens, the configuration, the clock, files or the environment."""

from __future__ import annotations

import json
import time

import pytest

from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.memory import START, MemoryConfiguration, MemoryPorts
from catalog_engine.muranopl.functions.library import FunctionTables
from catalog_engine.muranopl.functions.table import NO_RECEIVER
from tests.conformance.muranopl.checking import NAMESPACES, expression, program
from tests.conformance.sandbox.language import SECRET, said, strange
from tests.unit.catalog_engine.deployment.tasks import Packages, rows_of, run_over
from tests.unit.catalog_engine.muranopl.language import Program, package

# ---------------------------------------------------------------- everything that can be reached

WALK = """
Namespaces: {=: org.example, std: io.murano, sys: io.murano.system}
Name: Main
Extends: std:Application
Properties: {x: {Contract: $, Default: 1}}
Methods:
  act:
    Scope: Public
    Body:
      - $seen: []
      - For: o
        In:
          - $
          - $.find(std:Environment)
          - $.find(std:Environment).stack
          - $.find(std:Environment).reporter
          - $.find(std:Environment).regions
          - logger(x)
          - new(sys:Resources)
          - new(sys:HeatStack, name => s)
        Do:
          - $all: [$o]
          - If: not isObject($o)
            Then:
              - $all: []
          - For: one
            In: $all
            Do:
              - $seen: $seen.append(dump($one))
              - $seen: $seen.append(dump($one, Inline).keys().select(str($)))
              - $t: typeinfo($one)
              - $seen: $seen.append([$t.name, $t.methods.name, $t.properties.name])
              - For: p
                In: $t.properties
                Do:
                  - Try:
                      - $seen: $seen.append(str($p.getValue($one)))
                    Catch:
                      - As: e
                        Do:
                          - $seen: $seen.append([$e.message, $e.stackTrace.toString()])
              - For: m
                In: $t.methods.where($.name in [getAttr, current, parameters, output, id])
                Do:
                  - Try:
                      - $seen: $seen.append(str($m.invoke($one)))
                    Catch:
                      - As: e
                        Do:
                          - $seen: $seen.append([$e.message, $e.nativeException, $e.extra])
      - Try:
          - $seen: $seen.append(dump(std:Project.getCurrent()))
          - $seen: $seen.append(dump(std:User.getCurrent()))
        Catch:
          - As: e
            Do:
              - $seen: $seen.append($e.message)
      - Return: $seen
"""
SECRETS = {
    "token": SECRET, "trust_id": SECRET, "claim": SECRET, "credentials": {"password": SECRET},
}  # fmt: skip
MODEL = {
    "Objects": {
        "?": {"type": "io.murano.Environment", "id": "env"}, "name": "one",
        "applications": [{"?": {"type": "org.example.Main", "id": "main"}}],
        "defaultNetworks": {"environment": None, "flat": None},
    },
    "ObjectsCopy": None, "Attributes": [], "SystemData": {"TrustId": SECRET},
}  # fmt: skip


def test_what_a_task_carries_is_in_nothing_that_can_be_reached(monkeypatch):
    """Even were a token to come with the task: no object, type or error shows it."""
    monkeypatch.setenv("OS_PASSWORD", SECRET)
    rows = rows_of(package(WALK))
    ports = MemoryPorts(
        packages=Packages(rows),
        configuration=MemoryConfiguration({("keystone_authtoken", "password"): SECRET}),
    )
    action = {"object_id": "main", "method": "act", "args": {}}
    result = run_over(rows, DirectDriver(ports), model=MODEL, action=action, **SECRETS)
    assert result["outcome"] == "succeeded", result["result"]
    assert len(json.dumps(result["result"])) > 2000
    assert SECRET not in json.dumps(result["result"])
    assert SECRET not in json.dumps(ports.reports.reports)
    found = result["model"]
    assert SECRET not in json.dumps({key: found[key] for key in found if key != "SystemData"})


# ---------------------------------------------------------------- names that hosts like

VARIABLES = [
    "$token", "$__token__", "$environment", "$env", "$context", "$__context__", "$self", "$rt",
    "$host", "$config", "$CONF", "$os", "$sys", "$globals", "$2", "$99", "$this.token", "$this.rt",
    "$.host", "$.ports", "$.values", "$.private", "$.natives", "$.owner", "$.cls", "$.header",
]  # fmt: skip


@pytest.mark.parametrize("text", VARIABLES)
def test_no_variable_of_the_host(text):
    source = f"Name: Main\nMethods:\n  run:\n    Body:\n      - Return: {text}\n"
    found = said(source)
    assert found is None or "is forbidden" in found


CONFIGURATION = [
    "config(DEFAULT, transport_url)", "config(transport_url)",
    "config(keystone_authtoken, password)",
    "config(x, y, true)", "config('', '')", "call(config, [networking, driver], {})",
    "config(networking, driver)", "config(setting => x)", "$.config(x)", "'x'.config(y)",
]  # fmt: skip


@pytest.mark.parametrize("text", CONFIGURATION)
@pytest.mark.parametrize("name", ["org.example", "io.murano.extensions", "io.murano2", "IO.murano"])
def test_no_option_of_the_service(text, name):
    text = f"({text})" if text.startswith("'") else text
    source = f"""
    Namespaces: {{=: {name}}}
    Name: Main
    Methods:
      run:
        Usage: Static
        Body:
          - Return: !yaql >-
              {text}
    """
    own = Program(package(source, name=name))
    own.ports.configuration = MemoryConfiguration(
        {("DEFAULT", "transport_url"): SECRET, ("networking", "driver"): SECRET,
         ("keystone_authtoken", "password"): SECRET}
    )  # fmt: skip
    with pytest.raises(Exception, match="config") as raised:
        own.call(f"{name}.Main", "run")
    assert type(raised.value).__name__.startswith("No")


def test_no_option_is_a_file_even_for_the_library():
    own = program("Name: Main\n")
    table = FunctionTables().for_format("1.4")
    caller = own.cls("io.murano.Object")
    with pytest.raises(ValueError, match="Files of the engine's host cannot be read"):
        table.call(own.rt, "config", NO_RECEIVER, ("x", "y", True), {}, caller)


# ---------------------------------------------------------------- clock and chance


@pytest.mark.parametrize("text", ["now()", "now(timespan(hours => 1))", "now().utc"])
def test_the_clock_is_the_one_of_the_journal(text):
    assert expression(text).timestamp() == START


@pytest.mark.parametrize(
    "text", ["random()", "random(0, 1000000)", "randomName()", "id(new(std:Object))"]
)
def test_chance_comes_from_the_seed(text):
    source = f"Name: Main\nMethods:\n  run:\n    Usage: Static\n    Body:\n      - Return: {text}\n"

    def drawn(seed):
        return program(source, seed=seed).call("org.example.Main", "run")

    assert drawn("one") == drawn("one")
    assert drawn("one") != drawn("two")


def test_the_zone_of_the_host_is_not_seen(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        assert expression("localtz()").total_seconds() == 0
        assert "+05:45" not in str(expression("now()"))
    finally:
        monkeypatch.undo()
        time.tzset()


# ---------------------------------------------------------------- files

PATHS = [
    "/etc/passwd", "../../../../../../etc/passwd", "..", ".", "", "/", "../Classes/all.yaml",
    "a/../../Classes/all.yaml", "..\\\\..\\\\etc\\\\passwd", "C:\\\\x", "file:///etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd", "/proc/self/environ", "~/.ssh/id_rsa", "a\\0b", "./../x",
    "//etc/passwd", "Resources/../../x", "\\u2025/x",
]  # fmt: skip


@pytest.mark.parametrize("function", ["string", "json", "yaml"])
@pytest.mark.parametrize("path", PATHS)
def test_no_file_but_resources_of_the_package(function, path):
    for receiver in ("sys:Resources", "new(sys:Resources)"):
        with pytest.raises((ValueError, FileNotFoundError)) as raised:
            expression(f'{receiver}.{function}("{path}")')
        assert strange(str(raised.value)) == []


def test_resources_of_others_are_their_own():
    """A package reads those of a class that it names, and only below their Resources."""
    files = {"Resources/x": b"text", "Classes/y": b"code"}
    reading = "Name: Main\nMethods:\n  run:\n    Usage: Static\n    Body:\n      - Return: {}\n"

    def read(path):
        other = program(reading.replace("{}", f"sys:Resources.string('{path}', std:Object)"))
        other.cls("io.murano.Object").package._files = files
        return other.call("org.example.Main", "run")

    assert read("x") == "text"
    for path in ("../Classes/y", "x/../../Classes/y"):
        with pytest.raises(ValueError, match="is not inside the Resources folder"):
            read(path)
    with pytest.raises(FileNotFoundError, match="has no resource 'Classes/y'"):
        read("Classes/y")


def test_a_class_file_outside_of_the_package_is_not_read():
    own = package(
        NAMESPACES + "Name: Main\n",
        Classes={"org.example.Main": "all.yaml", "org.example.Evil": "../../../../etc/passwd",
                 "org.example.Absolute": "/etc/passwd"},
    )  # fmt: skip
    run = Program(own)
    assert run.cls("org.example.Main").name == "org.example.Main"
    for name in ("Evil", "Absolute"):
        with pytest.raises(Exception, match="has no such file"):
            run.cls(f"org.example.{name}")
