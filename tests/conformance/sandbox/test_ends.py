"""How workers end: with their task, their server, their supervisor; and what is said about it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from catalog_engine.supervisor.sandbox import choose
from catalog_engine.supervisor.workers import ForkServer

SECONDS = 60
KINDS = ("bubblewrap", "unshare", "none")
SUPERVISOR = """
import sys
from catalog_engine.supervisor.sandbox import choose
from catalog_engine.supervisor.sandbox import choose
from catalog_engine.supervisor.workers import ForkServer
server = ForkServer(choose(sys.argv[1]), ("-c", sys.argv[2]))
server.start()
busy, idle = server.fork({}), server.fork({})
busy.channel.send({"type": "run", "code": "while True: pass"})
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def own(prison, program, request):
    """A fork server that one test may kill."""
    prison(request.param, filter_calls=True)  # skips where there is no such sandbox
    server = ForkServer(choose(request.param), ("-c", program))
    server.start()
    yield server
    server.close()


@pytest.mark.parametrize("kind", KINDS)
def test_killing_the_supervisor_leaves_no_process(prison, program, processes, kind):
    prison(kind, filter_calls=True)
    descendants, are_gone = processes
    supervisor = subprocess.Popen(
        [sys.executable, "-P", "-c", SUPERVISOR, kind, program],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with supervisor:
        try:
            assert supervisor.stdout.readline() == "up\n"
            below = descendants(supervisor.pid)
            assert len(below) >= 3
        finally:
            supervisor.kill()
    assert are_gone(below)


@pytest.mark.parametrize("own", KINDS, indirect=True)
def test_killing_the_fork_server_ends_its_workers_and_starts_another(own, processes):
    descendants, are_gone = processes
    before = descendants(os.getpid())
    worker = own.fork({})
    worker.channel.send({"type": "run", "code": "while True: pass"})
    mine = _below(own, descendants)
    assert mine <= descendants(os.getpid())
    assert not mine <= before
    for pid in mine:
        _kill(pid)
    how = worker.wait(SECONDS)
    worker.close()
    assert how is not None
    assert how.is_foreign
    assert are_gone(mine)
    again = own.fork({})
    again.close()
    assert again.wait(SECONDS).code == 0


@pytest.mark.parametrize("own", ["none"], indirect=True)
def test_a_foreign_kill_is_told_from_a_limit_and_from_our_own(own):
    foreign, ours, busy, done = (own.fork({"cpu_seconds": 2}) for _ in range(4))
    # Without a namespace, its number there is its number here.
    _kill(_asked(foreign, "import os; said = os.getpid()"))
    how = foreign.wait(SECONDS)
    assert how.is_foreign
    assert not how.hit_cpu_limit(2)

    ours.kill()
    how = ours.wait(SECONDS)
    assert how.killed
    assert not how.is_foreign

    # The kernel's limit counts ticks, which run ahead of the time really used on a busy machine;
    # so what we are told is held against what the worker itself measured.
    measured = _asked(busy, "import time\nwhile (said := time.process_time()) < 0.9: pass")
    busy.channel.send({"type": "run", "code": "while True: pass"})
    how = busy.wait(SECONDS)
    assert how.hit_cpu_limit(2)
    assert how.cpu >= measured >= 0.9

    done.close()
    how = done.wait(SECONDS)
    assert (how.code, how.signal, how.is_foreign) == (0, None, False)
    for worker in (foreign, ours, busy):
        worker.close()


@pytest.mark.parametrize("own", ["none"], indirect=True)
def test_a_crash_ends_one_worker_only(own):
    crashing, sibling = own.fork({}), own.fork({})
    crashing.channel.send({"type": "run", "code": "import ctypes; ctypes.string_at(0)"})
    how = crashing.wait(SECONDS)
    assert how.signal == signal.SIGSEGV
    assert not how.is_foreign
    assert _asked(sibling, "said = 1") == 1
    crashing.close()
    sibling.close()


def _below(server, descendants):
    process = server._process
    return descendants(process.pid) | {process.pid}


def _asked(worker, code):
    worker.within(SECONDS)
    worker.channel.send({"type": "run", "code": code})
    return worker.channel.receive()["said"]


def _kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
