"""Bounded kinds of values that several messages share."""

from __future__ import annotations

from typing import Annotated

from catalog_common.contract.messages import Range, Text

Id = Annotated[str, Text(64, 1, r"[0-9A-Za-z_.-]+")]
"""An id of ours or of the cloud's."""

Name = Annotated[str, Text(255, 1, r"[^\x00-\x1f\x7f\ud800-\udfff]+")]
"""A name that people read: printable, on one line."""

Word = Annotated[str, Text(64, 0, r"[0-9A-Za-z_]*")]
"""An identifier of the contract."""

Digest = Annotated[str, Text(64, 64, r"[0-9a-f]{64}")]
"""A SHA-256 in hexadecimal digits."""

PythonVersion = Annotated[str, Text(16, 1, r"[0-9]+\.[0-9]+")]
"""A Python minor version: ``3.11``."""

Count = Annotated[int, Range(0, 2**31 - 1)]
"""What is counted: fits the integers of every database."""

Seconds = Annotated[float, Range(0, 10 * 365 * 86400)]
"""A duration."""

Epoch = Annotated[float, Range(0, 253_402_300_799)]
"""A moment, in seconds since 1970 (UTC), up to the year 9999."""
