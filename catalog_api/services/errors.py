"""Errors of the catalog: one tree, each with a code for programs and its HTTP status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar


class CatalogError(Exception):
    """Something cannot be done; the text says why, and what to do about it.

    :cvar code: stable name for programs.
    :cvar status: HTTP status of an answer that tells it.
    :ivar headers: headers of that answer.
    """

    code: ClassVar[str] = "Error"
    status: ClassVar[int] = 500
    headers: Mapping[str, str] = MappingProxyType({})


class BadRequest(CatalogError):
    """What was sent is malformed."""

    code = "HTTPBadRequest"
    status = 400


class Conflict(BadRequest):
    """Parts of a request do not belong together."""


class Unauthorised(CatalogError):
    """The caller is somebody else than it would have to be."""

    code = "HTTPUnauthorized"
    status = 401


class Forbidden(CatalogError):
    """The caller may not, or not now."""

    code = "HTTPForbidden"
    status = 403


class NotFound(CatalogError):
    """There is no such thing."""

    code = "HTTPNotFound"
    status = 404


class NotAllowed(CatalogError):
    """The resource does not know this method.

    :param methods: those that it knows.
    """

    code = "HTTPMethodNotAllowed"
    status = 405

    def __init__(self, path: str, methods: Iterable[str]) -> None:
        allowed = ", ".join(sorted(set(methods)))
        super().__init__(f"{path[:200]} takes {allowed}")
        self.headers = {"Allow": allowed}


class NotAcceptable(CatalogError):
    """There is no representation of the kind that is asked for."""

    code = "HTTPNotAcceptable"
    status = 406


class AlreadyExists(CatalogError):
    """There is one of this name already."""

    code = "HTTPConflict"
    status = 409


class TooLarge(CatalogError):
    """What was sent is larger than is taken."""

    code = "HTTPRequestEntityTooLarge"
    status = 413


class WrongMediaType(CatalogError):
    """What was sent is of a kind that is not taken."""

    code = "HTTPUnsupportedMediaType"
    status = 415


class Failed(CatalogError):
    """Code of a package failed; asking again may help where it depends on something else."""

    code = "HTTPServiceUnavailable"
    status = 503


class Unavailable(CatalogError):
    """A service that is needed does not answer; trying again later may help."""

    code = "HTTPServiceUnavailable"
    status = 503


class TimedOut(CatalogError):
    """No engine answered in time."""

    code = "HTTPGatewayTimeout"
    status = 504
