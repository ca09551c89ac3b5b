"""What happened in an evaluation, beyond the overloads that ran, that explains a difference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from yaql.language import utils

LAZY_TEXT: Final = "a text of something lazy"
LIST_TEXT: Final = "a text of one of Python's own lists"
RULE: Final = "a rule among the values for a function that takes anything"
INDEXED: Final = "a dictionary and an index, in old formats"
UNSETTLED: Final = "a list or dictionary written with something lazy in it, or lazy keys"

_SIGNS: Final = {
    LAZY_TEXT: re.compile(r" at 0x|\brange\(|View\(|dict_\w+\("),
    LIST_TEXT: re.compile(r"\["),
}
_TEXT_MAKERS: Final = frozenset(
    (
        "str(any value)",
        "join(iterable sequence, string separator)",
        "join(string separator, iterable sequence)",
        "replace(string string, dict replacements, int count)",
    )
)
"""Overloads of yaql that make texts of any values."""
_TAKE_ANYTHING: Final = frozenset(
    ("set(dict dict, any key, any value)", "switch(any value, *lambda? conditions)")
)
_OLD_INDEX: Final = "#indexer(iterable collection, lambda? indexExpression)"


def marks_of(key: str, args: Sequence[Any], result: Any) -> Iterator[str]:
    """The marks of one call of an overload of yaql; *result* is None when it failed."""
    bare = key.removeprefix("method ").removeprefix("both ")
    if bare in _TEXT_MAKERS and isinstance(result, str):
        yield from (mark for mark, sign in _SIGNS.items() if sign.search(result))
    if bare in _TAKE_ANYTHING and any(isinstance(one, utils.MappingRule) for one in args):
        yield RULE
    if key == _OLD_INDEX and isinstance(args[0], Mapping):
        yield INDEXED
