"""Packages of templates as packages of MuranoPL, which the rest of the catalog knows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from catalog_common.hot.classes import RESOURCE, class_of
from catalog_common.hot.forms import form_of
from catalog_common.hot.template import TEMPLATE, Template, read_template
from catalog_common.manifest import Manifest, ManifestError
from catalog_common.versions import Version

FORMAT: Final = "Heat.HOT"
_CLASS: Final = "generated.yaml"
_RESOURCES: Final = "Resources/"


def expanded(
    manifest: Manifest, files: Mapping[str, bytes]
) -> tuple[Manifest, Mapping[str, bytes]]:
    """A package with the class of its template; any other package as it is.

    :param files: its files by their paths.
    :raises ManifestError: the template is missing, or cannot be used.
    """
    if manifest.format != FORMAT:
        return manifest, files
    template = _template(files)
    resources = [
        path.removeprefix(_RESOURCES) for path in files if path.startswith(_RESOURCES)
    ]  # fmt: skip
    made = {
        f"Classes/{_CLASS}": class_of(manifest.full_name, template, resources),
        f"{_RESOURCES}{RESOURCE}": files[TEMPLATE],
    }
    same = dataclasses.replace(
        manifest, format="MuranoPL", format_version=Version.coerce("1.4"),
        classes={manifest.full_name: _CLASS},
    )  # fmt: skip
    return same, {**files, **made}


def form(manifest: Manifest, files: Mapping[str, bytes]) -> bytes:
    """The UI definition of a package that is a template.

    :raises ManifestError: the template is missing, or cannot be used.
    """
    return form_of(manifest, _template(files))


def _template(files: Mapping[str, bytes]) -> Template:
    try:
        body = files[TEMPLATE]
    except KeyError as error:
        raise ManifestError(f"A package of format {FORMAT} needs a {TEMPLATE}") from error
    return read_template(body)
