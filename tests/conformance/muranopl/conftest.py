"""Every check that names no format holds in the oldest and in the newest."""

import logging

import pytest

from tests.conformance.muranopl import checking


def pytest_generate_tests(metafunc):
    """Run each check in both formats, unless it or its module (``FORMATS``) says in which."""
    if "form" not in metafunc.fixturenames:
        formats = getattr(metafunc.module, "FORMATS", ("1.0", "1.4"))
        metafunc.parametrize("default_format", formats, indirect=True)


@pytest.fixture(autouse=True)
def default_format(request, monkeypatch):
    """Programs that do not say their format have this one."""
    if hasattr(request, "param"):
        monkeypatch.setattr(checking, "FORM", [request.param])


@pytest.fixture
def logged(caplog, name_of_trace):
    """Levels and texts of what package code logs."""

    def rows():
        return [
            (row.levelname.lower(), row.getMessage())
            for row in caplog.records
            if row.name == "applications.checks"
        ]

    with caplog.at_level(1, "applications.checks"):
        yield rows


@pytest.fixture
def name_of_trace():
    """Level 5 has no name of its own in Python."""
    before = logging.getLevelName(5)
    logging.addLevelName(5, "TRACE")
    yield
    logging.addLevelName(5, before)
