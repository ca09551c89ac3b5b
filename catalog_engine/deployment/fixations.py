"""The package versions that an environment keeps: ``SystemData.Packages`` of its model.

A full name stands before the versions in use, as texts. The next deployment takes these as long as
they fit, so that publishing a newer version changes no environment that runs already. What a
deployment selects anew is added; one that succeeds leaves only what it used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog_common.versions import Version, VersionError
from catalog_engine.muranopl.types.packages import PackagePool

SYSTEM_DATA = "SystemData"
PACKAGES = "Packages"


def fix(pool: PackagePool, model: Mapping[str, Any]) -> None:
    """Have a pool take the versions that a model names."""
    for name, texts in _table(model).items():
        pool.fix(name, (Version.coerce(text) for text in texts))


def reduced(pool: PackagePool, model: Mapping[str, Any]) -> dict[str, Any]:
    """What the next model says after a run that succeeded: the versions used."""
    return _system_data(model, _used(pool))


def widened(pool: PackagePool, model: Mapping[str, Any]) -> dict[str, Any]:
    """What the next model says after a run that failed: versions used before, or now."""
    table = _table(model)
    for name, texts in _used(pool).items():
        table[name] = [*table.get(name, ()), *(t for t in texts if t not in table.get(name, ()))]
    return _system_data(model, table)


def _used(pool: PackagePool) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for package in pool.used():
        table.setdefault(package.name, []).append(str(package.version))
    return table


def _table(model: Mapping[str, Any]) -> dict[str, list[str]]:
    """The table of a model without what cannot be read: it may come from another server."""
    data = model.get(SYSTEM_DATA)
    table = data.get(PACKAGES) if isinstance(data, Mapping) else None
    if not isinstance(table, Mapping):
        return {}
    return {
        name: [text for text in texts if _is_version(text)]
        for name, texts in table.items()
        if isinstance(name, str) and isinstance(texts, list | tuple)
    }


def _is_version(text: Any) -> bool:
    try:
        Version.coerce(text)
    except VersionError:
        return False
    return isinstance(text, str)


def _system_data(model: Mapping[str, Any], table: Mapping[str, list[str]]) -> dict[str, Any]:
    before = model.get(SYSTEM_DATA)
    kept = dict(before) if isinstance(before, Mapping) else {}
    return {SYSTEM_DATA: {**kept, PACKAGES: dict(table)}}
