"""Checks 218 to 224: versions, packages and views."""

import logging

from catalog_common.versions import Version, VersionSpec
from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.memory import MemoryPorts
from tests.conformance.muranopl.checking import (
    NAMESPACES,
    Raises,
    check,
    expression,
    numbered,
    on_object,
    program,
)
from tests.unit.catalog_engine.deployment.tasks import Packages, rows_of, run_over
from tests.unit.catalog_engine.muranopl.language import package


@numbered(
    "spec, inside, outside",
    (218, "", ["0.0.0", "0.9.9"], ["1.0.0"]), (218, "1.11.111", ["1.11.111"], ["1.11.110", "1.11.112"]),
    (218, ">=2", ["2.0.0", "3.1.0"], ["1.9.9"]), (218, ">=2.1", ["2.1.0", "3.0.0"], ["2.0.9"]),
    (218, "< =  2 .1", ["2.1.9", "0.1.0"], ["2.2.0"]), (218, "<=1", ["1.99.0"], ["2.0.0"]),
    (218, "<=1.11", ["1.11.9"], ["1.12.0"]), (218, "<=1,<=1.11", ["1.11.9"], ["1.12.0", "2.0.0"]),
    (219, ">3.0.0,<=4.1", ["4.1.5", "3.0.1"], ["3.0.0", "4.2.0"]),
)  # fmt: skip
def test_218_219_version_specifications(spec, inside, outside):
    own = VersionSpec(spec)
    assert [text for text in inside if own.matches(Version.coerce(text))] == inside
    assert [text for text in outside if own.matches(Version.coerce(text))] == []


class Asked(Packages):
    """Packages that note how they are asked for."""

    def __init__(self, rows):
        super().__init__(rows)
        self.asked = []

    def find(self, name, class_name, version_spec):
        self.asked.append((name, class_name, version_spec))
        return super().find(name, class_name, version_spec)


@numbered(
    "header, expected",
    (219, {"type": "org.example.Main", "classVersion": ">3.0.0,<=4.1"}, (None, ["4.1.5"], ["3.0.0", "4.2.0"])),
    (219, {"type": "org.example.Main", "classVersion": ""}, (None, ["0.9.0"], ["1.0.0"])),
    (219, {"type": "org.example.Main"}, (None, ["0.9.0"], ["1.0.0"])),
    (220, {"type": "org.example.Main/1.2@org.example"}, ("org.example", ["1.2.7"], ["1.3.0"])),
    (220, {"type": "org.example.Main/1.2"}, (None, ["1.2.7"], ["1.3.0"])),
    (220, {"type": "org.example.Main@org.example"}, ("org.example", ["0.9.0"], ["1.0.0"])),
    (220, {"type": "org.example.Main/1.2", "classVersion": "5"}, (None, ["1.2.7"], ["5.0.0"])),
    (220, {"type": "org.example.Main", "classVersion": "5", "package": "org.example"},
     ("org.example", ["5.3.0"], ["4.0.0"])),
    (220, {"type": "org.example.Main@org.example", "package": "other"}, ("org.example", ["0.9.0"], ["1.0.0"])),
)  # fmt: skip
def test_219_220_what_is_looked_for(header, expected):
    name, inside, outside = expected
    rows = rows_of(package(NAMESPACES + "Name: Main\n"))
    ports = MemoryPorts(packages=Asked(rows))
    model = {"Objects": {"?": {"id": "root", **header}}, "ObjectsCopy": None, "Attributes": []}
    run_over(rows, DirectDriver(ports), model=model, action=None)
    own, class_name, spec = ports.packages.asked[0]
    assert (own or None, class_name if not own else None) == (
        name, None if name else "org.example.Main"
    )  # fmt: skip
    assert all(VersionSpec(spec).matches(Version.coerce(text)) for text in inside)
    assert not any(VersionSpec(spec).matches(Version.coerce(text)) for text in outside)


@numbered("kind", (220, "a-b"), (220, "a b"), (220, ""), (220, "a/1@p@q!"), (220, "!"))
def test_220_texts_that_are_no_types(kind):
    header = {"id": "root", "type": kind}
    check(lambda: program("Name: Main\n").load({"?": header}), Raises("ValueError"))


def test_221_where_a_class_was_looked_for():
    check(
        lambda: expression("new(Nothing)"),
        Raises("NoClassFound", 'Class "org.example.Nothing" is not found in org.example/0.1.0, io.murano/0.0.0'),
    )  # fmt: skip


def test_222_extensions_of_old_packages(caplog):
    with caplog.at_level(logging.WARNING):
        found = expression("typeinfo(type('io.murano.extensions.io.murano.Object')).name")
    assert found == "io.murano.Object"
    (warning,) = [record.getMessage() for record in caplog.records]
    assert "names class io.murano.extensions.io.murano.Object," in warning
    assert "io.murano.Object is taken for it" in warning
    check(
        lambda: expression("type('io.murano.extensions.Nothing')"),
        Raises("NoClassFound", 'Class "io.murano.extensions.Nothing" is not found'),
    )


VIEWS = """
Name: Base
Methods:
  who:
    Body:
      - Return: list($this is Child, $ = $this)
---
Name: Child
Extends: Base
---
Name: Other
---
Name: Main
Extends: Child
Methods:
  run:
    Body:
      - $v: cast($, Base)
      - Return: EXPRESSION
"""


@numbered(
    "text, expected",
    (223, "cast($, Other)", Raises("NoClassFound", "org.example.Other")),
    (223, "cast($v, Child)", Raises("NoClassFound", "org.example.Child")),
    (223, "cast($v, Main)", Raises("NoClassFound", "org.example.Main")),
    (223, "typeinfo(cast(cast($, Child), Base)).name", "org.example.Base"),
    (224, "$v = $this", False), (224, "cast($, Base) = $this", False), (224, "id($v) = id($this)", True),
    (224, "$v is Child", False), (224, "$v is Base", True), (224, "typeinfo($v).name", "org.example.Base"),
    (224, "$v.who()", [True, True]),
)  # fmt: skip
def test_223_224_views(text, expected):
    check(lambda: on_object(VIEWS.replace("EXPRESSION", text)), expected)
