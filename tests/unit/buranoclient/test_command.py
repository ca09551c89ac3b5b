"""The dispatcher of ``burano VERB``."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from buranoclient import command


@pytest.fixture
def verbs(monkeypatch):
    found = {
        name: EntryPoint(name, value, command.GROUP)
        for name, value in {
            "greet": "tests_greeting:main",
            "missing": "module_that_is_not_installed.part:main",
            "demo": "catalog_standalone.demo:main",
        }.items()
    }
    monkeypatch.setattr(command, "commands", lambda: found)
    return found


def test_a_verb_gets_the_other_arguments_and_its_result_is_the_exit_code(verbs, monkeypatch):
    import types

    module = types.ModuleType("tests_greeting")
    module.main = lambda words: len(words)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tests_greeting", module)
    assert command.main(["greet", "a", "--b"]) == 2
    assert command.main(["greet"]) == 0


def test_an_unknown_verb_is_answered_with_a_guess(verbs, capsys):
    assert command.main(["dmeo"]) == command.USAGE
    assert "did you mean demo?" in capsys.readouterr().err


def test_a_verb_unlike_all_others_points_to_help(verbs, capsys):
    assert command.main(["xyzzy-plugh"]) == command.USAGE
    assert "burano --help" in capsys.readouterr().err


def test_help_lists_verbs_with_summaries(verbs, capsys):
    assert command.main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[4:]] == ["demo", "greet", "missing"]
    assert len(lines[4].split()) > 3


def test_no_verb_is_a_usage_error(verbs, capsys):
    assert command.main([]) == command.USAGE
    assert "usage: burano VERB" in capsys.readouterr().err


def test_version(capsys):
    assert command.main(["--version"]) == 0
    assert capsys.readouterr().out == f"burano {command.version()}\n"


def test_a_verb_that_cannot_be_loaded_names_the_remedy(verbs, capsys):
    assert command.main(["missing"]) == 1
    assert "pip install 'burano[standalone]'" in capsys.readouterr().err


def test_help_imports_nothing_of_what_it_lists():
    code = (
        "import sys; from buranoclient import command; command.main(['--help']);"
        "print([name for name in sys.modules if name.startswith('catalog_')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
