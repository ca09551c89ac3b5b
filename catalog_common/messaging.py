"""The services' broker: wake-ups, which engines hear, and notifications, which others do."""

from __future__ import annotations

from typing import Any, Final

import oslo_messaging
from oslo_config import cfg

TOPIC: Final = "burano_tasks"
METHOD: Final = "task_queued"
"""With one argument, ``task_id``: a reference, by which nobody gets at a task."""
VERSION: Final = "1.0"
GLOBAL_SWITCHES: Final = (
    ("oslo_messaging_tracing", "tracing_enabled"),
    ("oslo_messaging_metrics", "metrics_enabled"),
)


def transport(conf: Any, url: str) -> Any:
    """An oslo.messaging transport whose queues outlive the broker."""
    _register_switches(conf)
    made = oslo_messaging.get_rpc_transport(conf, url=url)
    conf.set_default("amqp_durable_queues", True, group="oslo_messaging_rabbit")
    return made


def notification_transport(conf: Any, url: str) -> Any:
    """Where notifications go: the operator's ``[oslo_messaging_notifications]``, else *url*."""
    _register_switches(conf)
    own = oslo_messaging.get_notification_transport(conf, url=url)
    chosen = conf.oslo_messaging_notifications.transport_url
    if not chosen:
        return own
    own.cleanup()
    return oslo_messaging.get_notification_transport(conf, url=chosen)


def _register_switches(conf: Any) -> None:
    # The library asks these of the object that it is given, but registers them on the global one.
    for group, name in GLOBAL_SWITCHES:
        conf.register_opts([cfg.BoolOpt(name, default=False)], group=group)
