"""What stands at a path: the files of packages, read within bounds and never trusted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog_common.archive import DEFAULT_LIMITS, ArchiveError, PackageArchive
from catalog_common.manifest import MANIFEST_NAME


class SourceError(Exception):
    """A path cannot be read as a package; the text says why."""


@dataclass(frozen=True)
class Source:
    """The files of one package.

    :ivar path: how the author calls it.
    """

    path: str
    files: Mapping[str, bytes]


def sources(path: str) -> Iterator[Source]:
    """The packages at a path: a folder, a folder of such folders and archives, or an archive.

    :raises SourceError: there is none, or it cannot be read.
    """
    try:
        found = list(_packages(Path(path)))
    except (OSError, ValueError) as error:
        raise SourceError(f"It cannot be read: {error}") from error
    if not found:
        raise SourceError(f"There is no {MANIFEST_NAME}, neither in it nor in a folder of it")
    yield from found


def _packages(path: Path) -> Iterator[Source]:
    if path.is_file():
        if path.stat().st_size > DEFAULT_LIMITS.archive:
            raise ArchiveError(f"it is larger than {DEFAULT_LIMITS.archive} bytes")
        yield Source(str(path), dict(PackageArchive(path.read_bytes()).files()))
    elif (path / MANIFEST_NAME).is_file():
        yield Source(str(path), _folder(path))
    else:
        for below in sorted(path.iterdir()):
            if (below / MANIFEST_NAME).is_file():
                yield Source(str(below), _folder(below))
            elif below.suffix == ".zip" and below.is_file():
                yield from _packages(below)


def _folder(folder: Path) -> dict[str, bytes]:
    """Files of a folder within the limits of archives; links to folders are not followed."""
    files: dict[str, bytes] = {}
    total = 0
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(names):
            path = Path(where, name)
            if not path.is_file() or name.startswith("."):
                continue
            total += path.stat().st_size
            if len(files) >= DEFAULT_LIMITS.members or total > DEFAULT_LIMITS.total:
                raise SourceError(f"{folder} has more or larger files than a package may have")
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files
