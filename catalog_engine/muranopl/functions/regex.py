"""Regular expressions, with a bound on their time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.functions.timed import bounded
from catalog_engine.muranopl.runtime.values import MDict, MList

subject = Subject()
_function = subject.function

PATTERN_LENGTH: Final = 16 * 1024
"""Longest pattern, in characters."""


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a pattern.

    :raises ValueError: it is too long or not a regular expression (``re.error``).
    """
    if len(pattern) > PATTERN_LENGTH:
        raise ValueError(f"A regular expression has at most {PATTERN_LENGTH} characters")
    return re.compile(pattern, flags)


def search(pattern: re.Pattern[str] | str, string: str) -> re.Match[str] | None:
    """Find the first match anywhere in *string*; used by the ``=~`` operators as well.

    :raises TimeoutError: the search took too long.
    """
    if isinstance(pattern, str):
        pattern = compiled(pattern)
    return bounded(pattern.search, string)


@_function("regex", pattern=p.String)
def _regex(
    pattern: str, ignore_case: bool = False, multi_line: bool = False, dot_all: bool = False
) -> re.Pattern[str]:
    return compiled(
        pattern,
        (re.IGNORECASE if ignore_case else 0)
        | (re.MULTILINE if multi_line else 0)
        | (re.DOTALL if dot_all else 0),
    )


@_function("matches", kind="method", regexp=p.Regex, string=p.String)
def _matches(regexp: re.Pattern[str], string: str) -> bool:
    return search(regexp, string) is not None


@_function("matches", kind="method", string=p.String, regexp=p.String)
def _text_matches(string: str, regexp: str) -> bool:
    return search(regexp, string) is not None


@_function("#operator_=~", string=p.String, regexp=p.Regex)
@_function("#operator_=~", string=p.String, regexp=p.String)
def _matches_operator(string: str, regexp: Any) -> bool:
    return search(regexp, string) is not None


@_function("#operator_!~", string=p.String, regexp=p.Regex)
@_function("#operator_!~", string=p.String, regexp=p.String)
def _not_matches_operator(string: str, regexp: Any) -> bool:
    return search(regexp, string) is None


def _records(match: re.Match[str]) -> list[MDict]:
    """The whole match and its groups, as a selector sees them in ``$``, ``$2``, ``$3``…"""
    return [
        MDict({"value": match.group(index), "start": match.start(index), "end": match.end(index)})
        for index in range(match.re.groups + 1)
    ]


@_function("search", kind="method", regexp=p.Regex, string=p.String, selector=p.Lambda)
def _search(
    regexp: re.Pattern[str],
    string: str,
    selector: Callable[..., Any] | None = None,
) -> Any:
    match = search(regexp, string)
    if match is None:
        return None
    return match.group() if selector is None else selector(*_records(match))


@_function("searchAll", kind="method", regexp=p.Regex, string=p.String, selector=p.Lambda)
def _search_all(
    regexp: re.Pattern[str], string: str, selector: Callable[..., Any] | None = None
) -> Iterator[Any]:
    matches = regexp.finditer(string)
    while (match := bounded(next, matches, None)) is not None:
        yield match.group() if selector is None else selector(*_records(match))


@_function("split", kind="method", regexp=p.Regex, string=p.String, max_split=p.Int)
def _split(regexp: re.Pattern[str], string: str, max_split: int = 0) -> MList:
    return MList(bounded(regexp.split, string, max_split))


@_function("split", kind="method", string=p.String, regexp=p.Regex, max_split=p.Int)
def _split_text(string: str, regexp: re.Pattern[str], max_split: int = 0) -> MList:
    return MList(bounded(regexp.split, string, max_split))


def _substituted(
    regexp: re.Pattern[str],
    string: str,
    count: int,
    text_of: Callable[[re.Match[str]], str | None],
) -> str:
    """Replace matches one by one: text is made outside of C code, and its length is bounded.

    As with Python, null stands for nothing, a *count* of 0 for all and a lower one for none.
    """
    parts: list[str] = []
    length = end = done = 0
    matches = regexp.finditer(string)
    while count == 0 or done < count:
        match = bounded(next, matches, None)
        if match is None:
            break
        new = text_of(match)
        parts += (string[end : match.start()], "" if new is None else new)
        length += len(parts[-1]) + len(parts[-2])
        bounds.text(length)
        end = match.end()
        done += 1
    return "".join((*parts, string[end:]))


@_function("replace", kind="method", regexp=p.Regex, string=p.String, repl=p.String, count=p.Int)
def _replace(regexp: re.Pattern[str], string: str, repl: str, count: int = 0) -> str:
    if "\\" in repl:
        # A wrong reference is an error even where nothing is replaced.
        regexp.sub(repl, "")
    return _substituted(regexp, string, count, lambda match: match.expand(repl))


@_function("replace", kind="method", string=p.String, regexp=p.Regex, repl=p.String, count=p.Int)
def _replace_text(string: str, regexp: re.Pattern[str], repl: str, count: int = 0) -> str:
    return _replace(regexp, string, repl, count)


@_function("replaceBy", kind="method", regexp=p.Regex, string=p.String, repl=p.Lambda, count=p.Int)
def _replace_by(
    regexp: re.Pattern[str],
    string: str,
    repl: Callable[..., Any],
    count: int = 0,
) -> str:
    return _substituted(regexp, string, count, lambda match: repl(*_records(match)))


@_function("replaceBy", kind="method", string=p.String, regexp=p.Regex, repl=p.Lambda, count=p.Int)
def _replace_text_by(
    string: str, regexp: re.Pattern[str], repl: Callable[..., Any], count: int = 0
) -> str:
    return _replace_by(regexp, string, repl, count)


@_function("escapeRegex", string=p.String)
def _escape_regex(string: str) -> str:
    return re.escape(string)


@_function("isRegex")
def _is_regex(value: Any) -> bool:
    return isinstance(value, re.Pattern)
