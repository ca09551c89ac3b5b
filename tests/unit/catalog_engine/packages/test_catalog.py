"""Finding packages: whose and which version, and a catalog that is away."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from keystoneauth1 import exceptions as keystone

from catalog_common.manifest import parse_manifest
from catalog_engine.host.errors import PortError
from catalog_engine.packages import catalog as module
from catalog_engine.packages.bundled import Unpacked
from catalog_engine.packages.catalog import CatalogPackages

LIBRARY = """
Format: '1.4'
Type: Library
FullName: io.lib
Name: l
Version: {}
Classes: {{io.lib.A: A.yaml}}
"""


def row(number, version="1.0.0", owner="p", is_public=False, **members):
    return {
        "id": f"id{number}", "fully_qualified_name": "t.App", "version": version,
        "owner_id": owner, "is_public": is_public, "archive_digest": str(number) * 64, **members,
    }  # fmt: skip


class Answer:
    def __init__(self, body):
        self.body = body
        self.content = body

    def json(self):
        return self.body


class Session:
    """A catalog's REST API; answers what a test put in, raises what is an exception."""

    def __init__(self):
        self.pages = []
        self.downloads = {}
        self.failures = []
        self.asked = []

    def get(self, path, params=None, endpoint_filter=None, headers=None):
        assert endpoint_filter["service_type"] == "application-catalog"
        self.asked.append((path, params))
        if self.failures:
            raise self.failures.pop(0)
        if path.endswith("/download"):
            package_id = Path(path).parent.name
            if package_id not in self.downloads:
                raise keystone.NotFound()
            return Answer(self.downloads[package_id])
        page = int((params or {}).get("marker", 0))
        more = page + 1 < len(self.pages)
        body = {"packages": self.pages[page] if self.pages else []}
        return Answer({**body, "next_marker": str(page + 1)} if more else body)


class Store:
    def content(self, digest, fetch):
        return {"digest": digest, "body": fetch()}


class Catalog:
    def __init__(self):
        self.session = Session()
        self.archives = {}
        self.cancelled = threading.Event()
        self.bundled = [
            Unpacked(parse_manifest(LIBRARY.format(version).encode()), version, {})
            for version in ("0.9.0", "1.1.0", "1.0.0")
        ]
        self.port = CatalogPackages(
            self.session, "R1", Store(), self.bundled, "p", self.archives.__getitem__
        )

    def find(self, name="t.App", class_name=None, spec="*", deadline=None):
        return self.port.find(
            name, class_name, spec, operation_id="o", cancelled=self.cancelled, deadline=deadline
        )

    def content(self, digest):
        return self.port.content(
            digest, operation_id="o", cancelled=self.cancelled, deadline=None
        )["body"]  # fmt: skip


@pytest.fixture
def catalog():
    return Catalog()


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    monkeypatch.setattr(module, "PAUSES", (0.001, 0.001, 0.001))


@pytest.mark.parametrize(
    ("rows", "spec", "found"),
    [
        ([row(1)], "*", "1"),
        ([row(1, "1.0.0"), row(2, "1.2.0"), row(3, "1.1.9")], "*", "2"),
        ([row(1, "0.7.0"), row(2, "0.7.1"), row(3, "1.0.0")], "", "2"),
        ([row(1, "1.0.0"), row(2, "2.0.0")], "<2", "1"),
        ([row(1, "0.5.0"), row(2, "1.5.0")], "=0.5.0", "1"),
        ([row(1, "1.9.0", "other", True), row(2, "1.0.0", "p")], "*", "2"),
        ([row(1, "1.0.0", "other", True), row(2, "1.9.0", "other", False)], "*", "1"),
    ],
)
def test_the_best_match(catalog, rows, spec, found):
    catalog.session.pages = [rows]
    assert catalog.find(spec=spec)["digest"] == found * 64


def test_a_version_is_written_whole(catalog):
    catalog.session.pages = [[row(1, "1.2")]]
    assert catalog.find() == {"name": "t.App", "version": "1.2.0", "digest": "1" * 64}


