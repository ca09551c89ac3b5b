"""Archives from strangers: what is unsafe is refused by name before anything is unpacked."""

import stat
import struct
import zipfile

import pytest

from catalog_common import archive
from catalog_common.archive import Limits, PackageArchive
from tests.unit.catalog_common.archives import member, zipped


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_files_are_read_whatever_packs_them(compression):
    body = zipped(("manifest.yaml", b"a: 1"), ("Classes/", b""), ("Classes/A.yaml", b"x" * 9999),
                  compression=compression)  # fmt: skip
    opened = PackageArchive(body)
    assert opened.names == ("manifest.yaml", "Classes/A.yaml")
    assert "manifest.yaml" in opened and "Classes" not in opened
    assert dict(opened.files()) == {"manifest.yaml": b"a: 1", "Classes/A.yaml": b"x" * 9999}


def test_the_digest_is_of_the_bytes():
    import hashlib

    body = zipped(("a", b""))
    assert PackageArchive(body).digest == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize(
    "body",
    [b"", b"not a zip", b"PK\x03\x04 cut", zipped(("a", b"x"))[:-9]],
    ids=["empty", "text", "beginning", "cut"],
)
def test_what_is_no_zip_is_refused(body):
    with pytest.raises(archive.NotAnArchive):
        PackageArchive(body)


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "a/../../evil",
        "/etc/passwd",
        "a//b",
        "./a",
        "a/./b",
        "C:evil",
        "a\\..\\b",
        "a\nb",
        "a\x7f",
        "x" * 2000,
        "/".join("x" * 40),
        "..",
    ],
)
def test_unsafe_names_are_refused(name):
    with pytest.raises(archive.UnsafeMember):
        PackageArchive(zipped((name, b"x")))


def test_a_name_that_hides_behind_nul_is_refused():
    body = zipped(("aXb", b"x")).replace(b"aXb", b"a\0b")
    with pytest.raises(archive.UnsafeMember):
        PackageArchive(body)


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_special_files_are_refused(mode):
    with pytest.raises(archive.UnsafeMember):
        PackageArchive(zipped((member("a", mode | 0o777), b"/etc/passwd")))


def test_a_folder_that_is_a_link_is_refused():
    with pytest.raises(archive.UnsafeMember):
        PackageArchive(zipped((member("a/", stat.S_IFLNK | 0o777), b"")))


def test_duplicates_are_refused():
    with pytest.raises(archive.DuplicateMember):
        PackageArchive(zipped(("a", b"1"), ("a", b"2")))


def test_a_file_under_a_file_is_refused():
    with pytest.raises(archive.DuplicateMember):
        PackageArchive(zipped(("a", b"1"), ("a/b", b"2")))


def test_encrypted_members_are_refused():
    body = bytearray(zipped(("a", b"x")))
    position = body.rindex(b"PK\x01\x02") + 8
    body[position : position + 2] = struct.pack("<H", 1)
    with pytest.raises(archive.EncryptedMember):
        PackageArchive(bytes(body))


def test_a_bomb_is_refused_unopened():
    with pytest.raises(archive.ArchiveTooLarge, match="times"):
        PackageArchive(zipped(("zeros", b"\0" * (30 << 20))))


@pytest.mark.parametrize(
    ("limits", "members"),
    [
        (Limits(members=2), [("a", b""), ("b", b""), ("c", b"")]),
        (Limits(member=10), [("a", b"x" * 11)]),
        (Limits(total=10), [("a", b"x" * 6), ("b", b"x" * 6)]),
        (Limits(archive=10), [("a", b"")]),
        (Limits(ratio=10, ratio_from=10), [("a", b"x" * 5000)]),
    ],
)
def test_limits(limits, members):
    with pytest.raises(archive.ArchiveTooLarge):
        PackageArchive(zipped(*members), limits)


def test_members_that_share_their_bytes_are_refused():
    body = zipped(("a", bytes(range(256)) * 4), ("b", bytes(range(256)) * 4),
                  compression=zipfile.ZIP_STORED)  # fmt: skip
    # Cut out the second member and let its entry point at the first.
    second = body.index(b"PK\x03\x04", 4)
    directory = body.index(b"PK\x01\x02")
    entries = bytearray(body[directory:])
    last = entries.rindex(b"PK\x01\x02")
    struct.pack_into("<I", entries, last + 42, 0)
    end = entries.rindex(b"PK\x05\x06")
    struct.pack_into("<I", entries, end + 16, second)
    forged = body[:second] + bytes(entries)
    with pytest.raises(archive.ArchiveError):
        dict(PackageArchive(forged).files())


def test_a_member_that_lies_about_its_content_is_refused():
    body = bytearray(zipped(("a", b"hello world"), compression=zipfile.ZIP_STORED))
    body[body.index(b"hello")] ^= 0xFF
    with pytest.raises(archive.DamagedMember):
        PackageArchive(bytes(body)).read("a")


def test_a_missing_file_is_named():
    with pytest.raises(archive.MissingMember, match="nope"):
        PackageArchive(zipped(("a", b""))).read("nope")


def test_random_damage_never_escapes_the_error_tree():
    import random

    good = zipped(("manifest.yaml", b"FullName: a\n" * 30), ("Classes/A.yaml", b"Name: A\n" * 80))
    generator = random.Random(5)
    for _ in range(400):
        body = bytearray(good)
        for _ in range(generator.randint(1, 6)):
            body[generator.randrange(len(body))] = generator.randrange(256)
        try:
            dict(PackageArchive(bytes(body)).files())
        except archive.ArchiveError:
            continue
