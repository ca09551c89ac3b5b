"""From configuration to the application: shared by the WSGI module and ``burano-api``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog_api import app
from catalog_api.db.database import database_from_options
from catalog_api.db.schema import require_current
from catalog_api.services.conductors import Conductor
from catalog_api.services.trusts import Trusts
from catalog_common import configuration
from catalog_common import logging as burano_logging
from catalog_common.listening import Address

PROGRAM = "burano-api"
SECTIONS = (
    configuration.API, configuration.DATABASE, configuration.DATABASE_ENCRYPTION,
    configuration.CONDUCTOR, configuration.PACKAGES, configuration.STATS,
)  # fmt: skip


def load(arguments: Sequence[str]) -> Any:
    """Configuration of the API, with logging set up.

    :raises ConfigurationError: it cannot be used.
    """
    conf = configuration.load(arguments, *SECTIONS, program=PROGRAM)
    burano_logging.setup(conf, PROGRAM)
    return conf


def application(conf: Any) -> Any:
    """The WSGI application.

    :raises SchemaError: the database was not brought to this release's schema.
    """
    database = database_from_options(conf.database, conf.database_encryption["keys"])
    require_current(database)
    trusts = Trusts(conf)
    endpoint = conf.conductor.endpoint
    needs_token = bool(endpoint) and not Address.parse(endpoint).path
    conductor = Conductor(endpoint, trusts.service_token if needs_token else None)
    return app.make(conf, database, trusts, conductor)
