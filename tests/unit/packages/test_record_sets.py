"""``io.murano.resources.RecordSet``: names that come and go with what they belong to."""

import pytest

from catalog_engine.authoring.folders import Packages, load
from catalog_engine.authoring.session import Session
from catalog_engine.muranopl.runtime import exceptions

MANIFEST = (
    "Format: '1.4'\nType: Application\nFullName: org.example.Named\n"
    "Classes: {org.example.Named: Named.yaml}\n"
)
NAMED = """
Namespaces: {'=': org.example, std: io.murano, res: io.murano.resources}
Name: Named
Extends: std:Application
Properties:
  address: {Contract: $.string().notNull()}
  names: {Contract: [$.class(res:RecordSet).notNull()]}
Methods:
  deploy:
    Body:
      - For: name
        In: $.names
        Do:
          - $name.create([$.address])
"""


@pytest.fixture
def packages(tmp_path):
    (tmp_path / "Classes").mkdir()
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    (tmp_path / "Classes" / "Named.yaml").write_text(NAMED)
    return Packages(load([tmp_path]))


def environment(address, *names, **more):
    kind = "io.murano.resources.RecordSet"
    sets = [
        {"?": {"type": kind, "id": name}, "name": name, "zone": "example.org.", **more}
        for name in names
    ]  # fmt: skip
    head = {"type": "org.example.Named", "id": "app"}
    return {
        "?": {"type": "io.murano.Environment", "id": "env"}, "name": "env",
        "applications": [{"?": head, "address": address, "names": sets}],
    }  # fmt: skip


def deployed(packages, model, stacks=None):
    """State and stacks after a deployment."""
    session = Session(packages, model, seed=str(model))
    if stacks is not None:
        session.ports.stacks.stacks.update(stacks)
    session.load()
    session.call(session.root, "deploy")
    return session.finish(), session.ports.stacks.stacks


def resources(stacks):
    (stack,) = stacks.values()
    return stack["template"]["resources"]


def test_records_are_made_and_replaced(packages):
    state, stacks = deployed(packages, {"Objects": environment("192.0.2.1", "www")})
    assert resources(stacks) == {
        "recordset-www": {
            "type": "OS::Designate::RecordSet",
            "properties": {
                "zone": "example.org.", "name": "www", "type": "A", "records": ["192.0.2.1"],
            },
        }
    }  # fmt: skip
    later = {**state, "Objects": environment("192.0.2.2", "www")}
    _state, stacks = deployed(packages, later, stacks)
    assert resources(stacks)["recordset-www"]["properties"]["records"] == ["192.0.2.2"]


def test_names_that_are_taken_out_go(packages):
    state, stacks = deployed(packages, {"Objects": environment("192.0.2.1", "www", "old")})
    assert set(resources(stacks)) == {"recordset-www", "recordset-old"}
    left = {**state, "Objects": environment("192.0.2.1", "www")}
    _state, stacks = deployed(packages, left, stacks)
    assert set(resources(stacks)) == {"recordset-www"}


def test_other_types(packages):
    aliases = environment("www.example.org.", "web", type="CNAME")
    _state, stacks = deployed(packages, {"Objects": aliases})
    assert resources(stacks)["recordset-web"]["properties"]["type"] == "CNAME"
    with pytest.raises(exceptions.ContractViolationException):
        deployed(packages, {"Objects": environment("x", "web", type="TXT")})
