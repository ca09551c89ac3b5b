"""Reports: in the order in which they came, whatever they say."""

from __future__ import annotations

import pytest

from catalog_api.db import models
from catalog_common.contract.reports import ReportBatch


@pytest.fixture
def task(catalog):
    catalog.deploy()
    return catalog.claimed()


def test_they_are_numbered_in_the_order_in_which_they_came(catalog, task):
    texts = [f"line {number}" for number in range(30)]
    assert catalog.report(task, *texts[:20]) == {"recorded": 20}
    assert catalog.report(task, *texts[20:]) == {"recorded": 10}
    assert catalog.texts(task.task_id) == ["Action deploy is scheduled", *texts]
    numbers = [row.number for row in catalog.rows(models.Report)]
    assert sorted(numbers) == list(range(1, 32))


def test_a_repeated_call_reports_once(catalog, task):
    for _ in range(2):
        assert catalog.report(task, "once", number=5) == {"recorded": 1}
    assert catalog.texts(task.task_id)[1:] == ["once"]


@pytest.mark.parametrize("text", ["a\0b", "half a pair: \ud800", "\U0001f600 ü", "", "x" * 65_536])
def test_package_code_may_say_anything(catalog, task, text):
    catalog.report(task, text, object=text[:255])
    (found,) = catalog.texts(task.task_id)[1:]
    assert len(found) == len(text)
    assert "\0" not in found
    if text.isprintable():
        assert found == text


def test_the_engine_says_when_and_of_what(catalog, task):
    line = {"text": "t", "level": "warning", "object_id": "o", "details": "d", "time": 86400.5}
    batch = ReportBatch.from_dict({"claim": task.claim, "number": 1, "reports": [line]})
    catalog.recorder.record_reports(task.task_id, batch)
    (row,) = catalog.rows(models.Report, models.Report.text == "t")
    assert (row.level, row.entity_id, row.details) == ("warning", "o", "d")
    assert row.created.isoformat() == "1970-01-02T00:00:00.500000"


def test_calls_have_none(catalog):
    catalog.call()
    assert catalog.report(catalog.claimed(), "nobody reads this") == {"recorded": 0}
