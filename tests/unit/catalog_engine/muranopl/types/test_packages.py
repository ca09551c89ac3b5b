"""Packages of a run: which version is taken, what earlier runs used, what a catalog may lack."""

import pytest

from catalog_common.versions import Version, VersionSpec
from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import Program, Source, package

TEXT = """
Namespaces: {=: org.lib}
Name: Lib
Methods:
  version: {Usage: Static, Body: [{Return: VERSION}]}
"""
NEWER = """
---
Namespaces: {=: org.lib}
Name: Added
Methods:
  version: {Usage: Static, Body: [{Return: VERSION}]}
"""
ANY = VersionSpec("*")


def lib(version, text=TEXT):
    return package(text.replace("VERSION", version[0]), "org.lib", version)


@pytest.fixture
def program():
    """Two versions, of which the newer has a class more."""
    return Program(lib("2.0.0", TEXT + NEWER), lib("1.0.0"))


def version(program, name):
    found = program.rt.run(lambda: program.rt.packages.by_class(name, ANY))
    return found.version


def test_a_version_that_an_earlier_run_used_is_taken(program):
    program.rt.packages.fix("org.lib", [Version.coerce("1.0.0")])
    assert version(program, "org.lib.Lib") == Version.coerce("1.0.0")
    assert program.call("org.lib.Lib", "version") == 1


def test_a_class_that_the_version_in_use_lacks_is_taken_of_another(program):
    program.rt.packages.fix("org.lib", [Version.coerce("1.0.0")])
    assert version(program, "org.lib.Lib") == Version.coerce("1.0.0")
    for _ in range(2):
        assert version(program, "org.lib.Added") == Version.coerce("2.0.0")
    assert version(program, "org.lib.Lib") == Version.coerce("1.0.0")
    assert [str(own) for own in program.rt.packages.used()] == ["org.lib/1.0.0", "org.lib/2.0.0"]


def test_a_class_that_no_used_version_had_is_taken_of_the_newest(program):
    program.rt.packages.fix("org.lib", [Version.coerce("1.0.0")])
    assert version(program, "org.lib.Added") == Version.coerce("2.0.0")


def test_a_catalog_that_is_wrong_about_a_class_is_not_believed(monkeypatch):
    program = Program(lib("1.0.0"))
    row = {"name": "org.lib", "version": "1.0.0", "digest": "org.lib/1.0.0"}
    monkeypatch.setattr(Source, "find", lambda *_args: row)
    with pytest.raises(exceptions.NoPackageForClassFound, match=r"org\.lib\.Nothing"):
        version(program, "org.lib.Nothing")


def test_a_compiled_package_may_come_as_bytes(monkeypatch):
    """As workers get it from their supervisor."""
    content = Source.content

    def in_bytes(self, digest):
        found = content(self, digest)
        return {**found, "compiled": found["compiled"].dumps()}

    monkeypatch.setattr(Source, "content", in_bytes)
    assert Program(lib("1.0.0")).call("org.lib.Lib", "version") == 1


def naming(name):
    """A class that tells the name of the class that it finds under *name*."""
    return f"""
        Namespaces: {{=: org.example}}
        Name: Main
        Methods:
          run:
            Usage: Static
            Body:
              - Return: typeinfo('{name}').name
    """


@pytest.mark.parametrize("name", ["org.lib.Lib", "io.murano.extensions.org.lib.Lib"])
def test_a_class_is_looked_for_in_what_the_package_requires(name):
    requiring = Program(package(naming(name), Require={"org.lib": ""}), lib("0.1.0"))
    assert requiring.call("org.example.Main", "run") == "org.lib.Lib"


def test_a_class_of_a_package_that_is_not_required_is_not_found():
    with pytest.raises(exceptions.NoClassFound, match=r"not found in org\.example/0\.1\.0, io\."):
        Program(package(naming("org.lib.Lib")), lib("0.1.0")).call("org.example.Main", "run")
    with pytest.raises(exceptions.NoClassFound, match=r"io\.murano\.extensions\.org\.lib\.Lib"):
        Program(package(naming("io.murano.extensions.org.lib.Lib"))).call("org.example.Main", "run")


def test_a_class_is_not_derived_of_a_metaclass():
    text = """
        Namespaces: {=: org.example}
        Name: M
        Usage: Meta
        ---
        Name: C
        Extends: M
    """
    with pytest.raises(exceptions.InvalidInheritanceError, match="parent with Usage Meta"):
        Program(package(text)).cls("org.example.C")


def test_metadata_of_a_package():
    text = """
        Namespaces: {=: org.example}
        Name: Main
        Methods:
          run:
            Usage: Static
            Body:
              - Return: typeinfo(Main).package.meta.select(list(typeinfo($).name, $.text))
    """
    title = "io.murano.metadata.Title"
    with_meta = Program(package(text, Meta=[{title: {"text": "A title"}}]))
    assert with_meta.call("org.example.Main", "run") == ((title, "A title"),)
    assert Program(package(text)).call("org.example.Main", "run") == ()
