"""Compiled code on disk, authenticated: only what this engine wrote itself is read back."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

KEY_NAME = "key"
KEY_BYTES = 32


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
        path = self._path(digest, form)
        with contextlib.suppress(OSError):
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(self._mark(digest, form, body) + body)
            os.replace(file.name, path)

    def _path(self, digest: str, form: str) -> Path:
        return self._folder / f"{digest}-{hashlib.sha256(form.encode()).hexdigest()[:16]}"

    def _mark(self, digest: str, form: str, body: bytes) -> bytes:
        text = f"{digest}\n{form}\n".encode()
        return hmac.new(self._key, text + body, hashlib.sha256).digest()

    def _load_key(self) -> bytes:
        path = self._folder / KEY_NAME
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            key = b""
        if len(key) != KEY_BYTES:
            key = secrets.token_bytes(KEY_BYTES)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "wb") as file:
                file.write(key)
        return key
