"""Packages of an engine host by digest: fetched, verified, compiled in a process of their own."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from catalog_common.archive import ArchiveError, PackageArchive
from catalog_common.hot import packages as hot
from catalog_common.manifest import MANIFEST_NAME, Manifest, ManifestError, parse_manifest
from catalog_engine.host.errors import PortError
from catalog_engine.packages.bundled import Unpacked
from catalog_engine.packages.cache import Cache

LOG = logging.getLogger(__name__)
MAX_BYTES = 128 * 1024 * 1024
"""Of fetched packages that are kept in memory."""
Compile = Callable[[Mapping[str, Any], Mapping[str, bytes]], bytes]
"""Compiles the class files of a package; PortError ``PackageError`` when it cannot."""


class Store:
    """Packages that this host has at hand.

    :param compiler_key: names what compiled code depends on besides the package.
    """

    def __init__(self, cache: Cache, compile_package: Compile, compiler_key: str) -> None:
        self._cache = cache
        self._compile = compile_package
        self._key = compiler_key
        self._bundled: dict[str, Mapping[str, Any]] = {}
        self._ready: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._bytes = 0
        self._busy: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def add(self, package: Unpacked) -> bytes:
        """Take in a package that needs no fetching, for good; its compiled form."""
        compiled = self._compiled(package.digest, package.manifest, package.files)
        self._bundled[package.digest] = _content(package.manifest, package.files, compiled)
        return compiled

    def content(self, digest: str, fetch: Callable[[], bytes]) -> Mapping[str, Any]:
        """``{manifest, compiled, files}`` of a package.

        :param fetch: gets the archive; asked at most once at a time for a package.
        :raises PortError: ``PackageError``: the archive is not what its digest says, or unusable.
        """
        with self._lock:
            known = self._known(digest)
            if known is not None:
                return known
            busy = self._busy.setdefault(digest, threading.Lock())
        with busy:
            with self._lock:
                known = self._known(digest)
            if known is not None:
                return known
            try:
                return self._load(digest, fetch())
            finally:
                with self._lock:
                    self._busy.pop(digest, None)

    def _known(self, digest: str) -> Mapping[str, Any] | None:
        if digest in self._ready:
            self._ready.move_to_end(digest)
        return self._bundled.get(digest) or self._ready.get(digest)

    def _load(self, digest: str, body: bytes) -> Mapping[str, Any]:
        if hashlib.sha256(body).hexdigest() != digest:
            raise PortError("PackageError", f"The archive is not the one with digest {digest}")
        try:
            given = dict(PackageArchive(body).files())
            manifest, files = hot.expanded(parse_manifest(given[MANIFEST_NAME]), given)
        except (ArchiveError, ManifestError, KeyError) as error:
            raise PortError("PackageError", f"Package {digest} is unusable: {error}") from error
        compiled = self._compiled(digest, manifest, files)
        return self._keep(digest, _content(manifest, files, compiled))

    def _compiled(self, digest: str, manifest: Manifest, files: Mapping[str, bytes]) -> bytes:
        found = self._cache.get(digest, self._key)
        if found is None:
            found = self._compile(compilable(manifest), files)
            self._cache.put(digest, self._key, found)
        return found

    def _keep(self, digest: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._lock:
            self._ready[digest] = content
            self._bytes += _size(content)
            while self._bytes > MAX_BYTES and len(self._ready) > 1:
                _digest, oldest = self._ready.popitem(last=False)
                self._bytes -= _size(oldest)
        return content


def _content(
    manifest: Manifest, files: Mapping[str, bytes], compiled: bytes
) -> Mapping[str, Any]:  # fmt: skip
    return {
        "manifest": {"FullName": manifest.full_name, "Version": str(manifest.version)},
        "compiled": compiled,
        "files": {path: data for path, data in files.items() if path.startswith("Resources/")},
    }


def _size(content: Mapping[str, Any]) -> int:
    return len(content["compiled"]) + sum(map(len, content["files"].values()))


def compilable(manifest: Manifest) -> dict[str, Any]:
    """What the compiler reads of a manifest."""
    return {
        "FullName": manifest.full_name, "Version": str(manifest.version),
        "Format": f"{manifest.format}/{manifest.format_version.major}"
        f".{manifest.format_version.minor}",
        "Classes": dict(manifest.classes), "Require": dict(manifest.require),
        "Meta": manifest.raw.get("Meta"),
    }  # fmt: skip
