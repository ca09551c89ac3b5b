"""The WSGI application: Pecan with our routing table, inside a pipeline of middleware."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import quote

from keystonemiddleware.auth_token import AuthProtocol
from oslo_middleware import cors, http_proxy_to_wsgi, request_id
from pecan.core import PecanBase
from pecan.core import Request as PecanRequest
from webob import Request, Response

from catalog_api import description, health
from catalog_api.controllers import routes
from catalog_api.controllers.calls import Call
from catalog_api.db.database import Database
from catalog_api.policies import base, enforcer
from catalog_api.request_counting import RequestCounting
from catalog_api.services import documents
from catalog_api.services.conductors import Conductor
from catalog_api.services.engine_calls import Schemas
from catalog_api.services.errors import BadRequest, CatalogError, NotAllowed, NotFound, TooLarge
from catalog_api.services.records import UNREACHABLE
from catalog_api.services.trusts import Trusts

LOG = logging.getLogger(__name__)
HEADERS = [
    "X-Auth-Token", "X-Openstack-Request-Id", "X-Configuration-Session", "X-Roles", "X-User-Id",
    "X-Tenant-Id", "Content-Type",
]  # fmt: skip
RETRY_AFTER = "5"
SAFE = ("GET", "HEAD")
TOO_LARGE = "A request may have {} bytes"
MOST_DIGITS = 18
Wsgi = Callable[..., Any]


class Root:
    """Pecan asks for a root object; routes come from the table."""


class CatalogRequest(PecanRequest):
    """A request whose body stays in memory: it is bounded before it is read."""

    request_body_tempfile_limit = 1 << 30


class Catalog(PecanBase):
    """The API below ``/v1``.

    Pecan finds controllers by inspecting objects and their signatures at every request; here a
    table is asked once, and the handler gets the call. Nothing is kept in thread-local globals.

    :ivar database: the catalog's database.
    :ivar policies: say what a caller may do.
    :ivar trusts: makes trusts at acceptance.
    :ivar conductor: told of queued tasks.
    :ivar schemas: schemas of classes that engines have told.
    """

    def __init__(self, conf: Any, database: Database, trusts: Trusts, conductor: Conductor) -> None:
        super().__init__(Root(), guess_content_type_from_ext=False, request_cls=CatalogRequest)
        self.database = database
        self.trusts = trusts
        self.conductor = conductor
        self.policies = enforcer.Policies(conf)
        self.schemas = Schemas()
        self.admin_role: str = conf.api.admin_role
        self.package_limit: int = conf.packages_opts.package_size_limit * (1 << 20)
        self._router = routes.Router()

    def find_controller(self, state: Any) -> tuple[Any, list[Any], dict[str, Any]]:
        """Handler of a request, and its arguments."""
        request = state.request
        documents.text_of(request.query_string)
        path = _raw_path(request)
        found, values, allowed = self._router.find(request.method, path)
        if found is None:
            if allowed:
                raise NotAllowed(path, allowed)
            raise NotFound(f"There is no route {path[:200]}")
        handler, operation = found
        state.controller = handler
        call = Call(self, request, operation)
        call.check_accepts(operation.media_type)
        if request.method not in SAFE:
            # Here and not in each handler, so that no route is ever forgotten.
            call.authorise(base.MEMBER)
        call.check_query()
        return handler, [call, *values], {}

    def invoke_controller(
        self, controller: Any, args: list[Any], kwargs: dict[str, Any], state: Any
    ) -> None:
        """Call the handler; its answer is the response."""
        state.response = controller(*args)

    def _handle_empty_response_body(self, _state: Any) -> None:
        """Clients expect 200 with an empty body."""


def _raw_path(request: Request) -> str:
    """The path below the version as it was sent, so that an encoded slash stays one."""
    raw: str | None = request.environ.get("burano.raw_path")
    return raw if raw is not None else quote(request.environ["PATH_INFO"].encode("latin-1"))


# ---------------------------------------------------------------- the pipeline


def make(conf: Any, database: Database, trusts: Trusts, conductor: Conductor) -> Wsgi:
    """The whole application.

    :param conf: configuration with the sections ``[api]``, ``[packages_opts]`` and ``[stats]``.
    """
    catalog = Catalog(conf, database, trusts, conductor)
    limit = catalog.package_limit + (1 << 20)
    period = timedelta(minutes=conf.stats.period)
    # The first is the outermost.
    pipeline: tuple[Callable[[Wsgi], Wsgi], ...] = (
        lambda app: _cors(app, conf),  # answers preflights before anybody asks for a token
        lambda app: _proxies(app, conf),  # what a proxy says of the caller
        request_id.RequestId,  # names the request in logs and answers
        Faults,  # turns errors of all below into answers
        lambda app: Versions(
            app, health.make(conf, database)
        ),  # discovery and health need no token
        lambda app: BodyLimit(app, limit),
        lambda app: AuthProtocol(app, {"oslo_config_config": conf}),  # asks Keystone who calls
        lambda app: RequestCounting(app, database, period),  # counts what was asked by whom
    )
    app: Wsgi = Faults(catalog)
    for middleware in reversed(pipeline):
        app = middleware(app)
    return app


def _cors(app: Wsgi, conf: Any) -> Wsgi:
    """The application with CORS where an origin is configured; each layer costs every request."""
    cors.set_defaults(
        allow_headers=HEADERS, expose_headers=HEADERS,
        allow_methods=["GET", "PUT", "POST", "DELETE", "PATCH"],
    )  # fmt: skip
    wrapped = cors.CORS(app, conf)
    return wrapped if wrapped.allowed_origins else app


def _proxies(app: Wsgi, conf: Any) -> Wsgi:
    """The application that believes a proxy's headers, where they are to be believed."""
    wrapped = http_proxy_to_wsgi.HTTPProxyToWSGI(app, conf)
    return wrapped if conf.oslo_middleware.enable_proxy_headers_parsing else app


