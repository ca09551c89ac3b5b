"""The notifier: oslo.messaging's, as the operator configured it."""

from __future__ import annotations

import socket
from typing import Any, Final

import oslo_messaging

from catalog_common import messaging

PUBLISHER: Final = f"murano.{socket.gethostname()}"


def make(conf: Any, url: str) -> Any:
    """A notifier; None when the operator configured no driver, so that nobody would hear it.

    :param url: broker that ``[oslo_messaging_notifications] transport_url`` stands in for.
    """
    transport = messaging.notification_transport(conf, url)
    if not set(conf.oslo_messaging_notifications.driver) - {"noop"}:
        transport.cleanup()
        return None
    return oslo_messaging.Notifier(transport, publisher_id=PUBLISHER)
