"""Tokens and trusts: who may act as whom, in which project, with which roles."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog_standalone.cloud.identity.directory import DOMAIN, HEAT_USER, Directory, stable_id
from catalog_standalone.cloud.store import Document, Store, new_id
from catalog_standalone.cloud.web import ApiError

MAX_REDELEGATION = 3


@dataclasses.dataclass(frozen=True)
class Token:
    """A checked token: the acting user, its scope and effective roles."""

    id: str
    user: Document
    project: Document | None
    roles: list[Document]
    trust: Document | None
    record: Document

    @property
    def user_id(self) -> str:
        """Id of the acting user (the trustor under impersonation)."""
        return self.user["id"]

    @property
    def project_id(self) -> str:
        """Id of the project; ApiError 403 for a token without one."""
        if self.project is None:
            raise ApiError(403, "This needs a token that is scoped to a project.")
        return self.project["id"]

    @property
    def role_names(self) -> set[str]:
        """Names of the effective roles."""
        return {role["name"] for role in self.roles}

    @property
    def is_admin(self) -> bool:
        """Whether the token carries the role admin."""
        return "admin" in self.role_names


def stamp(moment: datetime) -> str:
    """A time as Keystone prints it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _digest(token_id: str) -> str:
    return hashlib.sha256(token_id.encode()).hexdigest()


