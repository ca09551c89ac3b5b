"""The manifest: each key by itself, and the files and classes that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from catalog_common.hot.template import TEMPLATE, read_template
from catalog_common.manifest import (
    MANIFEST_NAME,
    Manifest,
    ManifestError,
    load_document,
    parse_manifest,
)
from catalog_engine.authoring.checking.findings import Collector, Place
from catalog_engine.authoring.checking.sources import Source
from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.source.errors import CompileError, did_you_mean
from catalog_engine.muranopl.source.namespaces import key_text
from catalog_engine.muranopl.source.nodes import MappingNode, Node, text_of
from catalog_engine.muranopl.source.reader import Reader

KEYS: Final = (
    "Format", "Type", "FullName", "Version", "Name", "Description", "Author", "Supplier", "Logo",
    "Tags", "Classes", "UI", "Require", "Meta",
)  # fmt: skip
_BASE: Final = {"Format": "MuranoPL/1.4", "Type": "Library", "FullName": "unnamed"}
_TABLES: Final = ("Classes", "Require")


class ManifestChecker:
    """Checks the manifest of one package.

    :ivar manifest: what is good of it, or None where nothing can be read.
    """

    def __init__(self, source: Source, collector: Collector) -> None:
        self._source = source
        self._collector = collector
        self._places: dict[tuple[str, ...], Place] = {}
        self.manifest = self._read()
        if self.manifest is not None:
            self._check_files(self.manifest)

    def place(self, *keys: str) -> Place:
        """Where a key, or an entry of its mapping, stands."""
        return self._places.get(keys) or self._places.get(keys[:1]) or Place(MANIFEST_NAME)

    def _read(self) -> Manifest | None:
        body = self._source.files.get(MANIFEST_NAME)
        if body is None:
            self._collector.add(Place(""), "unreadable", f"There is no {MANIFEST_NAME} at its root")
            return None
        try:
            reader = Reader(Parser())
            reader.repeated = self._repeated
            for node in reader.documents(MANIFEST_NAME, body):
                self._note_places(node)
            raw = load_document(body)
        except CompileError as error:
            self._collector.error(error, "unreadable")
            return None
        except ManifestError as error:
            self._collector.add(Place(MANIFEST_NAME), "unreadable", str(error))
            return None
        self._check_keys(raw)
        try:
            return parse_manifest(body)
        except ManifestError:
            return self._good_part(raw)

    def _repeated(self, key: Node) -> None:
        message = f"{key_text(key)!r} stands here again; only its last value counts"
        self._collector.add(key.position, "repeated-key", message)

    def _note_places(self, node: Node, *keys: str) -> None:
        if isinstance(node, MappingNode) and len(keys) < 2:
            for key, value in node.pairs:
                text = text_of(key)
                if text is not None:
                    self._places[*keys, text] = Place(MANIFEST_NAME, key.line, key.column)
                    self._note_places(value, *keys, text)

    # ------------------------------------------------------------ values

    def _good_part(self, raw: dict[str, Any]) -> Manifest:
        """The manifest without what is wrong, which is reported."""
        good: dict[str, Any] = {"Meta": raw["Meta"]} if raw.get("Meta") else {}
        for key in ("FullName", *(key for key in KEYS if key not in ("FullName", "Meta"))):
            for part in _parts(key, raw):
                error = _error_of(part, good)
                if error is None:
                    if _is_table(key, part[key]):
                        good.setdefault(key, {}).update(part[key])
                    else:
                        good[key] = part[key]
                else:
                    entry = next(iter(part[key]), "") if _is_table(key, part.get(key)) else ""
                    self._collector.add(self.place(key, str(entry)), "manifest", error)
        return parse_manifest(_dumped({**_BASE, **good}))

    def _check_keys(self, raw: Mapping[str, Any]) -> None:
        for key in raw:
            if key not in KEYS:
                advice = did_you_mean(str(key), KEYS)
                code = "unknown-key" if advice else "ignored-key"
                message = f"The key {key!r} of the manifest is ignored{advice}"
                self._collector.add(self.place(str(key)), code, message)

    # ------------------------------------------------------------ files

    def _check_files(self, manifest: Manifest) -> None:
        if manifest.format != "MuranoPL":
            self._check_template(manifest)
        for name, file in manifest.classes.items():
            self._need(f"Classes/{file}", self.place("Classes", name), f"it is to hold {name}")
        for key, logo in (("Logo", manifest.logo), ("Supplier", manifest.supplier_logo)):
            if logo is not None:
                self._need(logo, self.place(key), f"{key} names it")
        if manifest.ui is not None:
            self._need(f"UI/{manifest.ui}", self.place("UI"), "UI names it", "warning")
        listed = {f"Classes/{file}" for file in manifest.classes.values()}
        for path in self._source.files:
            is_class_file = path.startswith("Classes/") and path.endswith((".yaml", ".yml"))
            if is_class_file and path not in listed and manifest.format == "MuranoPL":
                message = f"No class of the manifest's Classes is in {path}"
                self._collector.add(Place(path), "unlisted-file", message)

    def _check_template(self, manifest: Manifest) -> None:
        self._need(TEMPLATE, self.place("Format"), f"{manifest.format} packages need it")
        try:
            read_template(self._source.files.get(TEMPLATE, b"resources: {}"))
        except ManifestError as error:
            self._collector.add(Place(TEMPLATE), "template", str(error))

    def _need(self, path: str, place: Place, why: str, severity: str | None = None) -> None:
        if path not in self._source.files:
            advice = did_you_mean(path, self._source.files)
            message = f"The package has no file {path}; {why}{advice}"
            self._collector.add(place, "missing-file", message, severity)


def _parts(key: str, raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a manifest says under a key, entry by entry where it is a table of entries."""
    value = raw.get(key)
    if isinstance(value, dict) and _is_table(key, value):
        yield from ({key: {name: entry}} for name, entry in value.items())
    elif key in raw or key in ("FullName", "Type"):
        yield {key: value}


def _is_table(key: str, value: Any) -> bool:
    return key in _TABLES and isinstance(value, dict)


def _error_of(part: Mapping[str, Any], good: Mapping[str, Any]) -> str | None:
    """What is wrong with one value, in a manifest that is fine otherwise."""
    base = {**_BASE, **({"FullName": good["FullName"]} if "FullName" in good else {})}
    try:
        parse_manifest(_dumped({**base, **part}))
    except ManifestError as error:
        return str(error)
    return None


def _dumped(document: Mapping[str, Any]) -> bytes:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode()
