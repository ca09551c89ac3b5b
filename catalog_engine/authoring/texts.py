"""Text of packages as it may be shown: with nothing in it that a terminal or XML reader obeys."""

from __future__ import annotations

import re
from typing import Final

_UNPRINTABLE: Final = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Control characters, halves of surrogate pairs and non-characters: XML 1.0 admits few of them."""


def printable(text: str) -> str:
    """The text with control characters, and what else cannot be shown, as backslash escapes."""
    return _UNPRINTABLE.sub(lambda found: _escaped(ord(found[0])), text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
