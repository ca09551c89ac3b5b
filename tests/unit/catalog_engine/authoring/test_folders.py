"""Packages at hand: found by name, class and version, from folders and archives."""

import zipfile

import pytest

from catalog_engine.authoring.folders import LoadError, Packages, load
from catalog_engine.host.errors import PortError

from .conftest import write_package


def test_folders_of_packages(tmp_path):
    write_package(tmp_path / "one")
    write_package(tmp_path / "two", Version="2.0.0")
    packages = Packages(load([tmp_path]))
    assert packages.find("org.example", None, "1")["version"] == "1.2.3"
    assert packages.find(None, "org.example.App", "*")["version"] == "2.0.0"
    assert packages.find("io.murano", None, "*")["name"] == "io.murano"
    with pytest.raises(PortError) as missing:
        packages.find("org.example", None, "3")
    assert missing.value.type == "NoPackageFound"
    with pytest.raises(PortError) as missing:
        packages.find(None, "org.example.Other", "*")
    assert missing.value.type == "NoPackageForClassFound"


def test_archives(tmp_path):
    folder = write_package(tmp_path / "one")
    archive = tmp_path / "one.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in folder.rglob("*.yaml"):
            target.write(path, path.relative_to(folder))
    (package,) = load([archive])
    (same,) = load([folder])
    assert package.digest == same.digest


def test_another_class_library_replaces_ours(tmp_path):
    write_package(tmp_path / "one", FullName="io.murano", Version="0.5.0")
    packages = Packages(load([tmp_path]))
    assert packages.find("io.murano", None, "*")["version"] == "0.5.0"


def test_a_package_of_an_unknown_format(tmp_path):
    write_package(tmp_path / "one", Format="MuranoPL/2.0")
    with pytest.raises(LoadError, match=r"2\.0"):
        load([tmp_path])


@pytest.mark.parametrize("content", [b"no archive", b""])
def test_what_is_no_package(tmp_path, content):
    path = tmp_path / "file.zip"
    path.write_bytes(content)
    with pytest.raises(LoadError, match=r"file\.zip"):
        load([path])
    with pytest.raises(LoadError):
        load([tmp_path / "nowhere"])
