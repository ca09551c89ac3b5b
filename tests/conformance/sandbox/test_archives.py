"""No archive reaches outside of itself, holds two things under one name, or unfolds without end."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest

from catalog_common import archive
from catalog_common.archive import PackageArchive
from tests.unit.catalog_common.archives import member, zipped

MANIFEST = ("manifest.yaml", b"FullName: org.example")


def renamed(body: bytes, local: bytes | None = None, central: bytes | None = None) -> bytes:
    """An archive whose member ``aXb`` is called otherwise in its own header or in the directory."""
    first, second = body.index(b"aXb"), body.rindex(b"aXb")
    made = bytearray(body)
    made[first : first + 3] = local or b"aXb"
    made[second : second + 3] = central or b"aXb"
    return bytes(made)


def claiming(size: int) -> bytes:
    """An archive whose directory says another size than its member has."""
    body = bytearray(zipped(MANIFEST, ("a", b"x" * 100), compression=zipfile.ZIP_STORED))
    entry = body.rindex(b"PK\x01\x02")
    struct.pack_into("<II", body, entry + 20, size, size)
    return bytes(body)


def two_directories() -> bytes:
    """Two archives in one file: which of them counts depends on who reads."""
    good, evil = zipped(MANIFEST), zipped(("manifest.yaml", b"FullName: evil"))
    return good + evil


def in_comment() -> bytes:
    """The end of another archive stands in the comment of one."""
    buffer = io.BytesIO(zipped(MANIFEST))
    with zipfile.ZipFile(buffer, "a") as file:
        file.comment = zipped(("manifest.yaml", b"FullName: evil"))[-22:]
    return buffer.getvalue()


PLAIN = zipped(MANIFEST, ("aXb", b"x"))
NAMES = {
    "up": "../evil", "far up": "a/../../../evil", "up and back": "a/../a",
    "here": "./manifest.yaml", "absolute": "/etc/cron.d/x", "doubly absolute": "//etc/passwd",
    "a drive": "C:/evil", "backslashes": "..\\..\\evil", "a control character": "a\r",
    "nothing between": "a//b",
}  # fmt: skip
MODES = {
    "a link": stat.S_IFLNK, "a device": stat.S_IFBLK, "a pipe": stat.S_IFIFO,
    "a socket": stat.S_IFSOCK,
}  # fmt: skip
REFUSED = {
    **{key: zipped(MANIFEST, (name, b"x")) for key, name in NAMES.items()},
    **{key: zipped(MANIFEST, (member("a", mode | 0o777), b"x")) for key, mode in MODES.items()},
    "below a link": zipped(MANIFEST, (member("a", stat.S_IFLNK | 0o777), b"../x"), ("a/b", b"x")),
    "a folder that is a link": zipped(MANIFEST, (member("a/", stat.S_IFLNK | 0o777), b"")),
    "twice": zipped(MANIFEST, ("manifest.yaml", b"FullName: evil")),
    "a file and a folder": zipped(MANIFEST, ("a", b"1"), ("a/b", b"2")),
    "a bomb": zipped(MANIFEST, ("zeros", b"\0" * (30 << 20))),
    "many": zipped(MANIFEST, *((f"f{index}", b"") for index in range(30_000))),
    "a size too small": claiming(1), "a size too large": claiming(1 << 31),
    "two names": renamed(PLAIN, local=b"cYd"), "another name": renamed(PLAIN, central=b"cYd"),
    "an escape behind another name": renamed(PLAIN, local=b"../"),
    "an end of text": renamed(PLAIN, b"a\0b", b"a\0b"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(archive.ArchiveError):
        dict(PackageArchive(REFUSED[name]).files())
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("body", [two_directories(), in_comment()], ids=["appended", "comment"])
def test_who_reads_does_not_matter(body):
    """Refused, or the same as every other reader sees, so that what was checked is what is run."""
    try:
        found = dict(PackageArchive(body).files())
    except archive.ArchiveError:
        return
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        assert found == {name: file.read(name) for name in file.namelist()}


def test_an_archive_inside_of_an_archive_is_a_file():
    bomb = zipped(("zeros", b"\0" * (9 << 20)))
    nested = zipped(MANIFEST, ("Resources/inner.zip", bomb))
    assert dict(PackageArchive(nested).files())["Resources/inner.zip"] == bomb


@pytest.mark.parametrize("mode", [0o4777, 0o2777, 0o1777, 0o000])
def test_modes_mean_nothing(mode):
    """Nothing is unpacked onto a disk, so no mode makes a program of a file."""
    body = zipped(MANIFEST, (member("run.sh", stat.S_IFREG | mode), b"x"))
    assert dict(PackageArchive(body).files())["run.sh"] == b"x"
