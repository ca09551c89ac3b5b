"""Plain data as one text and one digest, the same wherever and whenever it is made."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def dumps(value: Any) -> str:
    """The JSON text of ``value`` with sorted keys and no spaces; equal data, equal text.

    :raises ValueError: a number is not finite.
    :raises TypeError: not plain data.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def digest(value: Any) -> str:
    """The SHA-256 of ``dumps(value)``, in hexadecimal digits."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
