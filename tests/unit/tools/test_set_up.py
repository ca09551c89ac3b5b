"""Set-up of the virtual environment: each problem names its remedy, the second run reuses."""

import importlib.util
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "tools" / "set_up.py"


@pytest.fixture
def set_up(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("set_up", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(venv))
    monkeypatch.setattr(module, "PYTHON", str(venv / "bin" / "python"))
    for name in module.INPUTS:
        (tmp_path / name).write_text(name)
    return module


@pytest.fixture
def calls(set_up, monkeypatch):
    """Commands that would have run; making the environment links this Python into it."""
    made = []

    def call(command, cwd):
        made.append([str(word) for word in command])
        python = Path(set_up.PYTHON)
        if "venv" in command and not python.exists():
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)
        return 0

    monkeypatch.setattr(set_up.subprocess, "call", call)
    return made


def test_the_second_run_does_nothing(set_up, calls):
    set_up.set_up("standalone")
    assert [call[2] for call in calls] == ["venv", "pip"]
    set_up.set_up("standalone")
    assert len(calls) == 2


def test_another_extra_or_a_change_installs_again(set_up, calls, tmp_path):
    set_up.set_up("standalone")
    set_up.set_up("test")
    (tmp_path / "setup.cfg").write_text("changed")
    set_up.set_up("standalone")
    assert [call[2] for call in calls] == ["venv", "pip", "pip", "pip"]
    assert calls[2][-1].endswith("[test]")


def test_an_old_python_without_a_newer_one_is_told_what_to_install(set_up, monkeypatch):
    monkeypatch.setattr(set_up.shutil, "which", lambda name: None)
    monkeypatch.setattr(set_up, "OLDEST", (9, 99))
    with pytest.raises(set_up.Problem, match=r"apt-get install .*make PYTHON="):
        set_up.check_python()


def test_an_old_python_hands_over_to_a_newer_one(set_up, monkeypatch):
    started = []
    monkeypatch.setattr(set_up, "OLDEST", (9, 11))
    monkeypatch.setattr(
        set_up.shutil, "which", lambda name: "/opt/py" if name == "python3.13" else None
    )
    monkeypatch.setattr(set_up.os, "execv", lambda path, words: started.append(path) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        set_up.check_python()
    assert started == ["/opt/py"]


def test_a_missing_venv_module_names_its_debian_package(set_up, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(set_up.Problem, match=r"ensurepip is missing: apt-get install python3"):
        set_up.check_modules()


def test_a_failed_installation_names_index_and_proxy(set_up, calls, monkeypatch, capsys):
    call = set_up.subprocess.call
    monkeypatch.setattr(set_up.subprocess, "call", lambda c, cwd: call(c, cwd) or "pip" in c)
    monkeypatch.setattr(sys, "argv", ["set_up.py", "test"])
    assert set_up.main() == 1
    assert "PIP_INDEX_URL" in capsys.readouterr().err


def test_it_is_text_for_old_pythons():
    import ast

    tree = ast.parse(SOURCE.read_text(), feature_version=(3, 7))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.NamedExpr)]
