"""``burano package check`` as it is typed: what it prints and how it ends."""

from __future__ import annotations

import json

import pytest

from catalog_engine.authoring.command import main

APP = "Name: org.example.App\n"
WARNS = f"{APP}Propertys: {{}}\n"
FAILS = f"{APP}Extends: Nothing\nMethods:\n  run:\n    Body:\n      - $.gone()\n"


def write(workshop, source: str, name: str = "example") -> str:
    return str(workshop.write(name, {"Classes/App.yaml": source}))


def test_a_good_package(workshop, capsys):
    assert main(["check", write(workshop, APP), "--strict"]) == 0
    assert capsys.readouterr().out == "1 package checked: all good\n"


def test_warnings_fail_when_it_is_strict(workshop, capsys):
    path = write(workshop, WARNS)
    assert main(["check", path]) == 0
    assert capsys.readouterr().out == (
        f"{path}/Classes/App.yaml:2:1: warning: The key 'Propertys' of class is ignored; "
        "did you mean 'Properties'? [unknown-key]\n1 package checked: 1 warning\n"
    )
    assert main(["check", path, "--strict"]) == 1


def test_errors_fail_and_stand_in_order(workshop, capsys):
    path = write(workshop, FAILS)
    other = write(workshop, APP, "another")
    assert main(["check", path, other]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}/Classes/App.yaml:2:10: error: There is no class Nothing")
    assert lines[-1] == "2 packages checked: 1 error"


def test_json(workshop, capsys):
    path = write(workshop, FAILS)
    assert main(["check", "--json", path]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"] == {"error": 1, "warning": 0}
    assert answer["packages"] == ["org.example"]
    (finding,) = answer["findings"]
    assert finding == {
        "file": f"{path}/Classes/App.yaml", "line": 2, "column": 10, "severity": "error",
        "code": "unknown-class", "message": finding["message"],
    }  # fmt: skip


def test_matters_of_taste_are_told_on_request(workshop, capsys):
    path = write(workshop, f"{APP}Colour: red\n")
    assert main(["check", path]) == 0
    assert "all good" in capsys.readouterr().out
    assert main(["check", path, "--style"]) == 0
    assert "[ignored-key]" in capsys.readouterr().out


def test_loaded_packages_are_not_checked(workshop, capsys):
    path = write(workshop, WARNS)
    assert main(["check", write(workshop, APP, "another"), "--load", path]) == 0
    assert "1 package checked: all good" in capsys.readouterr().out


@pytest.mark.parametrize("option", [[], ["--load"]])
@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 broken", b"\x00\xff" * 100])
def test_what_cannot_be_read(workshop, tmp_path, capsys, option, content):
    path = tmp_path / "bad.zip"
    if content is not None:
        path.write_bytes(content)
    assert main(["check", write(workshop, FAILS), *option, str(path)]) == 2
    printed = capsys.readouterr().out
    assert f"{path}:1:1: error: " in printed
    assert "[unreadable]" in printed
    assert "[unknown-class]" in printed


def test_nothing_to_check(capsys):
    assert main(["check"]) == 2
    assert "path" in capsys.readouterr().err


def test_what_a_class_compiles_to(workshop, capsys):
    source = f"{APP}Methods:\n  run:\n    Body:\n      - $x: 1\n      - Return: $x + 1\n"
    assert main(["check", "--dump-python", "org.example.App", write(workshop, source)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# org.example.App, Classes/App.yaml\n")
    assert "# run, Classes/App.yaml:5:7\ndef m0(this):\n" in printed
    assert "    # Classes/App.yaml:6:9\n    return " in printed
    compile(printed, "dump", "exec")
    assert main(["check", "--dump-python", "io.murano.Environment"]) == 0
    compile(capsys.readouterr().out, "dump", "exec")


def test_code_that_cannot_be_printed(workshop, tmp_path, capsys):
    path = write(workshop, f"{APP}Usage: Nothing\n")
    assert main(["check", "--dump-python", "org.example.App", path]) == 1
    assert "Classes/App.yaml:2:8" in capsys.readouterr().err
    assert main(["check", "--dump-python", "org.example.Ap", path]) == 2
    assert "did you mean 'org.example.App'" in capsys.readouterr().err
    assert main(["check", "--dump-python", "a.B", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err
    (tmp_path / "example" / "manifest.yaml").write_text("Type: Nothing\n")
    assert main(["check", "--dump-python", "a.B", path]) == 2
    assert "FullName" in capsys.readouterr().err
