"""``burano-conductor``: hands tasks to engines and records what they do."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from catalog_api.cmd.serving import Server, run_until_stopped
from catalog_api.conductor.face import Face, Wakeups
from catalog_api.conductor.loops import Loops
from catalog_api.conductor.notices import Notices
from catalog_api.conductor.presence import Presence
from catalog_api.conductor.recorder import Recorder, Rules
from catalog_api.db.database import Database, database_from_options
from catalog_api.db.schema import SchemaError, require_current
from catalog_api.services.records import UNREACHABLE
from catalog_api.services.trusts import Trusts
from catalog_common import configuration
from catalog_common import logging as burano_logging
from catalog_common.listening import Address

LOG = logging.getLogger(__name__)
PROGRAM = "burano-conductor"
BODY_MARGIN = 16 * 1024 * 1024
"""Bytes by which a body may be too large and still be refused by us, in our words."""
ENCRYPTED_GROWTH = 2
"""How much larger a statement may be than the body whose values it stores."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    try:
        conf = configuration.load(
            sys.argv[1:] if arguments is None else arguments, configuration.DATABASE,
            configuration.DATABASE_ENCRYPTION, configuration.CONDUCTOR, configuration.MESSAGING,
            configuration.STATS, program=PROGRAM,
        )  # fmt: skip
        burano_logging.setup(conf, PROGRAM)
        database = database_from_options(conf.database, conf.database_encryption["keys"])
        require_current(database)
        address = Address.parse(conf.conductor.listen)
        serve(conf, database, address)
    except (
        configuration.ConfigurationError, SchemaError, ValueError, OSError, *UNREACHABLE,
    ) as error:  # fmt: skip
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    return 0


def serve(conf: Any, database: Database, address: Address) -> None:
    """Serve on an address until a signal comes."""
    options = conf.conductor
    rules = Rules.of(options)
    wakeups = Wakeups()
    publisher = _publisher(conf)
    tell: Callable[[str], None] = publisher.tell if publisher is not None else _nobody

    def wake(task_id: str) -> None:
        wakeups.wake()
        tell(task_id)

    # A part of the threads stays free for those who renew leases and record.
    waiting = max(1, options.threads * 3 // 4)
    max_body = _max_body(options.max_body_size, database)
    face: Any = Face(Recorder(database, rules), wakeups, tell, max_body, waiting)
    if not address.path:
        face = _guarded(face, conf)
    server = Server(face, address, threads=options.threads, max_body=max_body + BODY_MARGIN)
    loops = Loops(database, rules, options, Trusts(conf), wake)
    loops.start()
    notices = Notices(database, _notifier(conf), timedelta(minutes=conf.stats.env_audit_period))
    notices.start()
    presence = Presence(database, _no_broker if publisher is None else publisher.reaches_broker)
    presence.start()

    def start() -> None:
        LOG.info("%s is ready at %s (process %s)", PROGRAM, options.listen, os.getpid())

    def stop() -> None:
        wakeups.close()
        # Before the server: who cannot renew here any more is not to lose a lease for it.
        loops.close()
        notices.close()
        presence.close()

    run_until_stopped(server, start, stop)
    if publisher is not None:
        publisher.close()
    database.close()


def _max_body(wanted: int, database: Database) -> int:
    """Bytes of a body that can also be stored; what cannot would be tried again for ever."""
    limit = database.statement_bytes()
    if limit is None or limit // ENCRYPTED_GROWTH >= wanted:
        return wanted
    found = limit // ENCRYPTED_GROWTH
    LOG.warning(
        "the database's max_allowed_packet is %s, so requests may have %s bytes at most; raise it"
        " to %s for [conductor] max_body_size", limit, found, wanted * ENCRYPTED_GROWTH,
    )  # fmt: skip
    return found


def _nobody(_task_id: str) -> None:
    """There is no broker; engines wait at this process."""


def _no_broker() -> None:
    """There is nothing to tell of it."""


def _publisher(conf: Any) -> Any:
    url = conf.messaging.transport_url
    if not url:
        return None
    from catalog_api.conductor.wakeups import Publisher

    return Publisher(conf, url)


def _notifier(conf: Any) -> Any:
    url = conf.messaging.transport_url
    if not (conf.stats.env_audit_enabled and url):
        return None
    from catalog_api.conductor import notifier

    return notifier.make(conf, url)


def _guarded(face: Any, conf: Any) -> Any:
    """Admit callers with a token of one of the configured roles; health checks need none."""
    from keystonemiddleware.auth_token import AuthProtocol

    from catalog_api.conductor.face import problem

    roles = {role.lower() for role in conf.conductor.roles}

    def admitted(environ: dict[str, Any], start_response: Any) -> Any:
        given = {role.strip().lower() for role in environ.get("HTTP_X_ROLES", "").split(",")}
        if not roles & given:
            refused = problem(403, "forbidden", f"Callers need a role of: {', '.join(roles)}.")
            return refused(environ, start_response)
        return face(environ, start_response)

    protected = AuthProtocol(admitted, {"oslo_config_config": conf})

    def entry(environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("PATH_INFO") == "/healthcheck":
            return face(environ, start_response)
        return protected(environ, start_response)

    return entry


if __name__ == "__main__":
    sys.exit(main())
