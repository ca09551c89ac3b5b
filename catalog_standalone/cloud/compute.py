"""Servers, flavours, key pairs and server groups of the local cloud."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import logging
import threading
from typing import Any, Protocol

from catalog_standalone.cloud.images import Images
from catalog_standalone.cloud.networks import LOOPBACK, Networks
from catalog_standalone.cloud.store import Document, Store, new_uuid, now
from catalog_standalone.cloud.web import ApiError

LOG = logging.getLogger(__name__)
FLAVORS = {
    "m1.tiny": (512, 1, 1), "m1.small": (2048, 20, 1), "m1.medium": (4096, 40, 2),
    "m1.large": (8192, 80, 4),
}  # fmt: skip


class Machines(Protocol):
    """What runs the servers: local guests, or nothing in tests."""

    def boot(self, server: Document, user_data: bytes, addresses: list[str]) -> None:
        """Start a server; returns when it runs, raises MachineError when it cannot."""

    def halt(self, server_id: str) -> None:
        """End a server with all its processes; its folder stays."""

    def remove(self, server_id: str) -> None:
        """End a server and forget its folder."""

    def console(self, server_id: str) -> str:
        """What it wrote to its console."""

    def readdress(self, server_id: str, addresses: list[str]) -> None:
        """The addresses at which its ports are reachable changed."""


class MachineError(Exception):
    """A server could not be started; the message becomes its fault."""


class NoMachines:
    """Servers that exist as records only."""

    def boot(self, server: Document, user_data: bytes, addresses: list[str]) -> None:
        """Nothing to start."""

    def halt(self, server_id: str) -> None:
        """Nothing to end."""

    def remove(self, server_id: str) -> None:
        """Nothing to forget."""

    def console(self, server_id: str) -> str:
        """No console."""
        return ""

    def readdress(self, server_id: str, addresses: list[str]) -> None:
        """Nothing to move."""


class Compute:
    """Nova's state; a server is booted in a thread and becomes ACTIVE or ERROR."""

    def __init__(
        self, store: Store, networks: Networks, images: Images, machines: Machines
    ) -> None:
        self.store, self._networks, self._images = store, networks, images
        self.machines = machines
        self.settled = threading.Condition()
        networks.changed = self._moved

    def flavors(self) -> list[Document]:
        """The fixed flavours."""
        return [
            {
                "id": str(index), "name": name, "ram": ram, "disk": disk, "vcpus": vcpus,
                "swap": "",
                "OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": False,
                "os-flavor-access:is_public": True, "rxtx_factor": 1.0, "description": None,
                "extra_specs": {},
            }
            for index, (name, (ram, disk, vcpus)) in enumerate(FLAVORS.items(), 1)
        ]  # fmt: skip

    def flavor(self, name_or_id: str) -> Document:
        """A flavour by name or id."""
        for flavor in self.flavors():
            if name_or_id in (flavor["id"], flavor["name"]):
                return flavor
        raise ApiError(404, f"Flavor {name_or_id} could not be found.", "itemNotFound")

    def need(self, kind: str, id: str, project_id: str | None) -> Document:
        """A server, key pair or group of the project; 404 otherwise."""
        found = self.store.get(kind, id)
        if found is None or (project_id and found["project_id"] != project_id):
            raise ApiError(404, f"Instance {id} could not be found.", "itemNotFound")
        return found

    def create_server(
        self, project_id: str, user_id: str, body: Document, id: str | None = None
    ) -> Document:
        """Create a server (idempotent for a given id) and start booting it."""
        if id and (known := self.store.get("server", id)):
            if known["status"] == "BUILD":
                self._boot_later(known)
            return known
        name = body.get("name")
        if not isinstance(name, str) or not name:
            raise ApiError(400, "Invalid input for field/attribute name.", "badRequest")
        flavor = self.flavor(str(body.get("flavorRef") or ""))
        image = None
        if body.get("imageRef"):
            image = self._images.find(str(body["imageRef"]), project_id)
            if not image:
                raise ApiError(400, f"Image {body['imageRef']} could not be found.", "badRequest")
        elif not body.get("block_device_mapping_v2"):
            raise ApiError(400, "A server needs an image or a block device.", "badRequest")
        key_name = body.get("key_name")
        if key_name and not self.store.get("keypair", f"{user_id}:{key_name}"):
            raise ApiError(400, "Invalid key_name provided.", "badRequest")
        try:
            base64.b64decode(body.get("user_data") or "", validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise ApiError(400, "user_data is not base64.", "badRequest") from error
        moment = now()
        server = {
            "id": id or new_uuid(), "name": name, "project_id": project_id, "user_id": user_id,
            "status": "BUILD", "created": moment, "updated": moment, "flavor": flavor,
            "image_id": image["id"] if image else None, "key_name": key_name,
            "metadata": body.get("metadata") or {}, "user_data": body.get("user_data") or "",
            "availability_zone": body.get("availability_zone") or "nova", "fault": None,
            "group_id": (body.get("scheduler_hints") or {}).get("group"), "own_address": None,
            "volumes": [], "security_groups": body.get("security_groups") or [],
        }  # fmt: skip
        self._plug(server, body.get("networks"))
        self.store.put("server", server)
        self._boot_later(server)
        return server

    def _plug(self, server: Document, networks: Any) -> None:
        project_id = server["project_id"]
        if networks in (None, "auto"):
            own = [
                n
                for n in self._networks.visible("network", project_id)
                if n["project_id"] == project_id and n["subnets"]
            ]
            networks = [{"uuid": network["id"]} for network in own[:1]]
        if networks == "none":
            networks = []
        if not isinstance(networks, list):
            raise ApiError(400, "Invalid input for field/attribute networks.", "badRequest")
        for item in networks:
            if item.get("port"):
                port = self._networks.need("port", item["port"], project_id)
                if port["device_id"] not in ("", server["id"]):
                    raise ApiError(409, f"Port {port['id']} is still in use.", "conflictingRequest")
                self.store.change(
                    "port", port["id"], device_id=server["id"], device_owner="compute:nova",
                    status="ACTIVE",
                )  # fmt: skip
                continue
            network = self._networks.need("network", item.get("uuid"), project_id)
            fixed = [{"ip_address": item["fixed_ip"]}] if item.get("fixed_ip") else None
            self._networks.create_port(
                project_id,
                {"network_id": network["id"], "device_id": server["id"], "fixed_ips": fixed,
                 "device_owner": "compute:nova", "name": "made for a server"},
            )  # fmt: skip
        if not self.reachable(server):
            taken = {s.get("own_address") for s in self.store.list("server")}
            hosts = ipaddress.ip_network(self._networks.own_range).hosts()
            server["own_address"] = next(str(h) for h in hosts if str(h) not in taken)

    def reachable(self, server: Document) -> list[str]:
        """The loopback addresses of a server, its fixed ones first."""
        found = [server["own_address"]] if server["own_address"] else []
        for entries in self._networks.addresses(server["id"]).values():
            found += [
                entry["addr"]
                for entry in entries
                if ipaddress.ip_address(entry["addr"]) in LOOPBACK
            ]
        return found

    def _moved(self, device_id: str) -> None:
        server = self.store.get("server", device_id)
        if server and server["status"] == "ACTIVE":
            self.machines.readdress(device_id, self.reachable(server))

    def _boot_later(self, server: Document) -> None:
        threading.Thread(
            target=self._boot, args=(server,), name=f"boot {server['name']}", daemon=True
        ).start()

    def _boot(self, server: Document) -> None:
        try:
            user_data = base64.b64decode(server["user_data"])
            self.machines.boot(server, user_data, self.reachable(server))
            status, fault = "ACTIVE", None
        except MachineError as error:
            status, fault = "ERROR", str(error)
        except Exception as error:
            LOG.exception("Server %s could not be booted", server["id"])
            status, fault = "ERROR", str(error)
        with self.settled:
            if not self.store.change(
                "server", server["id"], status=status, fault=fault, updated=now()
            ):
                self.machines.remove(server["id"])
            self.settled.notify_all()

    def restart(self) -> None:
        """After a start of the cloud: boot again what was running."""
        for server in self.store.list("server"):
            if server["status"] in ("ACTIVE", "BUILD", "REBOOT"):
                self._boot_later(server)

    def action(self, server: Document, name: str) -> None:
        """Stop, start or reboot a server."""
        if name in ("os-stop", "reboot"):
            self.machines.halt(server["id"])
            self.store.change("server", server["id"], status="SHUTOFF", updated=now())
        if name in ("os-start", "reboot"):
            self.store.change("server", server["id"], status="BUILD")
            self._boot(self.store.get("server", server["id"]) or server)

    def delete_server(self, server_id: str) -> None:
        """End a server and free its ports; a port made for it goes too."""
        if not self.store.delete("server", server_id):
            return
        self.machines.remove(server_id)
        for port in self.store.list("port", device_id=server_id):
            if port["name"] == "made for a server":
                self._networks.delete("port", port)
            else:
                self.store.change("port", port["id"], device_id="", device_owner="", status="DOWN")
        for volume in self.store.list("volume"):
            kept = [a for a in volume["attachments"] if a["server_id"] != server_id]
            if len(kept) != len(volume["attachments"]):
                self.store.change("volume", volume["id"], attachments=kept, status="available")

    def shown(self, server: Document) -> Document:
        """A server as the API shows it."""
        addresses = self._networks.addresses(server["id"])
        flavor = server["flavor"]
        active = server["status"] == "ACTIVE"
        body = {
            "id": server["id"], "name": server["name"], "status": server["status"],
            "tenant_id": server["project_id"], "user_id": server["user_id"],
            "metadata": server["metadata"], "key_name": server["key_name"],
            "created": server["created"], "updated": server["updated"], "hostId": "local",
            "addresses": addresses, "accessIPv4": server["own_address"] or "", "accessIPv6": "",
            "flavor": {"original_name": flavor["name"], "ram": flavor["ram"], "id": flavor["id"],
                       "vcpus": flavor["vcpus"], "disk": flavor["disk"], "links": []},
            "image": {"id": server["image_id"], "links": []} if server["image_id"] else "",
            "links": [], "progress": 100 if active else 0, "config_drive": "",
            "OS-DCF:diskConfig": "MANUAL", "OS-EXT-AZ:availability_zone": "nova",
            "OS-EXT-STS:vm_state": {"ACTIVE": "active", "BUILD": "building", "ERROR": "error"}.get(
                server["status"], "stopped"),
            "OS-EXT-STS:task_state": "spawning" if server["status"] == "BUILD" else None,
            "OS-EXT-STS:power_state": 1 if active else 0, "OS-SRV-USG:launched_at": None,
            "OS-SRV-USG:terminated_at": None,
            "security_groups": [{"name": str(g)} for g in server["security_groups"]],
            "os-extended-volumes:volumes_attached": [{"id": v} for v in server["volumes"]],
        }  # fmt: skip
        if server["fault"]:
            body["fault"] = {
                "code": 500, "message": server["fault"], "created": server["updated"]
            }  # fmt: skip
        return body
