"""Entry point: ``python -m catalog_standalone.hub --config FILE``."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

from catalog_common.stopping import Stopping
from catalog_standalone.hub.server import Hub
from catalog_standalone.hub.store import Store


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; print one JSON line when ready."""
    parser = argparse.ArgumentParser(prog="python -m catalog_standalone.hub")
    parser.add_argument("--config", required=True, type=Path, help="JSON configuration file")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stopping = Stopping()
    try:
        config = json.loads(options.config.read_text())
        store = Store(Path(config["state_dir"]) / "hub.sqlite")
        hub = Hub(store, config["host"], int(config["port"]), Path(config["control"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"hub: {options.config}: {error!r}", file=sys.stderr)
        return 2
    store.purge()
    hub.start()
    print(json.dumps({"ready": True, "port": hub.port}), flush=True)
    stopping.wait()
    hub.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
