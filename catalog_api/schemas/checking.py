"""Holding what was sent against its schema, with an error that says what is wrong and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from catalog_api.schemas.values import ERROR, Schema

Failure = type[Exception]
_TEXT = 300
"""Characters of a text that errors cite at most."""


class Checker:
    """Checks documents against one schema, which is prepared once."""

    def __init__(self, schema: Schema) -> None:
        self._validator = Draft202012Validator(schema)

    def problem(self, document: Any) -> str | None:
        """What is wrong with a document; None when it fits."""
        if self._validator.is_valid(document):
            return None
        found = best_match(self._validator.iter_errors(document))
        return None if found is None else _told(found)


def _told(error: ValidationError) -> str:
    told = _own_text(error)
    if told is not None:
        return told
    place = "/".join(str(part) for part in error.absolute_path)
    return f"{place[:_TEXT]}: {error.message[:_TEXT]}" if place else error.message[:_TEXT]


def _own_text(error: ValidationError) -> str | None:
    """What the schema says for this failure; of a missing member, what its schema says."""
    schema: Any = error.schema
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        schema = schema.get("properties", {}).get(missing, {})
    told = schema.get(ERROR) if isinstance(schema, Mapping) else None
    if isinstance(told, Mapping):
        told = told.get(error.validator, told.get(""))
    return told


def whole_number(text: str) -> int | None:
    """A number of a query as it is written; None for all else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def query_problem(query: Mapping[str, Schema], only_these: bool, given: Any) -> str | None:
    """What is wrong with query parameters; None when they fit.

    Flags are never wrong: they are ``true`` in any case, or false.

    :param given: parameters as a multi-dictionary, of which the last value of a name counts.
    """
    unknown = sorted(set(given) - set(query)) if only_these else ()
    if unknown:
        return f"{unknown[0][:80]!r} is none of {', '.join(sorted(query))}"
    for name, schema in query.items():
        value = given.get(name)
        if value is not None and not _fits(schema, value):
            return str(schema[ERROR])
    return None


def _fits(schema: Schema, value: str) -> bool:
    if schema["type"] == "integer":
        number = whole_number(value)
        return number is not None and Draft202012Validator(schema).is_valid(number)
    return value == "" or "enum" not in schema or value in schema["enum"]
