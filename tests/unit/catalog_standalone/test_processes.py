"""Children of the launcher: order, readiness, restarts, and that none is left."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from catalog_standalone import readiness
from catalog_standalone.layout import LaunchError
from catalog_standalone.processes import Fleet, Program, Stopped

SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(600)\n"
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER
PARENT = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('child', child.pid, 'up', flush=True)\nchild.wait()\n"
)


def program(name, code, **times):
    command = [sys.executable, "-c", code]
    return Program(name, command, readiness.logs("up"), dict(os.environ), **times)


@pytest.fixture
def fleet(tmp_path):
    made = Fleet(tmp_path, tmp_path, lambda name: tmp_path / f"{name}.pid")
    yield made
    made.stop()


def pid(tmp_path, name):
    return int((tmp_path / f"{name}.pid").read_text())


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_children_are_ready_known_by_pid_and_ended(fleet, tmp_path):
    fleet.start([program("a", SLEEPER), program("b", SLEEPER)])
    pids = [pid(tmp_path, name) for name in "ab"]
    assert all(map(alive, pids))
    fleet.stop()
    assert not any(map(alive, pids))
    assert not list(tmp_path.glob("*.pid"))


def test_what_a_child_started_ends_with_it(fleet, tmp_path):
    fleet.start([program("a", PARENT)])
    grandchild = int((tmp_path / "a.log").read_text().split()[1])
    fleet.stop()
    deadline = time.monotonic() + 10
    while alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(grandchild)


def test_a_child_that_ignores_sigterm_is_killed(fleet, tmp_path):
    fleet.start([program("a", STUBBORN, stop_seconds=0.2)])
    number = pid(tmp_path, "a")
    fleet.stop()
    assert not alive(number)


def test_a_child_that_ends_at_its_start_is_quoted(fleet):
    with pytest.raises(LaunchError, match=r"a ended at its start(.|\n)*no such thing"):
        fleet.start([program("a", "raise SystemExit('no such thing')")])


def test_a_child_that_is_never_ready_is_given_up(fleet):
    code = "import time; print('hm', flush=True); time.sleep(600)"
    with pytest.raises(LaunchError, match=r"not ready within 0 seconds"):
        fleet.start([program("a", code, ready_seconds=0.3)])


def test_a_killed_child_is_started_again(fleet, tmp_path):
    fleet.start([program("a", SLEEPER, restart_seconds=0.01)])
    first = pid(tmp_path, "a")
    said = []

    def say(text):
        said.append(text)
        if text.endswith("started again"):
            os.kill(os.getpid(), signal.SIGTERM)

    os.kill(first, signal.SIGKILL)
    fleet.supervise(say)
    assert "a was killed by SIGKILL" in said[0]
    assert alive(pid(tmp_path, "a"))
    assert pid(tmp_path, "a") != first


def test_restarts_come_ever_later(fleet):
    fleet.start([program("a", SLEEPER, restart_seconds=0.5)])
    (child,) = fleet.children
    delays = []
    for _ in range(8):
        child.process.kill()
        child.process.wait()
        delays.append(child.plan_restart())
        child.start()
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_sigterm_while_starting_stops_the_start(fleet):
    code = "import time; time.sleep(600)"
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    with pytest.raises(Stopped):
        fleet.start([program("a", code)])
    timer.join()


def test_children_die_with_a_killed_launcher(tmp_path):
    code = (
        "import sys, time, pathlib\n"
        "from catalog_standalone import readiness\n"
        "from catalog_standalone.processes import Fleet, Program\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "fleet = Fleet(here, here, lambda name: here / (name + '.pid'))\n"
        f"command = [sys.executable, '-c', {SLEEPER!r}]\n"
        "fleet.start([Program('a', command, readiness.logs('up'), {})])\n"
        "print('started', flush=True)\ntime.sleep(600)\n"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE
    )  # fmt: skip
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == b"started\n"
    number = pid(tmp_path, "a")
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    deadline = time.monotonic() + 10
    while alive(number) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(number)


def test_a_failed_run_is_quoted(fleet):
    with pytest.raises(LaunchError, match=r"database failed(.|\n)*no table"):
        fleet.run([sys.executable, "-c", "raise SystemExit('no table')"], os.environ, "database")
