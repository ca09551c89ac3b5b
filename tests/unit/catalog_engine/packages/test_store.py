"""Packages by digest: verified, unpacked with care, compiled once."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile

import pytest

from catalog_common.manifest import parse_manifest
from catalog_engine.host.errors import PortError
from catalog_engine.packages import store as module
from catalog_engine.packages.bundled import Unpacked
from catalog_engine.packages.cache import Cache
from catalog_engine.packages.store import Store, compilable

MANIFEST = """
Format: '1.4'
Type: Application
FullName: t.App
Version: 1.2.3
Name: App
Description: d
Author: a
Classes: {t.App: App.yaml}
Require: {t.Other: '>=1'}
"""


def archive(files=None):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        for name, content in {"manifest.yaml": MANIFEST, **(files or {})}.items():
            packed.writestr(name, content)
    return body.getvalue()


def digest_of(body):
    return hashlib.sha256(body).hexdigest()


class Compiler:
    def __init__(self):
        self.compiled = []
        self.error = None

    def __call__(self, manifest, files):
        if self.error is not None:
            raise self.error
        self.compiled.append((manifest, files))
        return b"code of " + manifest["FullName"].encode()


@pytest.fixture
def compiler():
    return Compiler()


@pytest.fixture
def store(tmp_path, compiler):
    return Store(Cache(tmp_path / "cache"), compiler, "key")


def test_a_package(store, compiler):
    body = archive({"Classes/App.yaml": "Name: App", "Resources/a/b": "b", "UI/ui.yaml": "ui"})
    content = store.content(digest_of(body), lambda: body)
    assert content == {
        "manifest": {"FullName": "t.App", "Version": "1.2.3"},
        "compiled": b"code of t.App",
        "files": {"Resources/a/b": b"b"},
    }
    ((manifest, files),) = compiler.compiled
    assert manifest["Require"] == {"t.Other": ">=1"}
    assert files["Classes/App.yaml"] == b"Name: App"


def test_a_package_of_a_template_has_the_class_that_is_made_of_it(store, compiler):
    manifest = "Format: Heat.HOT/1.0\nType: Application\nFullName: t.Hot"
    body = archive({"manifest.yaml": manifest, "template.yaml": "resources: {}"})
    content = store.content(digest_of(body), lambda: body)
    assert b"resources: {}" in content["files"].values()
    ((manifest, files),) = compiler.compiled
    assert manifest["Format"] == "MuranoPL/1.4"
    (file,) = manifest["Classes"].values()
    assert b"t.Hot" in files[f"Classes/{file}"]


def test_it_is_fetched_and_compiled_once(store, compiler):
    body = archive()
    store.content(digest_of(body), lambda: body)
    store.content(digest_of(body), pytest.fail)
    assert len(compiler.compiled) == 1


def test_after_a_restart_it_is_fetched_but_not_compiled(tmp_path, compiler):
    body = archive()
    for _ in range(2):
        store = Store(Cache(tmp_path / "cache"), compiler, "key")
        store.content(digest_of(body), lambda: body)
    assert len(compiler.compiled) == 1
    Store(Cache(tmp_path / "cache"), compiler, "newer").content(digest_of(body), lambda: body)
    assert len(compiler.compiled) == 2


def test_who_asks_meanwhile_waits(store, compiler):
    body, fetching, go_on = archive(), threading.Event(), threading.Event()
    found = []

    def fetch():
        fetching.set()
        assert go_on.wait(10)
        return body

    def ask():
        found.append(store.content(digest_of(body), fetch))

    first = threading.Thread(target=ask)
    first.start()
    assert fetching.wait(10)
    second = threading.Thread(target=ask)
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert found[0] is found[1]
    assert len(compiler.compiled) == 1


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"no archive", "is unusable"),
        (archive({"../x": "x"}), "'..'"),
        (archive({"manifest.yaml": "Format: [1]"}), "is unusable"),
        (archive({"manifest.yaml": "- x"}), "is unusable"),
        (
            archive({"manifest.yaml": "Format: Heat.HOT/1.0\nType: Library\nFullName: a"}),
            "needs a template",
        ),
    ],
)
def test_a_package_that_is_unusable(store, body, text):
    with pytest.raises(PortError, match=text) as caught:
        store.content(digest_of(body), lambda: body)
    assert caught.value.type == "PackageError"


def test_an_archive_without_manifest(store):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        packed.writestr("other", "")
    with pytest.raises(PortError):
        store.content(digest_of(body.getvalue()), body.getvalue)


def test_an_archive_with_another_digest(store, compiler):
    with pytest.raises(PortError, match="not the one with digest"):
        store.content("d" * 64, archive)
    assert compiler.compiled == []


def test_a_package_that_does_not_compile_is_tried_again(store, compiler):
    body = archive()
    compiler.error = PortError("PackageError", "App.yaml:3:4: what is that?")
    with pytest.raises(PortError, match=r"App\.yaml:3:4"):
        store.content(digest_of(body), lambda: body)
    compiler.error = None
    assert store.content(digest_of(body), lambda: body)


def test_memory_is_bounded_but_for_bundled_packages(store, monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 2500)
    manifest = parse_manifest(MANIFEST.encode())
    store.add(Unpacked(manifest, "b" * 64, {"Resources/big": b"x" * 5000}))
    bodies = [archive({"Resources/a": letter * 1000}) for letter in "abc"]
    for body in bodies:
        store.content(digest_of(body), lambda body=body: body)
    fetched = []
    for body in bodies:
        store.content(digest_of(body), lambda body=body: fetched.append(body) or body)
    assert bodies[0] in fetched
    assert store.content("b" * 64, pytest.fail)["files"]["Resources/big"]


def test_what_the_compiler_reads_of_a_manifest():
    manifest = parse_manifest(MANIFEST.encode())
    assert compilable(manifest) == {
        "FullName": "t.App", "Version": "1.2.3", "Format": "MuranoPL/1.4",
        "Classes": {"t.App": "App.yaml"}, "Require": {"t.Other": ">=1"}, "Meta": None,
    }  # fmt: skip
