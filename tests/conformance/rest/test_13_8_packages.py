"""Checks 176 to 206: packages."""

from __future__ import annotations

import json
import uuid

import pytest

BASE = "/v1/catalog/packages"
PATCH = "application/murano-packages-json-patch"
MANIFEST = """
Format: {form}
Type: {type}
FullName: {full}
Name: {name}
Description: {text}
Author: Tester
Tags: [web]
Version: {version}
Classes: {{{classes}}}
"""


@pytest.fixture
def admin(client):
    return client("admin", "demo")


@pytest.fixture
def other(client):
    return client("other")


@pytest.fixture
def upload(demo, package):
    """Publish a package of which the manifest's members are given."""

    def send(full="org.example.App", by=demo, metadata=None, status=200, part="__metadata__",
             body=None, extra=None, **members):  # fmt: skip
        values = {
            "form": "1.4", "type": "Application", "full": full, "name": full, "text": "a text",
            "version": "1.0.0", "classes": f"{full}: Main.yaml", **members,
        }  # fmt: skip
        manifest = MANIFEST.format(**values)
        fields = {} if metadata is None else {part: json.dumps(metadata)}
        archive = package(manifest=manifest, extra=extra) if body is None else body
        files = [("file", "p.zip", archive)]
        answer = by.post(BASE, fields, upload_files=files, status=status)
        return answer.json

    return send


def patch(app, package_id, *operations, status=200, media_type=PATCH):
    url = f"{BASE}/{package_id}"
    return app.patch(url, json.dumps(operations), content_type=media_type, status=status).json


def op(op, path, value):
    return {"op": op, "path": path, "value": value}


def names(app, query=""):
    return [row["name"] for row in app.get(f"{BASE}?{query}").json["packages"]]


def test_176_publishing(demo, upload, tokens):
    made = upload()
    project = demo.post_json("/v1/environments", {"name": "e"}).json["tenant_id"]
    assert made["owner_id"] == project
    assert (made["is_public"], made["enabled"]) == (False, True)


@pytest.mark.parametrize("part", ["__metadata__", "JsonString"])
def test_177_the_name_of_the_text_part(upload, part):
    assert upload(metadata={"enabled": False}, part=part)["enabled"] is False


def test_178_a_second_one_of_a_name(upload, other):
    upload()
    upload(status=409)
    upload(by=other)


def test_179_classes_that_are_taken(upload, admin, other):
    upload("one", classes="a.B: Main.yaml")
    upload("two", classes="a.B: Main.yaml", status=409)
    upload("three", admin, {"is_public": True}, classes="a.C: Main.yaml")
    upload("four", other, classes="a.C: Main.yaml")


def test_180_public_ones_are_an_administrators(upload, admin):
    upload(metadata={"is_public": True}, status=403)
    assert upload(by=admin, metadata={"is_public": True})["is_public"] is True


def test_181_public_ones_do_not_clash(upload, client, admin):
    elsewhere = client("admin", "admin")
    public = {"is_public": True}
    upload("one", admin, public, classes="a.B: Main.yaml")
    upload("one", elsewhere, public, classes="a.C: Main.yaml", status=409)
    upload("two", elsewhere, public, classes="a.B: Main.yaml", status=409)
    same_name = upload("one", elsewhere, classes="a.D: Main.yaml")["id"]
    same_class = upload("three", elsewhere, classes="a.B: Main.yaml")["id"]
    for package_id in (same_name, same_class):
        patch(elsewhere, package_id, op("replace", "/is_public", True), status=409)


@pytest.mark.parametrize(
    "metadata", [{"categories": ["None such"]}, {"more": 1}, {"tags": "web"}, {"tags": [1]}]
)
def test_182_metadata_that_is_wrong(upload, metadata):
    upload(metadata=metadata, status=400)


@pytest.mark.parametrize(
    "members",
    [
        {"body": b""}, {"body": b"no zip"}, {"body": b"x" * ((1 << 20) + 1)},
        {"name": "n" * 81}, {"full": "a..b"}, {"full": ".a"}, {"full": "a-b"},
        {"full": "x" * 129}, {"type": "Program"}, {"form": "Other/1.0"}, {"form": "2.0"},
        {"extra": {"logo.png": b"no image"}},
        {"extra": {"logo.png": b"\x89PNG\r\n\x1a\n" + b"x" * 500 * 1024}},
    ],
)  # fmt: skip
def test_183_packages_that_are_wrong(demo, upload, members):
    upload(status=400, **members)
    assert names(demo) == []


def test_183_without_a_file(demo):
    demo.post(BASE, {"text": "{}"}, content_type="multipart/form-data", status=400)


def test_184_other_media_types(demo):
    demo.post_json(BASE, {}, status=400)
    demo.post(BASE, "text", content_type="text/plain", status=415)


