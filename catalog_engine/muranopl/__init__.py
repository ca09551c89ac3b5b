"""The language: MuranoPL compiled to Python. No OpenStack, no input or output."""

from typing import Final

LANGUAGE_REVISION: Final = 3
"""Raised whenever a program may behave differently: journals are replayed by their own only."""
