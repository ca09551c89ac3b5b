"""Run the whole catalog on this machine: local cloud, API, conductor, engines and a page."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from catalog_standalone import layout
from catalog_standalone.cloud.config import ConfigError
from catalog_standalone.cloud.guests import isolation
from catalog_standalone.layout import LaunchError, Layout, Lock, Options
from catalog_standalone.processes import Fleet, Stopped
from catalog_standalone.programs import Programs

DEFAULT_PORT = 8082
WILDCARDS = ("0.0.0.0", "::", "")
Say = Callable[[str], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; returns 0 then, and 1 when it cannot start."""
    logging.basicConfig(level=logging.WARNING, format="burano standalone: %(message)s")
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        with_state(options, say)
    except LaunchError as error:
        print(f"burano standalone: {error}", file=sys.stderr)
        return 1
    return 0


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)


def default_state() -> Path:
    """Where state is kept when the command line does not say."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "burano"


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; a wrong one ends the process with a usage message."""
    parser = argparse.ArgumentParser(
        prog="burano standalone",
        description=(__doc__ or "").partition("\n")[0],
        epilog="Environment variables OS_SECTION__OPTION set options of the services, for example"
        " OS_ENGINE__LIMIT_MEMORY_MB=512 (docs: etc/burano/burano.conf.sample).",
    )
    parser.add_argument(
        "--state", type=Path, default=None, metavar="DIR",
        help=f"folder of databases, guests, logs and configuration (default {default_state()})",
    )  # fmt: skip
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT,
        help="port of the API; page, local cloud and hub take the ports after it. 0 chooses a free"
        f" block and remembers it in the state folder ({DEFAULT_PORT})",
    )  # fmt: skip
    parser.add_argument("--engines", type=int, default=2, metavar="N", help="engines to run (2)")
    parser.add_argument(
        "--database", metavar="URL", help="SQLAlchemy URL of a database in place of SQLite"
    )
    parser.add_argument(
        "--broker", metavar="URL", help="amqp:// URL of a RabbitMQ in place of the hub"
    )
    found = parser.parse_args(arguments)
    if found.engines < 1:
        parser.error("--engines must be 1 or more")
    if not 0 <= found.port < 65536:
        parser.error("--port must be between 0 and 65535")
    if found.host in WILDCARDS:
        parser.error("--host must be one address, since it becomes part of the services' URLs")
    return Options(
        state=found.state or default_state(), host=found.host, port=found.port,
        engines=found.engines, database=found.database, broker=found.broker,
    )  # fmt: skip


def with_state(options: Options, say: Say) -> None:
    """Take the state folder, run everything over it, leave it in order.

    :raises LaunchError: it could not be started.
    """
    places = Layout(options.state)
    lock = Lock(places.root / "lock")
    try:
        check_sandbox(places, say)
        ports = stable_ports(options, places)
        layout.check_ports(options.host, ports)
        secrets = layout.remembered(places.root / "secrets.json", layout.new_secrets)
        run(places, Programs(options, places, ports, secrets), secrets, say)
    finally:
        lock.release()


def check_sandbox(places: Layout, say: Say) -> None:
    """Say at once when guests cannot be isolated here, or not as well as they could be.

    :raises LaunchError: they cannot be isolated at all.
    """
    try:
        method, failures = isolation.choose("auto", places.run)
    except ConfigError as error:
        raise LaunchError(
            f"{error} (apt-get install bubblewrap; sysctl kernel.unprivileged_userns_clone=1;"
            " on Ubuntu also sysctl kernel.apparmor_restrict_unprivileged_userns=0)"
        ) from error
    if failures:
        say(f"warning: guests are isolated by {method} only ({'; '.join(failures)})")


def stable_ports(options: Options, places: Layout) -> dict[str, int]:
    """The ports of this run. The hub keeps its own: guests of earlier runs know it."""
    path = places.root / "ports.json"
    known = layout.remembered(path, lambda: layout.choose_ports(options))
    if not options.port:
        return known
    ports = layout.choose_ports(options) | {"hub": known["hub"]}
    layout.write_private(path, json.dumps(ports, indent=2) + "\n")
    return ports


def run(places: Layout, programs: Programs, secrets: dict[str, Any], say: Say) -> None:
    """Start everything, say that it is ready, supervise it to the end.

    :raises LaunchError: something could not be started; nothing is left running then.
    """
    started = time.monotonic()
    programs.write_files()
    for path in (places.openrc, places.endpoints):
        path.unlink(missing_ok=True)
    fleet = Fleet(places.root, places.log, places.pid_file)
    try:
        first, *others = programs.stages()
        fleet.start(first, lambda: synchronise(fleet, programs))
        for stage in others:
            fleet.start(stage)
        layout.write_private(places.openrc, programs.openrc())
        layout.write_private(places.endpoints, json.dumps(programs.endpoints(), indent=2) + "\n")
        say(
            f"ready in {time.monotonic() - started:.1f} s: API {programs.url('api')},"
            f" page {programs.url('page')}/#user=demo&password={secrets['demo']},"
            f" clients: . {places.openrc} (addresses: {places.endpoints}, logs: {places.log})"
        )
        fleet.supervise(say)
    except Stopped:
        return
    finally:
        fleet.stop()


def synchronise(fleet: Fleet, programs: Programs) -> None:
    """Bring the database's tables up to date."""
    fleet.run(programs.synchronise_database(), programs.environment, "database")


if __name__ == "__main__":
    sys.exit(main())
