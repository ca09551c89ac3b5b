"""Resource types of Neutron."""

from __future__ import annotations

from typing import Any

from catalog_standalone.cloud.orchestration.errors import ResourceFailure
from catalog_standalone.cloud.orchestration.properties import Property
from catalog_standalone.cloud.orchestration.resources import Context, ResourceType, Values
from catalog_standalone.cloud.store import Document
from catalog_standalone.cloud.web import ApiError


class _NetworkResource(ResourceType):
    """Common to what is one document of Neutron."""

    kind: str

    def body(self, context: Context, values: Values) -> Values:
        """Properties as Neutron's create request names them."""
        return {"name": context.physical_name} | values

    def find(self, context: Context, kind: str, reference: Any) -> str:
        """Id of something given by name or id; ResourceFailure when it is not there."""
        try:
            networks = context.backends.networks
            return networks.need(kind, reference, context.project_id)["id"]
        except ApiError as error:
            raise ResourceFailure(error.message) from error

    def create(self, context: Context, values: Values) -> None:
        """Make the document."""
        make = getattr(context.backends.networks, f"create_{self.kind}")
        if not context.backends.store.get(self.kind, context.id):
            make(context.project_id, self.body(context, values), context.id)

    def update(self, context: Context, old: Values, new: Values) -> None:
        """Change the document."""
        document = context.backends.store.get(self.kind, context.id)
        if document:
            context.backends.networks.update(self.kind, document, self.body(context, new))

    def delete(self, context: Context, values: Values) -> None:
        """Remove the document."""
        document = context.backends.store.get(self.kind, context.id)
        if document:
            context.backends.networks.delete(self.kind, document)

    def show(self, context: Context, values: Values) -> Document:
        """The document."""
        document = context.backends.store.get(self.kind, context.id)
        if not document:
            return {}
        shown = context.backends.networks.shown(self.kind, document)
        return shown | {"show": shown}


class Net(_NetworkResource):
    """A network."""

    name, kind = "OS::Neutron::Net", "network"
    schema = {
        "name": Property(update=True), "value_specs": Property("map", update=True),
        "admin_state_up": Property("boolean", default=True, update=True),
        "tenant_id": Property(), "shared": Property("boolean", default=False, update=True),
        "dhcp_agent_ids": Property("list", update=True), "tags": Property("list", update=True),
        "port_security_enabled": Property("boolean", update=True), "qos_policy": Property(),
        "dns_domain": Property(update=True), "availability_zone_hints": Property("list"),
    }  # fmt: skip
    attributes = ("name", "status", "subnets", "shared", "mtu", "show")


class Subnet(_NetworkResource):
    """A subnet."""

    name, kind = "OS::Neutron::Subnet", "subnet"
    renamed = {"network_id": "network"}
    schema = {
        "network": Property(required=True), "cidr": Property(), "name": Property(update=True),
        "ip_version": Property("integer", default=4, allowed=(4, 6)),
        "dns_nameservers": Property("list", update=True), "gateway_ip": Property(update=True),
        "enable_dhcp": Property("boolean", default=True, update=True),
        "allocation_pools": Property("list", update=True, items={
            "start": Property(required=True), "end": Property(required=True)}),
        "host_routes": Property("list", update=True), "tenant_id": Property(),
        "subnetpool": Property(), "prefixlen": Property("integer"), "segment": Property(),
        "value_specs": Property("map", update=True), "tags": Property("list", update=True),
        "ipv6_ra_mode": Property(), "ipv6_address_mode": Property(),
    }  # fmt: skip
    attributes = ("name", "cidr", "gateway_ip", "network_id", "ip_version", "dns_nameservers",
                  "enable_dhcp", "host_routes", "allocation_pools", "tenant_id",
                  "show")  # fmt: skip

    def body(self, context: Context, values: Values) -> Values:
        """The network by id."""
        body = super().body(context, values)
        body["network_id"] = self.find(context, "network", body.pop("network"))
        return body