def test_185_tags_of_both(upload):
    assert set(upload(metadata={"tags": ["web", "db"]})["tags"]) == {"web", "db"}


def test_186_the_manifest_wins(upload):
    made = upload(metadata={"name": "other", "description": "other"})
    assert (made["name"], made["description"]) == ("org.example.App", "a text")


def test_187_who_sees_what(demo, upload, admin, other):
    private = upload("one")["id"]
    public = upload("two", admin, {"is_public": True})["id"]
    other.get(f"{BASE}/{private}", status=403)
    other.get(f"{BASE}/{public}")
    demo.get(f"{BASE}/none", status=404)


def test_188_media_types_of_parts(demo, upload):
    url = f"{BASE}/{upload()['id']}"
    assert demo.get(f"{url}/ui").content_type == "text/plain"
    for part in ("download", "logo", "supplier_logo"):
        assert demo.get(f"{url}/{part}").content_type == "application/octet-stream"
    for part in ("ui", "download", "logo", "supplier_logo"):
        demo.get(f"{url}/{part}", headers={"Accept": "application/foo"}, status=406)


@pytest.mark.parametrize("part", ["ui", "download", "logo", "supplier_logo"])
def test_189_parts_of_anothers(demo, upload, other, part):
    other.get(f"{BASE}/{upload()['id']}/{part}", status=403)
    demo.get(f"{BASE}/none/{part}", status=404)


def test_190_a_missing_logo(demo, upload):
    answer = demo.get(f"{BASE}/{upload()['id']}/logo")
    assert (answer.status_int, answer.body) == (200, b"")


def test_191_tags(demo, upload):
    made = upload()["id"]
    assert patch(demo, made, op("add", "/tags", ["a", "web"]))["tags"] == ["a", "web"]
    assert patch(demo, made, op("replace", "/tags", ["b", "c"]))["tags"] == ["b", "c"]
    assert patch(demo, made, op("remove", "/tags", ["b"]))["tags"] == ["c"]


def test_192_texts_and_flags(demo, upload):
    changed = patch(
        demo, upload()["id"], op("replace", "/enabled", False),
        op("replace", "/description", "new"), op("replace", "/name", "New"),
    )  # fmt: skip
    assert [changed[key] for key in ("enabled", "description", "name")] == [False, "new", "New"]


def test_193_making_public(demo, upload, admin):
    made = upload()["id"]
    patch(demo, made, op("replace", "/is_public", True), status=403)
    assert patch(admin, made, op("replace", "/is_public", True))["is_public"] is True


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (op("replace", "/name", "n" * 81), 400), (op("replace", "/a/b", "x"), 400),
        (op("replace", "/author", "x"), 403), (op("add", "/is_public", True), 403),
        ({"op": "remove", "path": "/tags"}, 400), (op("remove", "/tags", ["absent"]), 404),
        (op("replace", "/enabled", "yes"), 400), (op("add", "/categories", ["None such"]), 400),
        (op("replace", "no pointer", 1), 400),
    ],
)  # fmt: skip
def test_194_operations_that_are_refused(demo, upload, operation, status):
    made = upload()
    patch(demo, made["id"], operation, status=status)
    assert demo.get(f"{BASE}/{made['id']}").json == made


def test_195_media_types_of_a_patch(demo, upload):
    made = upload()["id"]
    patch(demo, made, status=400, media_type="application/json")
    patch(demo, made, status=415, media_type="application/json-patch+json")
    assert patch(demo, made)["id"] == made


def test_196_patches_by_others(demo, upload, other):
    patch(other, upload()["id"], op("replace", "/name", "x"), status=403)
    patch(demo, "none", op("replace", "/name", "x"), status=404)


def test_197_deleting(demo, upload, other):
    url = f"{BASE}/{upload()['id']}"
    other.delete(url, status=403)
    assert demo.delete(url).body == b""
    assert names(demo) == []
    demo.delete(url, status=404)


def test_198_who_lists_what(demo, upload, client):
    elsewhere = client("admin", "admin")
    upload("one")
    upload("two")
    upload("three", elsewhere, {"is_public": True})
    upload("four", client("other"))
    assert len(names(demo)) == 3
    assert len(names(demo, "owned=true")) == 2
    assert len(names(demo, "catalog=True")) == 3
    assert len(names(elsewhere)) == 4
    assert len(names(elsewhere, "catalog=true")) == 1


def test_198_public_ones_where_the_policy_denies_them(demo, upload, client, monkeypatch):
    upload("one")
    upload("three", client("admin", "admin"), {"is_public": True})
    monkeypatch.setattr(
        "catalog_api.controllers.calls.Call.may", lambda _call, rule: rule == "get_package"
    )
    assert names(demo) == ["one"]


