"""What each operation of a port means to the journal, as data."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping


class Kind(enum.StrEnum):
    """How the journal treats an operation."""

    EFFECT = "effect"  # intent durable before, result durable before the answer
    READING = "reading"  # its value travels with the next durable entry
    WAIT = "wait"  # one entry when it is over
    PACKAGE = "package"  # a resolution, like a reading
    CONTENT = "content"  # below the journal: only the order of its wake-up is recorded
    STATE = "state"  # a notice that the journal keeps
    ATTRIBUTE = "attribute"  # a notice that the journal keeps
    REPORT = "report"  # a notice for people; never in the journal


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation: its kind, and whether its answer is a secret."""

    kind: Kind
    secret: bool = False

    @property
    def is_notice(self) -> bool:
        """Whether nobody waits for an answer."""
        return self.kind in (Kind.STATE, Kind.ATTRIBUTE, Kind.REPORT)


OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    "stacks": {
        "read": Operation(Kind.READING),
        "apply": Operation(Kind.EFFECT),
        "delete": Operation(Kind.EFFECT),
    },
    "agents": {
        "prepare": Operation(Kind.EFFECT),
        "execute": Operation(Kind.EFFECT),
        "send": Operation(Kind.EFFECT),
    },
    "cloud": {
        "create_router": Operation(Kind.EFFECT),
        "upload_workflows": Operation(Kind.EFFECT),
        "start_workflow": Operation(Kind.EFFECT),
        **{
            name: Operation(Kind.READING)
            for name in (
                "networks", "subnets", "ports", "routers", "extensions", "user", "project",
                "metadef_namespaces", "metadef_objects", "workflow_execution",
            )
        },
    },
    "packages": {"find": Operation(Kind.PACKAGE), "content": Operation(Kind.CONTENT)},
    "configuration": {
        "option": Operation(Kind.READING),
        "class_config": Operation(Kind.READING),
    },
    "reports": {
        "report": Operation(Kind.REPORT),
        # Bills rest on these, so they are not lost as a line of progress may be.
        "track_instance": Operation(Kind.EFFECT),
        "untrack_instance": Operation(Kind.EFFECT),
    },
    "clock": {"now": Operation(Kind.READING), "sleep": Operation(Kind.WAIT)},
    "state": {
        "objects_copy": Operation(Kind.STATE),
        "attribute": Operation(Kind.ATTRIBUTE),
    },
    "secrets": {"decrypt": Operation(Kind.READING, secret=True)},
}  # fmt: skip


def operation(port: str, name: str) -> Operation:
    """The operation; KeyError when there is none of that name."""
    return OPERATIONS[port][name]
