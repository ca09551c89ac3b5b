"""Functions that turn values into other representations: base64 and template binding."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.strings import to_text
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.values import MDict, MList

subject = Subject()
_function = subject.function

_GROUP: Final = re.compile(r"\{(\w+?)\}")


@_function("base64encode", kind="both", value=p.String)
def _base64encode(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


@_function("base64decode", kind="both", value=p.String)
def _base64decode(value: str) -> str:
    return base64.b64decode(value).decode()


@_function("bind", kind="both", template=p.Any_, mappings=p.Mapping)
def bind(template: Any, mappings: Mapping[Any, Any]) -> Any:
    """Substitute texts that begin with ``$`` in a template, dictionary keys included.

    :raises KeyError: a text names no mapping.
    """
    if isinstance(template, str):
        return _bound(template, mappings)
    if isinstance(template, Mapping):
        return MDict(
            (bind(key, mappings), bind(value, mappings)) for key, value in template.items()
        )
    if isinstance(template, tuple):
        return MList(bind(item, mappings) for item in template)
    return template


def _bound(text: str, mappings: Mapping[Any, Any]) -> Any:
    if not text.startswith("$"):
        return text
    rest = text[1:]
    if not _GROUP.search(rest):
        value = mappings[rest]
        return text if value is None else value
    parts, end, length = [], 0, 0
    for match in _GROUP.finditer(rest):
        value = mappings.get(match.group(1))
        parts += [rest[end : match.start()], "None" if value is None else _plain(value)]
        length += len(parts[-1])
        bounds.text(length)
        end = match.end()
    return "".join((*parts, rest[end:]))


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, bool) else to_text(value)