class Port(_NetworkResource):
    """A port."""

    name, kind = "OS::Neutron::Port", "port"
    renamed = {"network_id": "network"}
    schema = {
        "network": Property(required=True), "name": Property(update=True),
        "fixed_ips": Property("list", items={
            "subnet": Property(), "subnet_id": Property(), "ip_address": Property()}),
        "security_groups": Property("list", update=True),
        "allowed_address_pairs": Property("list", update=True, items={
            "ip_address": Property(required=True), "mac_address": Property()}),
        "port_security_enabled": Property("boolean", update=True),
        "replacement_policy": Property(update=True), "device_id": Property(update=True),
        "device_owner": Property(update=True), "mac_address": Property(),
        "admin_state_up": Property("boolean", default=True, update=True),
        "value_specs": Property("map", update=True), "tags": Property("list", update=True),
        "binding:vnic_type": Property(update=True), "dns_name": Property(update=True),
        "qos_policy": Property(update=True), "no_fixed_ips": Property("boolean", update=True),
        "propagate_uplink_status": Property("boolean"),
    }  # fmt: skip
    attributes = ("fixed_ips", "mac_address", "name", "network_id", "security_groups", "status",
                  "subnets", "tenant_id", "device_id", "device_owner", "allowed_address_pairs",
                  "port_security_enabled", "show")  # fmt: skip

    def body(self, context: Context, values: Values) -> Values:
        """Network, subnets and groups by id."""
        body = super().body(context, values)
        body["network_id"] = self.find(context, "network", body.pop("network"))
        body.pop("replacement_policy", None)
        fixed = []
        for item in body.pop("fixed_ips", None) or []:
            subnet = item.get("subnet") or item.get("subnet_id")
            entry = {"ip_address": item.get("ip_address")}
            if subnet:
                entry["subnet_id"] = self.find(context, "subnet", subnet)
            fixed.append(entry)
        if fixed:
            body["fixed_ips"] = fixed
        if body.get("security_groups") is not None:
            body["security_groups"] = [
                self.find(context, "security_group", group) for group in body["security_groups"]
            ]
        return body

    def update(self, context: Context, old: Values, new: Values) -> None:
        """Everything but addresses, which replace the port."""
        document = context.backends.store.get("port", context.id)
        if document:
            body = self.body(context, new)
            body.pop("fixed_ips", None)
            context.backends.networks.update("port", document, body)

    def show(self, context: Context, values: Values) -> Document:
        """The port with its subnets."""
        shown = super().show(context, values)
        store = context.backends.store
        subnets = [store.get("subnet", fixed["subnet_id"]) for fixed in shown.get("fixed_ips", [])]
        return shown | {"subnets": subnets}


class Router(_NetworkResource):
    """A router."""

    name, kind = "OS::Neutron::Router", "router"
    schema = {
        "name": Property(update=True), "value_specs": Property("map", update=True),
        "external_gateway_info": Property("map", update=True, items={
            "network": Property(required=True), "enable_snat": Property("boolean"),
            "external_fixed_ips": Property("list")}),
        "admin_state_up": Property("boolean", default=True, update=True),
        "ha": Property("boolean"), "distributed": Property("boolean"),
        "tags": Property("list", update=True), "l3_agent_ids": Property("list", update=True),
        "availability_zone_hints": Property("list"), "tenant_id": Property(),
    }  # fmt: skip
    attributes = ("name", "status", "external_gateway_info", "tenant_id", "show")


class RouterInterface(_NetworkResource):
    """A subnet attached to a router."""

    name, kind = "OS::Neutron::RouterInterface", "router"
    renamed = {"router_id": "router", "subnet_id": "subnet", "port_id": "port"}
    schema = {"router": Property(required=True), "subnet": Property(), "port": Property()}

    def _ends(self, context: Context, values: Values) -> tuple[str, str | None, str | None]:
        ends = [
            self.find(context, kind, values[kind]) if values.get(kind) else None
            for kind in ("router", "subnet", "port")
        ]
        return str(ends[0]), ends[1], ends[2]

    def create(self, context: Context, values: Values) -> None:
        """Attach, unless it is."""
        router_id, subnet_id, port_id = self._ends(context, values)
        if not subnet_id and not port_id:
            raise ResourceFailure("Either subnet or port should be specified.")
        networks = context.backends.networks
        networks.remove_interface(router_id, subnet_id, port_id)
        networks.add_interface(networks.need("router", router_id), subnet_id, port_id)

    def update(self, context: Context, old: Values, new: Values) -> None:
        """Nothing can change."""

    def delete(self, context: Context, values: Values) -> None:
        """Detach."""
        try:
            ends = self._ends(context, values)
        except ResourceFailure:
            return
        context.backends.networks.remove_interface(*ends)

    def reference(self, context: Context, values: Values) -> Any:
        """Router and subnet in one word, as in Heat."""
        return f"{values['router']}:subnet_id={values.get('subnet')}"

    def show(self, context: Context, values: Values) -> Document:
        """No attributes."""
        return {}


