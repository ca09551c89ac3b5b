"""Checks 207 to 211: categories."""

from __future__ import annotations

import json

import pytest

BASE = "/v1/catalog/categories"


@pytest.fixture
def admin(client):
    return client("admin", "admin")


def names(app, query=""):
    return [row["name"] for row in app.get(f"{BASE}{query}").json["categories"]]


def test_207_lists_are_sorted(demo):
    found = names(demo)
    assert len(found) == 9
    assert found == sorted(found)
    assert names(demo, "?sort_dir=desc") == found[::-1]
    assert sorted(names(demo, "?sort_keys=created,%20%20id")) == found
    assert names(demo, "?sort_keys=package_count,name") == found


def test_207_pages(demo):
    found, seen, marker = names(demo), [], ""
    while True:
        page = demo.get(f"{BASE}?limit=4{marker}").json
        seen += [row["name"] for row in page["categories"]]
        if "next_marker" not in page:
            break
        marker = f"&marker={page['next_marker']}"
    assert seen == found
    first = demo.get(f"{BASE}?limit=5").json
    back = names(demo, f"?sort_dir=desc&marker={first['next_marker']}")
    assert back == found[3::-1]
    assert set(demo.get(BASE).json) == {"categories"}


def test_207_pages_by_the_number_of_packages(demo, package):
    demo.post(
        "/v1/catalog/packages", {"__metadata__": json.dumps({"categories": ["Web"]})},
        upload_files=[("file", "p.zip", package())],
    )  # fmt: skip
    page = demo.get(f"{BASE}?sort_keys=package_count&sort_dir=desc&limit=1").json
    assert page["categories"][0]["name"] == "Web"
    rest = names(demo, f"?sort_keys=package_count&sort_dir=desc&marker={page['next_marker']}")
    assert sorted(["Web", *rest]) == names(demo)


@pytest.mark.parametrize(
    "query", ["sort_dir=test", "sort_keys=test", "more=1", "limit=0", "limit=x", "limit=-1"]
)
def test_208_queries_that_are_wrong(demo, query):
    demo.get(f"{BASE}?{query}", status=400)


def test_208_an_unknown_marker(demo):
    demo.get(f"{BASE}?marker=none", status=404)


def test_209_creating(demo, admin):
    made = admin.post_json(BASE, {"name": "New"}).json
    assert (made["name"], made["package_count"]) == ("New", 0)
    demo.post_json(BASE, {"name": "Mine"}, status=403)
    admin.post_json(BASE, {"name": "New"}, status=409)
    admin.post_json(BASE, {"name": "n" * 80})
    for name in ("", "  ", "n" * 81, 5, None):
        admin.post_json(BASE, {"name": name}, status=400)
    admin.post_json(BASE, {}, status=400)
    admin.post(BASE, "", status=400)


def test_210_211_packages_on_a_shelf(demo, admin, client, package):
    shelf = admin.post_json(BASE, {"name": "Shelf"}).json["id"]
    made = demo.post("/v1/catalog/packages", upload_files=[("file", "p.zip", package())]).json

    def patch(operation):
        body = [{"op": operation, "path": "/categories", "value": ["Shelf"]}]
        demo.patch(
            f"/v1/catalog/packages/{made['id']}", json.dumps(body),
            content_type="application/murano-packages-json-patch",
        )  # fmt: skip

    patch("add")
    found = demo.get(f"{BASE}/{shelf}").json
    assert found["package_count"] == 1
    expected = {key: made[key] for key in ("id", "name", "fully_qualified_name")}
    assert found["packages"] == [expected]
    hidden = client("other").get(f"{BASE}/{shelf}").json
    assert (hidden["package_count"], hidden["packages"]) == (1, [])
    admin.delete(f"{BASE}/{shelf}", status=403)
    patch("remove")
    assert demo.get(f"{BASE}/{shelf}").json["packages"] == []
    demo.delete(f"{BASE}/{shelf}", status=403)
    assert admin.delete(f"{BASE}/{shelf}").body == b""
    admin.delete(f"{BASE}/{shelf}", status=404)
    demo.get(f"{BASE}/{shelf}", status=404)
