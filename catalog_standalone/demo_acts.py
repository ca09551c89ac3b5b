"""The two acts of the demo: deploy the sample; kill an engine in the middle of its action."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import requests

from catalog_standalone.catalog_client import CatalogClient, archive
from catalog_standalone.demo_display import Display

PACKAGE = "io.burano.samples.Site"
POLL_SECONDS = 0.2
STAGE_SECONDS = 300.0
SCRIPT_SECONDS = 8
FIRST_TEXT = "This page was built on a guest by an execution plan."
SECOND_TEXT = "This page was built again, and an engine was killed meanwhile."
STYLES = {"warning": "yellow", "error": "red"}


class DemoError(Exception):
    """The demo did not go as it must; the text says what went wrong."""


@dataclasses.dataclass
class Outcome:
    """What the demo found out on its way."""

    environment: str = ""
    environment_name: str = ""
    component: str = ""
    url: str = ""
    status: str = ""
    http_status: int = 0
    killed: int = 0
    attempts: int = 0
    script_runs: int = 0
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The last line of a run with ONCE=1."""
        names = ("status", "url", "http_status", "killed", "attempts", "script_runs")
        rounded = {name: round(value, 1) for name, value in self.seconds.items()}
        return {name: getattr(self, name) for name in names} | {"seconds": rounded}


