"""JUnit's XML of test results, as build servers read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from catalog_engine.authoring.testing import Outcome
from catalog_engine.authoring.texts import printable

_TAGS: Final = {"failed": "failure", "error": "error"}


def document(outcomes: Sequence[Outcome]) -> bytes:
    """A ``testsuites`` document with one suite for each class."""
    root = ElementTree.Element("testsuites", _totals(outcomes))
    classes = dict.fromkeys(outcome.class_name for outcome in outcomes)
    for name in classes:
        own = [outcome for outcome in outcomes if outcome.class_name == name]
        suite = ElementTree.SubElement(root, "testsuite", {"name": name, **_totals(own)})
        for outcome in own:
            _add_case(suite, outcome)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _totals(outcomes: Sequence[Outcome]) -> dict[str, str]:
    statuses = [outcome.status for outcome in outcomes]
    return {
        "tests": str(len(outcomes)),
        "failures": str(statuses.count("failed")),
        "errors": str(statuses.count("error")),
        "skipped": "0",
        "time": f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    }


def _add_case(suite: ElementTree.Element, outcome: Outcome) -> None:
    case = ElementTree.SubElement(
        suite, "testcase",
        {
            "classname": printable(outcome.class_name),
            "name": printable(outcome.method or outcome.class_name),
            "time": f"{outcome.seconds:.3f}",
        },
    )  # fmt: skip
    if outcome.problems:
        problem = ElementTree.SubElement(
            case, _TAGS[outcome.status],
            {
                "message": printable(outcome.message),
                "type": printable(str(outcome.problems[0]["names"][0])),
            },
        )  # fmt: skip
        problem.text = printable("\n\n".join(own["report"] for own in outcome.problems))
    lines = [f"{row['level']} {row['logger']}: {row['message']}" for row in outcome.log]
    lines += [f"report {row['level']}: {row['text']}" for row in outcome.reports]
    if lines:
        ElementTree.SubElement(case, "system-out").text = printable("\n".join(lines))
