"""The agent's configuration: an INI file, in the form that the class library renders."""

from __future__ import annotations

import configparser
import dataclasses
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

TRUE = ("true", "yes", "on", "1")


class ConfigurationError(Exception):
    """The configuration cannot be used; the text says which option, and what to do."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the agent knows about itself.

    :ivar storage: folder of its journal.
    :ivar transport_url: kombu URL of the broker.
    :ivar reply_exchange: exchange of results; empty: the default one.
    """

    storage: Path
    transport_url: str
    input_queue: str
    reply_exchange: str
    reply_key: str
    ssl: bool = False
    insecure: bool = False
    ca_certs: str = ""
    log_file: str = ""
    debug: bool = False
    dynamic_reply: bool = False


def load(path: Path) -> Settings:
    """Read the file.

    :raises ConfigurationError: it is missing, malformed, or lacks an option.
    """
    parser = configparser.RawConfigParser(strict=False)
    try:
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
    except (OSError, configparser.Error, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error

    def text(section: str, name: str, default: str = "") -> str:
        return _unquoted(parser.get(section, name, fallback=default).strip())

    def flag(section: str, name: str) -> bool:
        return text(section, name).lower() in TRUE

    queue = text("rabbitmq", "input_queue")
    if not queue:
        raise ConfigurationError(f"{path}: [rabbitmq] input_queue is missing")
    if text("DEFAULT", "engine_key"):
        # An agent with a key obeys signed plans only; without the means to check it must not run.
        raise ConfigurationError(
            f"{path}: engine_key is set, and this agent cannot check signatures; leave it empty"
        )
    return Settings(
        storage=Path(text("DEFAULT", "storage", "/var/murano/plans")),
        transport_url=text("rabbitmq", "transport_url") or _url(text, path),
        input_queue=queue,
        reply_exchange=text("rabbitmq", "result_exchange"),
        reply_key=text("rabbitmq", "result_routing_key"),
        ssl=flag("rabbitmq", "ssl"),
        insecure=flag("rabbitmq", "insecure"),
        ca_certs=text("rabbitmq", "ca_certs"),
        log_file=text("DEFAULT", "log_file"),
        debug=flag("DEFAULT", "debug"),
        dynamic_reply=flag("DEFAULT", "enable_dynamic_result_queue"),
    )


def _unquoted(value: str) -> str:
    """A value without the quotes that other readers of such files take off."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _url(text: Callable[..., str], path: Path) -> str:
    port = text("rabbitmq", "port", "5672")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"{path}: [rabbitmq] port {port!r} is no port")
    account = ":".join(
        quote(text("rabbitmq", name, "guest"), safe="") for name in ("login", "password")
    )
    host = text("rabbitmq", "host", "localhost")
    virtual_host = quote(text("rabbitmq", "virtual_host", "/"), safe="")
    return f"amqp://{account}@{host}:{port}/{virtual_host}"
