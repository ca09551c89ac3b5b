"""The manifest of a package: reading it safely and checking every key's type."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from catalog_common.versions import Version, VersionError, VersionSpec

MANIFEST_NAME = "manifest.yaml"
MAX_BYTES = 1 << 20
#: How many values a manifest may stand for once its YAML aliases are expanded.
MAX_VALUES = 20_000
MAX_DEPTH = 32
MAX_NUMBER = 64

#: Formats that the catalog takes, each with its versions.
FORMATS: Mapping[str, frozenset[str]] = {
    "MuranoPL": frozenset({"1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"}),
    "Heat.HOT": frozenset({"1.0.0"}),
}
TYPES = ("Application", "Library")
_NAME = re.compile(r"\w+(?:\.\w+)*")


class ManifestError(ValueError):
    """A manifest cannot be used; the message names the key and what it must be."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says, every value checked. ``raw`` is the document itself."""

    format: str
    format_version: Version
    type: str
    full_name: str
    version: Version
    name: str
    description: str | None
    author: str | None
    supplier: dict[str, Any]
    logo: str | None
    supplier_logo: str | None
    tags: tuple[str, ...]
    classes: dict[str, str]
    ui: str | None
    require: dict[str, str]
    raw: dict[str, Any] = field(repr=False)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes the package defines; a package that is one template has its own name."""
        return tuple(self.classes) if self.format == "MuranoPL" else (self.full_name,)


def parse_manifest(body: bytes) -> Manifest:
    """Read ``manifest.yaml``.

    :raises ManifestError: it is no YAML mapping, too large, or a key has a wrong type or value.
    """
    raw = load_document(body)
    format_name, format_version = _format(raw)
    full_name = _full_name(raw)
    kind = raw.get("Type")
    if kind not in TYPES:
        raise ManifestError(f"Type must be Application or Library, not {_shown(kind)}")
    name = _text(raw, "Name", 80) or full_name
    if len(name) > 80:
        raise ManifestError(
            "FullName serves as the display name, which ends at 80 characters: give a Name"
        )
    supplier = raw.get("Supplier")
    supplier = {} if supplier is None else _mapping(supplier, "Supplier")
    return Manifest(
        format=format_name,
        format_version=format_version,
        type=kind,
        full_name=full_name,
        version=_version(raw.get("Version"), "Version"),
        name=name,
        description=_text(raw, "Description"),
        author=_text(raw, "Author", 80),
        supplier=supplier,
        logo=_file(raw.get("Logo"), "Logo"),
        supplier_logo=_file(supplier.get("Logo"), "Supplier.Logo"),
        tags=_tags(raw.get("Tags")),
        classes=_classes(raw.get("Classes")),
        ui=_file(raw.get("UI"), "UI"),
        require=_require(raw.get("Require")),
        raw=raw,
    )


class _Loader(yaml.SafeLoader):
    """Plain data only, dates left as text so that all of it is JSON.

    Numbers are short, since one of 1 MiB in base 60 takes a minute, and merge keys (``<<``), which
    multiply like aliases, stand for no more pairs than a manifest may have.
    """

    merged = 0

    yaml_implicit_resolvers = {
        first: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:timestamp"]
        for first, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Put what is merged into a mapping in place of its merge keys."""
        for key, value in node.value:
            if key.tag != "tag:yaml.org,2002:merge":
                continue
            for each in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(each, yaml.MappingNode):
                    self.flatten_mapping(each)
                    self.merged += 1 + len(each.value)
                if self.merged > MAX_VALUES:
                    raise ValueError("too much is merged")
        super().flatten_mapping(node)

    def short_number(self, node: yaml.ScalarNode) -> int | float:
        """A number.

        :raises ValueError: it is none, or longer than any that is meant.
        """
        if len(node.value) > MAX_NUMBER:
            raise ValueError("too long a number")
        if node.tag == "tag:yaml.org,2002:int":
            return int(self.construct_yaml_int(node))
        return float(self.construct_yaml_float(node))


for _kind in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _Loader.short_number)


def load_document(body: bytes) -> dict[str, Any]:
    """The mapping that a manifest consists of, its keys unchecked.

    :raises ManifestError: it is no YAML mapping of plain values, or too large.
    """
    if len(body) > MAX_BYTES:
        raise ManifestError(f"{MANIFEST_NAME} has {len(body)} bytes; at most {MAX_BYTES} are read")
    try:
        document = yaml.load(body, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ManifestError(f"{MANIFEST_NAME} is no YAML: {error.problem}{place}") from error
    except (yaml.YAMLError, ValueError, RecursionError, LookupError, AttributeError) as error:
        # What the loader stumbles over where a tag says what a value is not: ``!!bool x``.
        raise ManifestError(f"{MANIFEST_NAME} is no readable YAML") from error
    if not isinstance(document, dict):
        raise ManifestError(f"{MANIFEST_NAME} must be a mapping, not {_shown(document)}")
    _count_values(document, {}, 0)
    return document


def _count_values(value: Any, known: dict[int, int], depth: int) -> int:
    """The number of values with aliases expanded, refused beyond the limits."""
    if not isinstance(value, dict | list):
        _check_text(value)
        if value is not None and not isinstance(value, str | int | float):
            raise ManifestError(f"{MANIFEST_NAME} holds a {type(value).__name__}: use plain values")
        if isinstance(value, float) and not math.isfinite(value):
            raise ManifestError(f"{MANIFEST_NAME} holds {value}: use finite numbers")
        return 1
    if depth > MAX_DEPTH:
        raise ManifestError(f"{MANIFEST_NAME} is nested deeper than {MAX_DEPTH} levels")
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, dict) and not all(isinstance(key, str | int | float) for key in value):
        raise ManifestError(f"{MANIFEST_NAME} has a key that is no text")
    if isinstance(value, dict):
        for key in value:
            _check_text(key)
    items = value.values() if isinstance(value, dict) else value
    total = 1 + sum(_count_values(item, known, depth + 1) for item in items)
    if total > MAX_VALUES:
        raise ManifestError(f"{MANIFEST_NAME} stands for more than {MAX_VALUES} values")
    known[id(value)] = total
    return total


