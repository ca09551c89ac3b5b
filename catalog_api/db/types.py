"""Column types that behave alike on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, String, Text, cast
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

from catalog_api.db.encryption import Cipher

#: Attribute of an engine's dialect that carries its cipher: the only thing SQLAlchemy hands to a
#: type when it binds a value, and it belongs to one engine, so nothing is global.
CIPHER_ATTRIBUTE = "burano_cipher"

#: UTC without zone, to the microsecond.
Moment = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")

#: Text without a practical limit (MariaDB's TEXT ends at 64 KiB).
LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")

#: Bytes without a practical limit.
LongBlob = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def name_type(length: int) -> String:
    """Text that is equal only to itself.

    MariaDB's own rule takes ``a``, ``A`` and ``á`` for one name; no other database does.
    """
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return String(length).with_variant(exact, "mysql", "mariadb")


def as_text(moment: Any) -> Any:
    """A column of moments read as ``YYYY-MM-DD hh:mm:ss`` and perhaps a fraction.

    For lists that only show them: drivers parse a moment in Python, one by one.
    """
    return cast(moment, String).label(moment.name)


class PlainJSON(TypeDecorator[Any]):
    """A JSON value as text; ``None`` is SQL NULL. Assign whole values, never change them."""

    impl = LongText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Serialise for storing."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Parse what was stored."""
        return None if value is None else json.loads(value)


class EncryptedJSON(TypeDecorator[Any]):
    """A JSON value sealed by the engine's cipher; ``None`` is SQL NULL.

    Assign whole values, never change them. Fails with ``EncryptionError`` where no key fits.
    """

    impl = LongBlob
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal for storing."""
        return None if value is None else _cipher(dialect).seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open what was stored."""
        return None if value is None else _cipher(dialect).open(bytes(value))


def _cipher(dialect: Dialect) -> Cipher:
    cipher = getattr(dialect, CIPHER_ATTRIBUTE, None)
    if not isinstance(cipher, Cipher):
        raise RuntimeError("This engine was not made by catalog_api.db.database.Database")
    return cipher
