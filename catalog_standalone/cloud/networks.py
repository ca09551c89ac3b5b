"""Networks, subnets, ports, routers, floating IPs and security groups of the local cloud.

Addresses inside 127.0.0.0/8 are unique in the whole cloud, since that is where local guests
can really be reached; elsewhere they are unique in their subnet, as in Neutron.
"""

from __future__ import annotations

import hashlib
import ipaddress
import random
from collections.abc import Callable
from typing import Any

from catalog_standalone.cloud.identity.directory import stable_id
from catalog_standalone.cloud.store import Document, Store, new_uuid, now
from catalog_standalone.cloud.web import ApiError

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
EXTERNAL_NAME = "ext-net"
EXTENSIONS = (
    ("security-group", "security-group"), ("router", "Neutron L3 Router"),
    ("external-net", "Neutron external network"), ("port-security", "Port Security"),
    ("allowed-address-pairs", "Allowed Address Pairs"), ("quotas", "Quota management support"),
    ("provider", "Provider Network"), ("extra_dhcp_opt", "DHCP opts"),
    ("standard-attr-timestamp", "Resource timestamps"), ("standard-attr-tag", "Tags"),
)  # fmt: skip
Changed = Callable[[str], None]


def not_found(kind: str, id: str) -> ApiError:
    """Neutron's answer for an unknown id."""
    name = kind.replace("_", " ").title().replace(" ", "")
    return ApiError(404, f"{name} {id} could not be found.", f"{name}NotFound")


def bad(message: str) -> ApiError:
    """A 400 of Neutron."""
    return ApiError(400, f"Invalid input for operation: {message}", "InvalidInput")


def loopback_ranges(name: str) -> tuple[str, str]:
    """Two ranges of loopback addresses that hardly any other cloud on this machine has.

    :param name: what tells this cloud from others, such as its folder.
    """
    digest = hashlib.sha256(name.encode()).digest()
    second = 64 + 2 * (digest[0] % 64)
    return f"127.{second}.0.0/16", f"127.{second + 1}.0.0/16"