def _check_text(value: Any) -> None:
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        raise ManifestError(
            f"{MANIFEST_NAME} holds {value[:40]!r}: NUL and half a surrogate pair are no text"
        )


def _format(raw: dict[str, Any]) -> tuple[str, Version]:
    given = raw.get("Format", "MuranoPL/1.0")
    if isinstance(given, bool) or not isinstance(given, str | int | float) or given == "":
        raise ManifestError(f"Format must be a text as MuranoPL/1.4, not {_shown(given)}")
    text = str(given)
    if text[0].isdigit():
        text = f"MuranoPL/{text}"
    name, _, number = text.rpartition("/")
    if not name:
        name, number = text, "1.0"
    version = _version(number, "Format")
    if str(version) not in FORMATS.get(name, ()):
        raise ManifestError(
            f"Unsupported format {text!r}: this catalog takes MuranoPL/1.0 to 1.4 and Heat.HOT/1.0"
        )
    return name, version


def is_full_name(text: object) -> bool:
    """Whether a text may name a package or a class: words joined by single dots."""
    return isinstance(text, str) and len(text) <= 128 and _NAME.fullmatch(text) is not None


def _full_name(raw: dict[str, Any]) -> str:
    name = raw.get("FullName")
    if not is_full_name(name):
        raise ManifestError(
            "FullName must be words of letters, digits and _ joined by single dots, at most 128 "
            f"characters, not {_shown(name)}"
        )
    return str(name)


def _version(value: Any, key: str) -> Version:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise ManifestError(f"{key} must be a version as 1.2.3, not {_shown(value)}")
    try:
        return Version.coerce(value)
    except VersionError as error:
        raise ManifestError(f"{key}: {error}") from error


def _text(raw: dict[str, Any], key: str, limit: int | None = None) -> str | None:
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ManifestError(f"{key} must be a text, not {_shown(value)}")
    text = str(value)
    if limit is not None and len(text) > limit:
        raise ManifestError(f"{key} has {len(text)} characters; at most {limit} are allowed")
    return text


def _mapping(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ManifestError(f"{key} must be a mapping, not {_shown(value)}")
    return value


def _file(value: Any, key: str) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ManifestError(f"{key} must be a file name, not {_shown(value)}")
    if value.startswith("/") or "\\" in value or any(
        part in ("", ".", "..") for part in value.split("/")
    ):  # fmt: skip
        raise ManifestError(f"{key}: {value[:120]!r} leads outside its folder")
    return value


def _tags(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ManifestError(f"Tags must be a list of texts, not {_shown(value)}")
    tags: dict[str, None] = {}
    for tag in value:
        if isinstance(tag, bool) or not isinstance(tag, str | int | float):
            raise ManifestError(f"Tags must be a list of texts; {_shown(tag)} is none")
        if not 0 < len(str(tag)) <= 80:
            raise ManifestError("Each of Tags must have 1 to 80 characters")
        tags[str(tag)] = None
    return tuple(tags)


def _classes(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    classes = {}
    for name, file in _mapping(value, "Classes").items():
        if not is_full_name(name):
            raise ManifestError(
                f"Classes: {_shown(name)} is no class name (words joined by dots, at most 128 "
                "characters)"
            )
        path = _file(file, f"Classes: {name}")
        if path is None:
            raise ManifestError(f"Classes: {name} names no file")
        classes[name] = path
    return classes


def _require(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    require = {}
    for name, specification in _mapping(value, "Require").items():
        # Plugins of engines are required by the names of their distributions, which have dashes.
        if not isinstance(name, str) or not is_full_name(name.replace("-", "_")):
            raise ManifestError(f"Require: {_shown(name)} is no package name")
        if isinstance(specification, bool | dict | list):
            raise ManifestError(
                f"Require: {name} must be a version specification, not {_shown(specification)}"
            )
        try:
            require[name] = str(VersionSpec(specification))
        except VersionError as error:
            raise ManifestError(f"Require: {name}: {error}") from error
    return require


_KINDS = {dict: "a mapping", list: "a list", bool: "a boolean", type(None): "nothing"}


def _shown(value: Any) -> str:
    return _KINDS.get(type(value)) or repr(value)[:80]
