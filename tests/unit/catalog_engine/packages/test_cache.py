"""The cache on disk gives back what this engine wrote, and nothing else."""

from __future__ import annotations

import os
import stat

import pytest

from catalog_engine.packages.cache import KEY_BYTES, KEY_NAME, Cache

DIGEST = "d" * 64


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def cache(folder):
    return Cache(folder)


def entry(folder):
    (path,) = (path for path in folder.iterdir() if path.name != KEY_NAME)
    return path


def test_what_was_put_is_there_after_a_restart(cache, folder):
    assert cache.get(DIGEST, "form") is None
    cache.put(DIGEST, "form", b"body")
    assert Cache(folder).get(DIGEST, "form") == b"body"


def test_other_packages_and_forms_are_others(cache):
    cache.put(DIGEST, "form", b"body")
    assert cache.get("e" * 64, "form") is None
    assert cache.get(DIGEST, "form of another release") is None


def test_only_its_owner_reads_it(cache, folder):
    cache.put(DIGEST, "form", b"body")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change", [lambda body: body[:-1] + b"?", lambda body: body[:20], lambda body: b""]
)
def test_what_was_changed_is_not_taken(cache, folder, change):
    cache.put(DIGEST, "form", b"body")
    path = entry(folder)
    path.write_bytes(change(path.read_bytes()))
    assert cache.get(DIGEST, "form") is None


def test_what_stands_in_another_place_is_not_taken(cache, folder):
    cache.put(DIGEST, "form", b"body")
    path = entry(folder)
    path.rename(path.with_name(path.name.replace("d" * 64, "e" * 64)))
    assert cache.get("e" * 64, "form") is None


def test_with_another_key_nothing_is_taken(cache, folder):
    cache.put(DIGEST, "form", b"body")
    (folder / KEY_NAME).write_bytes(os.urandom(KEY_BYTES))
    assert Cache(folder).get(DIGEST, "form") is None


def test_a_damaged_key_is_replaced(folder):
    Cache(folder)
    (folder / KEY_NAME).write_bytes(b"short")
    cache = Cache(folder)
    cache.put(DIGEST, "form", b"body")
    assert Cache(folder).get(DIGEST, "form") == b"body"


def test_engines_that_share_a_folder_share_the_key(cache, folder):
    other = Cache(folder)
    cache.put(DIGEST, "form", b"body")
    assert other.get(DIGEST, "form") == b"body"


def test_a_folder_that_cannot_be_written_to_is_no_error(cache, folder):
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    cache.put(DIGEST, "form", b"body")
    assert cache.get(DIGEST, "form") is None


def test_what_was_written_longest_ago_is_forgotten_first(cache, folder):
    for number, digest in enumerate("abc"):
        cache.put(digest * 64, "form", b"x" * 1000)
        path = next(folder.glob(f"{digest * 64}*"))
        os.utime(path, (number, number))
    os.utime(folder / KEY_NAME, (0, 0))
    cache.prune(2 * (1000 + 32))
    assert [cache.get(digest * 64, "form") is not None for digest in "abc"] == [False, True, True]
    assert (folder / KEY_NAME).exists()
