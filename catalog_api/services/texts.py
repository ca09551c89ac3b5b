"""Texts of package code as they may be stored."""


def storable(text: str) -> str:
    """The text without what databases do not take: package code may say anything."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
