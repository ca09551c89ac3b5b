"""Files that a plan has fetched: over HTTP, or as a clone of a Git repository."""

from __future__ import annotations

import hashlib
import os
import posixpath
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guest_agent.protocol import FAILED, REFUSED, PlanError

MAX_DOWNLOAD = 1 << 30
SILENCE_SECONDS = 60
CLONE_SECONDS = 600
CHUNK = 1 << 16
SCHEMES = ("http", "https")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, and to no other scheme."""

    max_redirections = 5

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any,
                         newurl: str) -> Any:  # fmt: skip
        """The next request."""
        if urllib.parse.urlsplit(newurl).scheme not in SCHEMES:
            raise urllib.error.URLError(f"it redirects to {newurl[:200]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(file: Mapping[str, Any], path: Path, *, as_file: bool) -> None:
    """Fetch what a plan's file tells.

    :param as_file: make the path the file; else a folder with the file, or the clone, in it.
    :raises PlanError: it cannot be fetched, or is not what the plan says.
    """
    url: str = file["URL"]
    parts = urllib.parse.urlsplit(url)
    if _is_git(parts):
        _clone(url.removeprefix("git+"), path)
        return
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise PlanError(FAILED, f"Provided URL is not valid: {url[:200]}")
    target = path
    if not as_file:
        path.mkdir(parents=True)
        target = path / _last_part(parts.path)
    temporary = path.with_name(f"{path.name}.part")
    try:
        with _opener().open(url, timeout=SILENCE_SECONDS) as answer:
            digest = _store(answer, temporary, url)
    except (OSError, ValueError) as error:
        raise PlanError(FAILED, f"{url[:200]} cannot be fetched: {error}") from error
    wanted = file.get("Sha256")
    if wanted is not None and str(wanted).lower() != digest:
        raise PlanError(REFUSED, f"{url[:200]} has the SHA-256 {digest}, not {str(wanted)[:64]}")
    temporary.chmod(0o644)
    os.replace(temporary, target)


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler, urllib.request.HTTPSHandler, _Redirects,
        urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPErrorProcessor,
    ):  # fmt: skip
        opener.add_handler(handler())
    return opener


def _last_part(path: str) -> str:
    name = posixpath.basename(urllib.parse.unquote(path))
    return "index" if name in ("", ".", "..") or "\0" in name else name


def _store(answer: Any, path: Path, url: str) -> str:
    size, digest = 0, hashlib.sha256()
    with path.open("wb") as file:
        while chunk := answer.read(CHUNK):
            size += len(chunk)
            if size > MAX_DOWNLOAD:
                text = f"{url[:200]} is larger than {MAX_DOWNLOAD} bytes"
                raise PlanError(REFUSED, text)
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _is_git(parts: urllib.parse.SplitResult) -> bool:
    if parts.scheme in ("git", "git+http", "git+https"):
        return True
    return parts.scheme in SCHEMES and parts.path.endswith(".git")


def _clone(url: str, path: Path) -> None:
    command = ["git", "clone", "--quiet", "--", url, str(path)]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "git:http:https"}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=CLONE_SECONDS, cwd=path.parent,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PlanError(FAILED, f"{url[:200]} cannot be cloned: {error}") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip()[-500:]
        raise PlanError(FAILED, f"{url[:200]} cannot be cloned: {reason}")
