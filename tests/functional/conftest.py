"""``burano standalone`` for a test session, ended to the last process; a headless browser."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

READY_SECONDS, STOP_SECONDS = 120, 60
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1200,1000",
)  # fmt: skip


class Standalone:
    """A running launcher and its state folder."""

    def __init__(self, state: Path, *arguments: str) -> None:
        self.state = state
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "catalog_standalone.launcher", "--state", str(state),
             *(arguments or ("--port", "0"))],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1,
            # Request statistics are not to be waited for.
            env={**os.environ, "OS_STATS__PERIOD": "0.01"},
        )  # fmt: skip
        self.said: list[str] = []
        self.ready = ""

    def await_line(self, part: str, seconds: float = READY_SECONDS) -> str:
        """The next line that holds ``part``; everything said so far is in the failure."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                if not selector.select(max(deadline - time.monotonic(), 0)):
                    continue
                line = self.process.stdout.readline()
                if not line:
                    break
                self.said.append(line.rstrip())
                if part in line:
                    return line.rstrip()
        raise AssertionError(f"{part!r} was not said, but:\n" + "\n".join(self.said))

    @property
    def endpoints(self) -> dict:
        return json.loads((self.state / "endpoints.json").read_text())

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a shell that sourced ``openrc``."""
        found = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
        for line in (self.state / "openrc").read_text().splitlines():
            if line.startswith("export OS_"):
                name, _, value = line.removeprefix("export ").partition("=")
                found[name] = shlex.split(value)[0]
        return found | {"no_proxy": "127.0.0.0/8,localhost"}

    @property
    def password(self) -> str:
        return self.environment["OS_PASSWORD"]

    def pid(self, name: str) -> int:
        return int((self.state / "run" / f"{name}.pid").read_text())

    def processes(self) -> list[str]:
        """Command lines of all processes that belong to this set."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                where = os.readlink(path / "cwd")
                if str(self.state) in command or where.startswith(str(self.state)):
                    found.append(f"{path.name} {command}")
        return found

    def stop(self) -> None:
        """SIGTERM; nothing may be left after it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            assert self.process.stdout is not None
            self.said += self.process.stdout.read().splitlines()
            self.process.stdout.close()

    def logs(self) -> str:
        """The end of every log, for failures."""
        parts = []
        for path in sorted((self.state / "log").glob("*.log")):
            parts += [f"== {path.name}", *path.read_text(errors="replace").splitlines()[-15:]]
        return "\n".join(parts)


@pytest.fixture(scope="session")
def standalone(tmp_path_factory) -> Iterator[Standalone]:
    """A set that tests share; each makes environments of its own."""
    running = Standalone(tmp_path_factory.mktemp("standalone") / "state")
    try:
        running.ready = running.await_line("ready in")
        yield running
    finally:
        running.stop()
    assert running.processes() == []


@pytest.fixture
def start_standalone(tmp_path) -> Iterator[type[Standalone]]:
    """Starts sets that one test has for itself."""
    started: list[Standalone] = []

    def start(*arguments: str, state: Path = tmp_path / "state") -> Standalone:
        started.append(Standalone(state, *arguments))
        return started[-1]

    yield start  # type: ignore[misc]
    for running in started:
        if running.process.poll() is None:
            running.stop()
        elif running.process.stdout is not None:
            running.process.stdout.close()


@pytest.fixture
def artifacts() -> Path:
    """Where screenshots are kept."""
    default = Path(__file__).parents[2] / "artifacts"
    folder = Path(os.environ.get("BURANO_ARTIFACTS") or default)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def browser(tmp_path, monkeypatch):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        if os.environ.get("BURANO_REQUIRE_SERVICES"):
            pytest.fail("chromium or chromedriver is missing: apt-get install chromium-driver")
        pytest.skip("no chromium or no chromedriver: apt-get install chromium chromium-driver")
    webdriver = pytest.importorskip("selenium.webdriver", reason="pip install selenium")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    chrome.set_page_load_timeout(60)
    yield chrome
    chrome.quit()
