"""Publishing packages, and what cannot be published."""

import io
import json
import typing
import zipfile

import pytest


def upload(app, body, metadata=None, status=200):
    fields = {} if metadata is None else {"__metadata__": json.dumps(metadata)}
    return app.post(
        "/v1/catalog/packages", fields, upload_files=[("file", "p.zip", body)], status=status
    )


def test_a_package_is_published_found_and_read(demo, package):
    body = package()
    made = upload(demo, body, {"tags": ["extra"]}).json
    assert made["fully_qualified_name"] == "org.example.App"
    assert made["class_definitions"] == ["org.example.App"]
    assert set(made["tags"]) == {"web", "test", "extra"}
    assert len(made["archive_digest"]) == 64
    path = f"/v1/catalog/packages/{made['id']}"
    assert demo.get(path).json == made
    assert demo.get(f"{path}/download").body == body
    assert demo.get(f"{path}/ui").text == "Version: 2.2\n"
    assert demo.get(f"{path}/logo").body == b""
    listed = demo.get("/v1/catalog/packages?fqn=org.example.App&version=1").json
    assert listed["packages"] == [made]
    for query in ("class_name=org.example.App", "search=test", "tag=web", "type=application"):
        assert len(demo.get(f"/v1/catalog/packages?{query}").json["packages"]) == 1, query
    assert demo.get("/v1/catalog/packages?tag=none").json["packages"] == []
    demo.delete(path)
    demo.get(path, status=404)


def test_a_template_is_published_with_the_form_that_is_made_of_it(demo, package):
    manifest = "Format: Heat.HOT/1.0\nType: Application\nFullName: org.example.Hot\n"
    template = {"template.yaml": "resources: {}\nparameters: {size: {type: string}}\n"}
    made = upload(demo, package(manifest=manifest, extra=template)).json
    assert made["class_definitions"] == ["org.example.Hot"]
    form = demo.get(f"/v1/catalog/packages/{made['id']}/ui").text
    assert "group1.size" in form
    assert "org.example.Hot" in form
    for extra, text in (({}, "needs a template.yaml"), ({"template.yaml": "{}"}, "Not a HOT")):
        answer = upload(demo, package(manifest=manifest, extra=extra), status=400)
        assert text in answer.json["error"]["message"]


def test_one_package_of_a_name_in_a_project(demo, client, package):
    upload(demo, package())
    assert "already registered" in upload(demo, package(), status=409).json["error"]["message"]
    upload(client("other"), package())


class TestVersions:
    """Several versions of one name stand side by side where the publisher wants it."""

    KEEP: typing.ClassVar = {"keep_versions": True}

    def test_side_by_side(self, demo, package):
        upload(demo, package(version="1.0.0"))
        upload(demo, package(version="1.1.0"), status=409)
        upload(demo, package(version="1.1.0"), self.KEEP)
        upload(demo, package(version="2.0.0"), self.KEEP)
        rows = demo.get("/v1/catalog/packages?fqn=org.example.App").json["packages"]
        assert sorted(row["version"] for row in rows) == ["1.0.0", "1.1.0", "2.0.0"]

    def test_the_same_version_is_refused(self, demo, package):
        upload(demo, package(version="1.0.0"))
        answer = upload(demo, package(version="1.0"), self.KEEP, status=409)
        assert "Version 1.0.0 of package org.example.App" in answer.json["error"]["message"]

    def test_classes_of_other_packages_stay_theirs(self, demo, package):
        upload(demo, package("org.example.Other", class_name="org.example.App"))
        upload(demo, package(version="2.0.0"), self.KEEP, status=409)

    def test_a_public_name_is_one_projects(self, client, package):
        admin, other = client("admin", "demo"), client("admin")
        public = {"is_public": True, **self.KEEP}
        upload(admin, package(version="1.0.0"), public)
        upload(admin, package(version="2.0.0"), public)
        answer = upload(other, package(version="3.0.0"), public, status=409)
        assert "by another project" in answer.json["error"]["message"]
        private = upload(other, package(version="3.0.0"), self.KEEP).json
        other.patch(
            f"/v1/catalog/packages/{private['id']}",
            json.dumps([{"op": "replace", "path": "/is_public", "value": True}]),
            {"Content-Type": "application/murano-packages-json-patch"}, status=409,
        )  # fmt: skip

    def test_versions_become_public_one_by_one(self, client, package):
        admin = client("admin", "demo")
        for version in ("1.0.0", "2.0.0"):
            made = upload(admin, package(version=version), self.KEEP).json
            admin.patch(
                f"/v1/catalog/packages/{made['id']}",
                json.dumps([{"op": "replace", "path": "/is_public", "value": True}]),
                {"Content-Type": "application/murano-packages-json-patch"},
            )
        assert len(client("other").get("/v1/catalog/packages").json["packages"]) == 2

    def test_the_wish_is_a_boolean(self, demo, package):
        upload(demo, package(), {"keep_versions": "yes"}, status=400)