class Networks:
    """Neutron's state; every method takes and returns documents as the API shows them.

    ``changed`` is called with the id of a device whose addresses changed.

    :param ranges: loopback addresses: floating ones, and those of servers without one.
    """

    KINDS = (
        "network", "subnet", "port", "router", "floatingip", "security_group",
        "security_group_rule",
    )  # fmt: skip

    def __init__(self, store: Store, ranges: tuple[str, str]) -> None:
        self.store = store
        self.external_range, self.own_range = ranges
        self.changed: Changed = lambda device: None

    def seed(self, project_id: str) -> None:
        """Make the external network."""
        network_id = stable_id("network", EXTERNAL_NAME)
        if not self.store.get("network", network_id):
            self.create_network(
                project_id,
                {"name": EXTERNAL_NAME, "router:external": True, "shared": True},
                network_id,
            )
            self.create_subnet(
                project_id,
                {"network_id": network_id, "cidr": self.external_range, "name": "ext-subnet",
                 "ip_version": 4, "enable_dhcp": False},
                stable_id("subnet", EXTERNAL_NAME),
            )  # fmt: skip

    def visible(self, kind: str, project_id: str | None) -> list[Document]:
        """What a project may see; everything for None."""
        rows = self.store.list(kind)
        if project_id is None:
            return rows
        shared = {
            n["id"] for n in self.store.list("network") if n["shared"] or n["router:external"]
        }
        return [
            row
            for row in rows
            if row["project_id"] == project_id
            or (kind == "network" and row["id"] in shared)
            or (kind == "subnet" and row["network_id"] in shared)
        ]

    def need(self, kind: str, id: Any, project_id: str | None = None) -> Document:
        """The visible document by id, else by name; 404 otherwise."""
        rows = self.visible(kind, project_id)
        for key in ("id", "name"):
            for row in rows:
                if row.get(key) == id:
                    return row
        raise not_found(kind, str(id))

    def _base(self, project_id: str, body: Document, id: str | None) -> Document:
        moment = now()
        return {
            "id": id or new_uuid(), "name": body.get("name") or "", "project_id": project_id,
            "tenant_id": project_id, "description": body.get("description") or "", "tags": [],
            "created_at": moment, "updated_at": moment, "revision_number": 1,
        }  # fmt: skip

    def create_network(self, project_id: str, body: Document, id: str | None = None) -> Document:
        """Create a network."""
        document = self._base(project_id, body, id) | {
            "admin_state_up": body.get("admin_state_up", True), "status": "ACTIVE", "subnets": [],
            "shared": bool(body.get("shared", False)), "mtu": 65536,
            "router:external": bool(body.get("router:external", False)),
            "port_security_enabled": body.get("port_security_enabled", True),
            "availability_zones": ["nova"], "availability_zone_hints": [],
        }  # fmt: skip
        return self.store.put("network", document)

    def create_subnet(self, project_id: str, body: Document, id: str | None = None) -> Document:
        """Create a subnet; its gateway is the first address unless given."""
        network = self.need("network", body.get("network_id"), None)
        try:
            cidr = ipaddress.ip_network(str(body.get("cidr")))
        except ValueError as error:
            raise bad(f"'{body.get('cidr')}' is not a valid IP subnet: {error}") from error
        if body.get("ip_version", cidr.version) != cidr.version:
            raise bad("ip_version does not match the cidr.")
        for other_id in network["subnets"]:
            other = self.store.get("subnet", other_id)
            if other and other_id != id:
                known = ipaddress.ip_network(other["cidr"])
                if known.version == cidr.version and known.overlaps(cidr):
                    raise bad(f"Requested subnet with cidr: {cidr} for network: {network['id']} "
                              "overlaps with another subnet.")  # fmt: skip
        gateway = body["gateway_ip"] if "gateway_ip" in body else str(cidr[1 % cidr.num_addresses])
        last = cidr[-2] if cidr.num_addresses > 2 else cidr[-1]
        document = self._base(project_id, body, id) | {
            "network_id": network["id"], "cidr": str(cidr), "ip_version": cidr.version,
            "gateway_ip": gateway, "enable_dhcp": body.get("enable_dhcp", True),
            "dns_nameservers": body.get("dns_nameservers") or [],
            "host_routes": body.get("host_routes") or [], "ipv6_ra_mode": None,
            "ipv6_address_mode": None, "subnetpool_id": None, "service_types": [],
            "allocation_pools": body.get("allocation_pools")
            or [{"start": str(cidr[min(2, cidr.num_addresses - 1)]), "end": str(last)}],
        }  # fmt: skip
        if document["id"] not in network["subnets"]:
            network["subnets"].append(document["id"])
            self.store.put("network", network)
        return self.store.put("subnet", document)

    def _taken(self) -> set[tuple[str, str]]:
        taken = set()
        for port in self.store.list("port"):
            for fixed in port["fixed_ips"]:
                taken.add((fixed["subnet_id"], fixed["ip_address"]))
        return taken

    def _allocate(self, subnet: Document, wanted: str | None) -> str:
        taken = self._taken()
        addresses = {address for _, address in taken}
        cidr = ipaddress.ip_network(subnet["cidr"])

        def free(address: str) -> bool:
            if ipaddress.ip_address(address) in LOOPBACK:
                return address not in addresses
            return (subnet["id"], address) not in taken

        if wanted:
            try:
                inside = ipaddress.ip_address(wanted) in cidr
            except ValueError as error:
                raise bad(f"'{wanted}' is not a valid IP address.") from error
            if not inside:
                raise ApiError(400, f"IP address {wanted} is not a valid IP for the specified "
                               "subnet.", "InvalidIpForSubnet")  # fmt: skip
            if not free(wanted):
                raise ApiError(409, f"IP address {wanted} is already allocated.", "IpAddressInUse")
            return wanted
        for pool in subnet["allocation_pools"]:
            first = ipaddress.ip_address(pool["start"])
            count = int(ipaddress.ip_address(pool["end"])) - int(first) + 1
            for offset in range(min(count, 70_000)):
                address = str(first + offset)
                if address != subnet["gateway_ip"] and free(address):
                    return address
        raise ApiError(409, f"No more IP addresses available on network {subnet['network_id']}.",
                       "IpAddressGenerationFailure")  # fmt: skip

    def create_port(self, project_id: str, body: Document, id: str | None = None) -> Document:
        """Create a port with an address in each subnet asked for (the first one by default)."""
        with self.store.lock:
            if id and (known := self.store.get("port", id)):
                return known
            network = self.need("network", body.get("network_id"), None)
            wanted = body.get("fixed_ips")
            if not wanted:
                wanted = [{"subnet_id": subnet} for subnet in network["subnets"][:1]]
            fixed = []
            for item in wanted:
                subnet_id = item.get("subnet_id") or (network["subnets"] or [None])[0]
                subnet = self.need("subnet", subnet_id, None)
                address = self._allocate(subnet, item.get("ip_address"))
                fixed.append({"subnet_id": subnet["id"], "ip_address": address})
            mac = "fa:16:3e:" + ":".join(f"{random.randrange(256):02x}" for _ in range(3))
            groups = body.get("security_groups")
            document = self._base(project_id, body, id) | {
                "network_id": network["id"], "fixed_ips": fixed, "mac_address": mac,
                "admin_state_up": True, "device_id": body.get("device_id") or "",
                "device_owner": body.get("device_owner") or "", "status": "DOWN",
                "security_groups": groups if groups is not None else [],
                "allowed_address_pairs": body.get("allowed_address_pairs") or [],
                "port_security_enabled": body.get("port_security_enabled", True),
                "binding:vnic_type": body.get("binding:vnic_type") or "normal",
                "extra_dhcp_opts": [],
            }  # fmt: skip
            return self.store.put("port", document)

    def create_router(self, project_id: str, body: Document, id: str | None = None) -> Document:
        """Create a router, with a gateway when ``external_gateway_info`` asks for one."""
        document = self._base(project_id, body, id) | {
            "admin_state_up": True, "status": "ACTIVE", "routes": [], "distributed": False,
            "external_gateway_info": None, "ha": False, "availability_zones": ["nova"],
        }  # fmt: skip
        self.store.put("router", document)
        return self._gateway(document, body.get("external_gateway_info"))

    def _gateway(self, router: Document, info: Document | None) -> Document:
        for port in self.store.list("port", device_id=router["id"]):
            if port["device_owner"] == "network:router_gateway":
                self.store.delete("port", port["id"])
        router["external_gateway_info"] = None
        if info and (info.get("network_id") or info.get("network")):
            network = self.need("network", info.get("network_id") or info.get("network"), None)
            if not network["router:external"]:
                raise bad(f"Network {network['id']} is not an external network.")
            port = self.create_port(
                router["project_id"],
                {"network_id": network["id"], "device_id": router["id"],
                 "device_owner": "network:router_gateway"},
            )  # fmt: skip
            router["external_gateway_info"] = {
                "network_id": network["id"], "enable_snat": info.get("enable_snat", True),
                "external_fixed_ips": port["fixed_ips"],
            }  # fmt: skip
        return self.store.put("router", router)

    def add_interface(
        self, router: Document, subnet_id: str | None, port_id: str | None
    ) -> Document:
        """Attach a router to a subnet (by its gateway address) or to a port."""
        if port_id:
            port = self.need("port", port_id, None)
            self.store.change(
                "port", port["id"], device_id=router["id"],
                device_owner="network:router_interface",
            )  # fmt: skip
        else:
            subnet = self.need("subnet", subnet_id, None)
            for port in self._interfaces(router["id"]):
                if any(f["subnet_id"] == subnet["id"] for f in port["fixed_ips"]):
                    raise bad(f"Router already has a port on subnet {subnet['id']}.")
            port = self.create_port(
                router["project_id"],
                {"network_id": subnet["network_id"], "device_id": router["id"],
                 "device_owner": "network:router_interface", "name": "",
                 "fixed_ips": [{"subnet_id": subnet["id"]}]},
            )  # fmt: skip
        return {
            "id": router["id"], "port_id": port["id"], "tenant_id": router["project_id"],
            "subnet_id": port["fixed_ips"][0]["subnet_id"] if port["fixed_ips"] else None,
            "network_id": port["network_id"],
        }  # fmt: skip

    def _interfaces(self, router_id: str) -> list[Document]:
        return [
            p
            for p in self.store.list("port", device_id=router_id)
            if p["device_owner"] == "network:router_interface"
        ]

    def remove_interface(self, router_id: str, subnet_id: str | None, port_id: str | None) -> bool:
        """Detach; tell whether there was such an interface."""
        for port in self._interfaces(router_id):
            if port["id"] == port_id or any(
                fixed["subnet_id"] == subnet_id for fixed in port["fixed_ips"]
            ):
                return self.store.delete("port", port["id"])
        return False

    def create_floatingip(self, project_id: str, body: Document, id: str | None = None) -> Document:
        """Allocate an address of an external network."""
        with self.store.lock:
            if id and (known := self.store.get("floatingip", id)):
                return known
            network = self.need("network", body.get("floating_network_id"), None)
            if not network["router:external"] or not network["subnets"]:
                raise bad(f"Network {network['id']} is not a valid external network.")
            document = self._base(project_id, body, id)
            port = self.create_port(
                "",
                {"network_id": network["id"], "device_id": document["id"],
                 "device_owner": "network:floatingip",
                 "fixed_ips": [{"subnet_id": network["subnets"][0],
                                "ip_address": body.get("floating_ip_address")}]},
            )  # fmt: skip
            document |= {
                "floating_network_id": network["id"], "port_id": None, "router_id": None,
                "floating_ip_address": port["fixed_ips"][0]["ip_address"],
                "fixed_ip_address": None, "status": "DOWN", "port_details": None,
            }  # fmt: skip
            self.store.put("floatingip", document)
        return self.associate(document, body.get("port_id"))

    def associate(self, floating: Document, port_id: str | None) -> Document:
        """Point a floating IP at a port, or at none."""
        previous = floating["port_id"]
        port = self.need("port", port_id, None) if port_id else None
        fixed = port["fixed_ips"] if port else []
        floating.update(
            port_id=port["id"] if port else None, status="ACTIVE" if port else "DOWN",
            fixed_ip_address=fixed[0]["ip_address"] if fixed else None,
        )  # fmt: skip
        self.store.put("floatingip", floating)
        for id in {previous, floating["port_id"]} - {None}:
            owner = self.store.get("port", id)
            if owner and owner["device_id"]:
                self.changed(owner["device_id"])
        return floating

    def create_security_group(
        self, project_id: str, body: Document, id: str | None = None
    ) -> Document:
        """Create a security group with Neutron's default egress rules."""
        document = self._base(project_id, body, id) | {"stateful": True, "shared": False}
        self.store.put("security_group", document)
        for ethertype in ("IPv4", "IPv6"):
            self.create_security_group_rule(
                project_id,
                {"security_group_id": document["id"], "direction": "egress",
                 "ethertype": ethertype},
            )  # fmt: skip
        return self.shown("security_group", document)

    def create_security_group_rule(
        self, project_id: str, body: Document, id: str | None = None
    ) -> Document:
        """Add a rule to a security group."""
        group = self.need("security_group", body.get("security_group_id"), None)
        low, high = body.get("port_range_min"), body.get("port_range_max")
        if body.get("direction") not in ("ingress", "egress"):
            raise bad("'direction' must be ingress or egress.")
        if (
            low is not None
            and high is not None
            and int(low) > int(high)
            and body.get("protocol") in ("tcp", "udp")
        ):
            raise ApiError(400, "For TCP/UDP protocols, port_range_min must be <= port_range_max",
                           "SecurityGroupInvalidPortRange")  # fmt: skip
        document = self._base(project_id, body, id) | {
            "security_group_id": group["id"], "direction": body["direction"],
            "ethertype": body.get("ethertype") or "IPv4", "protocol": body.get("protocol"),
            "port_range_min": low, "port_range_max": high,
            "remote_ip_prefix": body.get("remote_ip_prefix"),
            "remote_group_id": body.get("remote_group_id"), "remote_address_group_id": None,
        }  # fmt: skip
        return self.store.put("security_group_rule", document, parent=group["id"])

    def shown(self, kind: str, document: Document) -> Document:
        """A document with what belongs to it, as the API shows it."""
        if kind == "security_group":
            rules = self.store.list("security_group_rule", parent=document["id"])
            return document | {"security_group_rules": rules}
        return document

    def update(self, kind: str, document: Document, changes: Document) -> Document:
        """Change fields of a document."""
        if kind == "floatingip" and "port_id" in changes:
            return self.associate(document, changes["port_id"])
        if kind == "router" and "external_gateway_info" in changes:
            document = self._gateway(document, changes.pop("external_gateway_info"))
        if kind == "port" and "fixed_ips" in changes:
            raise bad("The local cloud does not change the addresses of a port.")
        fixed = ("id", "project_id", "tenant_id", "network_id", "cidr")
        document.update({k: v for k, v in changes.items() if k in document and k not in fixed})
        document["updated_at"] = now()
        return self.store.put(kind, document)

    def delete(self, kind: str, document: Document) -> None:
        """Delete; 409 while something uses it."""
        id = document["id"]
        used = ApiError(
            409, f"Unable to complete operation on {kind} {id}: it is in use.", f"{kind}InUse"
        )
        if kind == "network":
            if self.store.list("port", network_id=id):
                raise used
            for subnet_id in document["subnets"]:
                self.store.delete("subnet", subnet_id)
        elif kind == "subnet":
            for port in self.store.list("port"):
                if any(fixed["subnet_id"] == id for fixed in port["fixed_ips"]):
                    raise used
            network = self.store.get("network", document["network_id"])
            if network:
                network["subnets"] = [s for s in network["subnets"] if s != id]
                self.store.put("network", network)
        elif kind == "router":
            if self._interfaces(id):
                raise used
            self._gateway(document, None)
        elif kind == "port":
            for floating in self.store.list("floatingip", port_id=id):
                self.associate(floating, None)
        elif kind == "floatingip":
            self.associate(document, None)
            for port in self.store.list("port", device_id=id):
                self.store.delete("port", port["id"])
        elif kind == "security_group":
            if any(id in port["security_groups"] for port in self.store.list("port")):
                raise used
            self.store.delete_children("security_group_rule", id)
        self.store.delete(kind, id)

    def addresses(self, device_id: str) -> Document:
        """Addresses of a device by network name, the way Nova shows them."""
        found: Document = {}
        for port in self.store.list("port", device_id=device_id):
            network = self.store.get("network", port["network_id"]) or {}
            entries = found.setdefault(network.get("name", ""), [])
            for fixed in port["fixed_ips"]:
                entries.append(self._entry(fixed["ip_address"], port, "fixed"))
            for floating in self.store.list("floatingip", port_id=port["id"]):
                entries.append(self._entry(floating["floating_ip_address"], port, "floating"))
        return found

    @staticmethod
    def _entry(address: str, port: Document, kind: str) -> Document:
        return {
            "addr": address, "version": ipaddress.ip_address(address).version,
            "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": port["mac_address"],
            "port": port["id"],
        }  # fmt: skip
