"""What a Heat template says of its parameters and outputs, checked as far as others rely on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from catalog_common.manifest import MANIFEST_NAME, ManifestError, load_document

TEMPLATE: Final = "template.yaml"
TYPES: Final = ("string", "number", "comma_delimited_list", "json", "boolean")


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    :ivar constraints: those of kinds that mean something without a cloud, each with one kind.
    :ivar has_default: Heat does without a value.
    """

    name: str
    type: str
    label: str
    description: str
    is_hidden: bool
    has_default: bool
    default: Any
    constraints: list[Mapping[str, Any]] = field(default_factory=list)

    def bounds(self) -> Iterator[tuple[str, Any, str]]:
        """``(kind, value, description)`` of each constraint."""
        for constraint in self.constraints:
            for kind in ("length", "range", "allowed_values", "allowed_pattern"):
                if kind in constraint:
                    yield kind, constraint[kind], str(constraint.get("description") or "")


@dataclass(frozen=True)
class Template:
    """A template's parameters, the groups that they are shown in, and the names of its outputs."""

    parameters: dict[str, Parameter]
    groups: list[list[Parameter]]
    outputs: list[str]


def read_template(body: bytes) -> Template:
    """Read a template.

    :raises ManifestError: it is no template, or one whose parameters cannot be used.
    """
    try:
        document = load_document(body)
    except ManifestError as error:
        raise ManifestError(str(error).replace(MANIFEST_NAME, TEMPLATE)) from error
    if "resources" not in document:
        raise ManifestError(f"Not a HOT template: {TEMPLATE} has no resources")
    parameters = {
        str(name): _parameter(str(name), _mapping(given, f"parameter {name}"))
        for name, given in _mapping(document.get("parameters"), "parameters").items()
    }
    outputs = [str(name) for name in _mapping(document.get("outputs"), "outputs")]
    return Template(parameters, _groups(document.get("parameter_groups"), parameters), outputs)


def _parameter(name: str, given: Mapping[str, Any]) -> Parameter:
    kind = given.get("type")
    if kind not in TYPES:
        raise ManifestError(
            f"{TEMPLATE}: the type of parameter {name} must be one of {', '.join(TYPES)}"
        )
    constraints = _list(given.get("constraints"), f"constraints of {name}")
    parameter = Parameter(
        name, kind, str(given.get("label") or name.replace("_", " ").title()),
        str(given.get("description") or ""), given.get("hidden") in (True, "true", "True"),
        "default" in given, given.get("default"),
        [_mapping(constraint, f"a constraint of {name}") for constraint in constraints],
    )  # fmt: skip
    for bound, value, _description in parameter.bounds():
        _check_bound(name, bound, value)
    return parameter


def _check_bound(name: str, kind: str, value: Any) -> None:
    what = f"{kind} of parameter {name}"
    if kind == "allowed_values":
        if not _list(value, what):
            raise ManifestError(f"{TEMPLATE}: {what} must have a value at least")
    elif kind == "allowed_pattern":
        if not isinstance(value, str):
            raise ManifestError(f"{TEMPLATE}: {what} must be a text")
    else:
        ends = _mapping(value, what)
        for end in (ends[name] for name in ("min", "max") if name in ends):
            if isinstance(end, bool) or not isinstance(end, int | float):
                raise ManifestError(f"{TEMPLATE}: {what} must have numbers as min and max")


def _groups(given: Any, parameters: Mapping[str, Parameter]) -> list[list[Parameter]]:
    """The groups in their order, and the parameters of none as the last one."""
    left = dict(parameters)
    groups: list[list[Parameter]] = []
    for group in _list(given, "parameter_groups"):
        names = _mapping(group, "parameter group").get("parameters")
        # Some repeat the parameters there: their names are what counts.
        names = list(names) if isinstance(names, dict) else _list(names, "a parameter group")
        found = [left.pop(name) for name in map(str, names) if name in left]
        if found:
            groups.append(found)
    if left:
        groups.append(list(left.values()))
    return groups


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ManifestError(f"{TEMPLATE}: {what} must be a mapping")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ManifestError(f"{TEMPLATE}: {what} must be a list")
    return value
