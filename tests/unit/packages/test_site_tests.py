"""The sample of a package's tests: it passes, and it fails when the package is broken."""

import shutil
from importlib.resources import files
from pathlib import Path

from catalog_engine.authoring.command import main

ROOT = Path(str(files("burano_packages")))
TESTS = str(ROOT / "io.burano.samples.SiteTests")


def test_the_sample_passes(capsys):
    assert main(["test", TESTS, "--load", str(ROOT / "io.burano.samples.Site")]) == 0
    assert "4 passed, 0 failed" in capsys.readouterr().out


def test_the_sample_finds_a_site_that_builds_every_time(tmp_path, capsys):
    site = tmp_path / "site"
    shutil.copytree(ROOT / "io.burano.samples.Site", site)
    source = site / "Classes" / "Site.yaml"
    source.write_text(source.read_text().replace("      - $.setAttr(built, $._wanted())\n", ""))
    assert main(["test", TESTS, "--load", str(site)]) == 1
    out = capsys.readouterr().out
    assert "SiteTest.testDeployingAgainBuildsNothing .... FAIL!" in out
    assert "expected 1, observed 2" in out
    assert "3 passed, 1 failed" in out
