"""What the demo needs of the REST API, over plain HTTP as any client would use it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Any

import requests

TIMEOUT = 30.0


class CatalogError(Exception):
    """A request failed; the text says which, and what was answered."""


class CatalogClient:
    """A project's view of the catalog, signed in through Keystone."""

    def __init__(self, catalog_url: str, identity_url: str) -> None:
        self._url, self._identity_url = catalog_url.rstrip("/") + "/v1", identity_url
        self._session = requests.Session()
        # Everything lies on this machine, whatever proxy the environment names.
        self._session.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def sign_in(self, user: str, password: str, project: str) -> None:
        """Get a token for a project.

        :raises CatalogError: Keystone refused.
        """
        domain = {"id": "default"}
        body = {"auth": {
            "identity": {"methods": ["password"], "password": {
                "user": {"name": user, "domain": domain, "password": password}}},
            "scope": {"project": {"name": project, "domain": domain}},
        }}  # fmt: skip
        answer = self._send("POST", f"{self._identity_url}/auth/tokens", json=body)
        self._session.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]

    def publish(self, name: str, archive: bytes) -> dict[str, Any]:
        """Upload a package; returns its representation."""
        files = {
            "file": (f"{name}.zip", archive, "application/octet-stream"),
            "__metadata__": (None, json.dumps({"categories": [], "tags": []})),
        }
        return self._json("POST", "/catalog/packages", files=files)

    def packages(self, full_name: str) -> list[dict[str, Any]]:
        """Published packages of a name."""
        found = self._json("GET", "/catalog/packages", params={"fqn": full_name})
        return list(found["packages"])

    def create_environment(self, name: str) -> str:
        """Make an environment; returns its id."""
        return str(self._json("POST", "/environments", json={"name": name})["id"])

    def environments(self) -> list[dict[str, Any]]:
        """The project's environments."""
        return list(self._json("GET", "/environments")["environments"])

    def environment(self, environment: str) -> dict[str, Any]:
        """An environment with its components and status."""
        return self._json("GET", f"/environments/{environment}")

    def deploy(self, environment: str, component: dict[str, Any]) -> None:
        """Add a component in a session of its own and deploy that."""
        base = f"/environments/{environment}"
        session = self._json("POST", f"{base}/configure")["id"]
        headers = {"X-Configuration-Session": session}
        self._json("POST", f"{base}/services", json=component, headers=headers)
        self._json("POST", f"{base}/sessions/{session}/deploy")

    def deployments(self, environment: str) -> list[dict[str, Any]]:
        """Deployments, newest first, each with its attempts."""
        return list(self._json("GET", f"/environments/{environment}/deployments")["deployments"])

    def reports(self, environment: str, deployment: str) -> list[dict[str, Any]]:
        """What a deployment has reported so far, oldest first."""
        path = f"/environments/{environment}/deployments/{deployment}"
        return list(self._json("GET", path)["reports"])

    def call_action(self, environment: str, action: str, arguments: dict[str, Any]) -> str:
        """Call a public method of a component; returns the task's id."""
        path = f"/environments/{environment}/actions/{action}"
        return str(self._json("POST", path, json=arguments)["task_id"])

    def action_result(self, environment: str, task: str) -> dict[str, Any]:
        """What an action returned; empty while it runs."""
        return self._json("GET", f"/environments/{environment}/actions/{task}")

    def fetch(self, url: str) -> requests.Response:
        """Get a page of an application, without the token.

        :raises CatalogError: nobody answers there.
        """
        try:
            return requests.get(url, timeout=TIMEOUT, proxies={"http": "", "https": ""})
        except requests.RequestException as error:
            raise CatalogError(f"GET {url}: {error}") from error

    def _json(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        answer = self._send(method, self._url + path, **arguments)
        if not answer.content:
            return {}
        try:
            found: dict[str, Any] = answer.json()
        except ValueError as error:
            raise CatalogError(f"{method} {path}: the answer is no JSON") from error
        return found

    def _send(self, method: str, url: str, **arguments: Any) -> requests.Response:
        try:
            answer = self._session.request(method, url, timeout=TIMEOUT, **arguments)
        except requests.RequestException as error:
            raise CatalogError(f"{method} {url}: {error}") from error
        if answer.status_code >= 400:
            raise CatalogError(f"{method} {url}: {answer.status_code}: {_message(answer)}")
        return answer


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:300]


def archive(folder: Traversable) -> bytes:
    """A package's folder as the ZIP archive that is published: the same bytes every time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in sorted(_files(folder, "")):
            target.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _files(item, f"{prefix}{item.name}/")
        else:
            yield f"{prefix}{item.name}", item.read_bytes()