def test_199_limits(demo, upload):
    first = upload("one")["id"]
    upload("two")
    page = demo.get(f"{BASE}?limit=1").json
    assert page["next_marker"] == first == page["packages"][0]["id"]
    for limit in ("0", "-1", "x", "", "1.5"):
        demo.get(f"{BASE}?limit={limit}", status=400)
    for marker in ("none", ""):
        demo.get(f"{BASE}?marker={marker}", status=404)


def test_200_pages(demo, upload):
    for number in range(10):
        upload(f"p{number}")
    sizes, marker = [], ""
    while True:
        page = demo.get(f"{BASE}?limit=4{marker}").json
        sizes.append(len(page["packages"]))
        if "next_marker" not in page:
            break
        marker = f"&marker={page['next_marker']}"
    assert sizes == [4, 4, 2]
    last = demo.get(f"{BASE}?fqn=p9").json["packages"][0]["id"]
    assert demo.get(f"{BASE}?marker={last}").json == {"packages": []}
    back = names(demo, f"limit=4&sort_dir=desc&marker={last}")
    assert back == ["p8", "p7", "p6", "p5"]


def test_201_orders(demo, upload):
    upload("b", name="Same")
    upload("a", name="Same")
    upload("c", name="First")

    def order(query):
        rows = demo.get(f"{BASE}?{query}").json["packages"]
        return "".join(row["fully_qualified_name"] for row in rows)

    assert order("order_by=created") == "bac"
    assert order("order_by=fqn") == "abc"
    assert order("order_by=name&order_by=fqn") == "cab"
    assert order("order_by=name&order_by=fqn&sort_dir=desc") == "bac"
    assert order("order_by=bogus&order_by=fqn") == "abc"
    assert sorted(order("order_by=bogus")) == ["a", "b", "c"]
    demo.get(f"{BASE}?sort_dir=sideways", status=400)


def test_202_lists_of_values(demo, upload):
    one = upload("one", metadata={"tags": ["a,b"], "categories": ["Web"]})["id"]
    two = upload("two", metadata={"categories": ["Databases"]})["id"]
    upload("three")
    for query, found in [
        (f"id={one}", ["one"]), (f"id={one}&id={two}", ["one", "two"]),
        (f"id=in:{one},{two}", ["one", "two"]), ("id=", []), ("id=in:", []),
        ('tag=in:"a,b"', ["one"]), ("tag=web", ["one", "three", "two"]),
        ("category=in:Web,Databases", ["one", "two"]), ("category=Web", ["one"]),
        (f"id=in:{one}&id={two}", ["one", "two"]), (f"id={two}&id=in:{one}", ["one"]),
        ('tag=in:"open', ["one", "three", "two"]), ('tag=in:a"b"', ["one", "three", "two"]),
    ]:  # fmt: skip
        assert names(demo, query) == found, query


def test_203_exact_filters(demo, upload):
    upload("one", type="Library", classes="a.B: Main.yaml")
    upload("two", name="Two of them")
    for query, found in [
        ("type=library", ["one"]), ("type=Application", ["Two of them"]),
        ("name=Two of them", ["Two of them"]), ("name=Two", []), ("fqn=one", ["one"]),
        ("fqn=on", []), ("class_name=a.B", ["one"]), ("class_name=a", []),
        ("fqn=two&fqn=one", ["one"]),
    ]:  # fmt: skip
        assert names(demo, query) == found, query


def test_204_searching(demo, upload):
    upload("one", text="about words", metadata={"categories": ["Web"]})
    upload("two", name="words", text="plain")
    upload("three", name="z", text="plain 100%")
    for query, found in [
        ("search=words", ["words", "one"]), ("search=plain,about", ["one", "words", "z"]),
        ("search=plain%3Babout", ["one", "words", "z"]), ("search=%25", ["z"]),
        ("search=_", []), ("search=", ["one", "words", "z"]), ("search=Tester&limit=1", ["one"]),
        (f"search={uuid.uuid4().hex}", []),
    ]:  # fmt: skip
        assert names(demo, query) == found, query


def test_204_the_rank_goes_on_over_pages(demo, upload):
    upload("one", text="about words")
    upload("two", name="words")
    upload("three", name="a words")
    seen, marker = [], ""
    for _page in range(3):
        page = demo.get(f"{BASE}?search=words&limit=1{marker}").json
        seen += [row["name"] for row in page["packages"]]
        marker = f"&marker={page['next_marker']}"
    assert seen == ["a words", "words", "one"]


def test_205_disabled_ones(demo, upload):
    upload("one", metadata={"enabled": False})
    assert names(demo) == names(demo, "catalog=true") == []
    assert names(demo, "include_disabled=True") == ["one"]
    assert names(demo, "include_disabled=true&catalog=true") == ["one"]


def test_206_queries_of_other_releases(demo, upload):
    upload("one")
    assert names(demo, "version=%3E%3D5&inherits=x&more=") == ["one"]
