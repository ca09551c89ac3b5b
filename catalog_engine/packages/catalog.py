"""The port ``packages`` for one task: the bundled ones first, then what the catalog has."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from keystoneauth1 import exceptions as keystone
from keystoneauth1.session import Session

from catalog_common.versions import Version, VersionSpec
from catalog_engine.host.errors import STOPPED, PortError
from catalog_engine.packages.bundled import Unpacked
from catalog_engine.packages.store import Store

SERVICE = "application-catalog"
PAGE = 100
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between two questions to a catalog that is away."""
T = TypeVar("T")


class CatalogPackages:
    """Finds packages through the REST API with one project's rights.

    :param archive: an archive by digest from the conductor, for packages that the catalog no
        longer lists.
    """

    def __init__(
        self, session: Session, region: str | None, store: Store, bundled: Sequence[Unpacked],
        project_id: str, archive: Callable[[str], bytes],
    ) -> None:  # fmt: skip
        self._session = session
        self._filter = {"service_type": SERVICE, "interface": "public", "region_name": region}
        self._store = store
        self._bundled = bundled
        self._project_id = project_id
        self._archive = archive
        self._ids: dict[str, str] = {}
        self._lock = threading.Lock()

    def find(
        self, name: str | None, class_name: str | None, version_spec: str, *,
        operation_id: str = "", cancelled: threading.Event, deadline: float | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """``{name, version, digest}`` of the best match.

        :raises PortError: ``NoPackageFound``, ``NoPackageForClassFound``, or ``CatalogError``.
        """
        spec = VersionSpec(version_spec)
        own = [
            package
            for package in self._bundled
            if (package.manifest.full_name == name if name else
                class_name in package.manifest.class_names)
            and spec.matches(package.manifest.version)
        ]  # fmt: skip
        if own:
            best = max(own, key=lambda package: package.manifest.version)
            return {
                "name": best.manifest.full_name, "version": str(best.manifest.version),
                "digest": best.digest,
            }  # fmt: skip
        query = {"fqn": name} if name else {"class_name": class_name}
        rows = _insist(lambda: self._search(query), cancelled, deadline)
        rows = [row for row in rows if spec.matches(Version.coerce(row.get("version")))]
        if not rows:
            raise self._missing(name, class_name, version_spec)
        chosen = max(rows, key=self._rank)
        with self._lock:
            self._ids[chosen["archive_digest"]] = chosen["id"]
        return {
            "name": chosen["fully_qualified_name"],
            "version": str(Version.coerce(chosen.get("version"))),
            "digest": chosen["archive_digest"],
        }

    def _rank(self, row: Mapping[str, Any]) -> tuple[bool, bool, Version]:
        """The project's own package, then public ones; the highest version of those."""
        return (
            row["owner_id"] == self._project_id, bool(row["is_public"]),
            Version.coerce(row.get("version")),
        )  # fmt: skip

    @staticmethod
    def _missing(name: str | None, class_name: str | None, version_spec: str) -> PortError:
        wanted = f" in version {version_spec}" if version_spec else ""
        if name:
            return PortError("NoPackageFound", f"Package {name} is not found{wanted}")
        return PortError(
            "NoPackageForClassFound", f"Package for class {class_name} is not found{wanted}"
        )

    def _search(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        parameters: dict[str, Any] = {**query, "catalog": "true", "limit": PAGE}
        while True:
            body = self._session.get(
                "/v1/catalog/packages", params=parameters, endpoint_filter=self._filter
            ).json()
            found += body["packages"]
            if not body.get("next_marker"):
                return found
            parameters["marker"] = body["next_marker"]

    def content(
        self, digest: str, *, operation_id: str = "", cancelled: threading.Event,
        deadline: float | None = None,
    ) -> Mapping[str, Any]:  # fmt: skip
        """``{manifest, compiled, files}`` of a found package.

        :raises PortError: ``PackageError``, or ``CatalogError``.
        """
        return self._store.content(
            digest, lambda: _insist(lambda: self._fetch(digest), cancelled, deadline)
        )

    def _fetch(self, digest: str) -> bytes:
        with self._lock:
            package_id = self._ids.get(digest)
        if package_id is not None:
            try:
                answer = self._session.get(
                    f"/v1/catalog/packages/{package_id}/download", endpoint_filter=self._filter,
                    headers={"Accept": "application/octet-stream"},
                )  # fmt: skip
                body: bytes = answer.content
                return body
            except keystone.NotFound:
                # Deleted meanwhile; the archive is kept as long as this task names it.
                pass
        return self._archive(digest)


def _insist(work: Callable[[], T], cancelled: threading.Event, deadline: float | None) -> T:
    """Ask the catalog, again while it is away.

    :raises PortError: ``CatalogError``, or ``Stopped``.
    """
    for pause in (*PAUSES, None):
        try:
            return work()
        except (keystone.ClientException, ValueError, KeyError) as error:
            if pause is None or not _is_transient(error):
                raise PortError("CatalogError", f"The catalog does not answer: {error}") from error
        left = pause if deadline is None else min(pause, max(0.0, deadline - time.monotonic()))
        if cancelled.wait(left):
            raise PortError(STOPPED, "cancelled", {"reason": "cancelled"})
        if left < pause:
            raise PortError(STOPPED, "deadline", {"reason": "deadline"})
    raise AssertionError


def _is_transient(error: Exception) -> bool:
    if isinstance(error, keystone.ConnectionError | keystone.RetriableConnectionFailure):
        return True
    status = getattr(error, "http_status", 0)
    return isinstance(status, int) and status >= 500
