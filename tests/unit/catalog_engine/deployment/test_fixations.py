"""An environment keeps the package versions that it was deployed with."""

import itertools

import pytest

from catalog_common.versions import Version, VersionSpec
from catalog_engine.deployment.run import run_task
from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.errors import PortError
from catalog_engine.host.memory import MemoryPorts
from tests.unit.catalog_engine.muranopl.language import library, package

LIBRARY = """
Namespaces: {'=': org.lib}
Name: Lib
Methods:
  version:
    Usage: Static
    Body:
      - Return: str(typeinfo(:Lib).version)
"""
APPLICATION = """
Namespaces: {'=': org.example, std: io.murano, lib: org.lib}
Name: App
Extends: std:Application
Methods:
  which:
    Scope: Public
    Body:
      - Return: lib:Lib.version()
  fail:
    Scope: Public
    Body:
      - lib:Lib.version()
      - {Throw: Broken, Message: it broke}
"""


class Catalog:
    """A catalog that packages come to and go from."""

    def __init__(self):
        self.rows = {}

    def add(self, row):
        self.rows[f"{row[0]}/{row[1]}"] = row

    def find(self, name, class_name, version_spec):
        spec = VersionSpec(version_spec)
        matching = [
            (Version.coerce(row[1]), digest)
            for digest, row in self.rows.items()
            if (row[0] == name or (not name and class_name in row[2].classes))
            and spec.matches(Version.coerce(row[1]))
        ]
        if not matching:
            raise PortError("NoPackageFound" if name else "NoPackageForClassFound", str(name))
        version, digest = max(matching)
        return {"name": self.rows[digest][0], "version": str(version), "digest": digest}

    def content(self, digest):
        return {"manifest": {}, "compiled": b"", "files": dict(self.rows[digest][3])}


@pytest.fixture
def catalog():
    made = Catalog()
    made.add(library())
    made.add(package(APPLICATION, Require={"org.lib": ">=1"}))
    made.add(package(LIBRARY, "org.lib", "1.0.0"))
    return made


@pytest.fixture
def act(catalog):
    seeds = itertools.count()

    def make(model=None, method="which"):
        fresh = {"?": {"type": "org.example.App", "id": "app"}}
        return run_task(
            {"id": "t", "kind": "deployment", "seed": f"s{next(seeds)}", "project_id": "p",
             "user_id": "u", "environment_id": "app", "model": model or {"Objects": fresh},
             "action": {"object_id": "app", "method": method, "args": {}}},
            DirectDriver(MemoryPorts(packages=catalog)), {},
            {digest: row[2] for digest, row in catalog.rows.items()},
        )  # fmt: skip

    return make


def used(result):
    return result["model"]["SystemData"]["Packages"]["org.lib"]


def test_a_newer_version_is_for_new_environments(catalog, act):
    first = act()
    assert first["result"]["result"] == "1.0.0"
    assert used(first) == ["1.0.0"]
    catalog.add(package(LIBRARY, "org.lib", "1.5.0"))
    assert act(first["model"])["result"]["result"] == "1.0.0"
    assert act()["result"]["result"] == "1.5.0"


def test_a_version_that_is_gone_is_replaced(catalog, act):
    first = act()
    del catalog.rows["org.lib/1.0.0"]
    catalog.add(package(LIBRARY, "org.lib", "1.5.0"))
    second = act(first["model"])
    assert second["result"]["result"] == "1.5.0"
    assert used(second) == ["1.5.0"]


def test_a_version_that_no_longer_matches_is_replaced(catalog, act):
    first = act()
    catalog.add(package(LIBRARY, "org.lib", "2.0.0"))
    catalog.add(package(APPLICATION, version="0.1.0", Require={"org.lib": ">=2"}))
    second = act(first["model"])
    assert second["result"]["result"] == "2.0.0"
    assert used(second) == ["2.0.0"]


def test_a_failed_run_adds_to_what_is_kept(catalog, act):
    first = act()
    del catalog.rows["org.lib/1.0.0"]
    catalog.add(package(LIBRARY, "org.lib", "1.5.0"))
    failed = act(first["model"], "fail")
    assert failed["outcome"] == "failed"
    assert used(failed) == ["1.0.0", "1.5.0"]


@pytest.mark.parametrize(
    "data",
    [None, [], {"Packages": None}, {"Packages": {"org.lib": "1"}},
     {"Packages": {"org.lib": [None, {}, "x", "9.9.9"], "": ["1"]}}],
)  # fmt: skip
def test_a_table_that_makes_no_sense_is_passed_over(act, data):
    fresh = {"?": {"type": "org.example.App", "id": "app"}}
    assert act({"Objects": fresh, "SystemData": data})["result"]["result"] == "1.0.0"


def test_other_system_data_stays(act):
    fresh = {"?": {"type": "org.example.App", "id": "app"}}
    done = act({"Objects": fresh, "SystemData": {"TrustId": "t"}})
    assert done["model"]["SystemData"]["TrustId"] == "t"
