"""Logging: oslo.log set up, and warnings of libraries filtered in the one place for it."""

from __future__ import annotations

import warnings

from oslo_config import cfg
from oslo_log import log as oslo_log

QUIET = [
    "amqp=WARNING",
    "amqplib=WARNING",
    "kombu=WARNING",
    "keystoneauth=WARNING",
    "keystoneclient=INFO",
    "keystonemiddleware=WARNING",
    "oslo.messaging=INFO",
    "oslo_messaging=INFO",
    "requests=WARNING",
    "routes.middleware=WARNING",
    "sqlalchemy=WARNING",
    "stevedore=WARNING",
    "urllib3.connectionpool=WARNING",
    "waitress.queue=ERROR",
]
"""Levels of libraries that say more than an operator wants to read."""


def setup(conf: cfg.ConfigOpts, program: str) -> None:
    """Send the process's log where ``conf`` says: standard error by default.

    To be called once, by an entry point, with a configuration of ``configuration.load``.
    """
    filter_library_warnings()
    oslo_log.set_defaults(default_log_levels=QUIET)
    if not (conf.log_file or conf.log_dir or conf.use_journal):
        # oslo.log falls back to standard output, which is for what a command prints.
        conf.set_default("use_stderr", True)
    oslo_log.setup(conf, program)


def filter_library_warnings() -> None:
    """Hide warnings that concern the inside of libraries, each with its reason."""
    # oslo.messaging, oslo.service and oslo.utils of this release still import eventlet where it
    # is installed, and it announces its own end. We use their threading back ends only.
    warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"eventlet(\..*)?")
