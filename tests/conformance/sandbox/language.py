"""What package code may see: telling the language's values from Python's."""

from __future__ import annotations

import datetime
import re
from typing import Any

from catalog_engine.deployment.run import described
from catalog_engine.muranopl.functions.scopes import Scope
from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference, View
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet
from catalog_engine.muranopl.types.reflection import Handle
from tests.conformance.muranopl.checking import instance, program

SECRET = "burano-secret"
"""What no value and no message may hold."""
PLAIN = (
    type(None), bool, int, float, str, datetime.datetime, datetime.timedelta, datetime.date,
    TypeReference, MuranoObject, View, Handle, re.Pattern,
)  # fmt: skip
TRACES = re.compile(
    r"0x[0-9a-f]{6,}|<class '|<(?:module|function|built-in|bound|method|slot|frame|code)\b|"
    rf"root:.?:0|catalog_engine/|site-packages|{SECRET}"
)


def strange(value: Any, scopes: bool = False) -> list[Any]:
    """Parts of a value that are none of the language's, and texts that show Python's inside.

    :param scopes: scopes may be kept; nobody but ``->`` can do anything with one.
    """
    if isinstance(value, MDict):
        return [part for pair in value.items() for item in pair for part in strange(item, scopes)]
    if isinstance(value, (MList, MSet, tuple)):
        return [part for item in value for part in strange(item, scopes)]
    if isinstance(value, str):
        return [value] if TRACES.search(value) else []
    if scopes and isinstance(value, Scope):
        return []
    return [] if isinstance(value, PLAIN) else [value]


def said(source: str, form: str | None = None, method: str = "run") -> Any:
    """The value of a method of an object of ``Main``, or what a report says of its error."""
    own = program(source, form)
    try:
        return own.call(instance(own), method)
    except Exception as error:
        return "\n".join(described(error))
