"""The kinds of findings: code, severity, and what each of them means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

ERROR: Final = "error"
WARNING: Final = "warning"


class Code(NamedTuple):
    """One kind of finding.

    :ivar severity: ``error`` where running it must fail, ``warning`` where it is very likely a
        mistake.
    :ivar meaning: one line for the table of codes.
    :ivar is_style: it is a matter of taste, told on request only.
    """

    severity: str
    meaning: str
    is_style: bool = False


CODES: Final[Mapping[str, Code]] = {
    # packages
    "unreadable": Code(ERROR, "the path, the archive or the manifest cannot be read"),
    "manifest": Code(ERROR, "a value of the manifest is missing or malformed"),
    "missing-file": Code(ERROR, "the manifest names a file that the package has not"),
    "missing-package": Code(
        WARNING, "a required package is not at hand, so uses of its classes are not checked"
    ),
    "missing-class": Code(ERROR, "the manifest lists a class that its file has not"),
    "unlisted-class": Code(WARNING, "a class that neither the manifest lists nor its file uses"),
    "unlisted-file": Code(WARNING, "a file below Classes that the manifest does not name"),
    # documents
    "syntax": Code(ERROR, "a file, class, member or instruction that does not compile"),
    "repeated-key": Code(WARNING, "a key that stands twice in a mapping; the last one counts"),
    "unknown-key": Code(WARNING, "a key that is ignored, and looks like a misspelt known one"),
    "ignored-key": Code(WARNING, "a key that is ignored", is_style=True),
    "not-an-expression": Code(WARNING, "an unquoted text with a $ that is no expression"),
    "unquoted-text": Code(ERROR, "words taken for an expression that cannot be evaluated"),
    "too-many": Code(WARNING, "the package has more findings than are shown"),
    # names of classes
    "unknown-class": Code(ERROR, "a class that neither the package nor a required one has"),
    "unknown-namespace": Code(ERROR, "a namespace prefix that is not declared"),
    "unused-namespace": Code(WARNING, "a namespace prefix that nothing uses", is_style=True),
    # inheritance
    "inheritance": Code(ERROR, "a class that inherits from itself or from a metaclass"),
    "conflicting-property": Code(
        WARNING, "declarations of a property whose contracts or usages exclude each other"
    ),
    # members
    "unknown-property": Code(ERROR, "a property that is nowhere declared nor set"),
    "unknown-method": Code(ERROR, "a method that the class has not"),
    "unknown-function": Code(ERROR, "a function that does not exist"),
    "ambiguous-member": Code(ERROR, "a member that two unrelated parents declare"),
    "not-static": Code(ERROR, "a member of objects used on a class"),
    "wrong-arguments": Code(ERROR, "arguments that no declaration of the name takes"),
    "ignored-argument": Code(WARNING, "an argument of new() that no property or .init takes"),
    "read-only-property": Code(
        WARNING, "an assignment, outside of construction, to a property that is In or Const"
    ),
    "uncallable-method": Code(WARNING, "a method that its declaration makes impossible to call"),
    "deprecated-usage": Code(WARNING, "Usage: Action in a new format", is_style=True),
    # bodies
    "unknown-variable": Code(WARNING, "a variable that nothing has set: it is null"),
    "unused-variable": Code(WARNING, "a variable that is set and never read", is_style=True),
    "invalid-target": Code(ERROR, "an assignment to what cannot be assigned to"),
    "unreachable": Code(WARNING, "instructions that can never run"),
    "outside-loop": Code(ERROR, "Break or Continue outside of a loop"),
    "outside-catch": Code(ERROR, "Rethrow outside of Catch"),
    # contracts
    "unknown-contract-function": Code(ERROR, "a function that contracts do not have"),
    "literal-contract": Code(WARNING, "a contract that is a text where an expression is meant"),
    "contract-violation": Code(ERROR, "a constant that its contract refuses"),
    "impossible-contract": Code(ERROR, "a contract that no value satisfies"),
    # metadata
    "invalid-meta": Code(ERROR, "metadata that cannot be attached where it stands"),
    "ignored-meta": Code(WARNING, "metadata or a part of it that has no effect"),
    # forms
    "ui": Code(ERROR, "a mistake of the UI definition; its own code follows the slash"),
}
