"""Expressions generated from the declarations of yaql's functions, as texts."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from tests.unit.catalog_engine.muranopl.functions.leaves import (
    BODIES,
    KEYWORDS,
    KINDS,
    LAMBDAS,
    LAMBDAS_OF_TWO,
    LEAVES,
    NAMED_LEAVES,
    WIDER,
)
from tests.unit.catalog_engine.muranopl.functions.oracle import Overload, Parameter

SMALL: Final = frozenset(("pow", "shiftBitsLeft", "#operator_*", "round"))
"""Functions whose arguments are leaves: from large ones yaql makes huge numbers or texts."""

ENDLESS: Final = frozenset(("range", "sequence", "repeat", "cycle", "generate", "generateMany"))
"""Functions that are cut off inside of other expressions: yaql's len() has no limit."""

UNNESTED: Final = frozenset(("now", "random", "localtz", "#finalize", "#iter", "#operator_=>"))

OF_TWO: Final = frozenset(("aggregate", "reduce", "accumulate", "join", "listMerger", "itemMerger"))
"""Functions, or parameters, whose lambdas get two values."""


class Writer:
    """Writes one expression.

    :param rng: makes every choice.
    :param library: the overloads to choose from.
    :param spoiled: arguments are such as hardly a function takes.
    """

    def __init__(self, rng: random.Random, library: Library, spoiled: bool = False):
        self._rng = rng
        self._library = library
        self._spoiled = spoiled
        self._lambdas = 0
        #: Expressions of any kind are written, whatever kind is wanted.
        self._wild = self._chance(12)

    def _chance(self, percent: int) -> bool:
        return self._rng.randrange(100) < percent

    def _one(self, options: Sequence[Any]) -> Any:
        return self._rng.choice(options)

    # ------------------------------------------------------------ expressions

    def expression(self, kind: str, depth: int) -> str:
        """An expression of a kind, or now and then of another."""
        if self._spoiled:
            kind = "scope"
        elif kind in ("any", "yaqlized") or self._wild or self._chance(4):
            kind = self._one(KINDS)
        elif kind in WIDER:
            kind = self._one(WIDER[kind])
        if depth > 0 and self._chance(30 + 15 * depth) and (makers := self._library.makers[kind]):
            return self.call(self._one(makers), depth - 1, nested=True)
        if self._lambdas and self._chance(40):
            return self._one(("$", "$1", "$", "$2"))
        return self._one(LEAVES[kind])

    def argument(self, overload: Overload, parameter: Parameter, depth: int) -> str:
        """An expression for one parameter of an overload."""
        name = parameter.name
        if overload.name in SMALL:
            depth = 0
        if parameter.kind == "lambda":
            return self._lambda(overload, parameter, depth)
        if parameter.kind == "rule":
            return f"{self.expression('any', depth)} => {self.expression('any', depth)}"
        if parameter.kind in ("keyword", "variable"):
            return self._one(KEYWORDS)
        special = NAMED_LEAVES.get(f"{overload.name}.{name}")
        if special is None and parameter.kind != "regex":
            special = NAMED_LEAVES.get(name)
        if special is not None and not self._chance(15):
            return self._one(special)
        if parameter.nullable and self._chance(10):
            return "null"
        return self.expression(parameter.kind, depth)

    def _lambda(self, overload: Overload, parameter: Parameter, depth: int) -> str:
        special = NAMED_LEAVES.get(f"{overload.name}.{parameter.name}")
        if special is not None:
            return self._one(special)
        if overload.name in ("#operator_and", "#operator_or"):
            return self.expression("any", depth)
        if overload.name == "#operator_->":
            return self._one(BODIES)
        self._lambdas += 1
        try:
            if depth > 0 and self._chance(40):
                return self.expression("any", depth)
        finally:
            self._lambdas -= 1
        of_two = overload.name in OF_TWO or parameter.name in OF_TWO
        return self._one(LAMBDAS_OF_TWO if of_two else LAMBDAS)

    # ------------------------------------------------------------ calls

    def call(self, overload: Overload, depth: int, nested: bool = False) -> str:
        """A call of an overload, or the operator that stands for it."""
        name = overload.name
        write = SPECIAL.get(name)
        if write is not None:
            return write(self, overload, depth)
        if name.startswith("#property#"):
            return f"{self._receiver(overload, depth)}.{name.removeprefix('#property#')}"
        if name.startswith("#unary_operator_"):
            operator = name.removeprefix("#unary_operator_")
            return f"({operator} {self.argument(overload, overload.parameters[0], depth)})"
        if name[0] in "#*":
            return self._operator(overload, depth)
        text = self._plain_call(overload, depth)
        if name in ENDLESS and (nested or self._chance(50)):
            return f"{text}.limit({self._one((3, 0, 5))})"
        return text

    def _operator(self, overload: Overload, depth: int) -> str:
        operator = OPERATORS.get(overload.name) or overload.name.removeprefix("#operator_")
        one, other = overload.parameters[0], overload.parameters[-1]
        left = self.argument(overload, one, depth)
        return f"({left} {operator} {self.argument(overload, other, depth)})"

    def _receiver(self, overload: Overload, depth: int) -> str:
        return receiver(self.argument(overload, overload.parameters[0], depth))

    def _plain_call(self, overload: Overload, depth: int) -> str:
        if overload.is_function and not (overload.is_method and self._chance(50)):
            return f"{overload.name}({self._arguments(overload, overload.parameters, depth)})"
        return self._receiver(overload, depth) + "." + self._tail(overload, depth)

    def _tail(self, overload: Overload, depth: int) -> str:
        own = overload.parameters[0]
        rest = overload.parameters[1:] if own.form == "plain" else overload.parameters
        return f"{overload.name}({self._arguments(overload, rest, min(depth, 1))})"

    def _arguments(self, overload: Overload, wanted: Iterable[Parameter], depth: int) -> str:
        """Arguments as declared; now and then one too few, too many, or of an unknown name."""
        wrong = self._rng.randrange(88 if self._spoiled else 0, 100)
        texts: list[str] = []
        by_name = False
        for parameter in wanted:
            if parameter.form == "surplus":
                if not by_name:
                    count = self._one((2, 1, 0, 3))
                    texts += [self.argument(overload, parameter, depth) for _ in range(count)]
                    by_name = parameter.kind == "rule" or not overload.takes_names
                continue
            if parameter.form == "named":
                for name in self._one(((), ("a",), ("default", "b"))):
                    by_name = True
                    texts.append(f"{name} => {self.argument(overload, parameter, depth)}")
                continue
            if not parameter.required and self._chance(50):
                if not by_name and self._chance(15):
                    texts.append("")
                    continue
                by_name = overload.takes_names
                if not by_name:
                    break
                continue
            text = self.argument(overload, parameter, depth)
            by_name = by_name or (overload.takes_names and self._chance(15))
            if by_name:
                texts = _without_last_gaps(texts)
            texts.append(f"{parameter.name} => {text}" if by_name else text)
        if wrong > 94:
            texts = texts[:-1]
        elif wrong > 90 and not by_name:
            texts.append(self.expression("any", 0))
        elif wrong > 87:
            texts = [*_without_last_gaps(texts), "nothing => 1"]
        return ", ".join(_without_last_gaps(texts))

    # ------------------------------------------------------------ displays, access and scopes

    def display(self, overload: Overload, depth: int) -> str:
        """``[...]`` or ``{...}``."""
        inner = self._arguments(overload, overload.parameters, depth)
        return f"[{inner}]" if overload.name == "#list" else f"{{{inner}}}"

    def index(self, overload: Overload, depth: int) -> str:
        """``x[...]``."""
        inner = [self.argument(overload, one, depth) for one in overload.parameters[1:]]
        return f"{self._receiver(overload, depth)}[{', '.join(inner)}]"

    def access(self, overload: Overload, depth: int) -> str:
        """``x.key``, ``x.method()``, and the same with ``?.``."""
        dot = overload.name.removeprefix("#operator_")
        parts = {one.name: one for one in overload.parameters}
        if "expr" not in parts:
            owner = next(one for one in overload.parameters if one.kind != "keyword")
            return f"{receiver(self.argument(overload, owner, depth))}{dot}{self._one(KEYWORDS)}"
        method = self._one(self._library.methods)
        if parts["receiver"].kind == "scope":
            left = self._one(("[1, 2].as($ => a)", "ab.as($.len() => a)", "let(1)"))
            return f"{left}{dot}{self._tail(method, depth)}"
        left = "null" if dot == "?." and self._chance(20) else self._receiver(method, depth)
        if dot == "?." and self._chance(20):
            return f"{left}{dot}{self._one(KEYWORDS)}"
        return f"{left}{dot}{self._tail(method, depth)}"

    def variable(self, _overload: Overload, _depth: int) -> str:
        """A variable, whether there is one or not."""
        return self._one(("$data", "$", "$nothing", "$1"))

    def scoped(self, overload: Overload, depth: int) -> str:
        """``scope -> expression``."""
        left = self.argument(overload, overload.parameters[0], depth)
        if self._chance(40):
            return f"({left} -> {self.expression('any', depth)})"
        return f"({left} -> {self._one(BODIES)})"

    def scope(self, overload: Overload, depth: int) -> str:
        """What makes a scope, most often with something that reads it."""
        text = self._plain_call(overload, depth)
        return text if self._chance(10) else f"({text} -> {self._one(BODIES)})"

    def anything(self, _overload: Overload, depth: int) -> str:
        """Any expression: this is done to all of them."""
        return self.expression("any", depth)

    def by_kind(self, overload: Overload, depth: int) -> str:
        """A test of the kind of what is another value in every call."""
        test = {"now": "isDatetime", "localtz": "isTimespan"}.get(overload.name, "isNumber")
        return f"{test}({self._plain_call(overload, depth)})"