class FloatingIP(_NetworkResource):
    """An address of an external network."""

    name, kind = "OS::Neutron::FloatingIP", "floatingip"
    renamed = {"floating_network_id": "floating_network"}
    schema = {
        "floating_network": Property(required=True), "port_id": Property(update=True),
        "fixed_ip_address": Property(update=True), "floating_ip_address": Property(),
        "floating_subnet": Property(), "value_specs": Property("map", update=True),
        "dns_name": Property(update=True), "dns_domain": Property(update=True),
    }  # fmt: skip
    attributes = ("floating_ip_address", "fixed_ip_address", "port_id", "router_id",
                  "floating_network_id", "tenant_id", "show")  # fmt: skip

    def body(self, context: Context, values: Values) -> Values:
        """The network by id."""
        body = dict(values)
        network = self.find(context, "network", body.pop("floating_network"))
        return body | {"floating_network_id": network, "port_id": values.get("port_id")}


class FloatingIPAssociation(_NetworkResource):
    """A floating IP pointed at a port."""

    name, kind = "OS::Neutron::FloatingIPAssociation", "floatingip"
    schema = {
        "floatingip_id": Property(required=True, update=True), "port_id": Property(update=True),
        "fixed_ip_address": Property(update=True),
    }  # fmt: skip

    def create(self, context: Context, values: Values) -> None:
        """Associate."""
        networks = context.backends.networks
        floating = networks.need("floatingip", values["floatingip_id"], context.project_id)
        networks.associate(floating, values.get("port_id"))

    def update(self, context: Context, old: Values, new: Values) -> None:
        """Associate anew."""
        self.delete(context, old)
        self.create(context, new)

    def delete(self, context: Context, values: Values) -> None:
        """Point it at nothing."""
        floating = context.backends.store.get("floatingip", values["floatingip_id"])
        if floating:
            context.backends.networks.associate(floating, None)

    def show(self, context: Context, values: Values) -> Document:
        """No attributes."""
        return {}


class SecurityGroup(_NetworkResource):
    """A security group with its rules."""

    name, kind = "OS::Neutron::SecurityGroup", "security_group"
    schema = {
        "name": Property(update=True), "description": Property(update=True),
        "rules": Property("list", default=[], update=True, items={
            "direction": Property(default="ingress", allowed=("ingress", "egress")),
            "ethertype": Property(default="IPv4", allowed=("IPv4", "IPv6")),
            "port_range_min": Property("integer"), "port_range_max": Property("integer"),
            "protocol": Property(), "remote_ip_prefix": Property(),
            "remote_group_id": Property(),
            "remote_mode": Property(default="remote_ip_prefix",
                                    allowed=("remote_ip_prefix", "remote_group_id"))}),
    }  # fmt: skip
    attributes = ("name", "description", "security_group_rules", "show")

    def create(self, context: Context, values: Values) -> None:
        """The group, then its rules."""
        super().create(context, values)
        self._rules(context, values)

    def update(self, context: Context, old: Values, new: Values) -> None:
        """The rules are made anew."""
        super().update(context, old, new)
        self._rules(context, new)

    def _rules(self, context: Context, values: Values) -> None:
        networks = context.backends.networks
        for rule in context.backends.store.list("security_group_rule", parent=context.id):
            if rule["direction"] == "ingress" or values["rules"]:
                context.backends.store.delete("security_group_rule", rule["id"])
        for rule in values["rules"]:
            body = dict(rule, security_group_id=context.id)
            if body.pop("remote_mode") == "remote_group_id":
                body["remote_group_id"] = body.get("remote_group_id") or context.id
            networks.create_security_group_rule(context.project_id, body)

    def body(self, context: Context, values: Values) -> Values:
        """Without the rules."""
        return {k: v for k, v in super().body(context, values).items() if k != "rules"}


def network_types() -> list[ResourceType]:
    """One of each."""
    return [
        Net(), Subnet(), Port(), Router(), RouterInterface(), FloatingIP(),
        FloatingIPAssociation(), SecurityGroup(),
    ]  # fmt: skip