class Tokens:
    """Issues and checks tokens; keeps only digests of them."""

    def __init__(self, store: Store, directory: Directory, seconds: int) -> None:
        self._store, self._directory, self._seconds = store, directory, seconds

    def authenticate(self, auth: dict[str, Any]) -> Token:
        """Answer to POST /v3/auth/tokens; ``auth`` is the member of that name."""
        identity = auth.get("identity")
        methods = identity.get("methods") if isinstance(identity, dict) else None
        if not isinstance(identity, dict) or not isinstance(methods, list) or not methods:
            raise ApiError(400, "Expecting to find identity with methods in auth.")
        parent = None
        user: Document | None = None
        for method in methods:
            data = identity.get(method) if isinstance(method, str) else None
            if method == "password" and isinstance(data, dict):
                user = self._directory.check_user(data.get("user") or {})
            elif method == "token" and isinstance(data, dict):
                parent = self.check(str(data.get("id", "")))
                user = parent.user
            else:
                raise ApiError(401, f"Authentication method {method!r} is not supported.")
        assert user is not None
        scope = auth.get("scope")
        if scope is None:
            projects = [user["default_project_id"]] if user.get("default_project_id") else []
            scope = {"project": {"id": projects[0]}} if projects else "unscoped"
        expires = datetime.now(UTC) + timedelta(seconds=self._seconds)
        record: Document = {
            "methods": methods + (["token"] if parent and "token" not in methods else []),
            "user_id": user["id"], "project_id": None, "trust_id": None, "domain_id": None,
            "issued_at": stamp(datetime.now(UTC)), "expires_at": stamp(expires),
            "audit_ids": [base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")],
        }  # fmt: skip
        if parent:
            record["expires_at"] = parent.record["expires_at"]
            if parent.trust:
                raise ApiError(403, "A token of a trust cannot be exchanged for another token.")
        self._scope(record, user, scope)
        token_id = base64.urlsafe_b64encode(os.urandom(48)).decode().rstrip("=")
        record["id"] = _digest(token_id)
        self._store.put("token", record)
        return self.check(token_id)

    def _scope(self, record: Document, user: Document, scope: Any) -> None:
        if scope == "unscoped" or (isinstance(scope, dict) and "unscoped" in scope):
            return
        if not isinstance(scope, dict):
            raise ApiError(400, "Expecting an object as scope.")
        if "OS-TRUST:trust" in scope:
            trust = self._store.get("trust", str((scope["OS-TRUST:trust"] or {}).get("id")))
            if not trust or trust["trustee_user_id"] != user["id"]:
                raise ApiError(403, "The trust does not exist or is not for this user.")
            record.update(trust_id=trust["id"], project_id=trust["project_id"])
            if trust["impersonation"]:
                record["user_id"] = trust["trustor_user_id"]
        elif "project" in scope:
            reference = scope["project"] or {}
            project = self._directory.find(
                "project", str(reference.get("id") or reference.get("name"))
            )
            if not project or not self._directory.roles_on(user["id"], project["id"]):
                raise ApiError(401, "The user has no role on this project.")
            record["project_id"] = project["id"]
        elif "domain" in scope or "system" in scope:
            projects = self._directory.projects_of(user["id"])
            if not any(
                role["name"] == "admin"
                for project in projects
                for role in self._directory.roles_on(user["id"], project["id"])
            ):
                raise ApiError(401, "The user has no role on this domain.")
            record["domain_id"] = DOMAIN["id"]

    def check(self, token_id: str) -> Token:
        """The token of this id; ApiError 401 when it is unknown, expired or its ground is gone."""
        refused = ApiError(401, "The request you have made requires authentication.")
        record = self._store.get("token", _digest(token_id))
        if not record:
            raise refused
        if record["expires_at"] < stamp(datetime.now(UTC)):
            self._store.delete("token", record["id"])
            raise refused
        user = self._store.get("user", record["user_id"])
        if not user or not user["enabled"]:
            raise refused
        project = trust = None
        roles: list[Document] = []
        if record["project_id"]:
            project = self._store.get("project", record["project_id"])
            if not project or not project["enabled"]:
                raise refused
            roles = self._directory.roles_on(user["id"], project["id"])
        if record["domain_id"]:
            roles = self._directory.expand([stable_id("role", "admin")])
        if record["trust_id"]:
            trust = self._store.get("trust", record["trust_id"])
            if not trust or self._expired(trust):
                raise refused
            roles = self.trust_roles(trust)
            if not roles:
                raise refused
        return Token(token_id, user, project, roles, trust, record)

    def revoke(self, token_id: str) -> None:
        """Forget a token."""
        self._store.delete("token", _digest(token_id))

    def trust_roles(self, trust: Document) -> list[Document]:
        """The roles a trust still gives: the delegated ones the trustor still has."""
        held = {
            role["id"]
            for role in self._directory.roles_on(trust["trustor_user_id"], trust["project_id"])
        }
        if not all(role["id"] in held for role in trust["roles"]):
            return []
        return self._directory.expand([role["id"] for role in trust["roles"]])

    @staticmethod
    def _expired(trust: Document) -> bool:
        return bool(trust["expires_at"]) and trust["expires_at"] < stamp(datetime.now(UTC))

    def create_trust(self, token: Token, body: Document) -> Document:
        """Delegate roles of ``token`` to another user; Keystone's rules of redelegation."""
        for key in ("trustor_user_id", "trustee_user_id", "impersonation"):
            if key not in body:
                raise ApiError(400, f"'{key}' is a required property of a trust.")
        if body["trustor_user_id"] != token.user_id:
            raise ApiError(403, "Only the trustor can create a trust.")
        self._directory.need("user", str(body["trustee_user_id"]))
        project_id = body.get("project_id")
        if not project_id or project_id != token.project_id:
            raise ApiError(403, "A trust delegates roles of the project that the token is for.")
        roles = [
            self._directory.need("role", str(role.get("id") or role.get("name")))
            for role in body.get("roles") or []
        ]
        if not roles:
            raise ApiError(403, "At least one role must be given with a trust.")
        held = {role["id"] for role in token.roles}
        missing = [role["name"] for role in roles if role["id"] not in held]
        if missing:
            raise ApiError(403, f"The token does not carry the role {missing[0]}.")
        count = body.get("redelegation_count")
        allowed = bool(body.get("allow_redelegation", False))
        parent = token.trust
        if parent:
            if not parent["redelegation_count"]:
                raise ApiError(403, "The trust of this token does not allow redelegation.")
            if count is not None and count >= parent["redelegation_count"]:
                raise ApiError(403, "The redelegation depth must shrink with each trust.")
            if not parent["impersonation"] and body["impersonation"]:
                raise ApiError(403, "Impersonation cannot be added by redelegation.")
            count = parent["redelegation_count"] - 1 if count is None else count
        elif count is None:
            count = MAX_REDELEGATION if allowed else 0
        trust = {
            "id": new_id(), "trustor_user_id": token.user_id,
            "trustee_user_id": body["trustee_user_id"], "project_id": project_id,
            "impersonation": bool(body["impersonation"]), "expires_at": body.get("expires_at"),
            "remaining_uses": body.get("remaining_uses"), "deleted_at": None,
            "redelegation_count": count if allowed else 0,
            "redelegated_trust_id": parent["id"] if parent else None,
            "roles": [{"id": role["id"], "name": role["name"]} for role in roles],
        }  # fmt: skip
        return self._store.put("trust", trust)

    def trusts(self) -> list[Document]:
        """All trusts."""
        return self._store.list("trust")

    def delete_trust(self, trust_id: str) -> None:
        """Delete a trust and all that was redelegated from it."""
        self._store.delete("trust", trust_id)
        for child in self._store.list("trust", redelegated_trust_id=trust_id):
            self.delete_trust(child["id"])

    def delegate_to_heat(self, token: Token) -> str:
        """The trust that Heat makes from the caller's token to act later; returns its id.

        With a trust-scoped token this is a redelegation, and fails where that is not allowed.
        """
        trust = self.create_trust(
            token,
            {
                "trustor_user_id": token.user_id, "project_id": token.project_id,
                "trustee_user_id": stable_id("user", HEAT_USER), "impersonation": True,
                "roles": token.roles,
            },
        )  # fmt: skip
        return trust["id"]
