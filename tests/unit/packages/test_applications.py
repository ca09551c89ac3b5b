"""The application development library, by tests in its own language."""

from importlib.resources import files
from pathlib import Path

from catalog_engine.authoring.checking.checker import check
from catalog_engine.authoring.command import main

LIBRARY = str(Path(str(files("burano_packages"))) / "io.murano.applications")
TESTS = str(Path(__file__).parent / "applications")


def test_groups_components_and_events(capsys):
    assert main(["test", TESTS, "--load", LIBRARY]) == 0, capsys.readouterr().out
    assert "17 passed, 0 failed" in capsys.readouterr().out


def test_its_tests_have_no_findings():
    assert check([TESTS], [LIBRARY]).findings == []
