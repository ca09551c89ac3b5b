"""Execution plans are built as the engine of the reference builds them."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.library.plans import build

FILES = {
    "scripts/x.sh": b"#!/bin/sh\necho x\n",
    "scripts/sub/x.sh": b"sub",
    "scripts/u.txt": b"u",
    "scripts/b.bin": bytes(range(256)),
    "scripts/Deploy.ps1": b"Get-Host",
}


def read(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(path)
    return FILES[path]


def plan(**script: Any) -> dict[str, Any]:
    return build(
        {
            "FormatVersion": "2.0.0",
            "Body": "return a()",
            "Scripts": {"a": {"Type": "Application", **script}},
        },
        read,
    )


def test_entry_point_is_embedded() -> None:
    built = plan(EntryPoint="x.sh")
    file_id = built["Scripts"]["a"]["EntryPoint"]
    assert len(file_id) == 32
    assert built["Files"] == {
        file_id: {"Name": "x.sh", "BodyType": "Text", "Body": "#!/bin/sh\necho x\n"}
    }
    assert built["Action"] == "Execute"


def test_folder_stays_in_the_name() -> None:
    built = plan(EntryPoint="sub/x.sh")
    assert [spec["Name"] for spec in built["Files"].values()] == ["sub/x.sh"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("<b.bin>", {"Name": "b.bin", "BodyType": "Base64"}),
        ({"lb": "<b.bin>"}, {"Name": "lb", "BodyType": "Base64"}),
        ({"loc": "u.txt"}, {"Name": "loc", "BodyType": "Text", "Body": "u"}),
        (
            "https://h/z/a.zip",
            {"Name": "a.zip", "URL": "https://h/z/a.zip", "Type": "Downloadable"},
        ),
        ({"y": "https://h/z.git"}, {"Name": "y", "URL": "https://h/z.git", "Type": "Downloadable"}),
    ],
)
def test_files(spec: Any, expected: dict[str, Any]) -> None:
    built = plan(EntryPoint="x.sh", Files=[spec])
    placed = built["Files"][built["Scripts"]["a"]["Files"][0]]
    assert {key: placed[key] for key in expected} == expected


@pytest.mark.parametrize("spec", ["x.sh", "<b.bin>", "https://h/a", {"n": "<b.bin>"}])
def test_one_entry_for_one_file(spec: Any) -> None:
    built = build(
        {
            "FormatVersion": "2.0.0",
            "Scripts": {
                name: {"Type": "Application", "EntryPoint": "u.txt", "Files": [spec]}
                for name in ("a", "b")
            },
        },
        read,
    )
    assert len(built["Files"]) == 2
    assert built["Scripts"]["a"]["Files"] == built["Scripts"]["b"]["Files"]


def test_own_files_are_used() -> None:
    built = build(
        {
            "FormatVersion": "2.0.0",
            "Files": {"f1": {"Name": "own.sh", "Body": "x"}},
            "Scripts": {"a": {"Type": "Application", "EntryPoint": "own.sh", "Files": ["f1"]}},
        },
        read,
    )
    assert built["Scripts"]["a"] == {"Type": "Application", "EntryPoint": "f1", "Files": ["f1"]}


def test_puppet_keeps_its_entry_point() -> None:
    built = build(
        {
            "FormatVersion": "2.1.0",
            "Scripts": {"a": {"Type": "Puppet", "EntryPoint": "m::c", "Files": ["u.txt"]}},
        },
        read,
    )
    assert built["Scripts"]["a"]["EntryPoint"] == "m::c"
    assert len(built["Files"]) == 1


def test_same_plan_twice() -> None:
    assert plan(EntryPoint="x.sh", Files=["<b.bin>"]) == plan(EntryPoint="x.sh", Files=["<b.bin>"])


def test_template_is_not_changed() -> None:
    template = {
        "FormatVersion": "2.0.0",
        "ID": "1",
        "Stamp": 2,
        "ReplyTo": "q",
        "Parameters": {},
        "Scripts": {"a": {"Type": "Application", "EntryPoint": "x.sh"}},
    }
    built = build(template, read)
    assert template["Scripts"]["a"]["EntryPoint"] == "x.sh"
    assert "Files" not in template
    assert built["ReplyTo"] == "q"
    assert "ID" not in built and "Stamp" not in built


def test_format_1() -> None:
    assert build({"Scripts": ["Deploy.ps1"], "Commands": []}, read) == {
        "Scripts": ["R2V0LUhvc3Q="],
        "Commands": [],
    }


def test_errors() -> None:
    with pytest.raises(ValueError, match="No entry point in script a"):
        plan()
    with pytest.raises(ValueError, match="dictionary"):
        build("x", read)
    with pytest.raises(FileNotFoundError, match="missing"):
        plan(EntryPoint="missing.sh")
    with pytest.raises(ValueError, match="one entry"):
        plan(EntryPoint="x.sh", Files=[{"a": "x.sh", "b": "x.sh"}])
