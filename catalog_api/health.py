"""Health of the API for load balancers: oslo.middleware's, with checks of database and broker."""

from __future__ import annotations

import logging
from typing import Any, Final

from oslo_middleware import healthcheck
from oslo_middleware.healthcheck import pluginbase

from catalog_api.db.database import Database
from catalog_api.services import presence
from catalog_api.services.records import UNREACHABLE

LOG = logging.getLogger(__name__)
PATH: Final = "/healthcheck"
BACKENDS: Final = ["burano_database", "burano_broker"]
"""Asked unless the operator names others in ``[healthcheck] backends``."""

_DATABASE: Final = "burano_database"


def make(conf: Any, database: Database) -> Any:
    """The application behind ``PATH``: 200, or 503 when a backend is not available.

    Backends of oslo.middleware (``disable_by_file``, …) can be added by configuration.
    """
    conf.register_opts(healthcheck.opts.HEALTHCHECK_OPTS, group="healthcheck")
    conf.set_default("backends", BACKENDS, group="healthcheck")
    made = healthcheck.Healthcheck(None, conf)
    # Backends share this mapping; the library offers no other way to hand them anything.
    made.conf[_DATABASE] = database
    return made


class DatabaseCheck(pluginbase.HealthcheckBaseExtension):
    """Available while the database answers a query."""

    def healthcheck(self, server_port: int) -> pluginbase.HealthcheckResult:
        """Ask the database what time it is."""
        database: Database = self.conf[_DATABASE]
        try:
            with database.reader() as session:
                database.now(session)
        except UNREACHABLE as error:
            # Its text may tell addresses and accounts, and callers need no token.
            LOG.warning("the database is away: %s", error)
            return pluginbase.HealthcheckResult(False, "the database does not answer")
        return pluginbase.HealthcheckResult(True, "OK")


class BrokerCheck(pluginbase.HealthcheckBaseExtension):
    """Available unless a broker is configured and no conductor that is up reaches it.

    The API itself has no connection to the broker; conductors tell of theirs in the database.
    """

    def healthcheck(self, server_port: int) -> pluginbase.HealthcheckResult:
        """Ask the database what conductors tell."""
        database: Database = self.conf[_DATABASE]
        try:
            with database.reader() as session:
                told = presence.brokers(session, database.now(session))
        except UNREACHABLE:
            # That is the other check's to say.
            return pluginbase.HealthcheckResult(True, "OK", "nobody can tell of the broker")
        configured = [is_reached for is_reached in told if is_reached is not None]
        if not told:
            return pluginbase.HealthcheckResult(True, "OK", "no conductor is up")
        if not configured:
            return pluginbase.HealthcheckResult(True, "OK", "no broker is configured")
        if not any(configured):
            return pluginbase.HealthcheckResult(False, "no conductor reaches the broker")
        reached = f"{sum(configured)} of {len(configured)} conductors reach the broker"
        return pluginbase.HealthcheckResult(True, "OK", reached)
