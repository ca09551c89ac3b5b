"""Configuration: the options of each section, read into an object that is passed on.

Nothing is registered globally and nothing is read at import. A service names the sections that
it uses; libraries that bring options of their own (keystonemiddleware, keystoneauth, oslo.log)
register them on the object that ``load`` returns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from oslo_config import cfg
from oslo_log import log as oslo_log

PROJECT = "burano"
"""Names the default files: ``/etc/burano/burano.conf`` and those in ``burano.conf.d``."""


class ConfigurationError(Exception):
    """The configuration cannot be used; the text says which option, and what to do."""


@dataclasses.dataclass(frozen=True)
class Section:
    """A section of the configuration file and its options."""

    name: str
    options: tuple[cfg.Opt, ...]


def load(
    arguments: Sequence[str], *sections: Section, program: str = PROJECT,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
) -> cfg.ConfigOpts:  # fmt: skip
    """Read command line and files.

    :param arguments: the command line without the program: ``--config-file``, ``--config-dir``
        and the logging options.
    :param sections: what to register beside the logging options.
    :param overrides: values by section and option that win over the files (for embedding).
    :raises ConfigurationError: a file is missing or malformed, or a value has the wrong type.
    """
    conf = cfg.ConfigOpts()
    oslo_log.register_options(conf)
    for section in sections:
        conf.register_opts(list(section.options), group=section.name)
    try:
        conf(args=list(arguments), project=PROJECT, prog=program, default_config_dirs=None)
        for name, values in (overrides or {}).items():
            for key, value in values.items():
                conf.set_override(key, value, group=name)
        for section in sections:
            for option in section.options:
                _ = conf[section.name][option.dest]
    except (cfg.Error, ValueError) as error:
        raise ConfigurationError(f"{program}: {error}") from error
    return conf


API = Section(
    "api",
    (
        cfg.HostAddressOpt("host", default="0.0.0.0", help="Address that burano-api listens on."),
        cfg.PortOpt("port", default=8082, help="Port that burano-api listens on."),
        cfg.IntOpt("threads", default=8, min=1, help="Requests that are answered at a time."),
        cfg.StrOpt("admin_role", default="admin", help="Role that makes an administrator."),
    ),
)

PACKAGES = Section(
    "packages_opts",
    (cfg.IntOpt("package_size_limit", default=5, min=1, help="MiB of the largest package."),),
)

DATABASE = Section(
    "database",
    (
        cfg.StrOpt(
            "connection", secret=True,
            help="SQLAlchemy URL of the catalog's database: sqlite:////path,"
            " postgresql+psycopg2://… or mysql+pymysql://….",
        ),
        cfg.IntOpt(
            "max_retries", default=10,
            help="How often the first connection is tried; -1 for ever.",
        ),
        cfg.IntOpt(
            "retry_interval", default=2, min=0, help="Seconds between these tries."
        ),
        cfg.IntOpt("max_pool_size", default=5, help="Connections that are kept open."),
        cfg.IntOpt("max_overflow", default=50, help="Connections beyond the pool."),
        cfg.IntOpt(
            "pool_timeout", default=30, help="Seconds to wait for a connection of a full pool."
        ),
        cfg.IntOpt(
            "connection_recycle_time", default=3600,
            help="Seconds after which a connection is made anew.",
        ),
        cfg.FloatOpt(
            "slow_query_seconds", default=0.0, min=0,
            help="Statements that take longer are told in the log, without their values and ten a"
            " minute at most; 0: none.",
        ),
    ),
)  # fmt: skip

DATABASE_ENCRYPTION = Section(
    "database_encryption",
    (
        cfg.ListOpt(
            "keys", default=[], secret=True,
            help="Fernet keys (32 bytes, URL-safe base64) that models, journals and secrets are"
            " encrypted with. The first encrypts; all are tried for decrypting, so a key is"
            " rotated by putting the new one first. None: stored in clear, with a warning.",
        ),
    ),
)  # fmt: skip

CONDUCTOR = Section(
    "conductor",
    (
        cfg.StrOpt(
            "endpoint",
            help="Where burano-api finds a conductor: http://host:8084 or unix:///path.",
        ),
        cfg.StrOpt(
            "listen", default="http://127.0.0.1:8084",
            help="Where burano-conductor listens: http://host:port (callers need a token with one"
            " of the accepted roles) or unix:///path (a socket that only its owner may open; no"
            " token).",
        ),
        cfg.ListOpt(
            "roles", default=["service", "admin"],
            help="Roles of which a caller over TCP needs one.",
        ),
        cfg.IntOpt(
            "threads", default=32, min=4,
            help="Requests that are answered at a time; those of waiting engines count.",
        ),
        cfg.IntOpt(
            "max_body_size", default=64 * 1024 * 1024, min=4096,
            help="Bytes of the largest request.",
        ),
        cfg.FloatOpt(
            "lease_seconds", default=20.0, min=1,
            help="How long an engine holds a task without renewing its lease.",
        ),
        cfg.FloatOpt(
            "request_timeout", default=30.0, min=0,
            help="Longest time that a request of an engine to the cloud may go on after its lease"
            " ended; a lost task waits so long before the next attempt.",
        ),
        cfg.FloatOpt(
            "watch_interval", default=2.0, min=0.05,
            help="Seconds between two looks for ended leases and forgotten tasks.",
        ),
        cfg.IntOpt(
            "attempts_limit", default=5, min=1,
            help="Attempts of a task that may end without having recorded one result.",
        ),
        cfg.IntOpt(
            "project_tasks_limit", default=0, min=0,
            help="Deployments of one project that may run at a time; 0 for no limit.",
        ),
        cfg.IntOpt(
            "journal_entries_limit", default=100_000, min=1, help="Entries of one task's journal."
        ),
        cfg.IntOpt(
            "journal_bytes_limit", default=256 * 1024 * 1024, min=1,
            help="Bytes of one task's journal.",
        ),
        cfg.IntOpt(
            "journal_value_limit", default=16 * 1024, min=64,
            help="Bytes from which on a value of the journal is stored apart, once by its digest.",
        ),
        cfg.FloatOpt(
            "journal_retention_days", default=7.0, min=0,
            help="Days for which a journal is kept after its task ended.",
        ),
        cfg.FloatOpt(
            "purge_interval", default=600.0, min=0.05, help="Seconds between two purges."
        ),
        cfg.FloatOpt(
            "revocation_interval", default=30.0, min=0.05,
            help="Seconds before a trust that could not be revoked is tried again; doubled with"
            " each try, up to an hour.",
        ),
    ),
)  # fmt: skip

ENGINE = Section(
    "engine",
    (
        cfg.StrOpt(
            "name", help="Unique name of this engine; the host's name when it is not given."
        ),
        cfg.IntOpt("slots", default=4, min=1, help="Tasks that this engine runs at a time."),
        cfg.StrOpt(
            "state_dir", default="/var/lib/burano/engine",
            help="Folder of this engine alone: caches, and sockets of its workers.",
        ),
        cfg.StrOpt(
            "conductor_endpoint",
            help="Where conductors are found: http://host:8084 or unix:///path.",
        ),
        cfg.StrOpt(
            "package_cache",
            help="Folder of verified packages and their compiled code; below state_dir when it is"
            " not given.",
        ),
        cfg.ListOpt(
            "bundled_packages", default=[],
            help="Folders of packages that need not be fetched; the class library that is"
            " installed with the engine when none is given.",
        ),
        cfg.StrOpt(
            "sandbox", default="auto",
            choices=[
                ("auto", "the strongest that this host permits, with a warning when it is less"),
                ("bubblewrap", "bwrap and seccomp, or no start"),
                ("unshare", "namespaces by unshare, and seccomp, or no start"),
                ("none", "no isolation: for debugging"),
            ],
            help="How workers are isolated.",
        ),
        cfg.FloatOpt(
            "agent_timeout", default=3600.0, min=1,
            help="Seconds that an execution plan may take when it does not say so itself.",
        ),
        cfg.BoolOpt(
            "disable_murano_agent", default=False,
            help="Boot servers without an agent; packages that need one fail.",
        ),
        cfg.IntOpt(
            "limit_steps", default=200_000_000, min=1000,
            help="Passes of loops and calls that one task may make.",
        ),
        cfg.IntOpt("limit_depth", default=500, min=20, help="Calls that may be nested."),
        cfg.IntOpt(
            "limit_memory_mb", default=1024, min=128, help="MiB of memory of one task's worker."
        ),
        cfg.IntOpt("limit_cpu_seconds", default=600, min=1, help="CPU time of one task."),
        cfg.FloatOpt(
            "limit_wall_seconds", default=24 * 3600.0, min=1,
            help="Time that one attempt of a task may take; then it is stopped.",
        ),
        cfg.FloatOpt(
            "cleanup_seconds", default=120.0, min=0,
            help="Time for cleaning up after a task was cancelled or stopped.",
        ),
        cfg.FloatOpt(
            "drain_seconds", default=5.0, min=0,
            help="Time that running tasks get to end when the engine is told to; then another"
            " engine goes on with them.",
        ),
        cfg.StrOpt(
            "class_configs", default="/etc/burano/class-configs",
            help="Folder of the files that fill properties of usage Config.",
        ),
    ),
)  # fmt: skip

MESSAGING = Section(
    "messaging",
    (
        cfg.StrOpt(
            "transport_url", default="", secret=True,
            help="oslo.messaging URL of the services' broker (rabbit://…), for wake-ups. Empty:"
            " no broker; engines wait at the conductor.",
        ),
    ),
)  # fmt: skip

STATS = Section(
    "stats",
    (
        cfg.FloatOpt(
            "period", default=5, min=0,
            help="Minutes between two writes of request statistics by each process of the API; 0:"
            " with every request.",
        ),
        cfg.BoolOpt(
            "env_audit_enabled", default=True,
            help="Whether notifications of environments are published: by conductors, over"
            " [messaging] transport_url unless [oslo_messaging_notifications] names another, with"
            " the driver that is set there (messagingv2); without a driver nobody hears them.",
        ),
        cfg.IntOpt(
            "env_audit_period", default=60, min=1,
            help="Minutes between two murano.environment.exists of each environment.",
        ),
    ),
)  # fmt: skip

RABBITMQ = Section(
    "rabbitmq",
    (
        cfg.StrOpt("host", default="localhost", help="Guests' broker, as guests reach it."),
        cfg.PortOpt("port", default=5672, help="Its port."),
        cfg.StrOpt("login", default="guest", help="Account of the profile shared."),
        cfg.StrOpt("password", default="guest", secret=True, help="Its password."),
        cfg.StrOpt("virtual_host", default="/", help="Virtual host of the guests."),
        cfg.BoolOpt("ssl", default=False, help="Whether the broker speaks TLS."),
        cfg.BoolOpt("insecure", default=False, help="Whether its certificate goes unchecked."),
        cfg.StrOpt("ca_certs", default="", help="File of certificate authorities for it."),
        cfg.StrOpt(
            "transport_url", secret=True,
            help="kombu URL in place of the options above; that of a hub in standalone mode.",
        ),
        cfg.StrOpt(
            "credentials_provider", default="shared",
            choices=[
                ("shared", "one account for all guests"),
                ("hub", "a socket for each guest, made by the hub of standalone mode"),
            ],
            help="Who gives each guest its credentials.",
        ),
        cfg.StrOpt("hub_control", help="Control socket of the hub."),
    ),
)  # fmt: skip

NETWORKING = Section(
    "networking",
    (
        cfg.StrOpt(
            "driver", choices=["neutron", "nova"],
            help="Network driver; found out from the cloud when it is not given.",
        ),
        cfg.StrOpt(
            "external_network", default="ext-net",
            help="Name or id of the network that gives floating addresses.",
        ),
        cfg.StrOpt(
            "router_name", default="burano-default-router",
            help="Router that networks of environments are attached to.",
        ),
        cfg.BoolOpt(
            "create_router", default=True, help="Whether that router is made when it is missing."
        ),
        cfg.StrOpt(
            "network_config_file", default="netconfig.yaml",
            help="File of a network configuration, for the driver nova.",
        ),
        cfg.StrOpt(
            "env_ip_template", default="10.0.0.0",
            help="Network from which subnets of environments are taken.",
        ),
        cfg.IntOpt("max_environments", default=250, min=1, help="How many subnets to plan."),
        cfg.IntOpt("max_hosts", default=250, min=1, help="Servers that one subnet has room for."),
        cfg.ListOpt("default_dns", default=[], help="Name servers of these subnets."),
    ),
)  # fmt: skip

HEAT = Section(
    "heat",
    (cfg.ListOpt("stack_tags", default=["burano"], help="Tags of every stack that is made."),),
)

SERVICE_USER = Section(
    "keystone_authtoken",
    (
        cfg.StrOpt("auth_url", help="Keystone's URL."),
        cfg.StrOpt("username", default="burano", help="The service user."),
        cfg.StrOpt("password", secret=True, help="Its password."),
        cfg.StrOpt("user_domain_id", help="Id of its domain."),
        cfg.StrOpt("user_domain_name", help="Name of its domain."),
        cfg.StrOpt("project_name", default="service", help="Its project."),
        cfg.StrOpt("project_domain_id", help="Id of the project's domain."),
        cfg.StrOpt("project_domain_name", help="Name of the project's domain."),
        cfg.StrOpt("region_name", help="Region whose endpoints are used."),
        cfg.StrOpt("cafile", help="File of certificate authorities for the cloud."),
        cfg.BoolOpt("insecure", default=False, help="Whether certificates go unchecked."),
    ),
)
"""The service user as engines read it; the API's middleware brings options of its own."""
