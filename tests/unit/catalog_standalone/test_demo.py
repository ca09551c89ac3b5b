"""The demo's acts against a catalog of scripted answers, and what it prints."""

import io
import json
import subprocess
import sys
import zipfile
from importlib.resources import files

import pytest

from catalog_standalone import demo, demo_acts
from catalog_standalone.catalog_client import archive
from catalog_standalone.demo_acts import Acts, DemoError
from catalog_standalone.demo_display import PlainDisplay, RichDisplay, safe


class Answer:
    def __init__(self, status, text):
        self.status_code, self.text = status, text

    def json(self):
        return json.loads(self.text)


class Catalog:
    """Answers as the catalog and the sample would; the engine is a process of this machine."""

    def __init__(self, folder):
        self.engine = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        (folder / "engine-1.pid").write_text(f"{self.engine.pid}\n")
        self.published, self.component, self.text, self.runs = [], None, "", 0
        self.tasks, self.called = [], False
        self.runs_of_rebuild, self.outcome, self.polls = 1, "success", 0

    def packages(self, name):
        return self.published

    def publish(self, name, body):
        self.published.append(zipfile.ZipFile(io.BytesIO(body)).namelist())

    def environments(self):
        return [{"name": "demo-1"}]

    def create_environment(self, name):
        assert name == "demo-2"
        return "e1"

    def deploy(self, environment, component):
        self.component = component | {"url": "http://site/"}
        self.text, self.runs = component["text"], 1
        self.tasks.insert(0, "d1")

    def environment(self, environment):
        header = self.component["?"] | {
            "_actions": {"c_rebuild": {"name": "rebuild", "enabled": True}}
        }
        return {"status": "ready", "services": [self.component | {"?": header}]}

    def call_action(self, environment, action, arguments):
        assert action == "c_rebuild"
        self.called, self.wanted = True, arguments["text"]
        self.tasks.insert(0, "d2")
        return "d2"

    def _record(self, task):
        attempts = [{"number": 1, "engine": "engine-1"}]
        finished = "now"
        if task == "d2":
            self.polls += 1
            if self.engine.poll() is None:
                finished = None
            else:
                attempts.append({"number": 2, "engine": "engine-2"})
                finished = "now" if self.polls > 6 else None
                if finished:
                    self.text, self.runs = self.wanted, 1 + self.runs_of_rebuild
        return {
            "id": task, "finished": finished, "attempts": attempts, "result": {},
            "state": self.outcome if finished else "running",
        }  # fmt: skip

    def deployments(self, environment):
        return [self._record(task) for task in self.tasks]

    def reports(self, environment, deployment):
        return [{"id": deployment, "text": f"report of {deployment}\x1b[2J", "level": "info"}]

    def fetch(self, url):
        if url.endswith(".json"):
            running = self.called and url.endswith("progress.json")
            return Answer(200, json.dumps({"runs": self.runs + running}))
        return Answer(200, f"<p>{self.text}</p>")


@pytest.fixture
def catalog(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_acts, "POLL_SECONDS", 0.001)
    made = Catalog(tmp_path)
    yield made
    made.engine.kill()
    made.engine.wait()


@pytest.fixture
def output():
    return io.StringIO()


@pytest.fixture
def acts(catalog, tmp_path, output):
    display = PlainDisplay(output)
    return Acts(catalog, display, lambda name: tmp_path / f"{name}.pid", lambda: None)


def test_both_acts(acts, catalog, output):
    acts.deploy()
    acts.rebuild()
    found = acts.outcome.as_json()
    seconds = found.pop("seconds")
    assert found == {
        "status": "ready", "url": "http://site/", "http_status": 200, "killed": 1,
        "attempts": 2, "script_runs": 1,
    }  # fmt: skip
    assert set(seconds) == {
        "publish", "compose", "deploy", "page", "call", "recover", "kill_to_progress", "rebuild"
    }  # fmt: skip
    assert catalog.engine.poll() == -9
    shown = output.getvalue()
    for part in ("report of d1", "kill -9", "attempt 2 on engine-2", "script ran: 1"):
        assert part in shown
    assert "\x1b" not in shown


def test_a_script_that_ran_twice_fails_the_demo(acts, catalog):
    catalog.runs_of_rebuild = 2
    acts.deploy()
    with pytest.raises(DemoError, match="ran 2 times"):
        acts.rebuild()


def test_a_failed_deployment_fails_the_demo(acts, catalog):
    catalog.outcome = "completed_w_errors"
    with pytest.raises(DemoError, match="completed_w_errors"):
        acts.deploy()


def test_a_page_without_the_text_fails_the_demo(acts, catalog, monkeypatch):
    monkeypatch.setattr(catalog, "fetch", lambda url: Answer(200, "welcome to nginx"))
    with pytest.raises(DemoError, match="without the text"):
        acts.deploy()


def test_waiting_ends_when_the_standalone_set_ended(acts, catalog, monkeypatch):
    def gone():
        raise DemoError("the standalone set ended")

    monkeypatch.setattr(acts, "_watch", gone)
    monkeypatch.setattr(catalog, "_record", lambda task: {"id": task, "finished": None})
    with pytest.raises(DemoError, match="the standalone set ended"):
        acts.deploy()


def test_the_archive_is_the_same_every_time():
    folder = files("burano_packages") / demo_acts.PACKAGE
    assert archive(folder) == archive(folder)
    names = zipfile.ZipFile(io.BytesIO(archive(folder))).namelist()
    assert {"manifest.yaml", "UI/ui.yaml", "logo.png", "Classes/Site.yaml"} <= set(names)


def test_a_terminal_obeys_nothing_that_guests_say():
    assert safe("a\x1b[31mb\nc\u202ed") == "a\ufffd[31mb c\ufffdd"


def test_the_display_of_a_terminal_takes_markup_as_text(monkeypatch, capsys):
    display = RichDisplay()
    with display.stage("deploying [bold]"):
        display.line("[red]not red[/red]")
    display.table([("address", "[link]x")])
    shown = capsys.readouterr().out
    assert "[red]not red[/red]" in shown
    assert "[link]x" in shown


def test_a_busy_port_names_its_remedy(tmp_path, capsys, monkeypatch):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = min(taken.getsockname()[1], 65000)
        code = demo.main(["--state", str(tmp_path), "--port", str(port)])
    assert code == 1
    assert "choose another with --port" in capsys.readouterr().err
