"""Merging of Heat templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.library.errors import HeatStackError

DEFAULT_VERSION: Final = "2013-05-23"

KNOWN_VERSIONS: Final = frozenset(
    (
        DEFAULT_VERSION,
        "2014-10-16",
        "2015-04-30",
        "2015-10-15",
        "2016-04-08",
        "2016-10-14",
        "newton",
        "2017-02-24",
        "ocata",
        "2017-09-01",
        "pike",
        "2018-03-02",
        "queens",
        "2018-08-31",
        "rocky",
        "2021-04-16",
        "wallaby",
    )
)


def merged(mine: Any, theirs: Any, path: str = "template") -> Any:
    """Merge two templates: dictionaries by key, lists as unions, otherwise the right side wins.

    Null never blocks: against it anything may stand on the other side.

    :raises TypeError: a list or a dictionary meets something else; the message says where.
    """
    if mine is None or theirs is None:
        return theirs
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        result = dict(mine)
        for key, value in theirs.items():
            result[key] = merged(mine[key], value, f"{path}.{key}") if key in mine else value
        return result
    if isinstance(mine, (list, tuple)) and isinstance(theirs, (list, tuple)):
        return _union(mine, theirs)
    if isinstance(mine, (Mapping, list, tuple)) or isinstance(theirs, (Mapping, list, tuple)):
        raise TypeError(f"Cannot merge {_kind(mine)} with {_kind(theirs)} at {path}")
    return theirs


def _union(mine: Any, theirs: Any) -> list[Any]:
    result: list[Any] = []
    for item in (*mine, *theirs):
        if item not in result:
            result.append(item)
    return result


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a dictionary"
    return "a list" if isinstance(value, (list, tuple)) else "a plain value"


def check_version(template: Mapping[str, Any]) -> None:
    """Refuse a template of a version that Heat never had.

    :raises HeatStackError: naming the version.
    """
    version = str(template.get("heat_template_version", DEFAULT_VERSION))
    if version not in KNOWN_VERSIONS:
        raise HeatStackError(
            f"Heat template version '{version}' is not known; use one of "
            f"{', '.join(sorted(KNOWN_VERSIONS))}"
        )
