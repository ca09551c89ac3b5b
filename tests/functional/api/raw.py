"""Requests byte for byte, as a server hands them over: what no client library would send."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote_to_bytes

from webob import Request, Response

ENVIRONMENTS, PACKAGES = "/v1/environments", "/v1/catalog/packages"
DOCUMENTED = {200, 300, 400, 401, 403, 404, 405, 406, 409, 413, 415}
"""What a request may be answered with while all services are up."""


class Raw:
    """One user's requests to an application.

    :param tells_uri: the server hands over the path as it was sent too, as uWSGI and gunicorn do.
    """

    def __init__(self, application: Any, token: str, *, tells_uri: bool = True) -> None:
        self._application = application
        self._token = token
        self._tells_uri = tells_uri

    def __call__(
        self, method: str, path: str, query: str = "", *, body: bytes = b"",
        kind: str | None = "application/json", **environ: Any,
    ) -> Response:  # fmt: skip
        """The answer, which is a documented one with the one form of errors.

        :param path: percent-encoded, as *query*.
        :param environ: more of the request's environ; None takes away.
        """
        given: dict[str, Any] = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query,
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_X_AUTH_TOKEN": self._token, "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }  # fmt: skip
        if kind is not None:
            given["CONTENT_TYPE"] = kind
        if self._tells_uri:
            given["REQUEST_URI"] = path + ("?" + query if query else "")
        given.update(environ)
        given = {key: value for key, value in given.items() if value is not None}
        answer = Request(given).get_response(self._application)
        check(answer, with_body=method != "HEAD")
        return answer


def check(answer: Response, *, with_body: bool = True) -> None:
    """Fail on an answer that is no documented one."""
    assert answer.status_int in DOCUMENTED, (answer.status, answer.text[:500])
    if answer.status_int < 400 or answer.status_int == 401 or not with_body:
        return
    assert answer.content_type == "application/json"
    error = answer.json["error"]
    assert set(error) == {"code", "title", "message", "type", "request_id"}
    assert error["code"] == answer.status_int
    assert error["message"]
