"""``burano-api``: serves the REST API from a process of its own."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from catalog_api import setting_up
from catalog_api.cmd.serving import Server, run_until_stopped
from catalog_api.db.schema import SchemaError
from catalog_common import configuration
from catalog_common.listening import Address

LOG = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    try:
        conf = setting_up.load(sys.argv[1:] if arguments is None else arguments)
        application = setting_up.application(conf)
        options = conf.api
        limit = conf.packages_opts.package_size_limit * (1 << 20) + (2 << 20)
        server = Server(
            application, Address(options.host, options.port), threads=options.threads,
            max_body=limit,
        )  # fmt: skip
    except (configuration.ConfigurationError, SchemaError, ValueError, OSError) as error:
        print(f"{setting_up.PROGRAM}: {error}", file=sys.stderr)
        return 1

    def start() -> None:
        where = (options.host, options.port)
        LOG.info("burano-api is ready at %s:%s (process %s)", *where, os.getpid())

    run_until_stopped(server, start, lambda: None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
