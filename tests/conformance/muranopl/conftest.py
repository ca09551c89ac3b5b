"""Every check that names no format holds in the oldest and in the newest."""

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
