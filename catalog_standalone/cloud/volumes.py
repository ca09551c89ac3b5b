"""Volumes of the local cloud, as records, and their HTTP face (Cinder v3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from catalog_standalone.cloud.compute_api import error_body
from catalog_standalone.cloud.store import Document, Store, new_uuid, now
from catalog_standalone.cloud.web import ApiError, Request, Response, Service

TYPES = [{"id": "1", "name": "local", "description": "Records only", "is_public": True,
          "extra_specs": {}}]  # fmt: skip


class Volumes:
    """Cinder's state. A volume is a record: guests see no block device."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def create(self, project_id: str, body: Document, id: str | None = None) -> Document:
        """Create a volume; idempotent for a given id."""
        if id and (known := self.store.get("volume", id)):
            return known
        size = body.get("size")
        for source in ("snapshot_id", "source_volid", "backup_id"):
            if body.get(source) and source == "source_volid":
                size = size or self.need(body[source], project_id)["size"]
        if isinstance(size, bool) or not str(size).isdigit() or int(str(size)) < 1:
            raise ApiError(400, f"Invalid volume size provided for create request: {size}")
        moment = now()
        return self.store.put(
            "volume",
            {
                "id": id or new_uuid(), "name": body.get("name"), "size": int(str(size)),
                "status": "available", "project_id": project_id, "attachments": [],
                "availability_zone": body.get("availability_zone") or "nova",
                "volume_type": body.get("volume_type") or "local", "created_at": moment,
                "updated_at": moment, "bootable": str(bool(body.get("imageRef"))).lower(),
                "metadata": body.get("metadata") or {}, "encrypted": False,
                "description": body.get("description"), "multiattach": False,
                "snapshot_id": body.get("snapshot_id"), "source_volid": body.get("source_volid"),
                "os-vol-tenant-attr:tenant_id": project_id, "links": [],
            },
        )  # fmt: skip

    def need(self, id: str, project_id: str | None) -> Document:
        """A volume of the project; 404 otherwise."""
        found = self.store.get("volume", str(id))
        if not found or (project_id and found["project_id"] != project_id):
            raise ApiError(404, f"Volume {id} could not be found.")
        return found

    def attach(self, volume_id: str, server_id: str, mountpoint: str | None) -> None:
        """Record that a volume belongs to a server."""
        volume, server = self.store.get("volume", volume_id), self.store.get("server", server_id)
        if not volume or not server:
            raise ApiError(404, f"Volume {volume_id} or server {server_id} could not be found.")
        entry = {
            "id": volume_id, "volume_id": volume_id, "server_id": server_id,
            "attachment_id": volume_id, "device": mountpoint, "attached_at": now(),
        }  # fmt: skip
        others = [a for a in volume["attachments"] if a["server_id"] != server_id]
        if others:
            raise ApiError(400, f"Volume {volume_id} is already attached.")
        self.store.change("volume", volume_id, attachments=[entry], status="in-use")
        self.store.change("server", server_id, volumes=sorted({*server["volumes"], volume_id}))

    def detach(self, volume_id: str, server_id: str) -> None:
        """Undo ``attach``; nothing to do when either is gone."""
        volume, server = self.store.get("volume", volume_id), self.store.get("server", server_id)
        if volume:
            self.store.change("volume", volume_id, attachments=[], status="available")
        if server:
            kept = [v for v in server["volumes"] if v != volume_id]
            self.store.change("server", server_id, volumes=kept)


class VolumeApi:
    """Cinder v3 over ``Volumes``."""

    def __init__(self, volumes: Volumes) -> None:
        self._volumes = volumes

    def service(self, authenticate: Callable[[str], Any], cors_origins: Iterable[str]) -> Service:
        """The WSGI application."""
        app = Service("volume", authenticate, error_body, cors_origins)
        app.route("GET", "/", self.versions, public=True)
        app.route("GET", "/v3", self.versions, public=True)
        for base in ("/v3", "/v3/{project_id}"):
            app.route("GET", base + "/volumes", self.listing)
            app.route("GET", base + "/volumes/detail", self.listing)
            app.route("POST", base + "/volumes", self.create)
            app.route("GET", base + "/volumes/{id}", self.show)
            app.route("DELETE", base + "/volumes/{id}", self.delete)
            app.route("GET", base + "/types", self.types)
            app.route("GET", base + "/snapshots", self.none("snapshots"))
            app.route("GET", base + "/snapshots/detail", self.none("snapshots"))
            app.route("GET", base + "/backups", self.none("backups"))
            app.route("GET", base + "/backups/detail", self.none("backups"))
            app.route("GET", base + "/os-availability-zone", self.zones)
        return app

    def versions(self, request: Request) -> Response:
        """Discovery."""
        row = {"id": "v3.0", "status": "CURRENT", "version": "3.70", "min_version": "3.0",
               "updated": "2024-01-01T00:00:00Z",
               "links": [{"rel": "self", "href": f"{request.host_url}/v3/"}]}  # fmt: skip
        return Response({"versions": [row]}, 300 if request.path == "/" else 200)

    def listing(self, request: Request, project_id: str = "") -> Response:
        """Volumes of the project."""
        rows = self._volumes.store.list("volume", project_id=request.token.project_id)
        return Response({"volumes": rows})

    def create(self, request: Request, project_id: str = "") -> Response:
        """Create a volume."""
        made = self._volumes.create(request.token.project_id, request.json("volume"))
        return Response({"volume": made}, 202)

    def show(self, request: Request, id: str, project_id: str = "") -> Response:
        """One volume."""
        return Response({"volume": self._volumes.need(id, request.token.project_id)})

    def delete(self, request: Request, id: str, project_id: str = "") -> Response:
        """Delete a volume that is not attached."""
        volume = self._volumes.need(id, request.token.project_id)
        if volume["attachments"]:
            raise ApiError(400, f"Volume {id} is attached to a server.")
        self._volumes.store.delete("volume", id)
        return Response(status=202)

    def types(self, request: Request, project_id: str = "") -> Response:
        """The one volume type."""
        return Response({"volume_types": TYPES})

    def none(self, key: str) -> Callable[..., Response]:
        """A handler that answers an empty list."""
        return lambda request, project_id="": Response({key: []})

    def zones(self, request: Request, project_id: str = "") -> Response:
        """The one availability zone."""
        zone = {"zoneName": "nova", "zoneState": {"available": True}}
        return Response({"availabilityZoneInfo": [zone]})
