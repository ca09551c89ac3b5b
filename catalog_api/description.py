"""Serves the OpenAPI document, which needs no token."""

from __future__ import annotations

import hashlib
import json
from importlib import metadata
from typing import Any, Final

from webob import Request, Response

from catalog_api.schemas.document import document

PATH: Final = "/v1/openapi.json"
_SECONDS: Final = 3600
"""How long a client may keep it without asking."""


class Description:
    """A WSGI application that answers with the document of this release."""

    def __init__(self) -> None:
        made = document(metadata.version("burano"))
        self._body = json.dumps(made, separators=(",", ":")).encode()
        self._tag = hashlib.sha256(self._body).hexdigest()[:32]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The document, or 304 to who has it."""
        response = Response(
            body=self._body, content_type="application/json", charset="UTF-8", etag=self._tag,
            conditional_response=True,
        )  # fmt: skip
        response.cache_control.public = True
        response.cache_control.max_age = _SECONDS
        if Request(environ).method not in ("GET", "HEAD"):
            response = Response(status=405, headerlist=[("Allow", "GET, HEAD")])
        return response(environ, start_response)
