"""Laying out the files of a plan in a folder of their own, and nowhere else."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guest_agent.protocol import DOWNLOADABLE, MALFORMED, PlanError

ENTRY_MODE, MODE = 0o500, 0o644
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")


class Layout:
    """The files of one plan.

    A content is stored once, and linked into the folder of each script that uses it, so that
    scripts see each other's changes of a file they share.

    :param folder: the plan's working folder; it exists.
    """

    def __init__(self, plan: Mapping[str, Any], folder: Path) -> None:
        self._scripts: Mapping[str, Any] = plan["Scripts"]
        self._files: Mapping[str, Any] = plan.get("Files") or {}
        self._folder = folder
        self._stored: dict[tuple[str, bool], Path] = {}

    def script(self, name: str) -> Path:
        """Put the files of a script into its folder; the path of its entry point.

        :raises PlanError: a content cannot be had.
        """
        script = self._scripts[name]
        folder = self._folder / self._folder_name(name)
        folder.mkdir(parents=True, exist_ok=True)
        entry = self._place(script["EntryPoint"], folder, runs=True)
        for file_id in script.get("Files", ()):
            if file_id != script["EntryPoint"]:
                self._place(file_id, folder, runs=False)
        return entry

    def _folder_name(self, name: str) -> str:
        """The script's own name where it is a plain word; nothing else begins with a dot."""
        return name if _PLAIN.fullmatch(name) else f".{list(self._scripts).index(name)}"

    def _place(self, file_id: str, folder: Path, *, runs: bool) -> Path:
        path = folder / safe_name(self._files[file_id]["Name"])
        if not path.is_symlink():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(self._store(file_id, runs))
        return path

    def _store(self, file_id: str, runs: bool) -> Path:
        file = self._files[file_id]
        fetched = file.get("Type") == DOWNLOADABLE
        key = (file_id, runs and fetched)
        if key not in self._stored:
            path = self._folder / ".files" / str(len(self._stored))
            path.parent.mkdir(mode=0o700, exist_ok=True)
            if fetched:
                # Importing HTTP takes longer than most plans do.
                from guest_agent import downloads

                downloads.fetch(file, path, as_file=runs)
            else:
                path.write_bytes(content(file, file_id))
                path.chmod(MODE)
            self._stored[key] = path
        path = self._stored[key]
        if runs and path.is_file():
            path.chmod(ENTRY_MODE)
        return path


def safe_name(name: str) -> str:
    """A relative path that stays below its folder.

    :raises PlanError: it does not.
    """
    parts = name.split("/")
    if parts[-1] in ("", ".") or name.startswith("/") or "\0" in name or ".." in parts:
        raise PlanError(MALFORMED, f"Name {name[:200]!r} of a file leads out of its folder")
    return posixpath.normpath(name)


def content(file: Mapping[str, Any], file_id: str) -> bytes:
    """The bytes of an embedded file.

    :raises PlanError: it has none.
    """
    body = file.get("Body")
    if not isinstance(body, str):
        raise PlanError(MALFORMED, f"File {file_id[:80]} has no Body")
    if file.get("BodyType") == "Text":
        return body.encode()
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PlanError(MALFORMED, f"Body of file {file_id[:80]} is no Base64: {error}") from error
