"""Resource types that Heat keeps itself: values, random strings, software configuration."""

from __future__ import annotations

import random
import string
import time
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

import yaml

from catalog_standalone.cloud.orchestration.errors import ResourceFailure, invalid
from catalog_standalone.cloud.orchestration.properties import Property
from catalog_standalone.cloud.orchestration.resources import Context, ResourceType, Values
from catalog_standalone.cloud.store import Document, now

SEQUENCES = {
    "lettersdigits": string.ascii_letters + string.digits, "letters": string.ascii_letters,
    "lowercase": string.ascii_lowercase, "uppercase": string.ascii_uppercase,
    "digits": string.digits, "hexdigits": string.digits + "ABCDEF",
    "octdigits": string.octdigits,
}  # fmt: skip


class NoneResource(ResourceType):
    """Does nothing, with any properties."""

    name = "OS::Heat::None"
    open_schema = True


class Value(ResourceType):
    """Keeps a value."""

    name = "OS::Heat::Value"
    schema = {
        "type": Property(allowed=("string", "number", "comma_delimited_list", "json", "boolean"),
                         update=True),
        "value": Property("any", required=True, update=True),
    }  # fmt: skip
    attributes = ("value",)

    def show(self, context: Context, values: Values) -> Document:
        """The value itself."""
        return {"value": values.get("value")}


class RandomString(ResourceType):
    """A random text that stays until its properties change."""

    name = "OS::Heat::RandomString"
    schema = {
        "length": Property("integer", default=32),
        "sequence": Property(allowed=tuple(SEQUENCES)),
        "character_classes": Property("list", items={
            "class": Property(allowed=tuple(SEQUENCES), default="lettersdigits"),
            "min": Property("integer", default=1)}),
        "character_sequences": Property("list", items={
            "sequence": Property(required=True), "min": Property("integer", default=1)}),
        "salt": Property(),
    }  # fmt: skip
    attributes = ("value",)

    def prepare(self, place: str, values: Any) -> Values:
        """Lengths are bounded, as in Heat."""
        checked = super().prepare(place, values)
        if isinstance(checked["length"], int) and not 1 <= checked["length"] <= 512:
            raise invalid(f"Property error: : {place}.length: : {checked['length']} is out of "
                          "range (min: 1, max: 512)")  # fmt: skip
        return checked

    def create(self, context: Context, values: Values) -> None:
        """Draw the characters."""
        source = random.SystemRandom()
        pools = [
            (SEQUENCES[entry["class"]], entry["min"])
            for entry in values.get("character_classes", [])
        ] + [(entry["sequence"], entry["min"]) for entry in values.get("character_sequences", [])]
        if not pools:
            pools = [(SEQUENCES[values.get("sequence") or "lettersdigits"], 1)]
        chosen = [source.choice(pool) for pool, least in pools for _ in range(least)]
        everything = "".join(pool for pool, _ in pools)
        while len(chosen) < values["length"]:
            chosen.append(source.choice(everything))
        source.shuffle(chosen)
        if not context.backends.store.get("random", context.id):
            text = "".join(chosen[: values["length"]])
            context.backends.store.put("random", {"id": context.id, "value": text})

    def delete(self, context: Context, values: Values) -> None:
        """Forget the text."""
        context.backends.store.delete("random", context.id)

    def reference(self, context: Context, values: Values) -> Any:
        """The text."""
        return self.show(context, values)["value"]

    def show(self, context: Context, values: Values) -> Document:
        """The text as attribute."""
        return {"value": (context.backends.store.get("random", context.id) or {}).get("value")}


class TestResource(ResourceType):
    """Succeeds, fails or takes its time, as told."""

    name = "OS::Heat::TestResource"
    schema = {
        "value": Property(default="test_string", update=True),
        "fail": Property("boolean", default=False, update=True),
        "update_replace": Property("boolean", default=False, update=True),
        "wait_secs": Property("number", default=0, update=True),
        "action_wait_secs": Property("map", update=True),
        "attr_wait_secs": Property("number", default=0, update=True),
        "client_name": Property(update=True), "entity_name": Property(update=True),
        "update_replace_value": Property(update=True), "constraint_prop_secs": Property("number"),
    }  # fmt: skip
    attributes = ("output",)

    def must_replace(self, old: Values, new: Values) -> bool:
        """When its property says so."""
        return bool(new["update_replace"]) and bool(old != new)

    def create(self, context: Context, values: Values) -> None:
        """Note when it will be ready."""
        self._begin(context, values, "create")

    def update(self, context: Context, old: Values, new: Values) -> None:
        """Note when it will be ready."""
        self._begin(context, new, "update")

    def _begin(self, context: Context, values: Values, action: str) -> None:
        waits = values.get("action_wait_secs") or {}
        seconds = float(waits.get(action) or values["wait_secs"])
        context.backends.store.put("timer", {"id": context.id, "until": time.time() + seconds})

    def is_complete(self, context: Context, values: Values) -> bool:
        """After the time has passed; fails if told to."""
        timer = context.backends.store.get("timer", context.id)
        if timer and time.time() < timer["until"]:
            return False
        if values["fail"]:
            raise ResourceFailure("Test Resource failed " + context.name)
        return True

    def delete(self, context: Context, values: Values) -> None:
        """Forget the timer."""
        context.backends.store.delete("timer", context.id)

    def reference(self, context: Context, values: Values) -> Any:
        """Its name, as in Heat."""
        return context.physical_name

    def show(self, context: Context, values: Values) -> Document:
        """The value as attribute."""
        return {"output": values["value"]}


