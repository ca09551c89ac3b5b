"""Entry point: ``python -m catalog_standalone.cloud --config FILE``."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

from catalog_common.stopping import Stopping
from catalog_standalone.cloud.app import LocalCloud
from catalog_standalone.cloud.config import ConfigError, load
from catalog_standalone.cloud.guests.manager import GuestManager
from catalog_standalone.cloud.serving import PortBusy


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; print one JSON line when ready."""
    parser = argparse.ArgumentParser(prog="python -m catalog_standalone.cloud")
    parser.add_argument("--config", required=True, type=Path, help="JSON configuration file")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    # Waitress warns about queues under bursts, which are no news to anybody here.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    stopping = Stopping()
    try:
        config = load(options.config)
        guests = GuestManager(config.state_dir / "guests", config.guests)
        cloud = LocalCloud(config, guests)
        endpoints = cloud.start()
    except (ConfigError, PortBusy) as error:
        print(f"local cloud: {error}", file=sys.stderr)
        return 2
    print(json.dumps({"ready": True, "endpoints": endpoints}), flush=True)
    stopping.wait()
    cloud.stop()
    guests.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
