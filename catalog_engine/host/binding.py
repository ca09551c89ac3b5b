"""Ports made over one function that takes requests: how a worker, and a recording, offer them."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, cast

from catalog_engine.host import ports
from catalog_engine.host.errors import PortError
from catalog_engine.host.messages import Request
from catalog_engine.host.operations import OPERATIONS

PROTOCOLS: Mapping[str, type] = {
    "stacks": ports.Stacks, "agents": ports.Agents, "cloud": ports.Cloud,
    "packages": ports.Packages, "configuration": ports.Configuration, "reports": ports.Reports,
    "clock": ports.Clock, "state": ports.State, "secrets": ports.Secrets,
}  # fmt: skip
MAX_DEPTH = 200
_INTEGERS = range(-(2**63), 2**64)


def plain(value: Any, depth: int = 0) -> Any:
    """A copy of plain data in lists and dicts with text keys, as JSON would have it.

    PortError ``ValueError`` for what JSON cannot hold: other objects, infinite numbers, bytes.
    """
    if value is None or isinstance(value, bool | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        if value not in _INTEGERS:
            raise PortError("ValueError", "a number of more than 64 bits cannot leave the task")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise PortError("ValueError", f"the number {value} cannot leave the task")
        return float(value)
    if depth > MAX_DEPTH:
        raise PortError("ValueError", f"data nested deeper than {MAX_DEPTH} cannot leave the task")
    if isinstance(value, Mapping):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth + 1) for item in value]
    raise PortError(
        "ValueError", f"a value of type {type(value).__name__} cannot leave the task: only text,"
        " numbers, booleans, null, lists and dictionaries can",
    )  # fmt: skip


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str(key)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int | float):
        return str(key)
    raise PortError("ValueError", f"a key of type {type(key).__name__} cannot leave the task")


class _Port:
    """One port; its operations are attributes, bound by the signature of its protocol."""

    def __init__(
        self, name: str, call: Callable[[Request], Any], notify: Callable[[Request], None]
    ) -> None:
        for operation, meaning in OPERATIONS[name].items():
            use = notify if meaning.is_notice else call
            setattr(self, operation, _bound(name, operation, use))


def _bound(port: str, operation: str, use: Callable[[Request], Any]) -> Callable[..., Any]:
    signature = inspect.signature(getattr(PROTOCOLS[port], operation))

    def method(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(None, *args, **kwargs)
        bound.apply_defaults()
        arguments = {name: plain(value) for name, value in list(bound.arguments.items())[1:]}
        return use(Request(port, operation, arguments))

    method.__name__ = operation
    return method


class _Ports:
    def __init__(self, call: Callable[[Request], Any], notify: Callable[[Request], None]) -> None:
        for name in OPERATIONS:
            setattr(self, name, _Port(name, call, notify))


def ports_over(call: Callable[[Request], Any], notify: Callable[[Request], None]) -> ports.Ports:
    """Ports whose operations become requests.

    :param call: takes a request, returns its value or raises; may suspend the caller.
    :param notify: takes a request that nobody waits for.
    """
    return cast(ports.Ports, _Ports(call, notify))


def perform(target: ports.Ports, request: Request) -> Any:
    """Do what a request asks, with the ports given."""
    method = getattr(getattr(target, request.port), request.operation)
    return method(**request.arguments)
