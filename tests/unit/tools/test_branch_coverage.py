"""The check of branch coverage: what it counts, what it says, when it fails."""

import importlib.util
import json
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "tools" / "branch_coverage.py"


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("branch_coverage", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(tmp_path, covered, total=100, **more):
    """A report as ``coverage json`` writes it; lines are all covered."""
    summary = {"num_branches": total, "covered_branches": covered, "percent_covered": 99.0}
    files = {"some/file.py": {"summary": summary, "missing_branches": [[3, 4]], **more}}
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"totals": summary, "files": files}))
    return str(path)


@pytest.mark.parametrize(("covered", "code"), [(95, 0), (94, 1), (100, 0)])
def test_branches_alone_count(tool, tmp_path, covered, code):
    assert tool.main([report(tmp_path, covered)]) == code


def test_the_weakest_files_are_named_with_their_places(tool, tmp_path, capsys):
    tool.main([report(tmp_path, 90)])
    told = capsys.readouterr().out
    assert "10 of  100 some/file.py: 3->4" in told
    assert "90.0 % of branches, 95.0 % NOT reached" in told


def test_nothing_measured_is_a_failure(tool, tmp_path):
    assert tool.main([report(tmp_path, 0, total=0)]) == 1


def test_failing_tests_fail_before_anything_is_read(tool, monkeypatch, tmp_path):
    monkeypatch.setattr(tool, "REPORT", tmp_path / "coverage.json")
    monkeypatch.setattr(tool, "measure", lambda arguments: 2)
    assert tool.main(["-x"]) == 2


def test_its_tests_exist(tool):
    assert [path for path in tool.TESTS if not (tool.ROOT / path).exists()] == []
