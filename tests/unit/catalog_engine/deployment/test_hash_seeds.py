"""The same program has the same journal whatever Python's hash seed is."""

import json
import os
import subprocess
import sys

import pytest

MODULE = "tests.unit.catalog_engine.deployment.wide"


@pytest.fixture(scope="module")
def journals():
    """The journal of the wide program under three hash seeds."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", MODULE], stdout=subprocess.PIPE, cwd=os.getcwd(),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
        )
        for seed in ("0", "1", "4242")
    ]  # fmt: skip
    outputs = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0]
    return outputs


def test_journals_are_equal_byte_by_byte(journals):
    first, *others = journals
    assert first.count(b"\n") > 100
    for other in others:
        assert other == first


def test_the_program_does_what_it_is_for(journals):
    rows = [json.loads(line) for line in journals[0].splitlines()]
    results = [row for row in rows if isinstance(row, dict)]
    assert [row["outcome"] for row in results] == [
        "succeeded", "succeeded", "failed", "succeeded", "succeeded"
    ]  # fmt: skip
    asked = [row for row in rows if isinstance(row, list) and isinstance(row[1], str)]
    assert {(port, operation) for _key, port, operation, _arguments in asked} >= {
        ("stacks", "apply"), ("stacks", "read"), ("agents", "prepare"), ("cloud", "networks"),
        ("reports", "report"), ("clock", "sleep"), ("state", "attribute"), ("packages", "find"),
    }  # fmt: skip
    assert len({key.partition("#")[0] for key, *_use in asked if key}) > 6
    texts = [row[3]["text"] for row in asked if row[1:3] == ["reports", "report"]]
    assert "heard of a" in texts
    assert "destroyed b" in texts