def _without_last_gaps(texts: list[str]) -> list[str]:
    """Arguments by position, of which the last may not be left out."""
    while texts and not texts[-1]:
        texts = texts[:-1]
    return texts


def receiver(text: str) -> str:
    """An expression as the left side of a dot; what has operators is in parentheses already."""
    return f"({text})" if re.fullmatch(r"\d+\.\d+", text) else text


OPERATORS: Final = {"*equal": "=", "*not_equal": "!="}
SPECIAL: Final[Mapping[str, Callable[[Writer, Overload, int], str]]] = {
    "#list": Writer.display, "#map": Writer.display, "#indexer": Writer.index,
    "#operator_.": Writer.access, "#operator_?.": Writer.access,
    "#get_context_data": Writer.variable, "#operator_->": Writer.scoped,
    "let": Writer.scope, "with": Writer.scope, "def": Writer.scope, "unpack": Writer.scope,
    "#finalize": Writer.anything, "#iter": Writer.anything, "#operator_=>": Writer.anything,
    "now": Writer.by_kind, "random": Writer.by_kind, "localtz": Writer.by_kind,
}  # fmt: skip


class Library:
    """The overloads that expressions are made of.

    :ivar makers: overloads by the kind of their results, for nested calls.
    :ivar methods: overloads that are called with a dot.
    """

    def __init__(self, overloads: Mapping[str, Overload]):
        usable = [
            one
            for _key, one in sorted(overloads.items())
            if one.name not in UNNESTED
            and not any(parameter.kind == "yaqlized" for parameter in one.parameters)
        ]
        self.methods = tuple(
            one for one in usable if one.is_method and one.name[0] != "#" and one.name != "unpack"
        )
        nested = [one for one in usable if one.name not in SMALL]
        self.makers: dict[str, tuple[Overload, ...]] = {
            kind: tuple(one for one in nested if one.result == kind) for kind in KINDS
        }
        self.makers["iterator"] += tuple(one for one in nested if one.result == "iterable")

    def call(self, rng: random.Random, overload: Overload) -> str:
        """A call of an overload, most often with simple arguments."""
        return Writer(rng, self).call(overload, rng.choice((0, 1, 0, 2)))

    def spoiled_call(self, rng: random.Random, overload: Overload) -> str:
        """A call that fails, if the overload does not take everything."""
        return Writer(rng, self, spoiled=True).call(overload, 0)

    def chain(self, rng: random.Random) -> str:
        """An expression whose calls nest up to four deep."""
        return Writer(rng, self).call(rng.choice(self.methods), 4)
