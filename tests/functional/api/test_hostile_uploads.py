"""Uploads that are none: malformed forms, archives that are bombs, manifests that lie."""

import io
import json
import stat
import zipfile

import pytest

from tests.functional.api.raw import PACKAGES, Raw
from tests.functional.api.test_hostile import Endless

KIND = "multipart/form-data; boundary=edge"
HEAD = b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
FILE = HEAD % (b"file", b'; filename="p.zip"')
END = b"\r\n--edge--\r\n"


@pytest.fixture
def send(application, tokens):
    raw = Raw(application, tokens("demo"))

    def post(body, kind=KIND, **environ):
        answer = raw("POST", PACKAGES, body=body, kind=kind, **environ)
        assert answer.status_int == 200 or raw("GET", PACKAGES).json == {"packages": []}
        return answer.status_int

    return post


def form(body):
    return FILE + body + END


def zipped(*members, manifest="FullName: a.b\nType: Library\n", how=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        archive.writestr("manifest.yaml", manifest)
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def special(mode):
    info = zipfile.ZipInfo("Resources/special")
    info.create_system, info.external_attr = 3, mode << 16
    return info


class TestForms:
    """Multipart bodies."""

    def test_a_good_one(self, send):
        assert send(form(zipped())) == 200

    @pytest.mark.parametrize("kind", [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=no",
        "multipart/form-data; boundary=" + "x" * 5000, 'multipart/form-data; boundary="',
        "multipart/form-data; boundary=\xff", "multipart/form-data; charset=utf-16; boundary=edge",
        "multipart/form-data; charset=none; boundary=edge", "application/json",
    ])  # fmt: skip
    def test_boundaries(self, send, kind):
        assert send(form(zipped()), kind) == 400

    @pytest.mark.parametrize("kind", [
        None, "", "multipart/mixed; boundary=edge", "application/x-www-form-urlencoded",
        "application/zip", "text/plain",
    ])  # fmt: skip
    def test_other_types(self, send, kind):
        assert send(form(zipped()), kind) == 415

    @pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9])
    def test_cut_off(self, send, part):
        whole = form(zipped())
        assert send(whole[: int(len(whole) * part)]) == 400

    def test_shorter_than_announced(self, send):
        whole = form(zipped())
        assert send(whole, CONTENT_LENGTH=str(len(whole) + 1)) == 400
        assert send(b"", CONTENT_LENGTH=str(len(whole))) == 400

    def test_longer_than_announced(self, send):
        whole = form(zipped())
        assert send(whole, CONTENT_LENGTH=str(len(whole) // 2)) == 400

    def test_larger_than_a_package_may_be(self, send):
        assert send(form(b"x" * ((1 << 20) + 1))) == 400
        assert send(form(b"x" * (3 << 20))) == 413

    def test_endless(self, send):
        body = Endless(None)
        given = {"CONTENT_LENGTH": None, "wsgi.input": body, "wsgi.input_terminated": True}
        assert send(b"", **given) == 413
        assert body.given < 4 << 20

    @pytest.mark.parametrize("parts", [
        [], [HEAD % (b"__metadata__", b"") + b"{}"], [FILE + zipped(), FILE + zipped()],
        [FILE + zipped(), HEAD % (b"a", b"") + b"{}", HEAD % (b"b", b"") + b"{}"],
        [HEAD % (b"file", b"") + b"text"], [FILE], [b"--edge\r\n\r\n" + zipped()],
        [b"--edge\r\nnonsense\r\n\r\n" + zipped()],
    ])  # fmt: skip
    def test_parts(self, send, parts):
        assert send(b"\r\n".join(parts) + END) == 400

    def test_thousands_of_parts(self, send):
        part = HEAD % (b"a", b"") + b"x\r\n"
        assert send(part * 5000 + form(zipped())) == 400

    def test_a_huge_header(self, send):
        many = b"".join(b"\r\nX-%d: y" % number for number in range(20_000))
        assert send(HEAD % (b"file", many) + zipped() + END) == 400
        name = b'; filename="%s"' % (b"x" * (1 << 20))
        assert send(HEAD % (b"file", name) + zipped() + END) in (200, 400)

    @pytest.mark.parametrize("metadata", [
        {"tags": ["a\0"]}, {"tags": ["\ud800"]}, {"name": "\0"}, {"description": "a\0b"},
        {"tags": [["a"]]}, {"name": 5}, {"\0": 1}, {"categories": ["\0"]}, {"tags": ["x" * 81]},
        {"categories": ["%"]}, {"is_public": 1},
    ])  # fmt: skip
    def test_metadata(self, send, metadata):
        part = HEAD % (b"__metadata__", b"") + json.dumps(metadata).encode() + b"\r\n"
        assert send(part + form(zipped())) == 400

    @pytest.mark.parametrize("text", [b"\xff", b"{", b"[" * 50_000, b"NaN", b"", b"9" * 5000])
    def test_metadata_that_is_none(self, send, text):
        """It counts for nothing or is refused, as published clients may send any."""
        part = HEAD % (b"__metadata__", b"") + text + b"\r\n"
        assert send(part + form(zipped())) in (200, 400)


class TestArchives:
    """ZIP archives."""

    @pytest.mark.parametrize("member", [
        ("Resources/zeros", b"\0" * (100 << 20)),
        ("Resources/inner.zip", zipped(("zeros", b"\0" * (100 << 20)), how=zipfile.ZIP_STORED)),
        ("../evil", b"x"), ("/etc/passwd", b"x"), ("a/../../b", b"x"), ("a//b", b"x"),
        ("C:/evil", b"x"), ("..\\evil", b"x"), ("a\nb", b"x"), ("manifest.yaml/x", b"x"),
        ("d/" * 100 + "x", b"x"), ("n" * 2000, b"x"),
        (special(stat.S_IFLNK | 0o777), b"/etc/passwd"), (special(stat.S_IFIFO | 0o600), b""),
        (special(stat.S_IFCHR | 0o600), b""),
    ], ids=range(15))  # fmt: skip
    def test_members(self, send, member):
        assert send(form(zipped(member))) == 400

    def test_an_archive_in_an_archive_is_a_file(self, send):
        inner = zipped(("zeros", b"\0" * (10 << 20)))
        assert send(form(zipped(("Resources/inner.zip", zipped(("again.zip", inner)))))) == 200

    def test_many_members(self, send):
        members = ((f"Resources/{number}", b"") for number in range(5001))
        assert send(form(zipped(*members))) == 400

    def test_two_members_of_a_name(self, send):
        with pytest.warns(UserWarning, match="Duplicate name"):
            body = zipped(("manifest.yaml", "FullName: other\nType: Library\n"))
        assert send(form(body)) == 400

    def test_members_that_share_their_bytes(self, send):
        """Each central entry points to the same packed bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("manifest.yaml", "FullName: a.b\nType: Library\n")
            archive.writestr("Resources/0", bytes(range(256)) * 2000)
            (kernel,) = [row for row in archive.infolist() if row.filename == "Resources/0"]
            for number in range(1, 200):
                other = zipfile.ZipInfo(f"Resources/{number}")
                for name in ("compress_type", "compress_size", "file_size", "CRC", "header_offset"):
                    setattr(other, name, getattr(kernel, name))
                archive.filelist.append(other)
        assert send(form(buffer.getvalue())) == 400

    @pytest.mark.parametrize("place", range(0, 300, 7))
    def test_a_damaged_byte(self, send, place):
        body = bytearray(zipped(("UI/ui.yaml", b"Version: 2\n")))
        body[place % len(body)] ^= 0xFF
        assert send(form(bytes(body))) in (200, 400)

    @pytest.mark.parametrize("ui", [b"\0", b"\xff", b"a: \xed\xa0\x80"])
    def test_user_interfaces(self, send, ui):
        assert send(form(zipped(("UI/ui.yaml", ui)))) == 400


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: 1, y: 2}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join(['*' + before] * 20)}]}}\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
LISTS = "a: &a {" + ", ".join(f"k{n}: 1" for n in range(5000)) + "}\n" + "".join(
    f"m{n}: {{<<: *a}}\n" for n in range(5000)
)  # fmt: skip


class TestManifests:
    """YAML that is none, or too much."""

    @pytest.mark.parametrize("text", [
        BOMB, LISTS, "x: " + "[" * 10_000, "x: " + "{a: " * 5000, "x: &x {y: *x}\n",
        "Name: \"\\0\"", "Name: \"\\ud800\"", "Description: \"a\\0b\"", "\"\\0\": 1",
        "Tags: [\"\\0\"]", "Supplier: {Name: \"\\0\"}", "Name: 0x" + "f" * 5000,
        "Supplier: {x: 0x" + "f" * 5000 + "}", "Name: 1" + ":1" * 200_000,
        "Name: 1" + ":1" * 2000 + ".5", "Name: 1" + "0" * 5000, "Name: !!bool x", "Name: !!int ''",
        "Name: !!timestamp x", "Name: !!float x", "Name: !!binary é", "Name: !!set {a}",
        "Name: !!omap [a: 1]", "Name: !!python/object:os.system x", "Name: !x y", "? [a]\n: b",
        "Name: .inf", "Supplier: {x: .nan}", "Supplier: {x: 1.0e+999}", "Name: " + "x" * 81,
        "Author: " + "x" * 81, "Version: 1." + "9" * 100, "Version: 1.0.0-" + "a" * 100,
        "Version: '-1'", "UI: ../x", "UI: /etc/passwd", "Logo: ..", "Classes: {a: ../x}",
        "Classes: {'a b': c}", "Classes: {" + "a" * 129 + ": b}", "Tags: [" + "x" * 81 + "]",
        "<<: [1]", "<<: x", "%YAML 9.9\n---\na: b", "--- a\n--- b", "a: *none", "\t- a",
    ], ids=lambda text: text[:12])  # fmt: skip
    def test_texts(self, send, text):
        manifest = f"FullName: a.b\nType: Library\n{text}\n"
        assert send(form(zipped(manifest=manifest))) == 400

    def test_merges_of_merges(self, send):
        """They are refused, or stand for few pairs: newer YAML libraries merge each pair once."""
        manifest = f"FullName: a.b\nType: Library\n{MERGES}\n"
        assert send(form(zipped(manifest=manifest))) in (200, 400)

    def test_base_60_is_a_number_still(self, send):
        assert send(form(zipped(manifest="FullName: a.b\nType: Library\nName: 1:30\n"))) == 200

    def test_merge_keys_merge_still(self, send):
        text = "x: &x {Type: Library}\n<<: *x\nFullName: a.b\n"
        assert send(form(zipped(manifest=text))) == 200

    def test_names_of_classes_that_differ_in_case(self, send):
        text = "FullName: a.b\nType: Library\nClasses: {a.B: x.yaml, a.b: x.yaml}\n"
        assert send(form(zipped(("Classes/x.yaml", "Name: b"), manifest=text))) == 200

    @pytest.mark.parametrize(
        "tags", [["a", "A"], ["e", "é"], ["a", "a "], ["ß", "ss"], ["a", "ａ"]]
    )
    def test_tags_that_are_nearly_equal(self, send, tags):
        text = f"FullName: a.b\nType: Library\nTags: {json.dumps(tags)}\n"
        assert send(form(zipped(manifest=text))) == 200
