"""The choice of a sandbox: the strongest that works, with a warning for what is missing."""

from __future__ import annotations

import pytest

from catalog_engine.supervisor import sandbox
from catalog_engine.supervisor.sandbox import SandboxError, choose


def works(*names):
    def tried(prefix):
        name = {"bwrap": "bubblewrap"}.get(prefix[0].rpartition("/")[2], "unshare")
        return None if name in names else "not permitted"

    return tried


@pytest.mark.parametrize(
    ("wanted", "working", "name", "warned"),
    [
        ("auto", ["bubblewrap", "unshare"], "bubblewrap", []),
        ("auto", ["unshare"], "unshare", ["bubblewrap: not permitted", "host's files"]),
        ("auto", [], "none", ["system call filters only", "bubblewrap: not", "unshare: not"]),
        ("bubblewrap", ["bubblewrap"], "bubblewrap", []),
        ("unshare", ["bubblewrap", "unshare"], "unshare", ["host's files"]),
        ("none", ["bubblewrap", "unshare"], "none", ["not isolated"]),
    ],
)
def test_choice(wanted, working, name, warned):
    chosen = choose(wanted, works(*working))
    assert chosen.name == name
    assert len(chosen.warnings) == len(warned)
    for warning, part in zip(chosen.warnings, warned, strict=True):
        assert part in warning
    assert bool(chosen.prefix) == (name != "none")


@pytest.mark.parametrize("wanted", ["bubblewrap", "unshare"])
def test_what_is_wanted_and_does_not_work_names_its_remedy(wanted):
    with pytest.raises(SandboxError, match="apt-get install bubblewrap") as caught:
        choose(wanted, works())
    assert wanted in str(caught.value)
    assert "not permitted" in str(caught.value)


def test_a_prefix_that_cannot_be_run(tmp_path):
    assert sandbox.try_out([str(tmp_path / "missing")])


def test_a_prefix_that_fails_says_why():
    reason = sandbox.try_out(["/bin/sh", "-c", "echo first >&2; echo no namespaces >&2; exit 3"])
    assert reason == "no namespaces"


def test_python_runs_behind_no_prefix():
    assert sandbox.try_out([]) is None


def test_workers_see_code_and_not_the_rest_of_a_checkout():
    folders = sandbox.code_folders()
    root = sandbox.Path(sandbox.catalog_common.__file__).resolve().parents[1]
    assert str(root / "catalog_engine") in folders
    assert str(root) not in folders
    assert str(root / "catalog_api") not in folders