class _Config(ResourceType):
    """Common to what is stored as software configuration."""

    attributes = ("config",)

    def _store(self, context: Context, group: str, config: Any, values: Values) -> None:
        context.backends.store.put(
            "software_config",
            {
                "id": context.id, "name": context.physical_name, "group": group,
                "config": config, "inputs": values.get("inputs", []),
                "outputs": values.get("outputs", []), "options": values.get("options", {}),
                "creation_time": now(), "project": context.project_id,
            },
        )  # fmt: skip

    def delete(self, context: Context, values: Values) -> None:
        """Forget the configuration."""
        context.backends.store.delete("software_config", context.id)

    def show(self, context: Context, values: Values) -> Document:
        """The configuration's content."""
        return {"config": stored_config(context, context.id)}


def stored_config(context: Context, reference: Any) -> Any:
    """Content of the software configuration with this id, or the value itself."""
    found = context.backends.store.get("software_config", str(reference))
    return found["config"] if found and found["project"] == context.project_id else reference


class SoftwareConfig(_Config):
    """A script or other text for a server."""

    name = "OS::Heat::SoftwareConfig"
    schema = {
        "group": Property(default="Heat::Ungrouped"), "config": Property(),
        "inputs": Property("list"), "outputs": Property("list"), "options": Property("map"),
    }  # fmt: skip

    def create(self, context: Context, values: Values) -> None:
        """Store it."""
        self._store(context, values["group"], values.get("config", ""), values)


class StructuredConfig(_Config):
    """A map for a server."""

    name = "OS::Heat::StructuredConfig"
    schema = SoftwareConfig.schema | {
        "config": Property("map"), "input_key": Property(default="get_input"),
        "input_values_validate": Property(default="LAX"),
    }  # fmt: skip

    def create(self, context: Context, values: Values) -> None:
        """Store it."""
        self._store(context, values["group"], values.get("config", {}), values)


class CloudConfig(_Config):
    """A cloud-init configuration."""

    name = "OS::Heat::CloudConfig"
    schema = {"cloud_config": Property("map")}

    def create(self, context: Context, values: Values) -> None:
        """Store it as text."""
        text = yaml.safe_dump(values.get("cloud_config", {}), default_flow_style=False)
        self._store(context, "Heat::Ungrouped", "#cloud-config\n" + text, values)


class MultipartMime(_Config):
    """Several configurations in one MIME message."""

    name = "OS::Heat::MultipartMime"
    schema = {
        "group": Property(default="Heat::Ungrouped"),
        "parts": Property("list", items={
            "config": Property(required=True), "filename": Property(), "subtype": Property(),
            "type": Property(default="text", allowed=("text", "multipart"))}),
    }  # fmt: skip

    def create(self, context: Context, values: Values) -> None:
        """Build and store the message."""
        message = MIMEMultipart()
        for part in values.get("parts", []):
            text = str(stored_config(context, part["config"]))
            message.attach(self._part(text, part))
        self._store(context, values["group"], message.as_string(), values)

    @staticmethod
    def _part(text: str, part: Values) -> MIMEText:
        subtype = part.get("subtype") or "plain"
        charset = "us-ascii" if text.isascii() else "utf-8"
        message = MIMEText(text, subtype, charset)
        if part.get("filename"):
            message.add_header("Content-Disposition", "attachment", filename=part["filename"])
        return message


class SoftwareDeployment(ResourceType):
    """A configuration handed to a server; complete at its signal, or at once without one."""

    name = "OS::Heat::SoftwareDeployment"
    schema = {
        "config": Property(update=True), "server": Property(required=True),
        "input_values": Property("map", update=True), "name": Property(update=True),
        "deploy_actions": Property("list", update=True),
        "signal_transport": Property(default="CFN_SIGNAL", allowed=(
            "CFN_SIGNAL", "TEMP_URL_SIGNAL", "HEAT_SIGNAL", "NO_SIGNAL", "ZAQAR_SIGNAL")),
    }  # fmt: skip
    attributes = ("deploy_stdout", "deploy_stderr", "deploy_status_code")

    def is_complete(self, context: Context, values: Values) -> bool:
        """Whether the signal came; a status code other than 0 fails."""
        if values["signal_transport"] == "NO_SIGNAL":
            return True
        signal = context.backends.store.get("signal", context.id)
        if signal and str(signal["data"].get("deploy_status_code", 0)) != "0":
            raise ResourceFailure("Deployment to server failed: deploy_status_code : "
                                  f"{signal['data']['deploy_status_code']}")  # fmt: skip
        return signal is not None

    def delete(self, context: Context, values: Values) -> None:
        """Forget the signal."""
        context.backends.store.delete("signal", context.id)

    def show(self, context: Context, values: Values) -> Document:
        """What the signal carried."""
        signal = context.backends.store.get("signal", context.id) or {"data": {}}
        return {key: signal["data"].get(key) for key in self.attributes}


class StructuredDeployment(SoftwareDeployment):
    """The same for structured configuration."""

    name = "OS::Heat::StructuredDeployment"


def heat_types() -> list[ResourceType]:
    """One of each."""
    return [
        NoneResource(), Value(), RandomString(), TestResource(), SoftwareConfig(),
        StructuredConfig(), CloudConfig(), MultipartMime(), SoftwareDeployment(),
        StructuredDeployment(),
    ]  # fmt: skip
