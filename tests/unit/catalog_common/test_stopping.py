"""A service waits for the signal that ends it, whenever it comes."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, sys, threading
from catalog_common.stopping import Stopping
stopping = Stopping()
{before}
stopping.wait()
{after}
print("stopped", flush=True)
"""
ITSELF = "os.kill(os.getpid(), signal.{})"
SECONDS = 30


def run(before, after=""):
    program = PROGRAM.format(before=before, after=after)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=SECONDS,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_that_came_before_waiting_began(number):
    done = run(ITSELF.format(number))
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_that_comes_while_it_is_waited_for(number):
    done = run(f"threading.Timer(0.05, lambda: {ITSELF.format(number)}).start()")
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr


def test_other_signals_end_nothing():
    other = "signal.signal(signal.SIGUSR1, lambda *_: print('heard', flush=True))\n"
    done = run(other + ITSELF.format("SIGUSR1") + "\n" + ITSELF.format("SIGTERM"))
    assert (done.returncode, done.stdout) == (0, "heard\nstopped\n"), done.stderr


def test_the_second_one_ends_at_once():
    done = run(ITSELF.format("SIGTERM"), ITSELF.format("SIGTERM"))
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "")
