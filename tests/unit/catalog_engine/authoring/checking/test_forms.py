"""The UI definition of a package is checked with it."""

from __future__ import annotations

import json

import pytest

from catalog_engine.authoring.checking.checker import check
from catalog_engine.authoring.checking.command import _json, _text

APP = "Name: App\n"
GOOD = "Application: {'?': {type: org.example.App}}\n"
BAD = GOOD + "Forms:\n  - f: {fields: [{name: a, type: Strng}]}\n"


def write(workshop, files, **manifest):
    namespaces = "Namespaces: {'=': org.example}\n"
    return str(
        workshop.write("example", {"Classes/App.yaml": namespaces + APP, **files}, **manifest)
    )


@pytest.mark.parametrize(
    ("file", "manifest"), [("UI/ui.yaml", {}), ("UI/mine.yaml", {"UI": "mine.yaml"})]
)
def test_findings_have_their_place_in_the_package(workshop, file, manifest):
    root = write(workshop, {file: BAD}, **manifest)
    report = check([root])
    (found,) = report.findings
    assert (found.file, found.line, found.code) == (f"{root}/{file}", 3, "ui/unknown-type")
    assert "[ui/unknown-type]" in _text(report)
    assert json.loads(_json(report))["findings"][0]["code"] == "ui/unknown-type"
    assert check([write(workshop, {file: GOOD}, **manifest)]).findings == []


def test_a_package_without_a_form(workshop):
    assert check([write(workshop, {})]).findings == []