def test_what_is_asked(catalog):
    catalog.session.pages = [[row(1)]]
    catalog.find()
    catalog.find(None, "t.Class")
    assert [params for _, params in catalog.session.asked] == [
        {"fqn": "t.App", "catalog": "true", "limit": 100},
        {"class_name": "t.Class", "catalog": "true", "limit": 100},
    ]


def test_all_pages_count(catalog):
    catalog.session.pages = [[row(1, "1.0.0")], [row(2, "1.1.0")], [row(3, "1.0.5")]]
    assert catalog.find()["digest"] == "2" * 64


@pytest.mark.parametrize(
    ("name", "class_name", "type"),
    [("t.App", None, "NoPackageFound"), (None, "t.C", "NoPackageForClassFound")],
)
def test_nothing_matches(catalog, name, class_name, type):
    catalog.session.pages = [[row(1)]]
    with pytest.raises(PortError) as caught:
        catalog.find(name, class_name, ">1")
    assert caught.value.type == type
    assert ">1" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "class_name", "spec", "version"),
    [
        ("io.lib", None, "1", "1.1.0"), (None, "io.lib.A", "*", "1.1.0"),
        ("io.lib", None, "", "0.9.0"),
        ("io.lib", None, "<1.1", "1.0.0"), (None, "io.lib.A", "=0.9.0", "0.9.0"),
    ],
)  # fmt: skip
def test_bundled_packages_need_no_catalog(catalog, name, class_name, spec, version):
    assert catalog.find(name, class_name, spec)["version"] == version
    assert catalog.session.asked == []


def test_what_is_not_bundled_in_that_version_may_be_in_the_catalog(catalog):
    catalog.session.pages = [[row(1, "2.0.0", fully_qualified_name="io.lib")]]
    assert catalog.find("io.lib", None, "2")["version"] == "2.0.0"


def test_content_of_what_was_found(catalog):
    catalog.session.pages = [[row(1)]]
    catalog.session.downloads["id1"] = b"archive"
    catalog.find()
    assert catalog.content("1" * 64) == b"archive"


def test_content_of_what_was_deleted_meanwhile_comes_from_the_conductor(catalog):
    catalog.session.pages = [[row(1)]]
    catalog.archives["1" * 64] = b"kept"
    catalog.find()
    assert catalog.content("1" * 64) == b"kept"


def test_content_of_what_an_earlier_attempt_found_comes_from_the_conductor(catalog):
    catalog.archives["2" * 64] = b"kept"
    assert catalog.content("2" * 64) == b"kept"
    assert catalog.session.asked == []


@pytest.mark.parametrize("failure", [keystone.ConnectFailure(), keystone.ServiceUnavailable()])
def test_a_catalog_that_is_away_is_asked_again(catalog, failure):
    catalog.session.pages = [[row(1)]]
    catalog.session.failures = [failure, failure]
    assert catalog.find()["digest"] == "1" * 64


def test_a_catalog_that_stays_away(catalog):
    catalog.session.failures = [keystone.ConnectFailure("refused")] * 9
    with pytest.raises(PortError, match="refused") as caught:
        catalog.find()
    assert caught.value.type == "CatalogError"
    assert len(catalog.session.asked) == 4


def test_a_refusal_is_not_repeated(catalog):
    catalog.session.failures = [keystone.Forbidden("no")] * 9
    with pytest.raises(PortError):
        catalog.find()
    assert len(catalog.session.asked) == 1


@pytest.mark.parametrize("reason", ["cancelled", "deadline"])
def test_waiting_ends_when_it_must(catalog, monkeypatch, reason):
    monkeypatch.setattr(module, "PAUSES", (3600.0,))
    catalog.session.failures = [keystone.ConnectFailure()]
    deadline = None
    if reason == "cancelled":
        catalog.cancelled.set()
    else:
        deadline = time.monotonic()
    with pytest.raises(PortError) as caught:
        catalog.find(deadline=deadline)
    assert (caught.value.type, str(caught.value)) == ("Stopped", reason)
