"""Every check that names no format holds in the oldest and in the newest."""

import pytest

from tests.conformance.muranopl import checking


@pytest.fixture(autouse=True, params=["1.0", "1.4"])
def default_format(request, monkeypatch):
    """Programs that do not say their format have this one."""
    monkeypatch.setattr(checking, "FORM", [request.param])
