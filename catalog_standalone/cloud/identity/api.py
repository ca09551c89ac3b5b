"""The HTTP face of the local Keystone."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from catalog_standalone.cloud.identity.directory import DOMAIN, Directory
from catalog_standalone.cloud.identity.tokens import Token, Tokens
from catalog_standalone.cloud.store import Document
from catalog_standalone.cloud.web import ApiError, Request, Response, Service

UPDATED = "2019-07-19T00:00:00Z"
EndpointsOf = Callable[[str | None], list[Document]]


def _public(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "password_hash"}


class IdentityApi:
    """Keystone v3: tokens, catalog, projects, users, roles, trusts.

    ``endpoints_of(project id)`` gives the services as ``{type, name, url}``.
    """

    def __init__(
        self, directory: Directory, tokens: Tokens, endpoints_of: EndpointsOf, region: str
    ) -> None:
        self._directory, self._tokens = directory, tokens
        self._endpoints_of, self._region = endpoints_of, region

    def service(self, cors_origins: Iterable[str]) -> Service:
        """The WSGI application."""
        app = Service("identity", self._tokens.check, cors_origins=cors_origins)
        app.route("GET", "/", self.versions, public=True)
        app.route("GET", "/v3", self.version, public=True)
        app.route("POST", "/v3/auth/tokens", self.authenticate, public=True)
        app.route("GET", "/v3/auth/tokens", self.validate)
        app.route("DELETE", "/v3/auth/tokens", self.revoke)
        app.route("GET", "/v3/auth/catalog", self.catalog)
        app.route("GET", "/v3/auth/projects", self.own_projects)
        app.route("GET", "/v3/auth/domains", self.domains)
        app.route("GET", "/v3/domains", self.domains)
        app.route("GET", "/v3/domains/{id}", self.domain)
        app.route("GET", "/v3/regions", self.regions)
        app.route("GET", "/v3/regions/{id}", self.region)
        app.route("GET", "/v3/services", self.services)
        app.route("GET", "/v3/endpoints", self.endpoints)
        for kind in ("project", "user", "role"):
            app.route("GET", f"/v3/{kind}s", self._lister(kind))
            app.route("POST", f"/v3/{kind}s", self._creator(kind))
            app.route("GET", f"/v3/{kind}s/{{id}}", self._shower(kind))
            app.route("DELETE", f"/v3/{kind}s/{{id}}", self._deleter(kind))
        app.route("GET", "/v3/users/{id}/projects", self.projects_of_user)
        app.route("GET", "/v3/role_assignments", self.assignments)
        grants = "/v3/projects/{project_id}/users/{user_id}/roles"
        app.route("GET", grants, self.grants)
        app.route("PUT", grants + "/{role_id}", self.grant)
        app.route("DELETE", grants + "/{role_id}", self.ungrant)
        app.route("POST", "/v3/OS-TRUST/trusts", self.create_trust)
        app.route("GET", "/v3/OS-TRUST/trusts", self.list_trusts)
        app.route("GET", "/v3/OS-TRUST/trusts/{id}", self.show_trust)
        app.route("DELETE", "/v3/OS-TRUST/trusts/{id}", self.delete_trust)
        app.route("GET", "/v3/OS-TRUST/trusts/{id}/roles", self.trust_roles)
        return app

    def _version(self, request: Request) -> Document:
        return {
            "id": "v3.14", "status": "stable", "updated": UPDATED,
            "links": [{"rel": "self", "href": f"{request.host_url}/v3/"}],
            "media-types": [
                {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
            ],
        }  # fmt: skip

    def versions(self, request: Request) -> Response:
        """Discovery: the one version served."""
        return Response({"versions": {"values": [self._version(request)]}}, 300)

    def version(self, request: Request) -> Response:
        """Discovery below /v3."""
        return Response({"version": self._version(request)})

    def _catalog(self, project_id: str | None) -> list[Document]:
        catalog = []
        for entry in self._endpoints_of(project_id):
            service_id = uuid.uuid5(uuid.NAMESPACE_OID, entry["type"]).hex
            endpoints = [
                {
                    "id": uuid.uuid5(uuid.NAMESPACE_OID, entry["type"] + interface).hex,
                    "interface": interface, "region": self._region, "region_id": self._region,
                    "url": entry["url"],
                }
                for interface in ("public", "internal", "admin")
            ]  # fmt: skip
            catalog.append(
                {"id": service_id, "type": entry["type"], "name": entry["name"],
                 "endpoints": endpoints}
            )  # fmt: skip
        return catalog

    def _body(self, token: Token, with_catalog: bool = True) -> Document:
        domain = {"id": DOMAIN["id"], "name": DOMAIN["name"]}
        user = token.user
        body: Document = {
            "methods": token.record["methods"],
            "user": {
                "id": user["id"], "name": user["name"], "domain": domain,
                "password_expires_at": None,
            },
            "audit_ids": token.record["audit_ids"],
            "expires_at": token.record["expires_at"], "issued_at": token.record["issued_at"],
        }  # fmt: skip
        if token.project:
            project = token.project
            body["project"] = {"id": project["id"], "name": project["name"], "domain": domain}
            body["is_domain"] = False
        elif token.record["domain_id"]:
            body["domain"] = domain
        if token.roles:
            body["roles"] = token.roles
            if with_catalog:
                body["catalog"] = self._catalog(token.project["id"] if token.project else None)
        if token.trust:
            body["OS-TRUST:trust"] = {
                "id": token.trust["id"], "impersonation": token.trust["impersonation"],
                "trustor_user": {"id": token.trust["trustor_user_id"]},
                "trustee_user": {"id": token.trust["trustee_user_id"]},
            }  # fmt: skip
        return {"token": body}

    def authenticate(self, request: Request) -> Response:
        """Issue a token."""
        token = self._tokens.authenticate(request.json("auth"))
        return Response(
            self._body(token, "nocatalog" not in request.query), 201,
            {"X-Subject-Token": token.id},
        )  # fmt: skip

    def _subject(self, request: Request) -> Token:
        subject = request.header("X-Subject-Token")
        if not subject:
            raise ApiError(400, "X-Subject-Token is missing.")
        own = request.token
        if subject != own.id and not own.role_names & {"admin", "service"}:
            raise ApiError(403, "You are not authorized to validate this token.")
        try:
            return self._tokens.check(subject)
        except ApiError as error:
            raise ApiError(404, "Could not find token.", "NotFound") from error

    def validate(self, request: Request) -> Response:
        """What keystonemiddleware asks."""
        subject = self._subject(request)
        return Response(
            self._body(subject, "nocatalog" not in request.query), 200,
            {"X-Subject-Token": subject.id},
        )  # fmt: skip

    def revoke(self, request: Request) -> Response:
        """Revoke the subject token."""
        self._tokens.revoke(self._subject(request).id)
        return Response(status=204)

    def catalog(self, request: Request) -> Response:
        """The catalog for the token's project."""
        links = {"self": f"{request.host_url}/v3/auth/catalog"}
        return Response({"catalog": self._catalog(request.token.project_id), "links": links})

    def own_projects(self, request: Request) -> Response:
        """Projects the caller can scope to."""
        return self._many(request, "projects", self._directory.projects_of(request.token.user_id))

    def _many(self, request: Request, key: str, values: list[Document]) -> Response:
        links = {"self": f"{request.host_url}{request.path}", "next": None, "previous": None}
        return Response({key: [_public(value) for value in values], "links": links})

    def domains(self, request: Request) -> Response:
        """The one domain."""
        return self._many(request, "domains", [DOMAIN])

    def domain(self, request: Request, id: str) -> Response:
        """The default domain by id."""
        if id != DOMAIN["id"]:
            raise ApiError(404, f"Could not find domain: {id}.")
        return Response({"domain": DOMAIN})

    def _region_body(self) -> Document:
        return {"id": self._region, "description": "", "parent_region_id": None}

    def regions(self, request: Request) -> Response:
        """The one region."""
        return self._many(request, "regions", [self._region_body()])

    def region(self, request: Request, id: str) -> Response:
        """The region by id."""
        if id != self._region:
            raise ApiError(404, f"Could not find region: {id}.")
        return Response({"region": self._region_body()})

    def services(self, request: Request) -> Response:
        """Services of the catalog."""
        self._admin(request)
        rows = [
            {"id": s["id"], "type": s["type"], "name": s["name"], "enabled": True}
            for s in self._catalog(None)
        ]
        return self._many(request, "services", rows)

    def endpoints(self, request: Request) -> Response:
        """Endpoints of the catalog."""
        self._admin(request)
        rows = [
            {**endpoint, "service_id": s["id"], "enabled": True}
            for s in self._catalog(None)
            for endpoint in s["endpoints"]
        ]
        return self._many(request, "endpoints", rows)

    @staticmethod
    def _admin(request: Request) -> None:
        if not request.token.is_admin:
            raise ApiError(403, "You are not authorized to perform the requested action.")

    def _lister(self, kind: str) -> Callable[..., Response]:
        def listing(request: Request) -> Response:
            self._admin(request)
            name = request.query.get("name")
            rows = self._directory.store.list(kind)
            return self._many(request, kind + "s", [r for r in rows if name in (None, r["name"])])

        return listing

    def _shower(self, kind: str) -> Callable[..., Response]:
        def show(request: Request, id: str) -> Response:
            token = request.token
            own = {token.user_id, (token.project or {}).get("id")}
            found = self._directory.store.get(kind, id)
            if not token.is_admin and kind != "role" and id not in own:
                raise ApiError(403, f"You are not authorized to read this {kind}.")
            if found is None:
                raise ApiError(404, f"Could not find {kind}: {id}.")
            return Response({kind: _public(found)})

        return show

    def _creator(self, kind: str) -> Callable[..., Response]:
        def create(request: Request) -> Response:
            self._admin(request)
            body = request.json(kind)
            name = body.get("name")
            if not isinstance(name, str) or not name:
                raise ApiError(400, f"'name' is a required property of a {kind}.")
            if self._directory.find(kind, name):
                raise ApiError(409, f"Conflict: a {kind} named {name} exists.")
            made: Document
            if kind == "project":
                made = self._directory.add_project(name, None, str(body.get("description", "")))
            elif kind == "user":
                made = self._directory.add_user(
                    name, str(body.get("password", "")), None, body.get("email")
                )
            else:
                made = self._directory.role(name)
            return Response({kind: _public(made)}, 201)

        return create

    def _deleter(self, kind: str) -> Callable[..., Response]:
        def delete(request: Request, id: str) -> Response:
            self._admin(request)
            if not self._directory.store.delete(kind, id):
                raise ApiError(404, f"Could not find {kind}: {id}.")
            return Response(status=204)

        return delete

    def projects_of_user(self, request: Request, id: str) -> Response:
        """Projects of a user."""
        if id != request.token.user_id:
            self._admin(request)
        return self._many(request, "projects", self._directory.projects_of(id))

    def assignments(self, request: Request) -> Response:
        """Role assignments, filtered by user, project and role; names on request."""
        self._admin(request)
        query = request.query
        rows = []
        for item in self._directory.store.list("assignment"):
            wanted = {
                "user.id": item["user_id"], "scope.project.id": item["project_id"],
                "role.id": item["role_id"],
            }  # fmt: skip
            if any(query.get(key, value) != value for key, value in wanted.items()):
                continue
            parts: dict[str, Any] = {}
            for kind in ("role", "user", "project"):
                parts[kind] = {"id": item[kind + "_id"]}
                if "include_names" in query:
                    named = self._directory.store.get(kind, item[kind + "_id"]) or {}
                    parts[kind]["name"] = named.get("name")
            rows.append(
                {"role": parts["role"], "user": parts["user"],
                 "scope": {"project": parts["project"]}, "links": {}}
            )  # fmt: skip
        return self._many(request, "role_assignments", rows)

    def grants(self, request: Request, project_id: str, user_id: str) -> Response:
        """Roles of a user on a project."""
        self._admin(request)
        return self._many(request, "roles", self._directory.roles_on(user_id, project_id))

    def grant(self, request: Request, project_id: str, user_id: str, role_id: str) -> Response:
        """Give a role."""
        self._admin(request)
        for kind, id in (("project", project_id), ("user", user_id), ("role", role_id)):
            self._directory.need(kind, id)
        self._directory.grant(user_id, project_id, role_id)
        return Response(status=204)

    def ungrant(self, request: Request, project_id: str, user_id: str, role_id: str) -> Response:
        """Take a role away."""
        self._admin(request)
        if not self._directory.store.delete("assignment", f"{user_id}:{project_id}:{role_id}"):
            raise ApiError(404, "Could not find role assignment.")
        return Response(status=204)

    def create_trust(self, request: Request) -> Response:
        """Create a trust."""
        return Response({"trust": self._tokens.create_trust(request.token, request.json("trust"))},
                        201)  # fmt: skip

    def list_trusts(self, request: Request) -> Response:
        """Trusts of which the caller is trustor or trustee; all for an administrator."""
        own = request.token.user_id
        rows = [
            trust
            for trust in self._tokens.trusts()
            if (request.token.is_admin or own in (trust["trustor_user_id"],
                                                  trust["trustee_user_id"]))
            and all(
                trust[key] == request.query.get(key, trust[key])
                for key in ("trustor_user_id", "trustee_user_id")
            )
        ]  # fmt: skip
        return self._many(request, "trusts", rows)

    def _trust(self, request: Request, id: str) -> Document:
        trust = self._directory.store.get("trust", id)
        own = request.token.user_id
        if not trust or not (
            request.token.is_admin or own in (trust["trustor_user_id"], trust["trustee_user_id"])
        ):
            raise ApiError(404, f"Could not find trust: {id}.", "NotFound")
        return trust

    def show_trust(self, request: Request, id: str) -> Response:
        """One trust."""
        return Response({"trust": self._trust(request, id)})

    def trust_roles(self, request: Request, id: str) -> Response:
        """The roles of a trust."""
        return self._many(request, "roles", self._trust(request, id)["roles"])

    def delete_trust(self, request: Request, id: str) -> Response:
        """Delete a trust: its trustor (also acting through it) and administrators may."""
        trust = self._trust(request, id)
        if request.token.user_id != trust["trustor_user_id"] and not request.token.is_admin:
            raise ApiError(403, "Only the trustor can delete a trust.")
        self._tokens.delete_trust(id)
        return Response(status=204)
