"""One request as controllers see it: who calls, what was sent, what may be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from oslo_policy import policy
from sqlalchemy.orm import Session
from webob import Request, Response

from catalog_api.services.callers import Caller
from catalog_api.services.errors import BadRequest, Forbidden, NotAcceptable, WrongMediaType
from catalog_api.services.records import Database

T = TypeVar("T")
JSON = "application/json"
SESSION_HEADER = "X-Configuration-Session"
MAX_DEPTH = 100
"""Deepest nesting of a JSON body; a model is far flatter."""


class Call:
    """One request.

    :ivar app: what the application offers: database, policies, trusts, configuration.
    """

    def __init__(self, app: Any, request: Request):
        self.app = app
        self.request = request
        self.caller = _caller(request, app.admin_role)

    @property
    def database(self) -> Database:
        """The catalog's database."""
        database: Database = self.app.database
        return database

    @property
    def session_id(self) -> str | None:
        """The session that the request names, or None."""
        return self.request.headers.get(SESSION_HEADER) or None

    def read(self, work: Callable[[Session], T]) -> T:
        """Run work in a reading transaction."""
        with self.database.reader() as session:
            return work(session)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run work in a writing transaction, again when a deadlock undid it."""
        return self.database.transact(work)

    def authorise(self, rule: str, **target: Any) -> None:
        """Check a rule.

        :raises Forbidden: it does not hold.
        """
        if not self.may(rule, **target):
            raise Forbidden(f"Policy doesn't allow {rule} to be performed")

    def may(self, rule: str, **target: Any) -> bool:
        """Say whether a rule holds."""
        caller = self.caller
        credentials = {
            "user_id": caller.user_id, "project_id": caller.project_id,
            "roles": list(caller.roles), "is_admin": caller.is_admin,
        }  # fmt: skip
        target.setdefault("project_id", caller.project_id)
        try:
            return bool(self.app.policies.authorize(rule, target, credentials))
        except policy.PolicyNotRegistered:
            return bool(self.app.policies.authorize("default", target, credentials))

    # ------------------------------------------------------------ bodies

    def body(self, *, required: bool = True, media_type: str = JSON) -> Any:
        """The JSON document of the request; None without a body that is not required.

        :raises BadRequest: it is missing, or no JSON.
        :raises WrongMediaType: it is announced as something else.
        """
        raw = self.request.body
        if not raw:
            if required:
                raise BadRequest("The request needs a JSON body")
            return None
        given = self.request.content_type.lower()
        if given != media_type:
            if given == JSON:
                raise BadRequest(f"The body must be announced as {media_type}")
            raise WrongMediaType(f"A body of type {given[:80] or 'none'} is not taken here")
        try:
            document = json.loads(raw, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"The body is not JSON: {error}") from error
        check_depth(document)
        return document

    def members(self) -> dict[str, Any]:
        """The JSON object of the request.

        :raises BadRequest: it is none.
        """
        document = self.body()
        if not isinstance(document, dict):
            raise BadRequest("The body must be a JSON object")
        return document

    def check_accepts(self, media_type: str = JSON) -> None:
        """Refuse a caller that takes nothing that this resource has.

        :raises NotAcceptable: it does not.
        """
        accept = self.request.headers.get("Accept")
        if accept and not self.request.accept.acceptable_offers([media_type]):
            raise NotAcceptable(f"This resource is {media_type}")

    def flag(self, name: str) -> bool:
        """A query parameter that is ``true`` in any case."""
        value: str = self.request.GET.get(name, "")
        return value.lower() == "true"


def _caller(request: Request, admin_role: str) -> Caller:
    headers = request.headers
    roles = tuple(role.strip() for role in headers.get("X-Roles", "").split(",") if role.strip())
    catalog = headers.get("X-Service-Catalog")
    return Caller(
        user_id=headers.get("X-User-Id", ""),
        project_id=headers.get("X-Project-Id") or headers.get("X-Tenant-Id", ""),
        roles=roles,
        token=headers.get("X-Auth-Token", ""),
        is_admin=admin_role in roles,
        has_network=catalog is None or '"network"' in catalog,
    )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def check_depth(document: Any) -> None:
    """Refuse a document that nests too deep, or has a text no database takes.

    :raises BadRequest: it does.
    """
    level = [document]
    for _depth in range(MAX_DEPTH):
        following: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                following.extend(value.values())
                _check_texts(value)
            elif isinstance(value, list):
                following.extend(value)
            elif isinstance(value, str):
                _check_texts((value,))
        if not following:
            return
        level = following
    raise BadRequest(f"The body nests deeper than {MAX_DEPTH} levels")


def _check_texts(texts: Any) -> None:
    for text in texts:
        if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise BadRequest("Texts must not have NUL or half of a surrogate pair in them")


def whole_limit(text: str) -> int:
    """The size of a page.

    :raises BadRequest: it is no positive whole number.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise BadRequest("limit must be a positive whole number")
    return int(text)


def reply(body: Any) -> Response:
    """A JSON answer."""
    return Response(json_body=body, content_type=JSON, charset="UTF-8")


def done() -> Response:
    """The answer of what has no result."""
    return Response(body=b"", content_type=JSON)
