"""Resource types of Nova and Cinder."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from catalog_standalone.cloud.orchestration.errors import ResourceFailure
from catalog_standalone.cloud.orchestration.functions import LATER
from catalog_standalone.cloud.orchestration.heat_types import stored_config
from catalog_standalone.cloud.orchestration.properties import Property
from catalog_standalone.cloud.orchestration.resources import (
    Context,
    ResourceType,
    Values,
    changed_keys,
)
from catalog_standalone.cloud.store import Document


class Server(ResourceType):
    """A server: with local guests, a sandboxed process tree."""

    name = "OS::Nova::Server"
    schema = {
        "name": Property(update=True), "image": Property(), "flavor": Property(required=True),
        "key_name": Property(), "availability_zone": Property(),
        "metadata": Property("map", update=True), "config_drive": Property("boolean"),
        "user_data": Property(), "admin_pass": Property(update=True),
        "user_data_format": Property(default="HEAT_CFNTOOLS", allowed=(
            "HEAT_CFNTOOLS", "RAW", "SOFTWARE_CONFIG")),
        "user_data_update_policy": Property(default="REPLACE", update=True, allowed=(
            "REPLACE", "IGNORE")),
        "networks": Property("list", items={
            "port": Property(), "network": Property(), "uuid": Property(),
            "fixed_ip": Property(), "subnet": Property(), "allocate_network": Property(),
            "port_extra_properties": Property("map"), "floating_ip": Property(),
            "tag": Property()}),
        "security_groups": Property("list"), "scheduler_hints": Property("map"),
        "block_device_mapping": Property("list"),
        "block_device_mapping_v2": Property("list", items={
            "device_name": Property(), "volume_id": Property(), "device_type": Property(),
            "boot_index": Property("integer"), "image": Property(), "image_id": Property(),
            "snapshot_id": Property(), "swap_size": Property("integer"),
            "ephemeral_size": Property("integer"), "ephemeral_format": Property(),
            "disk_bus": Property(), "volume_size": Property("integer"),
            "volume_type": Property(), "delete_on_termination": Property("boolean")}),
        "flavor_update_policy": Property(default="RESIZE", update=True),
        "image_update_policy": Property(default="REBUILD", update=True),
        "software_config_transport": Property(update=True), "diskConfig": Property(),
        "reservation_id": Property(), "personality": Property("map"),
        "deployment_swift_data": Property("map", update=True),
        "tags": Property("list", update=True),
    }  # fmt: skip
    attributes = ("name", "addresses", "networks", "first_address", "instance_name", "accessIPv4",
                  "accessIPv6", "show", "console_urls", "tags")  # fmt: skip

    def prepare(self, place: str, values: Mapping[str, Any]) -> Values:
        """Names are checked against the cloud when the server is made."""
        checked = super().prepare(place, values)
        for item in checked.get("networks") or []:
            if item is not LATER and item.get("uuid") and not item.get("network"):
                item["network"] = item.pop("uuid")
        return checked

    def must_replace(self, old: Values, new: Values) -> bool:
        """User data does not count where the policy is to ignore it."""
        changed = changed_keys(old, new)
        if new.get("user_data_update_policy") == "IGNORE":
            changed -= {"user_data", "user_data_format"}
        return any(not self.schema[key].update for key in changed)

    def create(self, context: Context, values: Values) -> None:
        """Make and boot the server."""
        user_data = stored_config(context, values.get("user_data") or "")
        networks = values.get("networks")
        plugs: Any = "auto" if networks is None else []
        for item in networks or []:
            if item.get("allocate_network"):
                plugs = item["allocate_network"]
            elif item.get("port"):
                plugs.append({"port": item["port"]})
            else:
                plugs.append({"uuid": item.get("network"), "fixed_ip": item.get("fixed_ip")})
        body = {
            "name": values.get("name") or context.physical_name, "flavorRef": values["flavor"],
            "imageRef": values.get("image"), "key_name": values.get("key_name"),
            "metadata": values.get("metadata"), "networks": plugs,
            "availability_zone": values.get("availability_zone"),
            "user_data": base64.b64encode(str(user_data).encode()).decode(),
            "block_device_mapping_v2": values.get("block_device_mapping_v2"),
            "scheduler_hints": values.get("scheduler_hints"),
            "security_groups": values.get("security_groups"),
        }  # fmt: skip
        context.backends.compute.create_server(
            context.project_id, context.user_id, body, context.id
        )
        for device in values.get("block_device_mapping_v2") or []:
            if device.get("volume_id"):
                context.backends.volumes.attach(
                    device["volume_id"], context.id, device.get("device_name")
                )

    def is_complete(self, context: Context, values: Values) -> bool:
        """Active, or a failure with the server's fault."""
        server = context.backends.store.get("server", context.id)
        if not server:
            raise ResourceFailure(f"Server {context.id} is gone.")
        if server["status"] == "ERROR":
            raise ResourceFailure(
                f'Went to status ERROR due to "Message: {server["fault"]}, Code: 500"'
            )
        return bool(server["status"] != "BUILD")

    def update(self, context: Context, old: Values, new: Values) -> None:
        """Name and metadata."""
        name = new.get("name") or context.physical_name
        context.backends.store.change(
            "server", context.id, name=name, metadata=new.get("metadata") or {}
        )

    def delete(self, context: Context, values: Values) -> None:
        """End the server."""
        context.backends.compute.delete_server(context.id)

    def show(self, context: Context, values: Values) -> Document:
        """Attributes; addresses by name and by id of the network."""
        server = context.backends.store.get("server", context.id)
        if not server:
            return {}
        shown = context.backends.compute.shown(server)
        addresses = dict(shown["addresses"])
        store = context.backends.store
        for port in store.list("port", device_id=context.id):
            network = store.get("network", port["network_id"])
            if network and network["name"] in addresses:
                addresses[network["id"]] = addresses[network["name"]]
        networks = {
            name: [entry["addr"] for entry in entries] for name, entries in addresses.items()
        }
        everything = [address for entries in networks.values() for address in entries]
        return {
            "name": server["name"], "addresses": addresses, "networks": networks,
            "first_address": everything[0] if everything else "", "show": shown,
            "instance_name": server["name"], "accessIPv4": shown["accessIPv4"], "accessIPv6": "",
            "console_urls": {}, "tags": [],
        }  # fmt: skip


