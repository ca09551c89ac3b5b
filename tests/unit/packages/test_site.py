"""The sample package: it compiles, its plan and its form are what agents and dashboards read."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from catalog_common.manifest import parse_manifest
from catalog_engine.library.plans import build
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.source.packages import load_package

ROOT = files("burano_packages") / "io.burano.samples.Site"
SETTINGS = {"title": "A <b>", "text": 'It\'s "quoted" & $plain', "port": 8080, "seconds": 0}


def read(path: str) -> bytes:
    return (ROOT / path).read_bytes()


def plan() -> dict:
    template = yaml.safe_load(read("Resources/BuildSite.template"))
    return build(template, lambda path: read(f"Resources/{path}"))


def test_it_compiles():
    manifest = parse_manifest(read("manifest.yaml"))
    package = compile_package(load_package(manifest.raw, read))
    assert list(manifest.classes) == ["io.burano.samples.Site"]
    assert package.name == "io.burano.samples.Site"
    assert package.classes["io.burano.samples.Site"].functions


def test_its_plan_carries_all_files():
    names = {spec["Name"] for spec in plan()["Files"].values()}
    assert names == {"build.py", "server.py"}


def test_its_logo_is_small():
    logo = read("logo.png")
    assert logo.startswith(b"\x89PNG")
    assert len(logo) < 10_000


def test_its_form_gives_the_properties_of_its_class():
    form = yaml.safe_load(read("UI/ui.yaml"))
    declared = yaml.safe_load(read("Classes/Site.yaml"))["Properties"]
    given = set(form["Application"]) - {"?"}
    assert given == {name for name, spec in declared.items() if spec.get("Usage") != "Out"}


class Arguments(dict):
    """What an agent gives a plan's body as ``args``."""

    __getattr__ = dict.__getitem__


def test_its_plan_s_body_passes_any_text_to_the_script():
    lines = ["def body(args, build):"]
    lines += ["    " + line for line in plan()["Body"].splitlines()]
    scope: dict = {}
    exec("\n".join(lines), scope)
    heard = []

    class Result:
        stdout = 'laying out\n{"runs": 3}'

    def script(command_line: str) -> Result:
        code = "import json, sys; print(json.dumps(json.loads(sys.argv[1])))"
        done = subprocess.run(
            f'"{sys.executable}" -c \'{code}\' {command_line}',
            shell=True, capture_output=True, text=True, check=True,
        )  # fmt: skip
        heard.append(json.loads(done.stdout))
        return Result()

    assert scope["body"](Arguments(SETTINGS), script) == {"runs": 3}
    assert heard == [SETTINGS]


@pytest.fixture
def script(tmp_path, monkeypatch):
    """The build script as a module, with its folders below ``tmp_path``."""
    import importlib.util

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = Path(str(ROOT)) / "Resources/scripts/build.py"
    spec = importlib.util.spec_from_file_location("site_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, folder in (("PAGES", "pages"), ("STATE", "state")):
        monkeypatch.setattr(module, name, str(tmp_path / folder))
    return module


def test_the_script_counts_its_runs_and_escapes_texts(script, tmp_path):
    assert [script.count_run(), script.count_run()] == [1, 2]
    script.build(SETTINGS, 2)
    page = (tmp_path / "pages/index.html").read_text()
    assert "A &lt;b&gt;" in page
    assert "<b>" not in page
    status = json.loads((tmp_path / "pages/status.json").read_text())
    assert status == {"title": SETTINGS["title"], "text": SETTINGS["text"], "runs": 2}
