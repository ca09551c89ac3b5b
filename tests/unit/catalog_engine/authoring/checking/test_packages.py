"""Findings about manifests, files and the classes of other packages."""

from __future__ import annotations

import zipfile

import pytest

from catalog_engine.authoring.checking.checker import check
from catalog_engine.authoring.checking.findings import MAXIMUM

APP = "Name: org.example.App\n"


def seen(workshop, source=APP, **options):
    return workshop.codes(source, **options)


def test_a_good_package_has_no_findings(workshop):
    assert seen(workshop) == {}


@pytest.mark.parametrize(
    ("manifest", "line"),
    [
        ({"Format": "MuranoPL/9.9"}, 1),
        ({"Type": "Lib"}, 2),
        ({"FullName": "a..b"}, 3),
        ({"Version": "one"}, 5),
        ({"Name": ["x"]}, 4),
        ({"Require": {"a.b": "x.y"}}, 9),
        ({"Logo": "../logo.png"}, 8),
    ],
)
def test_values_of_the_manifest(workshop, manifest, line):
    root = workshop.write("example", {"Classes/App.yaml": APP}, **manifest)
    report = check([str(root)])
    assert [f.code for f in report.findings if f.code == "manifest"] == ["manifest"]
    assert report.findings[0].file.endswith("manifest.yaml")
    (finding,) = (f for f in report.findings if f.code == "manifest")
    assert finding.line == line


def test_all_that_is_wrong_with_a_manifest_is_told(workshop):
    root = workshop.write(
        "example", {"Classes/App.yaml": APP}, Type=None, Version={}, Author="x" * 100,
        Classes={"org.example.App": "App.yaml", "a..b": "B.yaml"}, Descripton="?", Colour="red",
    )  # fmt: skip
    found = [(f.code, f.line) for f in check([str(root)], style=True).findings]
    assert ("unknown-key", 8) in found
    assert ("ignored-key", 9) in found
    assert sorted(code for code, _line in found if code == "manifest") == ["manifest"] * 3
    assert "missing-file" not in dict(found)


def test_a_repeated_key_of_the_manifest(workshop):
    root = workshop.write("example", {"Classes/App.yaml": APP})
    text = (root / "manifest.yaml").read_text()
    (root / "manifest.yaml").write_text(text + "Name: Another\n")
    assert [f.code for f in check([str(root)]).findings] == ["repeated-key"]


@pytest.mark.parametrize(
    ("manifest", "path", "severity"),
    [
        ({"Classes": {"org.example.App": "Ap.yaml"}}, "Classes/Ap.yaml", "error"),
        ({"Logo": "logo.png"}, "logo.png", "error"),
        ({"Supplier": {"Logo": "them.png"}}, "them.png", "error"),
        ({"UI": "form.yaml"}, "UI/form.yaml", "warning"),
        ({"Format": "Heat.HOT/1.0"}, "template.yaml", "error"),
    ],
)
def test_files_that_the_manifest_names(workshop, manifest, path, severity):
    root = workshop.write("example", {"Classes/App.yaml": APP}, **manifest)
    found = {f.message: f for f in check([str(root)]).findings if f.code == "missing-file"}
    (message,) = found
    assert path in message
    assert found[message].severity == severity
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(APP if "Classes" in path else "Version: 2\nForms: []\n")
    assert "missing-file" not in {f.code for f in check([str(root)]).findings}


def test_classes_and_files_that_the_manifest_does_not_list(workshop):
    source = "Name: App\n---\nName: Extra\n"
    assert seen(workshop, source) == {"unlisted-class": "warning"}
    listed = {"org.example.App": "App.yaml", "org.example.Extra": "App.yaml"}
    assert seen(workshop, source, Classes=listed) == {}
    assert seen(workshop, files={"Classes/More.yaml": APP}) == {"unlisted-file": "warning"}


def test_unlisted_classes_that_serve_their_file(workshop):
    source = (
        "Name: App\nMethods:\n  go:\n    Body:\n      - Return: new(Part).half()\n"
        "---\nName: Part\nMethods:\n  half: {Body: [Return: $.whole()]}\n"
    )
    assert seen(workshop, source) == {"unknown-method": "warning"}


def test_a_listed_class_that_its_file_has_not(workshop):
    assert seen(workshop, "Name: Ap\n") == {"missing-class": "error", "unlisted-class": "warning"}


def test_two_classes_without_a_name(workshop):
    found = workshop.findings("Usage: Class\n---\nUsage: Class\n")
    assert [f.code for f in found] == ["syntax"]


def test_a_namespace_that_nothing_uses(workshop):
    head = "Namespaces: {'=': org.example, std: io.murano}\n"
    found = workshop.findings(head + APP)
    assert [(f.code, f.message) for f in found] == [
        ("unused-namespace", "No class uses the prefix std")
    ]
    assert workshop.findings(head + APP + "Extends: std:Object\n") == []


# ---------------------------------------------------------------- other packages

BASE = "Namespaces: {'=': org.base}\nName: Base\nMethods:\n  go:\n"
CHILD = (
    "Name: App\nExtends: org.base.Base\nMethods:\n  run:\n    Body:\n      - $.go()\n"
    "      - $.gone()\n"
)


