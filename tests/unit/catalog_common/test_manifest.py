"""Manifests: every key's type is checked, and hostile YAML ends in a clear error."""

import json

import pytest
import yaml

from catalog_common.manifest import ManifestError, parse_manifest

GOOD = {"FullName": "org.example.App", "Type": "Application"}


def parse(**changes):
    document = {**GOOD, **changes}
    return parse_manifest(yaml.safe_dump(document).encode())


def test_defaults():
    manifest = parse()
    assert (manifest.format, str(manifest.format_version)) == ("MuranoPL", "1.0.0")
    assert manifest.name == "org.example.App"
    assert str(manifest.version) == "0.0.0"
    assert manifest.classes == {} and manifest.tags == () and manifest.supplier == {}
    assert manifest.ui is None and manifest.logo is None and manifest.description is None


def test_everything_given():
    manifest = parse(
        Format="MuranoPL/1.4", Version="1.2", Name="An app", Description="It runs", Author="Me",
        Supplier={"Name": "S", "Logo": "s.png"}, Logo="l.png", Tags=["a", "b", "a"], UI="my.yaml",
        Classes={"org.example.App": "App.yaml"}, Require={"org.example.Base": None, "b": ">=1,<2"},
    )  # fmt: skip
    assert str(manifest.version) == "1.2.0"
    assert manifest.supplier_logo == "s.png" and manifest.logo == "l.png"
    assert manifest.tags == ("a", "b")
    assert manifest.class_names == ("org.example.App",)
    assert manifest.require == {"org.example.Base": "0", "b": ">=1,<2"}


def test_a_plugin_may_be_required_by_the_name_of_its_distribution():
    assert parse(Require={"acme-network-plugin": None}).require == {"acme-network-plugin": "0"}


@pytest.mark.parametrize("given", ["1.3", 1.3, "MuranoPL/1.3", "MuranoPL/1.3.0"])
def test_formats(given):
    assert str(parse(Format=given).format_version) == "1.3.0"


def test_a_template_package_defines_the_class_of_its_name():
    assert parse(Format="Heat.HOT/1.0").class_names == ("org.example.App",)


def test_dates_stay_texts_so_that_all_is_json():
    manifest = parse_manifest(b"FullName: a\nType: Library\nSupplier: {Founded: 2001-01-01}\n")
    assert json.loads(json.dumps(manifest.raw))["Supplier"] == {"Founded": "2001-01-01"}


@pytest.mark.parametrize(
    "changes",
    [
        {"FullName": None},
        {"FullName": 5},
        {"FullName": ".a"},
        {"FullName": "a..b"},
        {"FullName": "a."},
        {"FullName": "a/b"},
        {"FullName": "a\n"},
        {"FullName": "x" * 129},
        {"FullName": ["a"]},
        {"Type": None},
        {"Type": "application"},
        {"Type": ["Library"]},
        {"Format": "MuranoPL/2.0"},
        {"Format": "Other/1.0"},
        {"Format": ["1.0"]},
        {"Format": True},
        {"Format": "x"},
        {"Version": []},
        {"Version": "latest"},
        {"Name": {"a": 1}},
        {"Name": "x" * 81},
        {"Author": "x" * 81},
        {"Author": ["me"]},
        {"Description": ["text"]},
        {"Supplier": "me"},
        {"Supplier": {"Logo": 5}},
        {"Logo": "../../etc/passwd"},
        {"Logo": ["l.png"]},
        {"Tags": "a,b"},
        {"Tags": [["a"]]},
        {"Tags": ["x" * 81]},
        {"Tags": [""]},
        {"Classes": ["a"]},
        {"Classes": {"a": None}},
        {"Classes": {"a": "../x.yaml"}},
        {"Classes": {"a b": "x.yaml"}},
        {"Classes": {1: "x.yaml"}},
        {"UI": {"a": 1}},
        {"UI": "/etc/passwd"},
        {"Require": ["a"]},
        {"Require": {"a": "latest"}},
        {"Require": {"a": ["1"]}},
        {"Require": {"a b": "1"}},
    ],
)
def test_wrong_values_are_refused_and_named(changes):
    with pytest.raises(ManifestError, match=f"(?i){next(iter(changes))}"):
        parse(**changes)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"- a list",
        b"just text",
        b"a: [",
        b"\xff\xfe\x00",
        b"a: !!python/object/apply:os.system ['true']",
        b"a: !!binary aGk=",
        b"a: !!set {b}",
        b"? [a]\n: b",
        b"a: &x [*x]",
        b"a: .nan",
        b"a: " + b"[" * 5000,
        b"a: 0b",
        b"a: " + b"9" * 5000,
        b"x: y\n" * 400000,
    ],
)
def test_hostile_yaml_is_refused(body):
    with pytest.raises(ManifestError):
        parse_manifest(body)


def test_aliases_that_multiply_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(ManifestError, match="values"):
        parse_manifest("\n".join(lines).encode())
