"""One request as controllers see it: who calls, what was sent, what may be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from webob import Request, Response

from catalog_api.schemas import checking
from catalog_api.schemas.operations import JSON, Operation
from catalog_api.services import documents
from catalog_api.services.callers import Caller
from catalog_api.services.errors import BadRequest, Forbidden, NotAcceptable, WrongMediaType
from catalog_api.services.records import Database

T = TypeVar("T")
SESSION_HEADER = "X-Configuration-Session"
NETWORK_SERVICE = '"network"'
"""What a catalog has in it that lists Neutron."""


class Call:
    """One request.

    :ivar app: what the application offers: database, policies, trusts, configuration.
    :ivar operation: what the request may have, and what it is answered.
    """

    def __init__(self, app: Any, request: Request, operation: Operation):
        self.app = app
        self.request = request
        self.operation = operation
        self.caller = _caller(request, app.admin_role)

    @property
    def database(self) -> Database:
        """The catalog's database."""
        database: Database = self.app.database
        return database

    @property
    def session_id(self) -> str | None:
        """The session that the request names, or None."""
        found: str | None = self.request.headers.get(SESSION_HEADER) or None
        if found is not None and "\0" in found:
            raise BadRequest(f"{SESSION_HEADER} must not have NUL in it")
        return found

    def read(self, work: Callable[[Session], T]) -> T:
        """Run work that only reads, again when its connection was lost."""
        return self.database.read(work)

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
            "user_id": caller.user_id, "project_id": caller.project_id, "roles": caller.roles,
            "is_admin": caller.is_admin,
        }  # fmt: skip
        target.setdefault("project_id", caller.project_id)
        allowed: bool = self.app.policies.allow(rule, target, credentials)
        return allowed

    # ------------------------------------------------------------ bodies

    def check_query(self) -> None:
        """Refuse query parameters that the operation does not take.

        :raises BadRequest: one is none.
        """
        operation = self.operation
        if operation.query or operation.only_these:
            given = self.request.GET
            problem = checking.query_problem(operation.query, operation.only_these, given)
            if problem is not None:
                raise BadRequest(problem)

    def body(self) -> Any:
        """The JSON document of the request, checked; None without a body that is not required.

        :raises BadRequest: it is missing, no JSON, or not what the operation takes.
        :raises WrongMediaType: it is announced as something else.
        """
        expected = self.operation.body
        assert expected is not None
        raw = self._raw_body()
        if not raw:
            if expected.required:
                raise BadRequest("The request needs a JSON body")
            return None
        given = self.request.content_type.lower()
        if given != expected.media_type:
            if given == JSON:
                raise BadRequest(f"The body must be announced as {expected.media_type}")
            raise WrongMediaType(f"A body of type {given[:80] or 'none'} is not taken here")
        document = documents.parsed(raw)
        problem = expected.checker.problem(document)
        if problem is not None:
            raise BadRequest(problem)
        return document

    def _raw_body(self) -> bytes:
        try:
            body: bytes = self.request.body
        except OSError as error:
            raise BadRequest("The body ends before its announced length") from error
        return body

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
        has_network=catalog is None or NETWORK_SERVICE in catalog,
    )


def reply(body: Any) -> Response:
    """A JSON answer."""
    return Response(json_body=body, content_type=JSON, charset="UTF-8")


def done() -> Response:
    """The answer of what has no result."""
    return Response(body=b"", content_type=JSON)
