"""Functions on text."""

from __future__ import annotations

import re
import string as python_strings
from collections.abc import Iterable, Mapping
from typing import Any, Final

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.values import MDict, MList, freeze

subject = Subject()
_function = subject.function


_IS_LAZY: Final = re.compile(r" at 0x|dict_(?:keys|values|items)\(")
"""In the text of a value when something in it is to be gone over, and has no text of its own."""


def to_text(value: Any) -> str:
    """Text of a value as ``str`` gives it: JSON's words for null and booleans, else Python's."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    text = str(value)
    if _IS_LAZY.search(text):
        # The text of something lazy would name its place in memory, another one in every run.
        text = str(_drained(value))
    bounds.text(len(text))
    return text


def _drained(value: Any) -> Any:
    """A value whose lazy parts are lists, those inside of lists and dictionaries too."""
    if isinstance(value, Mapping):
        return MDict((_drained(key), _drained(item)) for key, item in value.items())
    if isinstance(value, tuple):
        return MList(_drained(item) for item in value)
    settled = freeze(value)
    return _drained(settled) if isinstance(settled, tuple) else settled


@_function("str", value=p.Any_)
def _str(value: Any) -> str:
    return to_text(value)


@_function("concat", args=p.String)
def _concat(*args: str) -> str:
    return "".join(args)


@_function("toUpper", kind="method", string=p.String)
def _to_upper(string: str) -> str:
    return string.upper()


@_function("toLower", kind="method", string=p.String)
def _to_lower(string: str) -> str:
    return string.lower()


@_function("len", kind="both", string=p.String)
def _len(string: str) -> int:
    return len(string)


@_function("split", kind="method", string=p.String, separator=p.NullableString, max_splits=p.Int)
def _split(string: str, separator: str | None = None, max_splits: int = -1) -> MList:
    return MList(string.split(separator, max_splits))


@_function(
    "rightSplit", kind="method", string=p.String, separator=p.NullableString, max_splits=p.Int
)
def _right_split(string: str, separator: str | None = None, max_splits: int = -1) -> MList:
    return MList(string.rsplit(separator, max_splits))


def joined(separator: str, sequence: Iterable[Any]) -> str:
    """Join the texts of all items."""
    parts = [to_text(item) for item in sequence]
    bounds.text(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


@_function("join", kind="method", sequence=p.Iterable, separator=p.String)
def _join(sequence: Iterable[Any], separator: str) -> str:
    return joined(separator, sequence)


@_function("join", kind="method", separator=p.String, sequence=p.Iterable)
def _join_items(separator: str, sequence: Iterable[Any]) -> str:
    return joined(separator, sequence)


@_function("trim", kind="method", string=p.String, chars=p.NullableString)
def _trim(string: str, chars: str | None = None) -> str:
    return string.strip(chars)


@_function("trimLeft", kind="method", string=p.String, chars=p.NullableString)
def _trim_left(string: str, chars: str | None = None) -> str:
    return string.lstrip(chars)


@_function("trimRight", kind="method", string=p.String, chars=p.NullableString)
def _trim_right(string: str, chars: str | None = None) -> str:
    return string.rstrip(chars)


@_function("norm", kind="both", string=p.NullableString, chars=p.NullableString)
def _norm(string: str | None, chars: str | None = None) -> str | None:
    return None if string is None else string.strip(chars) or None


@_function(
    "isEmpty",
    kind="both",
    string=p.NullableString,
    trim_spaces=p.of(bool),
    chars=p.NullableString,
    aliases={"trim_spaces": "trim"},
)
def _is_empty(string: str | None, trim_spaces: bool = True, chars: str | None = None) -> bool:
    if string is None:
        return True
    return not (string.strip(chars) if trim_spaces else string)


@_function("replace", kind="method", string=p.String, old=p.String, new=p.String, count=p.Int)
def _replace(string: str, old: str, new: str, count: int = -1) -> str:
    return bounds.replaced(string, old, new, count)


@_function("replace", kind="method", string=p.String, replacements=p.Mapping, count=p.Int)
def _replace_many(string: str, replacements: Mapping[Any, Any], count: int = -1) -> str:
    for old, new in replacements.items():
        string = bounds.replaced(string, to_text(old), to_text(new), count)
    return string


@_function("substring", kind="method", string=p.String, start=p.Int, length=p.Int)
def _substring(string: str, start: int, length: int = -1) -> str:
    if length < 0:
        length = len(string)
    if start < 0:
        start += len(string)
    return string[start : start + length]


def _window(string: str, start: int, length: int) -> tuple[int, int]:
    if start < 0:
        start += len(string)
    if length < 0:
        length = len(string) - start
    return start, start + length


@_function("indexOf", kind="method", string=p.String, sub=p.String, start=p.Int)
def _index_of(string: str, sub: str, start: int = 0) -> int:
    return string.find(sub, start)


@_function("indexOf", kind="method", string=p.String, sub=p.String, start=p.Int, length=p.Int)
def _index_of_within(string: str, sub: str, start: int, length: int) -> int:
    return string.find(sub, *_window(string, start, length))


@_function("lastIndexOf", kind="method", string=p.String, sub=p.String, start=p.Int)
def _last_index_of(string: str, sub: str, start: int = 0) -> int:
    return string.rfind(sub, start)


@_function("lastIndexOf", kind="method", string=p.String, sub=p.String, start=p.Int, length=p.Int)
def _last_index_of_within(string: str, sub: str, start: int, length: int) -> int:
    return string.rfind(sub, *_window(string, start, length))


@_function("toCharArray", kind="method", string=p.String)
def _to_char_array(string: str) -> MList:
    bounds.items(len(string))
    return MList(string)


@_function("characters")
def _characters(
    digits: bool = False,
    hexdigits: bool = False,
    ascii_lowercase: bool = False,
    ascii_uppercase: bool = False,
    ascii_letters: bool = False,
    letters: bool = False,
    octdigits: bool = False,
    punctuation: bool = False,
    printable: bool = False,
    lowercase: bool = False,
    uppercase: bool = False,
    whitespace: bool = False,
) -> MList:
    # "letters", "lowercase" and "uppercase" fail in yaql (they left Python's string module);
    # the ASCII sets are what they once meant. Order is that of first appearance, not a hash's.
    chosen = (
        (digits, python_strings.digits),
        (hexdigits, python_strings.hexdigits),
        (ascii_lowercase or lowercase, python_strings.ascii_lowercase),
        (ascii_uppercase or uppercase, python_strings.ascii_uppercase),
        (ascii_letters or letters, python_strings.ascii_letters),
        (octdigits, python_strings.octdigits),
        (punctuation, python_strings.punctuation),
        (printable, python_strings.printable),
        (whitespace, python_strings.whitespace),
    )
    return MList(dict.fromkeys("".join(chars for wanted, chars in chosen if wanted)))


@_function("isString")
def _is_string(arg: Any) -> bool:
    return isinstance(arg, str)


@_function("startsWith", kind="method", string=p.String, prefixes=p.String)
def _starts_with(string: str, *prefixes: str) -> bool:
    return string.startswith(prefixes)


@_function("endsWith", kind="method", string=p.String, suffixes=p.String)
def _ends_with(string: str, *suffixes: str) -> bool:
    return string.endswith(suffixes)


@_function("hex", num=p.NullableNumber)
def _hex(num: int) -> str:
    return hex(num)
