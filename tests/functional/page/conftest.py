"""Services made of fixed answers, and a page over them."""

from __future__ import annotations

import http.server
import json
import threading
from pathlib import Path

import pytest

from catalog_standalone.page.server import PageServer

MARKUP = "<img src=x onerror=\"document.title='broken'\"><b>bold</b>"
PNG = (Path(__file__).parents[3] / "packages/io.burano.samples.Site/logo.png").read_bytes()


def deployment(id: str, **changes) -> dict:
    return {
        "id": id, "environment_id": "e1", "state": "success", "action": {"method": "deploy"},
        "created": "2030-01-01T10:00:00", "started": "2030-01-01T10:00:00",
        "updated": "2030-01-01T10:00:30", "finished": "2030-01-01T10:00:30", "result": {},
        "attempts": [
            {"number": 1, "engine": "engine-1", "claimed_at": "2030-01-01T10:00:01",
             "ended_at": "2030-01-01T10:00:10", "outcome": "lost"},
            {"number": 2, "engine": "engine-2", "claimed_at": "2030-01-01T10:00:12",
             "ended_at": "2030-01-01T10:00:30", "outcome": "succeeded"},
        ],
    } | changes  # fmt: skip


def report(number: int, text: str, level: str = "info") -> dict:
    return {
        "id": f"r{number}", "text": text, "level": level,
        "created": f"2030-01-01T10:00:{number:02}",
    }  # fmt: skip


class Services:
    """Keystone and the catalog at one address; ``answers`` may be changed while it serves."""

    markup = MARKUP
    deployment, report = staticmethod(deployment), staticmethod(report)

    def __init__(self) -> None:
        self.password = "right"
        self.refused = False
        self.methods: list[str] = []
        self.answers: dict[str, object] = {
            "/v1/environments": {"environments": [{"id": "e1", "name": "shop"}]},
            "/v1/environments/e1": {
                "id": "e1", "name": "shop", "status": "ready",
                "services": [{
                    "?": {"id": "c1", "name": "front", "type": "io.burano.samples.Site/1.0.0@x"},
                    "url": "http://127.78.0.4:8080/", "note": "javascript:alert(1)",
                    "instance": {"?": {"id": "i1", "type": "x"}, "ipAddresses": ["10.0.1.4"]},
                }],
            },
            "/v1/environments/e1/deployments": {"deployments": [deployment("d1")]},
            "/v1/environments/e1/deployments/d1": {
                "reports": [report(1, "Creating server"), report(2, MARKUP, "warning")]
            },
            "/v1/catalog/packages": {
                "packages": [{
                    "id": "p1", "name": "Small web site", "updated": "",
                    "fully_qualified_name": "io.burano.samples.Site", "version": "1.0.0",
                    "description": MARKUP,
                }]
            },
            "/v1/catalog/packages/p1/logo": PNG,
        }  # fmt: skip
        services = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                services.methods.append(self.command)
                status, body = services.answer(self)
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
                self.send_header("Access-Control-Allow-Headers", "X-Auth-Token, Content-Type")
                self.send_header("Access-Control-Expose-Headers", "X-Subject-Token")
                self.send_header("X-Subject-Token", "token-1")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_OPTIONS = answer

            def log_message(self, *_) -> None:
                return

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def answer(self, request) -> tuple[int, object]:
        if request.command == "OPTIONS":
            return 204, b""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if request.path == "/v3/auth/tokens":
            password = json.loads(body)["auth"]["identity"]["password"]["user"]["password"]
            return (201, {}) if password == self.password else (401, {})
        if self.refused or request.headers["X-Auth-Token"] != "token-1":
            return 401, {}
        found = self.answers.get(request.path.partition("?")[0])
        return (404, {}) if found is None else (200, found)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def services():
    stand_in = Services()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def page(services, tmp_path):
    endpoints = tmp_path / "endpoints.json"
    endpoints.write_text(
        json.dumps({
            "application-catalog": services.url, "identity": services.url + "/v3",
            "project": "demo", "user": "demo", "domain": "Default", "state": "/secret/place",
        })
    )  # fmt: skip
    server = PageServer("127.0.0.1", 0, endpoints)
    server.start()
    yield server
    server.stop()
