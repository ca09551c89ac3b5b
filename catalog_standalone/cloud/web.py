"""HTTP of the local cloud: routing, tokens, JSON, errors and CORS for all its services."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote

LOG = logging.getLogger(__name__)
MAX_BODY = 32 * 1024 * 1024
REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 300: "Multiple Choices",
    302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 413: "Request Entity Too Large",
    500: "Internal Server Error",
}  # fmt: skip


class ApiError(Exception):
    """An answer other than success: HTTP status, the service's name of the error, message."""

    def __init__(self, status: int, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind or REASONS.get(status, "Error").replace(" ", "")


class Request:
    """What a handler gets: method, path, query, headers, JSON body, the caller's token."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path = unquote(environ.get("PATH_INFO", "/"))
        self.query_list = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        self.query = dict(self.query_list)
        self.token: Any = None

    def header(self, name: str) -> str | None:
        """The value of a request header, or None."""
        return self.environ.get("HTTP_" + name.upper().replace("-", "_"))

    @property
    def host_url(self) -> str:
        """Scheme and authority the client used."""
        host = self.environ.get("HTTP_HOST") or self.environ["SERVER_NAME"]
        return f"{self.environ['wsgi.url_scheme']}://{host}"

    def json(self, key: str | None = None) -> Any:
        """The body as JSON object, or its object member ``key``; ApiError 400 otherwise."""
        length = int(self.environ.get("CONTENT_LENGTH") or 0)
        if length > MAX_BODY:
            raise ApiError(413, f"The request body is larger than {MAX_BODY} bytes.")
        try:
            data = json.loads(self.environ["wsgi.input"].read(length) or b"null")
        except (ValueError, RecursionError) as error:
            raise ApiError(400, f"The request body is not JSON: {error}") from error
        if not isinstance(data, dict):
            raise ApiError(400, "The request body must be a JSON object.")
        if key is None:
            return data
        if not isinstance(data.get(key), dict):
            raise ApiError(400, f"The request body must hold an object named {key!r}.")
        return data[key]


class Response:
    """Status, JSON body (None for none) and headers."""

    def __init__(
        self, body: Any = None, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self.body, self.status, self.headers = body, status, headers or {}


Handler = Callable[..., Response]
ErrorBody = Callable[[ApiError], Any]


def keystone_error(error: ApiError) -> Any:
    """The error body of Keystone, and of services without a shape of their own."""
    title = REASONS.get(error.status, "Error")
    return {"error": {"code": error.status, "title": title, "message": error.message}}


class Service:
    """A WSGI application over a table of routes.

    ``authenticate`` turns a token id into a token or raises ApiError; routes added with
    ``public=True`` are served without.
    """

    def __init__(
        self,
        name: str,
        authenticate: Callable[[str], Any],
        error_body: ErrorBody = keystone_error,
        cors_origins: Iterable[str] = (),
    ) -> None:
        self.name = name
        self._authenticate = authenticate
        self._error_body = error_body
        self._origins = frozenset(cors_origins)
        self._routes: list[tuple[str, re.Pattern[str], Handler, bool]] = []

    def route(self, methods: str, pattern: str, handler: Handler, public: bool = False) -> None:
        """Add a route; ``{name}`` in the pattern matches one path segment."""
        expression = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "/?$")
        for method in methods.split():
            self._routes.append((method, expression, handler, public))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer one request."""
        request = Request(environ)
        origin = request.header("Origin")
        allowed = origin in self._origins
        if request.method == "OPTIONS" and request.header("Access-Control-Request-Method"):
            response = Response(status=204 if allowed else 403)
        else:
            response = self._answer(request)
        headers = dict(response.headers)
        if allowed and origin:
            headers["Access-Control-Allow-Origin"] = origin
            headers["Vary"] = "Origin"
            headers["Access-Control-Expose-Headers"] = "X-Subject-Token"
            headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, PUT, PATCH, DELETE"
            headers["Access-Control-Allow-Headers"] = "Content-Type, X-Auth-Token, X-Subject-Token"
        body = b"" if response.body is None else json.dumps(response.body).encode()
        if response.body is not None:
            headers.setdefault("Content-Type", "application/json")
        headers["Content-Length"] = str(len(body))
        status = f"{response.status} {REASONS.get(response.status, 'Unknown')}"
        start_response(status, list(headers.items()))
        return [] if request.method == "HEAD" else [body]

    def _answer(self, request: Request) -> Response:
        try:
            return self._dispatch(request)
        except ApiError as error:
            headers = {}
            if error.status == 401:
                headers["WWW-Authenticate"] = f'Keystone uri="{request.host_url}"'
            return Response(self._error_body(error), error.status, headers)
        except Exception:
            LOG.exception("%s: %s %s failed", self.name, request.method, request.path)
            failure = ApiError(500, "An unexpected error; the log of the local cloud has it.")
            return Response(self._error_body(failure), 500)

    def _dispatch(self, request: Request) -> Response:
        found_path = False
        for method, pattern, handler, public in self._routes:
            match = pattern.match(request.path)
            if not match:
                continue
            found_path = True
            if method != request.method and (method, request.method) != ("GET", "HEAD"):
                continue
            if not public:
                token_id = request.header("X-Auth-Token")
                if not token_id:
                    raise ApiError(401, "The request you have made requires authentication.")
                request.token = self._authenticate(token_id)
            return handler(request, **match.groupdict())
        if found_path:
            raise ApiError(405, f"{request.method} is not allowed on {request.path}.")
        raise ApiError(404, f"Nothing is served at {request.path}.")
