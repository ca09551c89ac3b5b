"""Packages that come with the engine."""

from __future__ import annotations

from importlib.resources import files

import pytest

from catalog_engine.packages.bundled import load, read

MANIFEST = "FullName: t.Lib\nType: Library\nFormat: '1.4'\nName: l\nClasses: {t.A: A.yaml}\n"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "t.Lib"
    (made / "Classes").mkdir(parents=True)
    (made / "manifest.yaml").write_text(MANIFEST)
    (made / "Classes" / "A.yaml").write_text("Name: A")
    return made


def test_a_folder_is_read_as_an_archive_is(folder):
    package = read(folder)
    assert package.manifest.full_name == "t.Lib"
    assert set(package.files) == {"manifest.yaml", "Classes/A.yaml"}


def test_the_digest_names_exactly_these_files(folder):
    before = read(folder).digest
    assert read(folder).digest == before
    (folder / "Classes" / "A.yaml").write_text("Name: B")
    assert read(folder).digest != before
    (folder / "Classes" / "A.yaml").write_text("Name: A")
    (folder / "Classes" / "A.yaml").rename(folder / "Classes" / "B.yaml")
    assert read(folder).digest != before


def test_what_python_leaves_is_no_part_of_it(folder):
    before = read(folder).digest
    (folder / "__init__.py").write_text("")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("")
    assert read(folder).digest == before


def test_folders_of_the_configuration(folder):
    assert [package.manifest.full_name for package in load([str(folder)])] == ["t.Lib"]


def test_the_class_library_is_there():
    (library,) = load([])
    assert library.manifest.full_name == "io.murano"
    assert "io.murano.Environment" in library.manifest.class_names
    assert library.digest == read(files("burano_packages") / "io.murano").digest


def test_a_folder_that_is_missing(tmp_path):
    with pytest.raises(OSError):
        load([str(tmp_path / "missing")])
