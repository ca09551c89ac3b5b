"""Serves the page's files, and which services it talks to; nothing else."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
#: What of ``endpoints.json`` everybody may know.
PUBLIC = ("application-catalog", "identity", "project", "user", "domain")


class PageServer:
    """The page on one port, served by threads. ``start``, then ``stop``."""

    def __init__(self, host: str, port: int, endpoints: Path) -> None:
        """Listen.

        :param endpoints: the launcher's ``endpoints.json``; read at each request, since it is
            written when everything else is ready.
        :raises OSError: the address cannot be taken.
        """
        handler = functools.partial(_Handler, endpoints)
        self._server = http.server.ThreadingHTTPServer((host, port), handler)
        self.url = f"http://{host}:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="page")

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def policy(endpoints: dict[str, Any]) -> str:
    """The content security policy: own files, and requests to the two services."""
    services = {
        f"{parts.scheme}://{parts.netloc}"
        for parts in (urlsplit(endpoints[name]) for name in PUBLIC[:2] if name in endpoints)
    }
    return "; ".join((
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:",
        " ".join(("connect-src 'self'", *sorted(services))), "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
    ))  # fmt: skip


class _Handler(http.server.BaseHTTPRequestHandler):
    """GET of a fixed set of paths."""

    server_version, sys_version = "burano-page", ""
    protocol_version = "HTTP/1.1"
    timeout = 60

    def __init__(self, endpoints: Path, *arguments: Any) -> None:
        self._path = endpoints
        super().__init__(*arguments)

    def _endpoints(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return {name: found[name] for name in PUBLIC if name in found}

    def do_GET(self) -> None:
        """Answer."""
        self._answer(True)

    def do_HEAD(self) -> None:
        """Answer without body."""
        self._answer(False)

    def _answer(self, with_body: bool) -> None:
        path = urlsplit(self.path).path
        endpoints = self._endpoints()
        if path == "/endpoints.json":
            status, kind = (200 if endpoints else 503), "application/json"
            body = json.dumps(endpoints).encode()
        elif path in FILES:
            name, kind = FILES[path]
            status, body = 200, files("catalog_standalone.page").joinpath(name).read_bytes()
        else:
            status, kind, body = 404, "text/plain; charset=utf-8", b"Nothing is served here.\n"
        self.send_response(status)
        for header, value in (
            ("Content-Type", kind), ("Content-Length", str(len(body))),
            ("Content-Security-Policy", policy(endpoints)), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ):  # fmt: skip
            self.send_header(header, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Requests are no news; errors reach the log as exceptions."""
