"""Encryption at rest: models, journals and secrets as sealed bytes, with key rotation."""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

LOG = logging.getLogger(__name__)

_PLAIN = b"z"
_SEALED = b"f"


class EncryptionError(Exception):
    """A stored value cannot be opened with the configured keys."""


class Cipher:
    """Seals JSON values: the first key encrypts, any of the keys decrypts.

    :param keys: Fernet keys (32 bytes, URL-safe base64); the newest first. None at all stores
        values compressed but readable, and warns once.
    :raises ValueError: a key is malformed.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._fernet: MultiFernet | None = None
        if keys:
            try:
                self._fernet = MultiFernet([Fernet(key) for key in keys])
            except ValueError as error:
                raise ValueError(
                    "[database_encryption] keys: each must be 32 bytes in URL-safe base64 "
                    "(make one with: python -c 'from cryptography.fernet import Fernet; "
                    "print(Fernet.generate_key().decode())')"
                ) from error
        else:
            LOG.warning(
                "[database_encryption] keys is empty: models, journals and secrets are stored "
                "readable"
            )

    def seal(self, value: Any) -> bytes:
        """Turn a JSON value into the bytes to store."""
        packed = zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)
        if self._fernet is None:
            return _PLAIN + packed
        return _SEALED + self._fernet.encrypt(packed)

    def open(self, body: bytes) -> Any:
        """Give back the JSON value of stored bytes.

        Values written before encryption was configured stay readable.

        :raises EncryptionError: no key fits, or the bytes are not ours.
        """
        mark, rest = body[:1], body[1:]
        if mark == _SEALED:
            if self._fernet is None:
                raise EncryptionError(
                    "The database holds encrypted values but [database_encryption] keys is empty: "
                    "configure the keys they were written with"
                )
            try:
                rest = self._fernet.decrypt(rest)
            except InvalidToken as error:
                raise EncryptionError(
                    "A stored value was encrypted with a key that [database_encryption] keys "
                    "lacks: keep old keys in the list until their values are rewritten"
                ) from error
        elif mark != _PLAIN:
            raise EncryptionError("A stored value is in no format this release knows")
        try:
            return json.loads(zlib.decompress(rest))
        except (zlib.error, ValueError) as error:
            raise EncryptionError("A stored value is damaged") from error
