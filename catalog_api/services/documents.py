"""Texts and JSON documents of requests: what is taken of them at all, whatever they are for."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from catalog_api.services.errors import BadRequest

MAX_DEPTH = 100
"""Deepest nesting of a document; a model is far flatter."""


def parsed(body: bytes) -> Any:
    """The JSON document of a body.

    :raises BadRequest: it is none, nests too deep, or has a text that no database takes.
    """
    try:
        document = json.loads(body, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from error
    check(document)
    return document


def check(document: Any, depth: int = MAX_DEPTH) -> None:
    """Refuse a document that nests too deep, or has a text that no database takes.

    :param depth: how deep it may nest.
    :raises BadRequest: it does.
    """
    level = [document]
    for _depth in range(depth):
        following: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                following.extend(value.values())
                _check_texts(value)
            elif isinstance(value, list):
                following.extend(value)
            elif isinstance(value, str):
                _check_texts((value,))
        if not following:
            return
        level = following
    raise BadRequest(f"The body nests deeper than {MAX_DEPTH} levels")


def check_put(parts: tuple[str, ...] | list[str], value: Any) -> None:
    """Refuse a value that would nest too deep at the end of a path.

    A model grows by many requests, each of them flat enough; what is nested without bound can be
    read by no recursive program any more, be it the one that stores it.

    :raises BadRequest: it would.
    """
    check(value, max(MAX_DEPTH - len(parts), 0))


def text_of(encoded: str) -> str:
    """A percent-encoded text as it was meant.

    :param encoded: as a server hands it over: each byte a character.
    :raises BadRequest: it is no UTF-8, or has NUL in it.
    """
    try:
        text = unquote_to_bytes(encoded.encode("latin-1")).decode()
    except UnicodeError as error:
        raise BadRequest("The path and the query of a request must be UTF-8 text") from error
    if "\0" in text:
        raise BadRequest("The path and the query of a request must not have NUL in them")
    return text


def _check_texts(texts: Iterable[str]) -> None:
    for text in texts:
        if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise BadRequest("Texts must not have NUL or half of a surrogate pair in them")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is too large a number")
    return number
