"""The HTTP face of the local Neutron."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from catalog_standalone.cloud.networks import EXTENSIONS, Networks
from catalog_standalone.cloud.store import Document
from catalog_standalone.cloud.web import ApiError, Request, Response, Service


def error_body(error: ApiError) -> Any:
    """Neutron's error body."""
    return {"NeutronError": {"type": error.kind, "message": error.message, "detail": ""}}


def _matches(document: Document, key: str, values: list[str]) -> bool:
    have = document.get(key)
    if isinstance(have, bool):
        return str(have).lower() in [value.lower() for value in values]
    return str("" if have is None else have) in values


class NetworkApi:
    """Neutron v2.0 over ``Networks``."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    def service(self, authenticate: Callable[[str], Any], cors_origins: Iterable[str]) -> Service:
        """The WSGI application."""
        app = Service("network", authenticate, error_body, cors_origins)
        app.route("GET", "/", self.versions, public=True)
        app.route("GET", "/v2.0", self.resources, public=True)
        app.route("GET", "/v2.0/extensions", self.extensions)
        app.route("GET", "/v2.0/extensions/{alias}", self.extension)
        app.route("GET", "/v2.0/quotas/{id}", self.quotas)
        app.route("GET", "/v2.0/availability_zones", self.zones)
        for kind in Networks.KINDS:
            path = f"/v2.0/{kind.replace('_', '-')}s"
            app.route("GET", path, self._lister(kind))
            app.route("POST", path, self._creator(kind))
            app.route("GET", path + "/{id}", self._shower(kind))
            app.route("PUT", path + "/{id}", self._updater(kind))
            app.route("DELETE", path + "/{id}", self._deleter(kind))
        app.route("PUT", "/v2.0/routers/{id}/add_router_interface", self.add_interface)
        app.route("PUT", "/v2.0/routers/{id}/remove_router_interface", self.remove_interface)
        return app

    def versions(self, request: Request) -> Response:
        """Discovery."""
        links = [{"rel": "self", "href": f"{request.host_url}/v2.0/"}]
        return Response({"versions": [{"id": "v2.0", "status": "CURRENT", "links": links}]})

    def resources(self, request: Request) -> Response:
        """What is served below v2.0."""
        rows = [
            {
                "name": kind, "collection": kind + "s",
                "links": [{"rel": "self", "href": f"{request.host_url}/v2.0/{kind}s"}],
            }
            for kind in Networks.KINDS
        ]  # fmt: skip
        return Response({"resources": rows})

    @staticmethod
    def _extension(alias: str, name: str) -> Document:
        return {
            "alias": alias, "name": name, "description": name, "links": [],
            "updated": "2024-01-01T00:00:00-00:00",
        }  # fmt: skip

    def extensions(self, request: Request) -> Response:
        """The extensions served."""
        return Response({"extensions": [self._extension(*row) for row in EXTENSIONS]})

    def extension(self, request: Request, alias: str) -> Response:
        """One extension."""
        for row in EXTENSIONS:
            if row[0] == alias:
                return Response({"extension": self._extension(*row)})
        raise ApiError(404, f"Extension with alias {alias} does not exist", "ExtensionNotFound")

    def quotas(self, request: Request, id: str) -> Response:
        """Quotas: none."""
        return Response({"quota": dict.fromkeys(Networks.KINDS, -1)})

    def zones(self, request: Request) -> Response:
        """The one availability zone."""
        rows = [{"name": "nova", "resource": kind, "state": "available"}
                for kind in ("network", "router")]  # fmt: skip
        return Response({"availability_zones": rows})

    @staticmethod
    def _scope(request: Request) -> str | None:
        return None if request.token.is_admin else request.token.project_id

    def _lister(self, kind: str) -> Callable[..., Response]:
        def listing(request: Request) -> Response:
            rows = self._networks.visible(kind, self._scope(request))
            filters: dict[str, list[str]] = {}
            for key, value in request.query_list:
                filters.setdefault(key, []).append(value)
            control = {"fields", "limit", "marker", "sort_key", "sort_dir", "page_reverse"}
            for key, values in filters.items():
                if key == "fixed_ips":
                    rows = [r for r in rows if self._has_address(r, values)]
                elif key not in control:
                    rows = [r for r in rows if _matches(r, key, values)]
            shown = [self._networks.shown(kind, row) for row in rows]
            if "fields" in filters:
                shown = [{k: r[k] for k in filters["fields"] if k in r} for r in shown]
            return Response({kind + "s": shown})

        return listing

    @staticmethod
    def _has_address(port: Document, values: list[str]) -> bool:
        wanted = dict(value.split("=", 1) for value in values if "=" in value)
        return any(
            all(fixed.get(key) == value for key, value in wanted.items())
            for fixed in port.get("fixed_ips", [])
        )

    def _one(self, request: Request, kind: str, id: str) -> Document:
        found = self._networks.need(kind, id, self._scope(request))
        if found["id"] != id:
            raise ApiError(404, f"{kind} {id} could not be found.", "NotFound")
        return found

    def _own(self, request: Request, kind: str, id: str) -> Document:
        found = self._one(request, kind, id)
        if not request.token.is_admin and found["project_id"] != request.token.project_id:
            raise ApiError(403, f"{kind} {id} is not yours to change.", "PolicyNotAuthorized")
        return found

    def _creator(self, kind: str) -> Callable[..., Response]:
        def create(request: Request) -> Response:
            body = request.json(kind)
            token = request.token
            if not token.is_admin and (body.get("router:external") or body.get("shared")):
                raise ApiError(403, "Only an administrator shares networks.",
                               "PolicyNotAuthorized")  # fmt: skip
            for reference in ("network", "subnet", "port", "security_group"):
                if body.get(reference + "_id"):
                    self._one(request, reference, str(body[reference + "_id"]))
            project = body.get("project_id") or body.get("tenant_id")
            owner = project if token.is_admin and project else token.project_id
            made = getattr(self._networks, f"create_{kind}")(owner, body)
            return Response({kind: made}, 201)

        return create

    def _shower(self, kind: str) -> Callable[..., Response]:
        def show(request: Request, id: str) -> Response:
            return Response({kind: self._networks.shown(kind, self._one(request, kind, id))})

        return show

    def _updater(self, kind: str) -> Callable[..., Response]:
        def update(request: Request, id: str) -> Response:
            found = self._own(request, kind, id)
            changed = self._networks.update(kind, found, request.json(kind))
            return Response({kind: self._networks.shown(kind, changed)})

        return update

    def _deleter(self, kind: str) -> Callable[..., Response]:
        def delete(request: Request, id: str) -> Response:
            self._networks.delete(kind, self._own(request, kind, id))
            return Response(status=204)

        return delete

    def add_interface(self, request: Request, id: str) -> Response:
        """Attach a router."""
        body = request.json()
        router = self._own(request, "router", id)
        return Response(
            self._networks.add_interface(router, body.get("subnet_id"), body.get("port_id"))
        )

    def remove_interface(self, request: Request, id: str) -> Response:
        """Detach a router."""
        body = request.json()
        router = self._own(request, "router", id)
        if not self._networks.remove_interface(
            router["id"], body.get("subnet_id"), body.get("port_id")
        ):
            raise ApiError(404, "The router has no such interface.", "RouterInterfaceNotFound")
        return Response({"id": router["id"], **body})