class ServerGroup(ResourceType):
    """A group of servers that are kept together or apart."""

    name = "OS::Nova::ServerGroup"
    schema = {
        "name": Property(), "policies": Property("list", default=["anti-affinity"]),
        "rules": Property("map"),
    }  # fmt: skip

    def create(self, context: Context, values: Values) -> None:
        """Record the group."""
        context.backends.store.put(
            "server_group",
            {"id": context.id, "name": values.get("name") or context.physical_name,
             "policies": values["policies"], "project_id": context.project_id,
             "user_id": context.user_id},
        )  # fmt: skip

    def delete(self, context: Context, values: Values) -> None:
        """Forget the group."""
        context.backends.store.delete("server_group", context.id)


class KeyPair(ResourceType):
    """A public key."""

    name = "OS::Nova::KeyPair"
    schema = {
        "name": Property(required=True), "public_key": Property(required=True),
        "save_private_key": Property("boolean", default=False), "type": Property(),
        "user": Property(),
    }  # fmt: skip
    attributes = ("public_key", "private_key")

    def create(self, context: Context, values: Values) -> None:
        """Record the key."""
        context.backends.store.put(
            "keypair",
            {"id": f"{context.user_id}:{values['name']}", "name": values["name"], "type": "ssh",
             "public_key": values["public_key"], "user_id": context.user_id,
             "fingerprint": context.id},
        )  # fmt: skip

    def delete(self, context: Context, values: Values) -> None:
        """Forget the key."""
        context.backends.store.delete("keypair", f"{context.user_id}:{values['name']}")

    def reference(self, context: Context, values: Values) -> Any:
        """Its name."""
        return values["name"]

    def show(self, context: Context, values: Values) -> Document:
        """The public half."""
        return {"public_key": values["public_key"], "private_key": ""}


class Volume(ResourceType):
    """A volume, as a record."""

    name = "OS::Cinder::Volume"
    schema = {
        "size": Property("integer", update=True), "name": Property(update=True),
        "description": Property(update=True), "availability_zone": Property(),
        "metadata": Property("map", update=True), "image": Property(),
        "read_only": Property("boolean", update=True), "snapshot_id": Property(),
        "backup_id": Property(update=True), "source_volid": Property(),
        "volume_type": Property(update=True), "scheduler_hints": Property("map"),
    }  # fmt: skip
    attributes = ("attachments", "attachments_list", "status", "size", "display_name",
                  "display_description", "volume_type", "metadata", "created_at",
                  "availability_zone", "bootable", "encrypted", "multiattach", "show")  # fmt: skip

    def create(self, context: Context, values: Values) -> None:
        """Make the volume."""
        body = {"name": context.physical_name} | values | {"imageRef": values.get("image")}
        context.backends.volumes.create(context.project_id, body, context.id)

    def update(self, context: Context, old: Values, new: Values) -> None:
        """Change name, size, metadata."""
        if new.get("size", 0) < old.get("size", 0):
            raise ResourceFailure("Shrinking volume is not supported.")
        fields = {k: new[k] for k in ("size", "name", "description", "metadata") if k in new}
        context.backends.store.change("volume", context.id, **fields)

    def delete(self, context: Context, values: Values) -> None:
        """Remove it."""
        context.backends.store.delete("volume", context.id)

    def show(self, context: Context, values: Values) -> Document:
        """The volume."""
        volume = context.backends.store.get("volume", context.id) or {}
        attachments = volume.get("attachments", [])
        return volume | {
            "attachments": str(attachments), "attachments_list": attachments, "show": volume,
            "display_name": volume.get("name"), "display_description": volume.get("description"),
        }  # fmt: skip


class VolumeAttachment(ResourceType):
    """A volume attached to a server."""

    name = "OS::Cinder::VolumeAttachment"
    schema = {
        "instance_uuid": Property(required=True), "volume_id": Property(required=True),
        "mountpoint": Property(),
    }  # fmt: skip

    def create(self, context: Context, values: Values) -> None:
        """Attach."""
        context.backends.volumes.attach(
            values["volume_id"], values["instance_uuid"], values.get("mountpoint")
        )

    def delete(self, context: Context, values: Values) -> None:
        """Detach."""
        context.backends.volumes.detach(values["volume_id"], values["instance_uuid"])


def compute_types() -> list[ResourceType]:
    """One of each."""
    return [Server(), ServerGroup(), KeyPair(), Volume(), VolumeAttachment()]