class Acts:
    """Both acts, over REST; ``pid_file`` tells the process of an engine by its name."""

    def __init__(
        self, client: CatalogClient, display: Display, pid_file: Callable[[str], Path],
        watch: Callable[[], None],
    ) -> None:  # fmt: skip
        """``watch`` is called while waiting; it raises when waiting is in vain."""
        self._client, self._display, self._pid_file = client, display, pid_file
        self._watch = watch
        self.outcome = Outcome()
        self._shown: set[str] = set()

    @contextlib.contextmanager
    def stage(self, name: str, title: str) -> Iterator[None]:
        """Show a stage and keep how long it took."""
        started = time.monotonic()
        with self._display.stage(title):
            yield
        self.outcome.seconds[name] = time.monotonic() - started

    # -- first act ------------------------------------------------------------------------

    def deploy(self) -> None:
        """Publish the sample, deploy it in a new environment, look at its page.

        :raises DemoError: it did not become ready, or its page is not what was asked for.
        """
        client, outcome = self._client, self.outcome
        with self.stage("publish", f"publishing {PACKAGE}"):
            if not client.packages(PACKAGE):
                client.publish(PACKAGE, archive(files("burano_packages") / PACKAGE))
        with self.stage("compose", "creating an environment with one component"):
            taken = {row["name"] for row in client.environments()}
            outcome.environment_name = next(
                name for name in map("demo-{}".format, range(1, 10**6)) if name not in taken
            )
            outcome.environment = client.create_environment(outcome.environment_name)
            outcome.component = uuid.uuid4().hex
            client.deploy(outcome.environment, _component(outcome.component))
        with self.stage("deploy", "deploying"):
            deployment = client.deployments(outcome.environment)[0]["id"]
            self._follow(deployment)
            outcome.url = str(self._component().get("url") or "")
            if not outcome.url:
                raise DemoError("the deployment succeeded, but the component has no address")
        with self.stage("page", f"fetching {outcome.url}"):
            self._expect_page(FIRST_TEXT)

    def _expect_page(self, text: str) -> None:
        answer = self._client.fetch(self.outcome.url)
        self.outcome.http_status = answer.status_code
        if answer.status_code != 200 or text not in answer.text:
            raise DemoError(
                f"{self.outcome.url} answered {answer.status_code} without the text that was"
                f" deployed ({text!r})"
            )

    def _component(self) -> dict[str, Any]:
        environment = self._client.environment(self.outcome.environment)
        self.outcome.status = str(environment["status"])
        for component in environment.get("services") or []:
            if component["?"]["id"] == self.outcome.component:
                return dict(component)
        raise DemoError(f"the component is not in environment {self.outcome.environment}")

    # -- second act -----------------------------------------------------------------------

    def rebuild(self) -> None:
        """Call the sample's action, kill the engine that runs it, see the task go on.

        :raises DemoError: the site was not updated, or its script did not run exactly once.
        """
        client, outcome = self._client, self.outcome
        before = self._site("status.json")["runs"]
        with self.stage("call", "calling the action rebuild"):
            task = client.call_action(
                outcome.environment, self._action("rebuild"),
                {"text": SECOND_TEXT, "seconds": SCRIPT_SECONDS},
            )  # fmt: skip
            self._until(lambda: self._site("progress.json")["runs"] > before, task, "the script")
        killed_at = time.monotonic()
        engine = self._attempts(task)[-1]["engine"]
        self._kill(engine)
        with self.stage("recover", "waiting for another engine to take over"):
            self._until(lambda: len(self._attempts(task)) > 1, task, "a second attempt")
            successor = self._attempts(task)[-1]["engine"]
            self._display.line(f"lease of {engine} lost; attempt 2 on {successor}", "bold")
        outcome.seconds["kill_to_progress"] = time.monotonic() - killed_at
        with self.stage("rebuild", "going on with the rebuild"):
            self._follow(task)
            outcome.attempts = len(self._attempts(task))
            outcome.script_runs = self._site("status.json")["runs"] - before
            self._expect_page(SECOND_TEXT)
            self._component()
        self._display.line(f"script ran: {outcome.script_runs}", "bold")
        if outcome.script_runs != 1:
            raise DemoError(f"the script ran {outcome.script_runs} times, and must run once")

    def _kill(self, engine: str) -> None:
        try:
            pid = int(self._pid_file(engine).read_text())
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError) as error:
            raise DemoError(f"{engine} could not be killed: {error}") from error
        self.outcome.killed += 1
        self._display.line(f"kill -9 {pid} ({engine}, in the middle of the script)", "bold red")

    def _action(self, name: str) -> str:
        actions = self._component()["?"].get("_actions") or {}
        for key, action in actions.items():
            if action["name"] == name and action.get("enabled", True):
                return str(key)
        raise DemoError(f"the component offers no action {name!r}, only {sorted(actions)}")

    def _site(self, document: str) -> dict[str, Any]:
        answer = self._client.fetch(self.outcome.url + document)
        try:
            found: dict[str, Any] = answer.json()
        except requests.JSONDecodeError as error:
            raise DemoError(f"{self.outcome.url}{document} is no JSON") from error
        return found

    def _attempts(self, task: str) -> list[dict[str, Any]]:
        for deployment in self._client.deployments(self.outcome.environment):
            if deployment["id"] == task:
                return list(deployment["attempts"])
        raise DemoError(f"deployment {task} is not listed")

    # -- following ------------------------------------------------------------------------

    def _follow(self, deployment: str) -> None:
        """Show reports until the deployment has ended; raise DemoError when it failed."""
        self._until(lambda: self._finished(deployment), deployment, "the end of the deployment")
        self._show_reports(deployment)
        record = self._record(deployment)
        if record["state"] != "success" or (record.get("result") or {}).get("isException"):
            raise DemoError(f"the deployment ended as {record['state']}; its reports say why")

    def _finished(self, deployment: str) -> bool:
        return bool(self._record(deployment)["finished"])

    def _record(self, deployment: str) -> dict[str, Any]:
        for record in self._client.deployments(self.outcome.environment):
            if record["id"] == deployment:
                return record
        raise DemoError(f"deployment {deployment} is not listed")

    def _until(self, condition: Callable[[], bool], deployment: str, what: str) -> None:
        deadline = time.monotonic() + STAGE_SECONDS
        while not condition():
            self._show_reports(deployment)
            self._watch()
            if what != "the end of the deployment" and self._finished(deployment):
                raise DemoError(f"the deployment ended before {what} was seen")
            if time.monotonic() > deadline:
                raise DemoError(f"{what} did not come within {STAGE_SECONDS:.0f} seconds")
            time.sleep(POLL_SECONDS)

    def _show_reports(self, deployment: str) -> None:
        for report in self._client.reports(self.outcome.environment, deployment):
            if report["id"] not in self._shown:
                self._shown.add(report["id"])
                self._display.line(report["text"], STYLES.get(report["level"], "dim"))


def _component(id: str) -> dict[str, Any]:
    """The sample's object model, as its form would make it."""
    return {
        "?": {"id": id, "type": PACKAGE, "name": "site"},
        "title": "Hello from Burano",
        "text": FIRST_TEXT,
        "instance": {
            "?": {"id": uuid.uuid4().hex, "type": "io.murano.resources.LinuxMuranoInstance",
                  "name": "site"},
            "name": f"site-{id[:8]}", "flavor": "m1.small", "image": "local-linux",
            "assignFloatingIp": True,
        },
    }  # fmt: skip
