"""Images and metadata definitions of the local cloud, and their HTTP face (Glance v2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from catalog_standalone.cloud.identity.directory import stable_id
from catalog_standalone.cloud.store import Document, Store, new_uuid, now
from catalog_standalone.cloud.web import ApiError, Request, Response, Service

IMAGE_NAMES = ("local-linux", "ubuntu-24.04-local")
MURANO_INFO = {"type": "linux", "title": "Local Linux guest"}


class Images:
    """Glance's state: seeded images that all stand for the one kind of local guest."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def seed(self, project_id: str) -> None:
        """Make the images that guests boot from."""
        for name in IMAGE_NAMES:
            id = stable_id("image", name)
            id = f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"
            if not self.store.get("image", id):
                self.create(
                    project_id,
                    {"name": name, "visibility": "public",
                     "murano_image_info": json.dumps(MURANO_INFO | {"title": name}),
                     "os_distro": "linux", "os_type": "linux"},
                    id,
                )  # fmt: skip

    def create(self, project_id: str, body: Document, id: str | None = None) -> Document:
        """Register an image; its content is not kept, guests run from this machine's files."""
        moment = now()
        defaults: Document = {
            "id": id or new_uuid(), "name": None, "status": "active", "visibility": "shared",
            "owner": project_id, "protected": False, "tags": [], "disk_format": "raw",
            "container_format": "bare", "size": 0, "virtual_size": None, "min_ram": 0,
            "min_disk": 0, "checksum": None, "os_hidden": False, "created_at": moment,
            "updated_at": moment,
        }  # fmt: skip
        return self.store.put("image", defaults | body | {"id": defaults["id"]})

    def visible(self, project_id: str) -> list[Document]:
        """Images that a project may use."""
        return [
            i
            for i in self.store.list("image")
            if i["owner"] == project_id or i["visibility"] == "public"
        ]

    def find(self, name_or_id: str, project_id: str) -> Document | None:
        """An image by id, else by name."""
        for key in ("id", "name"):
            for image in self.visible(project_id):
                if image[key] == name_or_id:
                    return image
        return None


