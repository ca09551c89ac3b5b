"""Kinds of findings in UI definitions: code, severity, and what each of them means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from catalog_forms.errors import Place

ERROR: Final = "error"
WARNING: Final = "warning"


class Code(NamedTuple):
    """One kind of finding.

    :ivar severity: ``error`` where the form must fail, ``warning`` where it is likely a mistake.
    :ivar meaning: one line for the table of codes.
    :ivar refuses: no form can be made of the definition.
    """

    severity: str
    meaning: str
    refuses: bool = False


CODES: Final[Mapping[str, Code]] = {
    "syntax": Code(ERROR, "the file is no YAML, or uses what definitions may not", True),
    "limit": Code(ERROR, "the file is larger, deeper or more complex than it may be", True),
    "no-mapping": Code(ERROR, "the file is empty, or is not one mapping", True),
    "repeated-key": Code(WARNING, "a key that stands twice in a mapping; the last one counts"),
    "version": Code(ERROR, "a Version that is not supported", True),
    "newer-feature": Code(WARNING, "something that a later Version than the file's introduced"),
    "no-application": Code(ERROR, "there is no Application", True),
    "no-header": Code(ERROR, "Application has no ? with a type"),
    "wrong-type": Code(ERROR, "a part of the definition that is not of the needed kind", True),
    "unknown-key": Code(WARNING, "a key that is ignored"),
    "ignored-parameter": Code(WARNING, "a parameter whose name does not begin with a letter"),
    "parameter-order": Code(WARNING, "a parameter that uses a later one, which is null"),
    "answers-in-parameter": Code(ERROR, "a parameter that uses answers, of which there are none"),
    "form-keys": Code(ERROR, "an item of Forms that has not one name; the first counts"),
    "repeated-form": Code(WARNING, "two forms of one name share their answers"),
    "missing-fields": Code(ERROR, "a form without fields", True),
    "missing-attribute": Code(ERROR, "a field without name or type", True),
    "repeated-field": Code(WARNING, "two fields of one name; the last one counts"),
    "unknown-type": Code(ERROR, "a type that is neither of a field nor the name of a class"),
    "unknown-attribute": Code(WARNING, "an attribute that fields of the type have not"),
    "invalid-attribute": Code(ERROR, "an attribute with a value that it cannot have"),
    "repeated-validators": Code(WARNING, "regexpValidator and validators: the later one counts"),
    "invalid-validator": Code(ERROR, "a validator without an expression or a pattern"),
    "invalid-pattern": Code(ERROR, "a regular expression that is none"),
    "never-valid": Code(ERROR, "a hidden required field without a value"),
    "hidden-password": Code(WARNING, "a hidden password is shown by other dashboards"),
    "not-an-expression": Code(WARNING, "an unquoted text with a $ that is no expression"),
    "bad-expression": Code(ERROR, "a text marked as expression that is none", True),
    "unquoted-text": Code(WARNING, "words taken for an expression; quote them"),
    "unknown-function": Code(ERROR, "an expression uses a function that does not exist"),
    "unknown-variable": Code(WARNING, "an expression uses a variable that is not set: it is null"),
    "unknown-template": Code(WARNING, "ref() of a template that does not exist: it is null"),
    "unknown-form": Code(ERROR, "an expression uses the answers of a form that does not exist"),
    "unknown-field": Code(WARNING, "an expression uses an answer that its form has not"),
    "later-form": Code(ERROR, "an expression uses the answers of a form that comes later"),
    "endless-template": Code(ERROR, "templates that contain each other"),
    "not-json": Code(ERROR, "a date in the object model, which cannot be sent; quote it"),
    # while a form is filled
    "evaluation": Code(ERROR, "an expression that fails"),
    "too-deep": Code(ERROR, "an evaluation that nests too deeply"),
    "encryption": Code(ERROR, "the form needs a key manager, and none is configured"),
    "source": Code(ERROR, "the method of ParametersSource failed"),
}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to be said about a definition; line and column count from 1."""

    line: int
    column: int
    severity: str
    code: str
    message: str


Report = Callable[[str, Place, str], None]
"""Takes a code, a place and a message note of."""


def finding(code: str, place: Place | None, message: str) -> Finding:
    """A finding of the severity of its code."""
    line, column = place or Place()
    return Finding(line, column, CODES[code].severity, code, message)
