"""Entry point: ``python -m catalog_standalone.page --host H --port P --endpoints FILE``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from catalog_common.stopping import Stopping
from catalog_standalone.page.server import PageServer


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m catalog_standalone.page")
    parser.add_argument("--host", required=True, help="address to listen on")
    parser.add_argument("--port", required=True, type=int, help="port to listen on")
    parser.add_argument("--endpoints", required=True, type=Path, help="endpoints.json")
    options = parser.parse_args(arguments)
    stopping = Stopping()
    try:
        server = PageServer(options.host, options.port, options.endpoints)
    except OSError as error:
        print(f"page: cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 2
    server.start()
    print(f"page: ready at {server.url}", flush=True)
    stopping.wait()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
