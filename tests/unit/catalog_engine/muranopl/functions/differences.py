"""Where the language means to differ from the published yaql; any other difference is a fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.unit.catalog_engine.muranopl.functions.marks import (
    INDEXED,
    LAZY_TEXT,
    LIST_TEXT,
    RULE,
    UNSETTLED,
)
from tests.unit.catalog_engine.muranopl.functions.oracle import Outcome


@dataclass(frozen=True)
class Case:
    """One evaluation.

    :ivar called: the overloads of yaql that ran.
    :ivar argument_failed: ours ended in the evaluation of an argument.
    :ivar compiled: ours is compiled code, and not only our table of functions.
    """

    text: str
    ours: Outcome
    theirs: Outcome
    called: frozenset[str]
    argument_failed: bool
    compiled: bool = False


@dataclass(frozen=True)
class Difference:
    """A way in which ours and yaql's outcomes may differ.

    :ivar reason: why ours is as it is.
    :ivar example: expression that shows it.
    :ivar ours: what ours gives for the example, as ``str(Outcome)`` begins.
    :ivar theirs: the same for yaql.
    :ivar overloads: at least one of these ran in yaql; empty when the choice itself failed.
    :ivar fits: what else holds.
    """

    reason: str
    example: str
    ours: str
    theirs: str
    overloads: frozenset[str] = frozenset()
    fits: Callable[[Case], bool] = lambda case: True
    only_compiled: bool = False

    def allows(self, case: Case) -> bool:
        """Say whether this is what a case shows."""
        if self.only_compiled and not case.compiled:
            return False
        return (not self.overloads or bool(self.overloads & case.called)) and self.fits(case)


_RESOLUTION: Final = re.compile("No(Matching|)(Function|Method)(Registered|)Exception|Ambiguous.*")


CALL: Final = "call(string name, list args, dict kwargs, any receiver)"
SORTING: Final = frozenset((
    "method orderBy(iterable collection, lambda? selector)",
    "method orderByDescending(iterable collection, lambda? selector)",
))  # fmt: skip

DIFFERENCES: Final = (
    Difference(
        "What random() says of bounds that are no whole numbers depends on no release of Python.",
        "random(1.5, 2)",
        "ValueError: random() takes whole numbers, not 1.5",
        "",
        frozenset(("random(any from, any to)",)),
        fits=lambda case: "random() takes whole numbers" in (case.ours.message or ""),
    ),
    Difference(
        "Arguments are evaluated before an overload is chosen; yaql gives up before that when"
        " their number, or a constant among them, fits none.",
        "0[$.nothing.a]",
        "KeyError",
        "NoMatchingFunctionException",
        fits=lambda case: (
            case.argument_failed
            and case.ours.error is not None
            and case.theirs.error is not None
            and _RESOLUTION.fullmatch(case.theirs.error) is not None
        ),
    ),
    Difference(
        "All values can be keys; yaql makes lists of some functions that cannot.",
        "[5].enumerate().distinct()",
        "('list', (('list', (('int', 0), ('int', 5))),))",
        "TypeError: ",
        fits=lambda case: "unhashable type" in case.theirs.message,
    ),
    Difference(
        "A list's text is the same whichever function made the list.",
        "str([5].enumerate().first())",
        "('str', '(0, 5)')",
        "('str', '[0, 5]')",
        frozenset((LIST_TEXT,)),
    ),
    Difference(
        "The text of something lazy is that of the list it stands for, the same in every run.",
        "str(range(2))",
        "('str', '(0, 1)')",
        "('str', '<range_iterator object at 0x",
        frozenset((LAZY_TEXT,)),
    ),
    Difference(
        "An offset of a day or more is refused when it is given, not when it is used.",
        "isDatetime(datetime(0, timespan(1)))",
        "ValueError: offset must be",
        "('bool', True)",
        fits=lambda case: case.ours.message.startswith("offset must be"),
    ),
    Difference(
        "A timestamp is that of the moment; yaql takes the offset off twice.",
        "datetime(3600, timespan(hours => 1)).timestamp",
        "('float', '3600.0')",
        "('float', '0.0')",
        frozenset(("#property#timestamp(datetime obj)",)),
    ),
    Difference(
        "Letters are those of ASCII; yaql asks Python for names that left it with version 3.",
        "characters(lowercase => true).len()",
        "('int', 26)",
        "AttributeError: module 'string' has no attribute 'lowercase'",
        fits=lambda case: case.theirs.message.startswith("module 'string' has no attribute"),
    ),
    Difference(
        "Named arguments whose names are no words are left out, as yaql means to do.",
        "call(len, [[1]], {'1' => 2})",
        "('int', 1)",
        "RuntimeError: dictionary changed size during iteration",
        frozenset((CALL,)),
        lambda case: case.theirs.message == "dictionary changed size during iteration",
    ),
    Difference(
        "The same holds for names that are no texts.",
        "call(len, [[1]], {1 => 2})",
        "('int', 1)",
        "TypeError: expected string or bytes-like object, got 'int'",
        frozenset((CALL,)),
        lambda case: case.theirs.message.startswith("expected string or bytes-like object"),
    ),
    Difference(
        "All keys are known before sorting starts, those of the first items first; yaql asks for"
        " them as it compares, so another of several errors comes first.",
        "[{}, 5].orderBy($.a)",
        "KeyError: 'a'",
        'NoFunctionRegisteredException: Unknown function "#property#a"',
        SORTING,
        lambda case: case.ours.error is not None and case.theirs.error is not None,
    ),
    Difference(
        "All items of an iterator are unpacked; yaql loses the first of them.",
        "[2, 1].select($).unpack() -> [$1, $2]",
        "('list', (('int', 2), ('int', 1)))",
        "('list', (('int', 1), ('NoneType', None)))",
        frozenset(("method unpack(iterable sequence, *string args)",)),
        lambda case: "unpack()" in case.text,
    ),
    Difference(
        "What is no pair is not among the items of a dictionary.",
        "{a => 1}.items().contains(5)",
        "('bool', False)",
        "TypeError: cannot unpack non-iterable int object",
        fits=lambda case: (
            re.match("cannot unpack|(not enough|too many) values to unpack", case.theirs.message)
            is not None
        ),
    ),
    Difference(
        "A rule is no value.",
        "{}.set(a, b => 1).len()",
        "NoMatchingMethodException",
        "('int', 1)",
        frozenset((RULE,)),
        lambda case: case.ours.error is not None,
    ),
    Difference(
        "A scope is nothing to go over.",
        "dict([let(1)])",
        "TypeError: 'Scope' object is not iterable",
        "AttributeError: 'int' object has no attribute 'startswith'",
        fits=lambda case: case.theirs.message == "'int' object has no attribute 'startswith'",
    ),
    Difference(
        "Texts have format(), which yaql dropped: every package uses it.",
        "ab.format('%Y')",
        "('str', 'ab')",
        'NoMatchingMethodException: No method "format"',
        fits=lambda case: case.theirs.message.startswith('No method "format"'),
    ),
    Difference(
        "What is written as a list or dictionary, and what is stored, holds lists and never"
        " something lazy, so that equal ones are equal.",
        "{range(1) => 1, range(1) => 2}",
        "('dict', ((('list', (('int', 0),)), ('int', 2)),))",
        "('dict', ((('list', (('int', 0),)), ('int', 1)), (('list', (('int', 0),)), ('int', 2))))",
        frozenset((UNSETTLED,)),
        only_compiled=True,
    ),
)
"""Each has an example that shows it, so that none outlives its difference."""

OLD_DIFFERENCES: Final = (
    Difference(
        "Lists are pairs for dict() whichever function made them; yaql hands out two kinds.",
        "dict(list(a, 1))",
        "('dict', ((('str', 'a'), ('int', 1)),))",
        "StopIteration",
        fits=lambda case: (
            "dict(iterable items)" in case.called
            or re.match('No function "(dict|#map)" matches', case.theirs.message) is not None
        ),
    ),
    Difference(
        "dict() is no method; in yaql it looks like one, and fails.",
        "5.dict()",
        "NoMethodRegisteredException",
        "NoMatchingMethodException",
        fits=lambda case: case.theirs.message.startswith('No method "dict" for'),
    ),
    Difference(
        "Only an arrow reads a scope; in yaql a method goes on with what as() was called for.",
        "[1].as($ => a).len()",
        "NoMatchingMethodException",
        "('int', 1)",
        frozenset(("#operator_.(scope receiver, lambda? expr)",)),
    ),
    Difference(
        "A range is a list when it is multiplied.",
        "range(0, 2) * 1",
        "('list', (('int', 0), ('int', 1)))",
        "TypeError: unsupported operand",
        fits=lambda case: (
            re.match(r"unsupported operand type\(s\) for \*: .*'range'", case.theirs.message)
            is not None
        ),
    ),
    Difference(
        "A dictionary and a list are not added; yaql makes a list of the keys and the items.",
        "{a => 1} + [b]",
        "NoMatchingFunctionException",
        "('list', (('str', 'a'), ('str', 'b')))",
        frozenset(("#operator_+(iterable left, iterable right)",)),
        lambda case: case.ours.message.startswith('No function "#operator_+"'),
    ),
    Difference(
        "An index that is a key of a dictionary gives its item; yaql filters the keys.",
        "{a => 1}[a]",
        "('int', 1)",
        "('list', (('str', 'a'),))",
        frozenset((INDEXED,)),
    ),
)
"""Further ones for code of formats 1.0 and 1.1."""
