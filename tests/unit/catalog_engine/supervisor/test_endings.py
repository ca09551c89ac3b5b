"""How a worker's end is read, and what people are told."""

from __future__ import annotations

import signal

import pytest

from catalog_common.contract.errors import Problem
from catalog_common.contract.messages import ContractError
from catalog_engine.host.messages import FrameError
from catalog_engine.supervisor import endings
from catalog_engine.supervisor.conductors import Refused
from catalog_engine.supervisor.dispatcher import Deadlock
from catalog_engine.supervisor.journal import JournalFull
from catalog_engine.supervisor.limits import Limits
from catalog_engine.supervisor.replay import ReplayMismatch
from catalog_engine.supervisor.workers import Exit

LIMITS = Limits({}, memory=256 << 20, cpu_seconds=60, wall_seconds=3600, allowance=120)


@pytest.mark.parametrize(
    ("how", "outcome", "text"),
    [
        (Exit(None, signal.SIGKILL, 3.0, False), None, "killed by somebody else"),
        (Exit(None, signal.SIGTERM, 3.0, False), None, "killed by somebody else"),
        (Exit(None, signal.SIGKILL, 60.1, False), "failed", "limit_cpu_seconds"),
        (Exit(None, signal.SIGXCPU, 60.1, False), "failed", "limit_cpu_seconds"),
        (Exit(None, signal.SIGSEGV, 3.0, False), "failed", "limit_memory_mb, 256"),
        (Exit(70, None, 3.0, False), "failed", "exit code 70"),
        (Exit(0, None, 3.0, False), "failed", "without a result"),
        (None, "failed", "had to be killed"),
    ],
)
def test_ends_of_workers(how, outcome, text):
    end = endings.of_worker(how, LIMITS, None)
    assert end.outcome == outcome
    assert end.counts == (outcome is None)
    assert text in end.text


@pytest.mark.parametrize(
    ("stop", "text"), [("cancelled", "was cancelled"), ("deadline", "limit_wall_seconds")]
)
def test_ends_of_workers_that_were_killed_for_a_stop(stop, text):
    end = endings.of_worker(Exit(None, signal.SIGKILL, 3.0, True), LIMITS, stop)
    assert end.outcome == "cancelled"
    assert text in end.text
    assert "cleanup_seconds" in end.text
    assert end.result(()).outcome == "cancelled"


@pytest.mark.parametrize(
    "error",
    [
        Deadlock("all wait"), FrameError("no frame"), ContractError("no entry"),
        JournalFull("too much"), ReplayMismatch("0#1", "this", "that"),
        Refused(Problem(413, "", "too much", "journal_full")),
    ],
)  # fmt: skip
def test_faults_of_the_task_end_it(error):
    end = endings.of_error(error)
    assert end.outcome == "failed"
    result = end.result(())
    assert result.result.isException
    assert result.model is None


def test_a_mismatch_shows_both_sides():
    details = endings.of_error(ReplayMismatch("0#1", "this", "that")).details
    assert "this" in details
    assert "that" in details


@pytest.mark.parametrize("error", [RuntimeError(), Refused(Problem(409, "", "", "claim_lost"))])
def test_other_faults_do_not(error):
    assert endings.of_error(error) is None
