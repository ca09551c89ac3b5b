"""Errors of the library's Python halves, with the names that packages catch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class LibraryError(Exception):
    """An error that MuranoPL code sees under a name of its own.

    :cvar muranopl_names: names it is caught by, the most specific first.
    :ivar extra: what ``$e.extra`` holds.
    """

    muranopl_names: ClassVar[tuple[str, ...]] = ("LibraryError",)

    def __init__(self, message: str, extra: Mapping[str, Any] | None = None):
        super().__init__(message)
        self.extra = dict(extra or {})


class HeatStackError(LibraryError):
    """A stack could not be brought to the state asked for, or its template is not usable."""

    # EnvironmentError is what the reference raises for an unexpected state of a stack.
    muranopl_names = (
        "murano.engine.system.heat_stack.HeatStackError",
        "EnvironmentError",
        "OSError",
    )


class AgentError(LibraryError):
    """A guest answered a plan with an error; ``extra`` holds the parts of its answer."""

    muranopl_names = ("murano.engine.system.agent.AgentException",)


class AgentTimeout(LibraryError):
    """A guest did not answer in time."""

    muranopl_names = ("murano.common.exceptions.TimeoutException",)


class PolicyViolation(LibraryError):
    """The service's configuration forbids what was asked for."""

    muranopl_names = ("murano.common.exceptions.PolicyViolationException",)


class MistralError(LibraryError):
    """A workflow failed or took too long."""

    muranopl_names = ("murano.engine.system.workflowclient.MistralError",)


class RouterInfoError(LibraryError):
    """The default router has no gateway."""

    muranopl_names = ("murano.common.exceptions.RouterInfoException",)
