"""One question of a worker, and the world that answers it."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from catalog_common.canonical import dumps
from catalog_engine.host.errors import STOPPED, PortError, Stopped
from catalog_engine.host.messages import Request
from catalog_engine.host.operations import Kind, Operation
from catalog_engine.supervisor.lease import LeaseClosed

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Context:
    """What an adapter gets with a call."""

    operation_id: str
    cancelled: threading.Event
    deadline: float | None


class World(Protocol):
    """All adapters of one task."""

    def perform(self, request: Request, context: Context) -> Any:
        """Do it; PortError, type ``Stopped`` when cancelled."""

    def recorded(self, request: Request, operation_id: str) -> None:
        """The journal holds the effect's result."""


@dataclasses.dataclass(eq=False)
class Call:
    """One question of a worker that is not answered yet."""

    key: str
    branch: str
    number: int
    request: Request
    meaning: Operation
    cancelled: threading.Event = dataclasses.field(default_factory=threading.Event)
    over: threading.Event = dataclasses.field(default_factory=threading.Event)
    struck: str | None = None
    live: bool = False
    ready: bool = False
    value: Any = None
    error: Mapping[str, Any] | None = None


def perform(
    world: World, call: Call, operation_id: str, deadline: float | None
) -> tuple[Any, Mapping[str, Any] | None]:
    """Have the world answer: a value, or an error as it stands in frames and journals.

    :raises LeaseClosed: the task is over for this engine.
    """
    name = f"{call.request.port}.{call.request.operation}"
    try:
        value = world.perform(call.request, Context(operation_id, call.cancelled, deadline))
        if call.meaning.kind is not Kind.CONTENT:
            dumps(value)
        return value, None
    except PortError as error:
        if error.type == STOPPED:
            return None, Stopped(call.struck or "deadline").to_dict()
        return None, error.to_dict()
    except LeaseClosed:
        raise
    except Exception as error:
        LOG.exception("%s failed", name)
        kind = {"exception": type(error).__name__}
        return None, PortError("AdapterError", f"{name}: {error}", kind).to_dict()
