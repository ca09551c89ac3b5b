"""HOT templates: parsing, structure and the order that dependencies impose."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from catalog_standalone.cloud.orchestration.errors import invalid

VERSIONS = (
    "2013-05-23", "2014-10-16", "2015-04-30", "2015-10-15", "2016-04-08", "2016-10-14",
    "2017-02-24", "2017-09-01", "2018-03-02", "2018-08-31", "2021-04-16", "newton", "ocata",
    "pike", "queens", "rocky", "wallaby",
)  # fmt: skip
SECTIONS = {
    "heat_template_version", "description", "parameter_groups", "parameters", "resources",
    "outputs", "conditions",
}  # fmt: skip
RESOURCE_KEYS = {
    "type", "properties", "metadata", "depends_on", "update_policy", "deletion_policy",
    "condition", "external_id", "description",
}  # fmt: skip
MAX_BYTES = 512 * 1024
MAX_NODES = 100_000
MAX_DEPTH = 80
MAX_RESOURCES = 1000


class _Loader(yaml.SafeLoader):
    """YAML with dates kept as text, as HOT wants them."""


_Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Budget:
    """Counts nodes and text of a structure, and refuses what is too large or too deep."""

    def __init__(self, nodes: int = MAX_NODES, text: int = 16 * 1024 * 1024) -> None:
        self._nodes, self._text = nodes, text

    def spend(self, text: str = "") -> None:
        """Account for one node and the text in it."""
        self._nodes -= 1
        self._text -= len(text)
        if self._nodes < 0 or self._text < 0:
            raise invalid("The template grows too large when it is expanded.")

    def copy(self, value: Any, depth: int = 0) -> Any:
        """A deep copy without shared parts; keys become text."""
        if depth > MAX_DEPTH:
            raise invalid(f"The template is nested deeper than {MAX_DEPTH} levels.")
        self.spend(value if isinstance(value, str) else "")
        if isinstance(value, Mapping):
            return {str(key): self.copy(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.copy(item, depth + 1) for item in value]
        if value is None or isinstance(value, str | bool | int | float):
            return value
        return str(value)


def parse_yaml(text: str, what: str) -> dict[str, Any]:
    """Parse template or environment text; a 400 names the place of a mistake."""
    if len(text) > MAX_BYTES:
        raise invalid(f"{what} is larger than {MAX_BYTES} bytes.", "RequestLimitExceeded")
    try:
        data = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise invalid(f"Error parsing {what.lower()}: {error}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise invalid(f"{what} must be a mapping.")
    return data


@dataclasses.dataclass
class ResourceDefinition:
    """One entry of the section ``resources``, functions unresolved."""

    name: str
    type: str
    properties: dict[str, Any]
    metadata: Any
    depends_on: list[str]
    condition: Any
    deletion_policy: str
    update_policy: Any


@dataclasses.dataclass
class Template:
    """A template whose structure was checked."""

    source: dict[str, Any]
    description: str
    parameters: dict[str, dict[str, Any]]
    conditions: dict[str, Any]
    resources: dict[str, ResourceDefinition]
    outputs: dict[str, dict[str, Any]]


def _section(data: dict[str, Any], name: str, of_maps: bool = True) -> dict[str, Any]:
    section = data.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise invalid(f'"{name}" must be a mapping, not {type(section).__name__}.')
    for key, entry in section.items():
        if of_maps and not isinstance(entry, dict):
            raise invalid(f'"{name}" must contain a map of {name[:-1]} maps. Found a '
                          f"[{type(entry).__name__}] instead ({key}).")  # fmt: skip
    return section


def parse(template: Any) -> Template:
    """Check a template given as text or mapping; raise ApiError 400 with Heat's messages."""
    data = parse_yaml(template, "Template") if isinstance(template, str) else template
    if not isinstance(data, dict):
        raise invalid("The template must be a mapping.")
    data = Budget().copy(data)
    version = data.get("heat_template_version")
    if version is None:
        raise invalid("Template format version not found.")
    if str(version) not in VERSIONS:
        raise invalid(
            f'"{version}". "heat_template_version" should be one of: {", ".join(VERSIONS)}',
            "InvalidTemplateVersion",
        )
    for key in data:
        if key not in SECTIONS:
            raise invalid(f"The template section is invalid: {key}", "InvalidTemplateSection")
    definitions = {
        name: _definition(name, entry) for name, entry in _section(data, "resources").items()
    }
    if len(definitions) > MAX_RESOURCES:
        raise invalid(f"Maximum resources per stack exceeded ({MAX_RESOURCES}).",
                      "StackResourceLimitExceeded")  # fmt: skip
    outputs = _section(data, "outputs")
    for name, output in outputs.items():
        if "value" not in output:
            raise invalid(f'Each output must contain a "value" key ({name}).')
    return Template(
        data, str(data.get("description") or "No description"), _section(data, "parameters"),
        _section(data, "conditions", of_maps=False), definitions, outputs,
    )  # fmt: skip


