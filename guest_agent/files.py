"""Laying out the files of a plan in a folder of their own, and nowhere else."""

from __future__ import annotations

import base64
import binascii
import os
import posixpath
import re
import shutil
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guest_agent.protocol import MALFORMED, REFUSED, PlanError

MAX_DOWNLOAD = 1 << 30
DOWNLOAD_SECONDS = 300
CHUNK = 1 << 16


def lay_out(plan: Mapping[str, Any], script_name: str, folder: Path) -> Path:
    """Put the files of a script into a folder; the path of its entry point.

    :raises PlanError: a name leads out of the folder, or a content cannot be had.
    """
    script = plan["Scripts"][script_name]
    files: Mapping[str, Any] = plan.get("Files") or {}
    entry = _place(files[script["EntryPoint"]], script["EntryPoint"], folder, 0o700)
    for file_id in script.get("Files") or ():
        if file_id != script["EntryPoint"]:
            _place(files[file_id], file_id, folder, 0o644)
    return entry


def safe_name(name: str) -> str:
    """A relative path that stays below its folder.

    :raises PlanError: it does not.
    """
    normal = posixpath.normpath(name)
    if (
        not name or name.endswith("/") or "\0" in name or normal in (".", "..")
        or normal.startswith(("/", "../"))
    ):  # fmt: skip
        raise PlanError(MALFORMED, f"Name {name[:200]!r} of a file leads out of its folder")
    return normal


def script_folder(name: str) -> str:
    """A folder's name for a script, whatever the script is called."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name).lstrip(".") or "_"


def _place(file: Mapping[str, Any], file_id: str, folder: Path, mode: int) -> Path:
    path = folder / safe_name(file["Name"])
    if path.exists():
        if mode == 0o700:
            path.chmod(mode)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    if "URL" in file:
        return _download(file, path, mode)
    content = _content(file, file_id)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as target:
        target.write(content)
    path.chmod(mode)
    return path


def _content(file: Mapping[str, Any], file_id: str) -> bytes:
    body: str = file["Body"]
    if file["BodyType"] == "Text":
        return body.encode()
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PlanError(MALFORMED, f"Body of file {file_id[:80]} is no Base64: {error}") from error


def _download(file: Mapping[str, Any], path: Path, mode: int) -> Path:
    """Fetch a file: into a folder of its name, or under the name when it is to be run."""
    url = file["URL"]
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise PlanError(REFUSED, f"URL {url[:200]!r} is neither http nor https")
    target = path
    if mode != 0o700:
        path.mkdir(parents=True, exist_ok=True)
        target = path / safe_name(posixpath.basename(parts.path) or "index")
    temporary = target.with_name(target.name + ".part")
    try:
        with urllib.request.urlopen(url, timeout=DOWNLOAD_SECONDS) as answer:
            _store(answer, temporary)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise PlanError(REFUSED, f"{url[:200]} cannot be fetched: {error}") from error
    temporary.chmod(mode)
    shutil.move(temporary, target)
    return path


def _store(answer: Any, path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        while chunk := answer.read(CHUNK):
            size += len(chunk)
            if size > MAX_DOWNLOAD:
                raise OSError(f"it is larger than {MAX_DOWNLOAD} bytes")
            file.write(chunk)
