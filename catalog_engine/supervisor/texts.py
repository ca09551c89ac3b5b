"""Texts of package code, as they may leave the engine."""

from __future__ import annotations

from typing import Any


def short(text: Any, length: int) -> str:
    """A text of at most *length* characters that every database takes."""
    return str(text)[:length].replace("\0", "\N{REPLACEMENT CHARACTER}")