class ImageApi:
    """Glance v2 over ``Images``."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def service(self, authenticate: Callable[[str], Any], cors_origins: Iterable[str]) -> Service:
        """The WSGI application."""
        app = Service("image", authenticate, cors_origins=cors_origins)
        app.route("GET", "/", self.versions, public=True)
        app.route("GET", "/versions", self.versions, public=True)
        app.route("GET", "/v2", self.versions, public=True)
        app.route("GET", "/v2/images", self.listing)
        app.route("POST", "/v2/images", self.create)
        app.route("GET", "/v2/images/{id}", self.show)
        app.route("DELETE", "/v2/images/{id}", self.delete)
        app.route("GET", "/v2/schemas/{name}", self.schema)
        app.route("GET", "/v2/metadefs/namespaces", self.namespaces)
        app.route("POST", "/v2/metadefs/namespaces", self.create_namespace)
        app.route("GET", "/v2/metadefs/namespaces/{name}", self.namespace)
        app.route("GET", "/v2/metadefs/namespaces/{name}/objects", self.objects)
        app.route("GET", "/v2/metadefs/resource_types", self.resource_types)
        return app

    def versions(self, request: Request) -> Response:
        """Discovery."""
        rows = [
            {"id": id, "status": status,
             "links": [{"rel": "self", "href": f"{request.host_url}/v2/"}]}
            for id, status in (("v2.9", "CURRENT"), ("v2.5", "SUPPORTED"), ("v2.0", "SUPPORTED"))
        ]  # fmt: skip
        return Response({"versions": rows}, 200 if request.path.startswith("/v") else 300)

    @staticmethod
    def _shown(image: Document) -> Document:
        links = {"self": f"/v2/images/{image['id']}", "file": f"/v2/images/{image['id']}/file"}
        return image | links | {"schema": "/v2/schemas/image"}

    def listing(self, request: Request) -> Response:
        """Images that match the query."""
        rows = self._images.visible(request.token.project_id)
        for key, value in request.query.items():
            if key in ("limit", "marker", "sort", "sort_key", "sort_dir", "member_status"):
                continue
            value = value.removeprefix("in:").strip('"')
            rows = [r for r in rows if str(r.get(key)) in (value, *value.split(","))]
        if marker := request.query.get("marker"):
            ids = [r["id"] for r in rows]
            rows = rows[ids.index(marker) + 1 :] if marker in ids else []
        return Response(
            {"images": [self._shown(r) for r in rows], "schema": "/v2/schemas/images",
             "first": "/v2/images"}
        )  # fmt: skip

    def _image(self, request: Request, id: str) -> Document:
        for image in self._images.visible(request.token.project_id):
            if image["id"] == id:
                return image
        raise ApiError(404, f"No image found with ID {id}")

    def create(self, request: Request) -> Response:
        """Register an image."""
        body = request.json()
        if body.get("visibility") == "public" and not request.token.is_admin:
            raise ApiError(403, "Only an administrator publishes images.")
        return Response(self._shown(self._images.create(request.token.project_id, body)), 201)

    def show(self, request: Request, id: str) -> Response:
        """One image."""
        return Response(self._shown(self._image(request, id)))

    def delete(self, request: Request, id: str) -> Response:
        """Forget an image of one's own."""
        image = self._image(request, id)
        if image["owner"] != request.token.project_id and not request.token.is_admin:
            raise ApiError(403, f"You are not permitted to delete image {id}.")
        self._images.store.delete("image", id)
        return Response(status=204)

    def schema(self, request: Request, name: str) -> Response:
        """A permissive schema, for clients that insist on one."""
        return Response({"name": name, "properties": {}, "additionalProperties": {}})

    def namespaces(self, request: Request) -> Response:
        """Metadata namespaces, by resource type if asked."""
        rows = self._images.store.list("metadef_namespace")
        wanted = request.query.get("resource_types")
        if wanted:
            rows = [
                r
                for r in rows
                if any(a["name"] in wanted.split(",")
                       for a in r.get("resource_type_associations", []))
            ]  # fmt: skip
        shown = [{k: v for k, v in r.items() if k not in ("id", "objects")} for r in rows]
        return Response({"namespaces": shown, "first": "/v2/metadefs/namespaces",
                         "schema": "/v2/schemas/metadefs/namespaces"})  # fmt: skip

    def create_namespace(self, request: Request) -> Response:
        """Register a namespace with its objects; administrators only."""
        if not request.token.is_admin:
            raise ApiError(403, "Only an administrator creates namespaces.")
        body = request.json()
        if not body.get("namespace"):
            raise ApiError(400, "'namespace' is a required property")
        body.setdefault("visibility", "public")
        self._images.store.put("metadef_namespace", body | {"id": body["namespace"]})
        return Response(body, 201)

    def _namespace(self, name: str) -> Document:
        found = self._images.store.get("metadef_namespace", name)
        if not found:
            raise ApiError(404, f"Metadata definition namespace={name} was not found.")
        return found

    def namespace(self, request: Request, name: str) -> Response:
        """One namespace."""
        return Response({k: v for k, v in self._namespace(name).items() if k != "id"})

    def objects(self, request: Request, name: str) -> Response:
        """Objects of a namespace."""
        return Response({"objects": self._namespace(name).get("objects", []),
                         "schema": "v2/schemas/metadefs/objects"})  # fmt: skip

    def resource_types(self, request: Request) -> Response:
        """Resource types that namespaces name."""
        names = {
            association["name"]
            for row in self._images.store.list("metadef_namespace")
            for association in row.get("resource_type_associations", [])
        }
        return Response({"resource_types": [{"name": name} for name in sorted(names)]})
