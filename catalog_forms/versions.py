"""Versions of the format of UI definitions."""

from __future__ import annotations

import re
from typing import Any, Final

from catalog_forms.errors import DefinitionError, Place, shown

NEWEST: Final = (2, 4, 0)
NAMED: Final = (2, 2, 0)
"""Since this version the form asks for the application's name."""
_NUMBER: Final = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?")


def version_of(value: Any, place: Place | None = None) -> tuple[int, int, int]:
    """The version that a value of ``Version`` says; missing parts are 0.

    :raises DefinitionError: it is no version, or one that is not supported.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match = _NUMBER.match(str(value)) if is_number or isinstance(value, str) else None
    if match is None:
        message = f"Version {shown(value)} is no version; 2.4 is the newest"
        raise DefinitionError("version", message, place)
    major, minor, patch = (int(part or 0) for part in match.groups())
    if major != 2:
        message = f"Version {shown(value)} does not belong to family 2, the only one supported"
        raise DefinitionError("version", message, place)
    if (major, minor, patch) > NEWEST:
        message = f"Version {shown(value)} is newer than 2.4, the newest supported"
        raise DefinitionError("version", message, place)
    return major, minor, patch
