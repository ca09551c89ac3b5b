"""Packages that are installed with the engine: folders, read as archives are."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from catalog_common.hot import packages as hot
from catalog_common.manifest import MANIFEST_NAME, Manifest, parse_manifest

LIBRARIES = ("io.murano",)


@dataclasses.dataclass(frozen=True)
class Unpacked:
    """A package with all its files.

    :ivar digest: names exactly the files that were given; what is made of them is among *files*.
    """

    manifest: Manifest
    digest: str
    files: Mapping[str, bytes]


def load(folders: list[str]) -> list[Unpacked]:
    """Packages of folders; the class library of this installation when none is named.

    :raises ManifestError: a manifest is malformed.
    :raises OSError: a folder cannot be read.
    """
    if folders:
        return [read(Path(folder)) for folder in folders]
    root = files("burano_packages")
    return [read(root / name) for name in LIBRARIES]


def read(folder: Traversable) -> Unpacked:
    """A package that stands in a folder."""
    return unpacked(dict(_files(folder, "")))


def unpacked(files: Mapping[str, bytes]) -> Unpacked:
    """A package of these files.

    :raises ManifestError: the manifest, or a package's template, is malformed.
    :raises KeyError: there is none.
    """
    found = dict(sorted(files.items()))
    digest = hashlib.sha256()
    for name, content in found.items():
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    manifest, complete = hot.expanded(parse_manifest(found[MANIFEST_NAME]), found)
    return Unpacked(manifest, digest.hexdigest(), complete)


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.name in ("__pycache__", "__init__.py"):
            continue
        if item.is_dir():
            yield from _files(item, f"{prefix}{item.name}/")
        else:
            yield f"{prefix}{item.name}", item.read_bytes()
