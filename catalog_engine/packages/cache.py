"""Compiled code on disk, authenticated: only what this engine wrote itself is read back."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

KEY_NAME = "key"
KEY_BYTES = 32
MAX_BYTES = 1 << 30


class Cache:
    """Values by (digest of a package, what its form depends on).

    :param folder: belongs to this engine's user alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        self._key = self._load_key()

    def get(self, digest: str, form: str) -> bytes | None:
        """The value, or None: it is missing, or not what was written."""
        try:
            data = self._path(digest, form).read_bytes()
        except OSError:
            return None
        mark, body = data[:32], data[32:]
        if not hmac.compare_digest(mark, self._mark(digest, form, body)):
            return None
        return body

    def put(self, digest: str, form: str, body: bytes) -> None:
        """Store a value; a full disk is no error, since it can be made again."""
        with contextlib.suppress(OSError):
            self._write(self._path(digest, form), self._mark(digest, form, body) + body, os.replace)

    def prune(self, most: int = MAX_BYTES) -> None:
        """Forget what was written longest ago, beyond so many bytes."""
        found = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        total = 0
        for _time, size, path in sorted(found, reverse=True):
            total += size
            if total > most and path.name != KEY_NAME:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _write(self, path: Path, data: bytes, place: Callable[[str, Path], None]) -> None:
        """Write a file whole, readable by its owner alone, and put it in its place."""
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
            place(name, path)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(name)

    def _path(self, digest: str, form: str) -> Path:
        return self._folder / f"{digest}-{hashlib.sha256(form.encode()).hexdigest()[:16]}"

    def _mark(self, digest: str, form: str, body: bytes) -> bytes:
        text = f"{digest}\n{form}\n".encode()
        return hmac.new(self._key, text + body, hashlib.sha256).digest()

    def _load_key(self) -> bytes:
        path = self._folder / KEY_NAME
        for _ in range(2):
            with contextlib.suppress(FileNotFoundError):
                key = path.read_bytes()
                if len(key) == KEY_BYTES:
                    return key
                path.unlink()
            # Where several engines share a folder, the first one's key is everybody's.
            with contextlib.suppress(FileExistsError):
                self._write(path, secrets.token_bytes(KEY_BYTES), os.link)
        return path.read_bytes()
