"""The HTTP face of the local Nova."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from catalog_standalone.cloud.compute import Compute
from catalog_standalone.cloud.store import Document, new_uuid
from catalog_standalone.cloud.web import ApiError, Request, Response, Service

NAMES = {400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "itemNotFound",
         409: "conflictingRequest", 413: "overLimit", 500: "computeFault"}  # fmt: skip


def error_body(error: ApiError) -> Any:
    """The error body of Nova and Cinder."""
    return {NAMES.get(error.status, "badRequest"): {"code": error.status,
                                                    "message": error.message}}  # fmt: skip


class ComputeApi:
    """Nova v2.1 over ``Compute``."""

    def __init__(self, compute: Compute) -> None:
        self._compute = compute

    def service(self, authenticate: Callable[[str], Any], cors_origins: Iterable[str]) -> Service:
        """The WSGI application."""
        app = Service("compute", authenticate, error_body, cors_origins)
        app.route("GET", "/", self.versions, public=True)
        app.route("GET", "/v2.1", self.version, public=True)
        app.route("GET", "/v2.1/servers", self.servers)
        app.route("GET", "/v2.1/servers/detail", self.servers_detail)
        app.route("POST", "/v2.1/servers", self.create)
        app.route("GET", "/v2.1/servers/{id}", self.show)
        app.route("DELETE", "/v2.1/servers/{id}", self.delete)
        app.route("POST", "/v2.1/servers/{id}/action", self.action)
        app.route("GET", "/v2.1/servers/{id}/os-interface", self.interfaces)
        app.route("GET", "/v2.1/servers/{id}/os-volume_attachments", self.attachments)
        app.route("GET", "/v2.1/flavors", self.flavors)
        app.route("GET", "/v2.1/flavors/detail", self.flavors)
        app.route("GET", "/v2.1/flavors/{id}", self.flavor)
        app.route("GET", "/v2.1/flavors/{id}/os-extra_specs", self.extra_specs)
        app.route("GET", "/v2.1/os-availability-zone", self.zones)
        app.route("GET", "/v2.1/os-keypairs", self.keypairs)
        app.route("POST", "/v2.1/os-keypairs", self.create_keypair)
        app.route("GET", "/v2.1/os-keypairs/{name}", self.keypair)
        app.route("DELETE", "/v2.1/os-keypairs/{name}", self.delete_keypair)
        app.route("GET", "/v2.1/os-server-groups", self.groups)
        app.route("GET", "/v2.1/os-server-groups/{id}", self.group)
        app.route("GET", "/v2.1/limits", self.limits)
        app.route("GET", "/v2.1/extensions", self.extensions)
        return app

    @staticmethod
    def _version(request: Request) -> Document:
        return {
            "id": "v2.1", "status": "CURRENT", "version": "2.79", "min_version": "2.1",
            "updated": "2013-07-23T11:33:21Z",
            "links": [{"rel": "self", "href": f"{request.host_url}/v2.1/"}],
        }  # fmt: skip

    def versions(self, request: Request) -> Response:
        """Discovery."""
        return Response({"versions": [self._version(request)]})

    def version(self, request: Request) -> Response:
        """Discovery below v2.1."""
        return Response({"version": self._version(request)})

    def _visible(self, request: Request) -> list[Document]:
        everything = request.token.is_admin and request.query.get("all_tenants") in ("1", "True")
        rows = self._compute.store.list("server")
        if not everything:
            rows = [r for r in rows if r["project_id"] == request.token.project_id]
        for key in ("name", "status"):
            if key in request.query:
                rows = [r for r in rows if request.query[key] in r[key]]
        return rows

    def servers(self, request: Request) -> Response:
        """Names of servers."""
        rows = [{"id": r["id"], "name": r["name"], "links": []} for r in self._visible(request)]
        return Response({"servers": rows})

    def servers_detail(self, request: Request) -> Response:
        """Servers in full."""
        return Response({"servers": [self._compute.shown(r) for r in self._visible(request)]})

    def create(self, request: Request) -> Response:
        """Create a server."""
        whole = request.json()
        body = dict(whole.get("server") or {})
        if "os:scheduler_hints" in whole:
            body["scheduler_hints"] = whole["os:scheduler_hints"]
        server = self._compute.create_server(request.token.project_id, request.token.user_id, body)
        answer = {"id": server["id"], "links": [], "adminPass": "", "security_groups": []}
        return Response({"server": answer}, 202)

    def _server(self, request: Request, id: str) -> Document:
        project = None if request.token.is_admin else request.token.project_id
        return self._compute.need("server", id, project)

    def show(self, request: Request, id: str) -> Response:
        """One server."""
        return Response({"server": self._compute.shown(self._server(request, id))})

    def delete(self, request: Request, id: str) -> Response:
        """Delete a server."""
        self._compute.delete_server(self._server(request, id)["id"])
        return Response(status=204)

    def action(self, request: Request, id: str) -> Response:
        """Console output, stop, start, reboot."""
        server = self._server(request, id)
        body = request.json()
        if "os-getConsoleOutput" in body:
            text = self._compute.machines.console(server["id"])
            length = (body["os-getConsoleOutput"] or {}).get("length")
            if length is not None:
                text = "\n".join(text.splitlines()[-int(length) :]) if int(length) else ""
            return Response({"output": text})
        for name in ("os-stop", "os-start", "reboot"):
            if name in body:
                self._compute.action(server, name)
                return Response(status=202)
        raise ApiError(400, f"There is no such action: {', '.join(body)}", "badRequest")

    def interfaces(self, request: Request, id: str) -> Response:
        """Ports of a server."""
        ports = self._compute.store.list("port", device_id=self._server(request, id)["id"])
        rows = [
            {"port_id": p["id"], "net_id": p["network_id"], "mac_addr": p["mac_address"],
             "fixed_ips": p["fixed_ips"], "port_state": p["status"]}
            for p in ports
        ]  # fmt: skip
        return Response({"interfaceAttachments": rows})

    def attachments(self, request: Request, id: str) -> Response:
        """Volumes of a server."""
        server = self._server(request, id)
        rows = [
            {"id": v, "volumeId": v, "serverId": server["id"], "device": None}
            for v in server["volumes"]
        ]
        return Response({"volumeAttachments": rows})

    def flavors(self, request: Request) -> Response:
        """Flavours."""
        return Response({"flavors": [row | {"links": []} for row in self._compute.flavors()]})

    def flavor(self, request: Request, id: str) -> Response:
        """One flavour."""
        return Response({"flavor": self._compute.flavor(id) | {"links": []}})

    def extra_specs(self, request: Request, id: str) -> Response:
        """Extra specifications: none."""
        self._compute.flavor(id)
        return Response({"extra_specs": {}})

    def zones(self, request: Request) -> Response:
        """The one availability zone."""
        zone = {"zoneName": "nova", "zoneState": {"available": True}, "hosts": None}
        return Response({"availabilityZoneInfo": [zone]})

    def keypairs(self, request: Request) -> Response:
        """Key pairs of the caller."""
        rows = self._compute.store.list("keypair", user_id=request.token.user_id)
        return Response({"keypairs": [{"keypair": row} for row in rows]})

    def create_keypair(self, request: Request) -> Response:
        """Import a public key."""
        body = request.json("keypair")
        name, key = str(body.get("name") or ""), body.get("public_key")
        if not name or not key:
            raise ApiError(400, "The local cloud imports key pairs: give name and public_key.")
        user_id = request.token.user_id
        if self._compute.store.get("keypair", f"{user_id}:{name}"):
            raise ApiError(409, f"Key pair '{name}' already exists.")
        row = {
            "id": f"{user_id}:{name}", "name": name, "public_key": key, "user_id": user_id,
            "type": "ssh", "fingerprint": new_uuid(),
        }  # fmt: skip
        return Response({"keypair": self._compute.store.put("keypair", row)})

    def keypair(self, request: Request, name: str) -> Response:
        """One key pair."""
        row = self._compute.store.get("keypair", f"{request.token.user_id}:{name}")
        if not row:
            raise ApiError(404, f"Keypair {name} not found", "itemNotFound")
        return Response({"keypair": row})

    def delete_keypair(self, request: Request, name: str) -> Response:
        """Forget a key pair."""
        if not self._compute.store.delete("keypair", f"{request.token.user_id}:{name}"):
            raise ApiError(404, f"Keypair {name} not found", "itemNotFound")
        return Response(status=202)

    def groups(self, request: Request) -> Response:
        """Server groups of the project."""
        rows = self._compute.store.list("server_group", project_id=request.token.project_id)
        return Response({"server_groups": [self._group(row) for row in rows]})

    def _group(self, row: Document) -> Document:
        members = self._compute.store.list("server", group_id=row["id"])
        return row | {"members": [server["id"] for server in members], "metadata": {}}

    def group(self, request: Request, id: str) -> Response:
        """One server group."""
        row = self._compute.need("server_group", id, request.token.project_id)
        return Response({"server_group": self._group(row)})

    def limits(self, request: Request) -> Response:
        """Limits: none."""
        names = ("Instances", "Cores", "RAMSize", "Keypairs", "ServerGroups")
        absolute = {f"maxTotal{name}": -1 for name in names}
        used = {"totalInstancesUsed": 0, "totalCoresUsed": 0, "totalRAMUsed": 0}
        return Response({"limits": {"rate": [], "absolute": absolute | used}})

    def extensions(self, request: Request) -> Response:
        """No extensions."""
        return Response({"extensions": []})