def base(workshop, version="2.1.0"):
    return workshop.write(
        "base", {"Classes/Base.yaml": BASE}, FullName="org.base", Version=version,
        Classes={"org.base.Base": "Base.yaml"},
    )  # fmt: skip


def test_a_class_of_a_required_package(workshop):
    root = base(workshop)
    found = seen(workshop, CHILD, load=(str(root),), Require={"org.base": "2"})
    assert found == {"unknown-method": "warning"}


def test_a_broken_package_beside_the_one_that_is_needed(workshop):
    base(workshop)
    broken = workshop.write("any", {}, FullName="a..b")
    app = workshop.write("app", {"Classes/App.yaml": APP}, Require={"org.base": "2"})
    found = check([str(app)], [str(workshop.folder)]).findings
    assert [(f.code, f.file.startswith(str(broken))) for f in found] == [("unreadable", True)]


def test_a_required_package_that_is_not_at_hand(workshop):
    assert seen(workshop, CHILD, Require={"org.base": "2"}) == {"missing-package": "warning"}
    root = base(workshop)
    found = seen(workshop, CHILD, load=(str(root),), Require={"org.base": "3"})
    assert found == {"missing-package": "warning"}


def test_a_package_that_is_used_and_not_required(workshop):
    root = base(workshop)
    found = workshop.findings("Namespaces: {'=': org.example}\n" + CHILD, load=(str(root),))
    (finding,) = (f for f in found if f.code == "unknown-class")
    assert finding.severity == "error"
    assert "add that to Require" in finding.message
    assert (finding.line, finding.column) == (3, 10)


def test_classes_of_plugins_are_not_known(workshop):
    source = (
        "Namespaces: {'=': org.example, p: io.murano.extensions.x}\nName: App\nMethods:\n"
        "  run:\n    Body:\n      - new(p:Plug).fly()\n"
    )
    assert [(f.code, f.severity) for f in workshop.findings(source)] == [
        ("missing-package", "warning")
    ]
    known = source.replace("io.murano.extensions.x", "io.murano.extensions.io.murano.system")
    found = workshop.findings(known.replace("Plug).fly()", "Agnet)"))
    assert [f.code for f in found] == ["unknown-class"]
    assert workshop.findings(known.replace("Plug).fly()", "Agent)")) == []


def test_classes_of_plugins_by_their_full_names(workshop):
    source = (
        "Name: App\nMethods:\n  go:\n    Body:\n"
        "      - $plug: new('io.murano.extensions.acme.Plug')\n      - $plug.fly()\n"
    )
    assert seen(workshop, source) == {"missing-package": "warning"}


def test_metadata_of_the_package(workshop):
    meta = {"io.murano.metadata.ModelBuilder": None}
    assert seen(workshop, Meta=[meta]) == {"invalid-meta": "error"}
    title = {"io.murano.metadata.Title": {"text": "x"}}
    assert seen(workshop, Meta=[title]) == {}


def test_circles_of_inheritance(workshop):
    names = ("App", "B", "C")
    listed = {f"org.example.{name}": "App.yaml" for name in names}
    source = (
        "Name: App\nExtends: B\n---\nName: B\nExtends: App\n---\nName: C\nExtends: B\n"
        "Methods:\n  run:\n    Body: $.gone()\n"
    )
    found = workshop.findings("Namespaces: {'=': org.example}\n---\n" + source, Classes=listed)
    assert [f.code for f in found] == ["inheritance", "inheritance"]


def test_more_ancestors_than_can_be(workshop):
    count = 600
    listed = {f"org.example.C{i}": "App.yaml" for i in range(count)}
    classes = [f"Name: C{i}\nExtends: C{i - 1}\n" for i in range(1, count)]
    source = "Namespaces: {'=': org.example}\n---\nName: C0\n---\n" + "---\n".join(classes)
    assert [f.code for f in workshop.findings(source, Classes=listed)] == ["inheritance"]


def test_findings_are_limited_and_each_is_told_once(workshop):
    lines = "".join(f"      - $.a{i}()\n" for i in range(MAXIMUM + 10))
    found = workshop.findings(f"{APP}Methods:\n  run:\n    Body:\n{lines}")
    assert len(found) == MAXIMUM + 1
    assert "too-many" in {f.code for f in found}
    same = "".join("      - *x\n" for _ in range(2000))
    found = workshop.findings(f"{APP}Methods:\n  run:\n    Body:\n      - &x $.gone()\n{same}")
    assert [(f.code, f.line) for f in found] == [("unknown-method", 5)]


# ---------------------------------------------------------------- paths


def test_archives_and_folders_of_packages(workshop, tmp_path):
    root = workshop.write("example", {"Classes/App.yaml": f"{APP}Propertys: {{}}\n"})
    archive = tmp_path / "other" / "one.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as target:
        for path in root.rglob("*.yaml"):
            target.write(path, path.relative_to(root))
    for path, where in ((root, root), (archive, archive), (archive.parent, archive)):
        found = check([str(path)]).findings
        assert [(f.code, f.file) for f in found] == [("unknown-key", f"{where}/Classes/App.yaml")]
    assert len(check([str(root), str(archive), str(root)]).findings) == 2
