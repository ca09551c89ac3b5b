"""Processes of plans: where they work, and what is removed after them."""

import json
import uuid

import pytest

from guest_agent import protocol
from guest_agent.processes import Runs
from guest_agent.protocol import PlanError

BAD_IDS = ["../../victim", "..", ".", "", "/victim", "a/b", "a\0b"]


def plan(text):
    return {
        "FormatVersion": "2.0.0", "Body": "return script()",
        "Scripts": {"script": {
            "Type": "Application", "Version": "1.0.0", "EntryPoint": "script", "Files": [],
            "Options": {},
        }},
        "Files": {"script": {"Name": "script", "BodyType": "Text", "Body": text}},
    }  # fmt: skip


@pytest.fixture
def victim(tmp_path):
    folder = tmp_path / "victim"
    folder.mkdir()
    (folder / "kept").write_text("x")
    return folder


@pytest.mark.parametrize("plan_id", BAD_IDS)
def test_an_id_never_leads_out_of_the_working_folder(tmp_path, victim, plan_id):
    runs = Runs(tmp_path / "agent" / "storage")
    plan_id = str(victim) if plan_id == "/victim" else plan_id
    with pytest.raises(PlanError):
        runs.start(1, plan_id, plan("echo x > kept"))
    runs.forget(1, plan_id)
    assert (victim / "kept").read_text() == "x"


def test_a_run_and_what_is_left_of_it(tmp_path):
    storage = tmp_path / "agent"
    runs = Runs(storage)
    plan_id = uuid.uuid4().hex
    runs.start(7, plan_id, plan("#!/bin/sh\necho $CATALOG_PLAN_ID\n"))
    # A plan that was started is not started again.
    runs.start(7, plan_id, plan("#!/bin/sh\nexit 3\n"))
    result = json.loads(runs.wait(7, plan_id, lambda: False))
    assert (result["SourceID"], result["ErrorCode"]) == (plan_id, 0)
    assert result["Body"]["stdout"].strip() == plan_id
    runs.forget(7, plan_id)
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def test_a_run_that_is_killed_is_answered(tmp_path):
    runs = Runs(tmp_path)
    runs.start(1, "p1", plan("#!/bin/sh\nexec sleep 60\n"))
    runs._children[1].kill()
    result = json.loads(runs.wait(1, "p1", lambda: False))
    assert result["ErrorCode"] == protocol.INTERRUPTED