def _definition(name: str, entry: dict[str, Any]) -> ResourceDefinition:
    for key in entry:
        if key not in RESOURCE_KEYS:
            raise invalid(f'"{key}" is not a valid keyword inside a resource definition ({name})')
    kind = entry.get("type")
    if not isinstance(kind, str) or not kind:
        raise invalid(f'Resource "{name}" has no type')
    properties = entry.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise invalid(f'Resource {name} properties must be a mapping, not '
                      f"{type(properties).__name__}.")  # fmt: skip
    depends_on = entry.get("depends_on") or []
    if isinstance(depends_on, str):
        depends_on = [depends_on]
    if not isinstance(depends_on, list) or not all(isinstance(d, str) for d in depends_on):
        raise invalid(f"Resource {name} depends_on must be a list of strings.")
    policy = entry.get("deletion_policy") or "Delete"
    if not isinstance(policy, str) or policy.lower() not in ("delete", "retain", "snapshot"):
        raise invalid(f'Invalid deletion policy "{policy}" ({name})')
    return ResourceDefinition(
        name, kind, properties or {}, entry.get("metadata") or {}, depends_on,
        entry.get("condition"), policy.lower(), entry.get("update_policy"),
    )  # fmt: skip


def references(snippet: Any, chosen: Callable[[Any], bool]) -> Iterator[str]:
    """Names of resources that a snippet refers to, through the branches that are chosen."""
    if isinstance(snippet, dict):
        if len(snippet) == 1:
            (name, argument), = snippet.items()  # fmt: skip
            if name == "get_resource" and isinstance(argument, str):
                yield argument
                return
            if name == "get_attr" and isinstance(argument, list) and argument:
                if isinstance(argument[0], str):
                    yield argument[0]
                yield from references(argument[1:], chosen)
                return
            if name == "if" and isinstance(argument, list) and len(argument) in (2, 3):
                branches = argument[1:]
                if chosen(argument[0]):
                    yield from references(branches[0], chosen)
                else:
                    yield from references(branches[1:], chosen)
                return
        for value in snippet.values():
            yield from references(value, chosen)
    elif isinstance(snippet, list):
        for value in snippet:
            yield from references(value, chosen)


def order(requires: Mapping[str, set[str]]) -> list[str]:
    """Names such that each comes after what it requires; 400 names a cycle."""
    done: dict[str, None] = {}
    for start in requires:
        path: dict[str, None] = {}
        stack: list[tuple[str, Iterator[str]]] = []
        if start in done:
            continue
        stack.append((start, iter(sorted(requires[start]))))
        path[start] = None
        while stack:
            name, children = stack[-1]
            child = next((c for c in children if c not in done), None)
            if child is None:
                stack.pop()
                del path[name]
                done[name] = None
            elif child in path:
                names = list(path)
                cycle = [*names[names.index(child) :], child]
                raise invalid(
                    f"Circular Dependency Found: {' -> '.join(cycle)}",
                    "CircularDependencyException",
                )
            else:
                path[child] = None
                stack.append((child, iter(sorted(requires[child]))))
    return list(done)
