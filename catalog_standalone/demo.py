"""Show the catalog at work: deploy a sample, kill an engine, see the deployment go on."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from catalog_standalone import layout
from catalog_standalone.catalog_client import CatalogClient, CatalogError
from catalog_standalone.demo_acts import Acts, DemoError, Outcome
from catalog_standalone.demo_display import Display, choose
from catalog_standalone.launcher import DEFAULT_PORT, stable_ports
from catalog_standalone.layout import LaunchError, Layout, Options

READY_SECONDS, STOP_SECONDS = 120.0, 60.0
PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both acts, then stay up until Ctrl-C; with ONCE=1 in the environment end at once.

    Returns 0 when everything went as it must; otherwise 1, and says why.
    """
    options = parse(sys.argv[1:] if arguments is None else arguments)
    once = os.environ.get("ONCE", "") not in ("", "0")
    temporary = options.state is None
    state = Path(tempfile.mkdtemp(prefix="burano-demo-")) if temporary else options.state
    display = choose()
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        outcome = show(state, options, display, once)
    except KeyboardInterrupt:
        _forget(state, temporary)
        return 130
    except (LaunchError, DemoError, CatalogError) as error:
        print(f"burano demo: {error}", file=sys.stderr)
        print(f"Logs and state of this run are kept in {state}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGTERM, previous)
    _forget(state, temporary)
    if once:
        print(json.dumps(outcome.as_json()), flush=True)
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="burano demo", description=(__doc__ or "").partition("\n")[0],
        epilog="ONCE=1 in the environment: end after both acts; the last line is a JSON object.",
    )  # fmt: skip
    parser.add_argument(
        "--state", type=Path, metavar="DIR",
        help="state folder of the standalone set, kept afterwards (default: a temporary one)",
    )  # fmt: skip
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT,
        help=f"first port of the standalone set, 0 for any free ones ({DEFAULT_PORT})",
    )  # fmt: skip
    for name in ("engines", "database", "broker"):
        parser.add_argument(f"--{name}", help=f"as burano standalone --{name}")
    return parser.parse_args(arguments)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the demo as Ctrl-C does."""
    raise KeyboardInterrupt


def _forget(state: Path, temporary: bool) -> None:
    if temporary:
        shutil.rmtree(state, ignore_errors=True)


def launcher_arguments(state: Path, options: argparse.Namespace) -> list[str]:
    """The command line of the standalone set."""
    words = ["--state", str(state), "--port", str(options.port)]
    for name in ("engines", "database", "broker"):
        if value := getattr(options, name):
            words += [f"--{name}", value]
    return words


def show(state: Path, options: argparse.Namespace, display: Display, once: bool) -> Outcome:
    """Start the standalone set, play both acts, and stop it again."""
    places = Layout(state)
    ports = stable_ports(Options(state, port=options.port), places)
    secrets = layout.remembered(places.root / "secrets.json", layout.new_secrets)
    page = f"http://127.0.0.1:{ports['page']}/#user=demo&password={secrets['demo']}"
    display.line(f"page: {page}", "bold")
    started = time.monotonic()
    with standalone(launcher_arguments(state, options), display) as launcher:
        endpoints = json.loads(places.endpoints.read_text())
        client = CatalogClient(endpoints["application-catalog"], endpoints["identity"])
        acts = Acts(client, display, places.pid_file, launcher.watch)
        acts.outcome.seconds["start"] = time.monotonic() - started
        with contextlib.closing(client):
            client.sign_in("demo", secrets["demo"], "demo")
            acts.deploy()
            acts.rebuild()
        acts.outcome.seconds["total"] = time.monotonic() - started
        summarise(acts.outcome, display)
        if not once:
            suggest(acts.outcome, places, page, display)
            launcher.stay()
    return acts.outcome


def summarise(outcome: Outcome, display: Display) -> None:
    """The closing table."""
    display.table([
        ("environment", f"{outcome.environment_name} ({outcome.environment})"),
        ("status", outcome.status),
        ("component", outcome.component),
        ("address", outcome.url),
        ("attempts of the action", f"{outcome.attempts} (script ran: {outcome.script_runs})"),
        *((f"seconds: {name}", f"{value:.1f}") for name, value in outcome.seconds.items()),
    ])  # fmt: skip


def suggest(outcome: Outcome, places: Layout, page: str, display: Display) -> None:
    """What to try next."""
    display.line("Next, in another terminal:")
    for command in (
        f"xdg-open '{page}'",
        f"curl {outcome.url}",
        f". {places.openrc}; pip install python-muranoclient; murano environment-list",
        f"tail -f {places.log}/*.log",
    ):
        display.line(f"  {command}")


class Launcher:
    """The standalone set as a child of the demo; what it says is shown."""

    def __init__(self, arguments: list[str], display: Display) -> None:
        self._display = display
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        parent = os.getpid()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "catalog_standalone.launcher", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            process_group=0, preexec_fn=lambda: _end_with(parent),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def await_ready(self) -> None:
        """Until it says that it is ready.

        :raises DemoError: it ended, or took too long.
        """
        said: list[str] = []
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.01))
            except queue.Empty:
                raise DemoError(f"nothing was ready within {READY_SECONDS:.0f} seconds") from None
            if line is None:
                raise DemoError("the standalone set did not start:\n" + "\n".join(said))
            if line.startswith("ready "):
                return
            said.append(line)

    def watch(self) -> None:
        """Show what it said meanwhile.

        :raises DemoError: it ended.
        """
        while not self._lines.empty():
            line = self._lines.get()
            if line is None:
                raise DemoError("the standalone set ended; its logs say why")
            self._display.line(line, "yellow")

    def stay(self) -> None:
        """Until Ctrl-C, or its end."""
        self._display.line("Everything stays up until Ctrl-C.", "bold")
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                line = self._lines.get()
                if line is None:
                    raise DemoError("the standalone set ended; its logs say why")
                self._display.line(line, "yellow")

    def stop(self) -> None:
        """End it and all that it started."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


@contextlib.contextmanager
def standalone(arguments: list[str], display: Display) -> Iterator[Launcher]:
    """The standalone set, ready; ended on leaving."""
    launcher = Launcher(arguments, display)
    try:
        with display.stage("starting the catalog and its local cloud"):
            launcher.await_ready()
        yield launcher
    finally:
        launcher.stop()


if __name__ == "__main__":
    sys.exit(main())
