"""The UI definition of a package: findings of catalog_forms, with their place in the package."""

from __future__ import annotations

from catalog_common.manifest import Manifest
from catalog_engine.authoring.checking.findings import Collector, Place
from catalog_engine.authoring.checking.sources import Source
from catalog_forms.checking import check
from catalog_forms.expressions import Parser

DEFAULT = "ui.yaml"
"""The file below UI where the manifest names none."""


def check_form(source: Source, manifest: Manifest, parser: Parser, collector: Collector) -> None:
    """Check the UI definition, if the package is to have one and does.

    That a file which the manifest names is missing is told elsewhere.
    """
    file = f"UI/{manifest.ui or DEFAULT}"
    data = source.files.get(file)
    if data is None or manifest.format != "MuranoPL":
        return
    for found in check(data, parser):
        place = Place(file, found.line, found.column)
        collector.add(place, f"ui/{found.code}", found.message, found.severity)
