"""Engines that ask a conductor's face without a network between them."""

from __future__ import annotations

import json

from webob import Request

from catalog_api.conductor.face import Face, Wakeups
from catalog_common.contract.errors import Problem

ENGINE = {"name": "engine-1", "host": "h", "python_version": "3.11", "language_revision": 1}
MOST = 100_000


class Asking:
    """An engine that asks a face without a network between them."""

    def __init__(self, catalog, max_waiting=2):
        self.wakeups, self.told = Wakeups(), []
        self.face = Face(catalog.recorder, self.wakeups, self.told.append, MOST, max_waiting)
        self.environ = {}

    def __call__(self, method, path, body=None, *, raw=None):
        request = Request.blank(path, method=method, environ=dict(self.environ))
        if body is not None or raw is not None:
            request.body = json.dumps(body).encode() if raw is None else raw
        return request.get_response(self.face)

    def claim(self, **given):
        return self("POST", "/v1/claims", {"engine": ENGINE, **given})


def problem(answer, status, type):
    assert answer.status_code == status, answer.body
    found = Problem.of_body(answer.json)
    assert (found.code, found.type) == (status, type)
    return found.message
