"""``burano-agent``: runs until SIGTERM."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from guest_agent.configuration import ConfigurationError, Settings, load
from guest_agent.service import Agent

ENDS = (signal.SIGTERM, signal.SIGINT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the agent."""
    parser = argparse.ArgumentParser(
        prog="burano-agent", description="Runs execution plans on this machine."
    )
    parser.add_argument(
        "--config-file", type=Path, default=Path("/etc/murano/agent.conf"), metavar="FILE"
    )
    options = parser.parse_args(arguments)
    try:
        settings = load(options.config_file)
        _log(settings)
        agent = Agent(settings)
    except (ConfigurationError, OSError, sqlite3.Error) as error:
        print(f"burano-agent: {error}", file=sys.stderr)
        return 2
    ending = _ending()
    agent.start()
    while ending.recv(1)[0] not in ENDS:
        continue
    agent.stop()
    return 0


def _ending() -> socket.socket:
    """A socket that the interpreter itself writes the numbers of signals to.

    A handler in Python may run too late, or inside of a lock that it needs.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    for number in ENDS:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    return reader


def _log(settings: Settings) -> None:
    logging.basicConfig(
        level=logging.DEBUG if settings.debug else logging.INFO,
        filename=settings.log_file or None,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    # The library's own debug lines hold whole messages, parameters of plans included.
    logging.getLogger("amqp").setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