def test_other_projects_do_not_see_a_package(demo, client, package):
    made = upload(demo, package()).json
    other = client("other")
    assert other.get("/v1/catalog/packages").json["packages"] == []
    for part in ("", "/ui", "/logo", "/download"):
        other.get(f"/v1/catalog/packages/{made['id']}{part}", status=403)
    other.delete(f"/v1/catalog/packages/{made['id']}", status=403)


def test_public_packages_are_an_administrators(demo, client, package):
    upload(demo, package(), {"is_public": True}, status=403)
    upload(client("admin", "demo"), package(), {"is_public": True})
    assert len(client("other").get("/v1/catalog/packages?catalog=true").json["packages"]) == 1


def test_paging(demo, package):
    for number in range(5):
        upload(demo, package(f"org.example.App{number}"))
    seen, marker = [], ""
    while True:
        page = demo.get(f"/v1/catalog/packages?limit=2&order_by=fqn{marker}").json
        seen += [row["fully_qualified_name"] for row in page["packages"]]
        if "next_marker" not in page:
            break
        marker = f"&marker={page['next_marker']}"
    assert seen == [f"org.example.App{number}" for number in range(5)]


def bomb():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.yaml", "FullName: a\nType: Library\n")
        archive.writestr("Resources/zeros", b"\0" * 200_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "empty"),
        (b"not a zip", "Couldn't load"),
        (b"PK\x03\x04" + b"\0" * 100, "Couldn't load"),
        (b"x" * ((1 << 20) + 1), "too large"),
    ],
)
def test_malformed_archives(demo, body, text):
    assert text in upload(demo, body, status=400).json["error"]["message"]


def test_a_zip_bomb_is_refused(demo):
    assert "Couldn't load" in upload(demo, bomb(), status=400).json["error"]["message"]


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ("Type: Application\n", "FullName"),
        ("FullName: a\nType: Program\n", "Type"),
        ("FullName: a\nType: Application\nClasses: [a]\n", "Classes"),
        ("FullName: a\nType: Application\nFormat: 9.9\n", "ormat"),
        ("FullName: a..b\nType: Application\n", "FullName"),
        ("FullName: a\nType: Application\nTags: {a: b}\n", "Tags"),
        ("- a\n", "anifest"),
        ("a: &a [*a]\n", "anifest"),
        ("FullName: a\nType: Application\nLogo: missing.png\n", "missing.png"),
    ],
)
def test_malformed_manifests(demo, package, manifest, text):
    answer = upload(demo, package(manifest=manifest), status=400)
    assert text in answer.json["error"]["message"]


@pytest.mark.parametrize("path", ["../evil", "/etc/passwd", "a/../../b"])
def test_hostile_paths(demo, package, path):
    upload(demo, package(extra={path: b"x"}), status=400)


@pytest.mark.parametrize(
    "metadata", [[], {"owner": "x"}, {"tags": "a"}, {"tags": ["a", "a"]}, {"is_public": "yes"},
                 {"categories": ["None of these"]}]
)  # fmt: skip
def test_malformed_metadata(demo, package, metadata):
    upload(demo, package(), metadata, status=400)


def test_changing_a_package(demo, package):
    made = upload(demo, package()).json
    path = f"/v1/catalog/packages/{made['id']}"

    def patch(*operations, status=200):
        return demo.patch(
            path, json.dumps(operations), status=status,
            content_type="application/murano-packages-json-patch",
        )  # fmt: skip

    changed = patch({"op": "replace", "path": "/name", "value": "New"},
                    {"op": "add", "path": "/tags", "value": ["new", "web"]},
                    {"op": "replace", "path": "/enabled", "value": False}).json  # fmt: skip
    assert changed["name"] == "New"
    assert set(changed["tags"]) == {"web", "test", "new"}
    assert changed["enabled"] is False
    patch({"op": "remove", "path": "/name", "value": "x"}, status=403)
    patch({"op": "replace", "path": "/owner_id", "value": "x"}, status=403)
    patch({"op": "replace", "path": "/a/b", "value": "x"}, status=400)
    patch({"op": "remove", "path": "/tags", "value": ["none"]}, status=404)
    patch({"op": "replace", "path": "/is_public", "value": True}, status=403)
