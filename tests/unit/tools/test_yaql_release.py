"""The run over another release of yaql: which one it is, and what is run."""

import importlib.util
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "tools" / "yaql_release.py"


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("yaql_release", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_oldest_release_is_that_of_the_requirements(tool, tmp_path):
    setup = tmp_path / "setup.cfg"
    setup.write_text("[options]\ninstall_requires =\n    a>=1\n    yaql>=3.1.4\n")
    assert tool.oldest(setup) == "3.1.4"
    setup.write_text("[options]\ninstall_requires =\n    yaql\n")
    with pytest.raises(SystemExit, match="yaql>=RELEASE"):
        tool.oldest(setup)


def test_the_release_is_the_one_named_or_the_oldest(tool, monkeypatch):
    seen = []
    monkeypatch.setattr(tool, "run", lambda *given: seen.append(given) or 0)
    assert tool.main([]) == tool.main(["3.2.0", "-x"]) == 0
    assert seen == [(tool.oldest(), []), ("3.2.0", ["-x"])]


def test_its_tests_exist(tool):
    assert [path for path in tool.TESTS if not (tool.ROOT / path).exists()] == []