class Faults:
    """Turns errors into answers: the one place where they get their form."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The application's answer, or one that tells its error."""
        try:
            return self._app(environ, start_response)
        except CatalogError as error:
            response = fault(error.status, str(error), error.code, environ)
            response.headers.update(error.headers)
        except UNREACHABLE as error:
            LOG.warning("the database is away: %s", error)
            response = fault(
                503, "The database does not answer; try again later.",
                "HTTPServiceUnavailable", environ,
            )  # fmt: skip
            response.headers["Retry-After"] = RETRY_AFTER
        except Exception:
            LOG.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            response = fault(500, "The service failed; its log tells more.", "Error", environ)
        return response(environ, start_response)


def fault(status: int, message: str, kind: str, environ: dict[str, Any]) -> Response:
    """An answer that tells an error."""
    error = {
        "code": status, "title": HTTPStatus(status).phrase, "message": message, "type": kind,
        "request_id": environ.get(request_id.ENV_REQUEST_ID),
    }  # fmt: skip
    return Response(
        status=status, json_body={"error": error}, content_type="application/json", charset="UTF-8"
    )


class Versions:
    """Version discovery, description and health need no token; below ``/v1`` others answer."""

    def __init__(self, app: Wsgi, health_app: Wsgi) -> None:
        self._app = app
        self._health = health_app
        self._description = description.Description()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer, or pass on what is below the version."""
        request = Request(environ)
        # The bytes of the path, each a character: they need not be text.
        path = "/" + environ.get("PATH_INFO", "").lstrip("/")
        if path == health.PATH:
            return self._health(environ, start_response)
        if path == description.PATH:
            return self._description(environ, start_response)
        first, _slash, rest = path[1:].partition("/")
        if first != "v1":
            return self._versions(request)(environ, start_response)
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/v1"
        environ["PATH_INFO"] = "/" + rest
        environ["burano.raw_path"] = _below_version(environ)
        return self._app(environ, start_response)

    @staticmethod
    def _versions(request: Request) -> Response:
        link = {"rel": "self", "href": f"{request.application_url.rstrip('/')}/v1/"}
        version = {"id": "v1.0", "status": "CURRENT", "links": [link]}
        return Response(status=300, json_body={"versions": [version]})


def _below_version(environ: dict[str, Any]) -> str | None:
    """The path below ``/v1`` as it was sent, where the server tells; None elsewhere."""
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if not isinstance(raw, str):
        return None
    path = raw.partition("?")[0]
    _before, found, rest = path.partition("/v1/")
    return "/" + rest if found else None


class BodyLimit:
    """Refuses bodies that are larger than any resource takes."""

    def __init__(self, app: Wsgi, limit: int) -> None:
        self._app = app
        self._limit = limit

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Pass on what is small enough."""
        length = environ.get("CONTENT_LENGTH")
        if not length:
            if environ.get("wsgi.input_terminated"):
                environ["wsgi.input"] = _Bounded(environ["wsgi.input"], self._limit)
        elif not length.isascii() or not length.isdecimal():
            raise BadRequest(f"{length[:20]!r} is no length of a body")
        elif len(length) > MOST_DIGITS or int(length) > self._limit:
            raise TooLarge(TOO_LARGE.format(self._limit))
        return self._app(environ, start_response)


class _Bounded:
    """A body whose length nobody told before it was sent, as in chunks."""

    def __init__(self, body: IO[bytes], limit: int) -> None:
        self._body = body
        self._limit = self._left = limit

    def read(self, size: int = -1) -> bytes:
        """Some more bytes.

        :raises TooLarge: there are more than are taken.
        """
        most = self._left + 1
        found = self._body.read(most if size is None or size < 0 else min(size, most))
        self._left -= len(found)
        if self._left < 0:
            raise TooLarge(TOO_LARGE.format(self._limit))
        return found
