"""``burano-agent``: runs until SIGTERM."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from guest_agent.configuration import ConfigurationError, load
from guest_agent.service import Agent


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
    except ConfigurationError as error:
        print(f"burano-agent: {error}", file=sys.stderr)
        return 2
    logging.basicConfig(
        level=logging.DEBUG if settings.debug else logging.INFO,
        filename=settings.log_file or None,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("amqp").setLevel(logging.WARNING)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    agent = Agent(settings)
    agent.start()
    stopping.wait()
    agent.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
