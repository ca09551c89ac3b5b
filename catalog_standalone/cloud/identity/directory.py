"""Users, projects, roles and who has which role where."""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from typing import Any

from catalog_standalone.cloud.config import CloudConfig, UserConfig
from catalog_standalone.cloud.store import Document, Store, new_id
from catalog_standalone.cloud.web import ApiError

DOMAIN = {"id": "default", "name": "Default", "enabled": True, "description": "", "tags": []}
ROLES = ("admin", "manager", "member", "reader", "service", "heat_stack_owner")
IMPLIED = {"admin": ("manager",), "manager": ("member",), "member": ("reader",)}
HEAT_USER = "heat"


def stable_id(kind: str, name: str) -> str:
    """The id of a seeded thing: the same in every local cloud, so that it survives a reset."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"local cloud {kind} {name}").hex


def hash_password(password: str) -> str:
    """Salted scrypt, as text."""
    salt = os.urandom(16)
    digest = hashlib.scrypt(password.encode(), salt=salt, n=2**12, r=8, p=1)
    return f"{salt.hex()}${digest.hex()}"


def check_password(password: str, stored: str) -> bool:
    """Whether ``password`` is what ``stored`` was made from."""
    salt, digest = stored.split("$")
    found = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=2**12, r=8, p=1)
    return hmac.compare_digest(found.hex(), digest)


class Directory:
    """The users of the cloud, seeded from configuration at each start."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def seed(self, config: CloudConfig) -> None:
        """Make what the configuration names; passwords follow the configuration."""
        for role in ROLES:
            self.store.put("role", {"id": stable_id("role", role), "name": role})
        for project in config.projects:
            self.add_project(project, stable_id("project", project))
        heat = UserConfig(HEAT_USER, new_id(), {})
        for user in [*config.users, heat]:
            user_id = stable_id("user", user.name)
            known = self.store.get("user", user_id)
            if not known or not check_password(user.password, known["password_hash"]):
                self.add_user(user.name, user.password, user_id, user.email)
            for project, roles in user.projects.items():
                self.add_project(project, stable_id("project", project))
                for role in roles:
                    self.grant(user_id, stable_id("project", project), self.role(role)["id"])

    def add_project(self, name: str, id: str | None = None, description: str = "") -> Document:
        """Create a project, or return the one with this id."""
        if id and (known := self.store.get("project", id)):
            return known
        if self.find("project", name):
            raise ApiError(409, f"Conflict: a project named {name} exists.")
        return self.store.put(
            "project",
            {
                "id": id or new_id(), "name": name, "domain_id": DOMAIN["id"], "enabled": True,
                "parent_id": DOMAIN["id"], "is_domain": False, "description": description,
                "tags": [], "options": {},
            },
        )  # fmt: skip

    def add_user(
        self, name: str, password: str, id: str | None = None, email: str | None = None
    ) -> Document:
        """Create or overwrite a user."""
        return self.store.put(
            "user",
            {
                "id": id or new_id(), "name": name, "domain_id": DOMAIN["id"], "enabled": True,
                "email": email, "description": "", "password_expires_at": None, "options": {},
                "password_hash": hash_password(password),
            },
        )  # fmt: skip

    def find(self, kind: str, name_or_id: str) -> Document | None:
        """A user, project or role by id or name."""
        by_name = self.store.list(kind, name=name_or_id)
        return self.store.get(kind, name_or_id) or (by_name[0] if by_name else None)

    def need(self, kind: str, name_or_id: str) -> Document:
        """Like ``find``; ApiError 404 when there is none."""
        found = self.find(kind, name_or_id)
        if found is None:
            raise ApiError(404, f"Could not find {kind}: {name_or_id}.", "NotFound")
        return found

    def role(self, name_or_id: str) -> Document:
        """A role by name or id; made when a configuration names one of its own."""
        found = self.find("role", name_or_id)
        return found or self.store.put(
            "role", {"id": stable_id("role", name_or_id), "name": name_or_id}
        )

    def grant(self, user_id: str, project_id: str, role_id: str) -> None:
        """Give a user a role on a project."""
        self.store.put(
            "assignment",
            {
                "id": f"{user_id}:{project_id}:{role_id}", "user_id": user_id,
                "project_id": project_id, "role_id": role_id,
            },
        )  # fmt: skip

    def expand(self, role_ids: list[str]) -> list[Document]:
        """The roles and all they imply, as id and name."""
        found: dict[str, Document] = {}
        pending = list(role_ids)
        while pending:
            role = self.store.get("role", pending.pop(0))
            if role and role["id"] not in found:
                found[role["id"]] = {"id": role["id"], "name": role["name"]}
                pending += [stable_id("role", name) for name in IMPLIED.get(role["name"], ())]
        return list(found.values())

    def roles_on(self, user_id: str, project_id: str) -> list[Document]:
        """The effective roles of a user on a project."""
        assigned = self.store.list("assignment", user_id=user_id, project_id=project_id)
        return self.expand([item["role_id"] for item in assigned])

    def projects_of(self, user_id: str) -> list[Document]:
        """Projects on which the user has a role."""
        ids = {item["project_id"] for item in self.store.list("assignment", user_id=user_id)}
        return [p for p in self.store.list("project") if p["id"] in ids]

    def check_user(self, reference: dict[str, Any]) -> Document:
        """The user of a password authentication; ApiError 401 for any mismatch."""
        refused = ApiError(401, "The request you have made requires authentication.")
        if not isinstance(reference, dict):
            raise ApiError(400, "Expecting to find user in password.")
        domain = reference.get("domain") or {}
        if domain and DOMAIN["id"] != domain.get("id") and DOMAIN["name"] != domain.get("name"):
            raise refused
        key = reference.get("id") or reference.get("name") or ""
        user = self.find("user", str(key))
        password = str(reference.get("password", ""))
        if not user or not user["enabled"] or not check_password(password, user["password_hash"]):
            raise refused
        return user
