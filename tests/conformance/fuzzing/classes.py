"""A grammar of class files: several classes that know one another, and near misses of them."""

from __future__ import annotations

from typing import Any, Final

from tests.conformance.fuzzing.draws import Draws
from tests.conformance.fuzzing.expressions import OWN, Expressions
from tests.conformance.fuzzing.notation import Expression, Pairs, Raw
from tests.conformance.fuzzing.statements import NO_SCALARS, SCALARS, Statements

CLASSES: Final = ("Main", "Base", "Loop", "Label", "Many")
NAMESPACES: Final = Pairs(
    [("=", "org.example"), ("ex", "org.example"), ("std", "io.murano"), ("sys", "io.murano.system"),
     ("m", "io.murano.metadata"), ("me", "io.murano.metadata.engine")]
)  # fmt: skip
PLAIN: Final = (
    "$", "$.string()", "$.bool()", "$.class(ex:Base)", "$.class(std:Object)", "$.check(true)", "$",
    "$.template(Base)", "$.class(:Base).owned()", "$.int()", "$.class(Main)",
)  # fmt: skip
LEAVES: Final = (
    *PLAIN, "$.notNull()", "$.string().notNull()",
    "$.int().notNull().check($ > 0)", "$.class(Main)", "$.class(ex:Base)",
    "$.class(:Base).owned()", "$.class(std:Object).notOwned()", "$.class(Unknown)",
    "$.template(Base)", "$.class()",
    "$.int(1)", "$.template(Main, excludeProperties => [p, q.r])", "$.check($ in [1, 2])",
    "$.check(false, oh)",
    "$.check($.matches('a+'))", "$.check($this.p = $)", "$.unknown()", "$.class(Main, Base)",
    "$.class(Main, versionSpec => '>=0.1')", "$.class(Main, null, '<0')", "$.int() + 1", "$this",
    "$.class(Main).class(Base)", "$.string().len()", "not $", "$.template($)", "$.owned()", "$.p",
    "$.class(Main, x => 1)", "$.check()", "$.notNull().notNull(1)", "1", "'a'", "$x", "$.class(1)",
    "$.class(Main, ($) => 1)", "$.check($ in [:Main])", "$.check($ > $this.p and $ < 1)",
)  # fmt: skip
META: Final = ("m:Title", "me:Synchronize", "me:Serialize", "m:ModelBuilder", "Label", "ex:Many")
NO_META: Final = ("Main", "Unknown", "x:Label", "no name", 1)
USAGES: Final = ("In", "Out", "InOut", "Const", "Runtime", "Static", "Config", None)
METHOD_USAGES: Final = ("Runtime", "Static", "Extension", "Action", None)
PARENTS: Final = ("Base", "ex:Base", "std:Object", "io.murano.Exception")
NO_PARENTS: Final = ("Loop", "ex:Loop", "Main", "Unknown", "Label", "x:Y", 1, None, "no name")
WRONG: Final = ("Wrong", 1, [], True)
PROPERTIES: Final = ("p", "q", "r", "s", "name", "é", "a b", ".x", "?", "x")
NAMES: Final = (*OWN, ".init", "initialize", ".destroy", ".x", "getAttr")
ARGUMENTS: Final = ("a", "b", "x", "1", "this", "é", "", "$a")
ODD: Final = (None, [], Pairs(), 1, "text", True, [None], Pairs([("a", 1)]), Raw("2013-05-23"))


class Classes:
    """Makes class files."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._expressions = Expressions(draws)
        self._statements = Statements(draws, self._expressions)

    def documents(self) -> list[Any]:
        """The documents of one file: namespaces, a few of the classes, at times odd ones."""
        first = Pairs([("Namespaces", NAMESPACES)])
        found: list[Any] = [first]
        for name in CLASSES:
            if name == "Main" or self._draws.likely(50):
                found.append(self._class(name))
        if self._draws.odd(15):
            found.insert(self._draws.below(len(found)), self._draws.pick(ODD))
        return found

    def _class(self, name: str) -> Pairs:
        made = Pairs([("Name", name)])
        is_meta = name in ("Label", "Many")
        if is_meta:
            made.append(("Usage", "Meta"))
            self._metaclass(made)
        if self._draws.likely(50):
            made.append(("Extends", self._draws.many(lambda: self._parent(name), 2)))
        if self._draws.likely(20):
            made.append(("Import", self._draws.many(lambda: self._parent(""), 2)))
        self._attach(made)
        made.append(("Properties", self._members(PROPERTIES, self._property)))
        made.append(("Methods", self._members(NAMES, self._method)))
        return self._spoiled(made)

    def _parent(self, name: str) -> Any:
        good = PARENTS[2:] if name in ("Base", "Loop", "Label", "Many") else PARENTS
        return self._draws.mostly(good, NO_PARENTS)

    def _metaclass(self, made: Pairs) -> None:
        if self._draws.likely(50):
            made.append(("Cardinality", self._draws.mostly(("One", "Many"), WRONG)))
        if self._draws.likely(50):
            targets = ("All", "Package", "Type", "Method", "Property", "Argument")
            one = self._draws.many(lambda: self._draws.mostly(targets, WRONG), 2)
            made.append(("Applies", one))
        if self._draws.likely(50):
            made.append(("Inherited", self._draws.mostly((True, False), WRONG[:3])))

    def _members(self, names: tuple[str, ...], make: Any) -> Pairs:
        return Pairs(self._draws.many(lambda: (self._draws.pick(names), make()), 4))

    def _spoiled(self, made: Pairs) -> Pairs:
        """A mapping, of which one in some has something odd in it."""
        if made and self._draws.odd(10):
            at = self._draws.below(len(made))
            made[at] = (made[at][0], self._draws.pick((*ODD, self._statements.value())))
        return made

    # ------------------------------------------------------------ members

    def _property(self) -> Any:
        made = Pairs([("Contract", self.contract())])
        if self._draws.likely(60):
            made.append(("Usage", self._draws.mostly(USAGES, WRONG)))
        if self._draws.likely(50):
            made.append(("Default", self._statements.value()))
        self._attach(made)
        return self._spoiled(made)

    def contract(self, depth: int = 2) -> Any:
        """A contract."""
        kind = self._draws.below(10)
        if kind < 6 or depth <= 0:
            return Expression(self._draws.pick(LEAVES if self._draws.likely(20) else PLAIN))
        if kind == 6:
            return self._draws.mostly((*SCALARS, self._statements.expression()), NO_SCALARS)
        if kind == 7:
            pairs = self._draws.many(lambda: (self._key(), self.contract(depth - 1)), 3)
            return Pairs(pairs)
        items = self._draws.many(lambda: self.contract(depth - 1), 2)
        return [*items, *self._draws.many(lambda: self._draws.pick((0, 1, 2, -1, True)), 2)]

    def _key(self) -> Any:
        if self._draws.likely(30):
            return Expression(self._draws.pick(LEAVES))
        return self._draws.pick(("a", "b", "?", 1, None, True))

    def _method(self) -> Any:
        made = Pairs()
        if self._draws.likely(50):
            made.append(("Usage", self._draws.mostly(METHOD_USAGES, WRONG)))
        if self._draws.likely(30):
            made.append(("Scope", self._draws.mostly(("Public", "Session", None), WRONG)))
        if self._draws.likely(50):
            arguments = self._draws.many(self._argument, 3)
            arguments.sort(key=_rank)
            if self._draws.likely(20):
                made.append(("Arguments", Pairs(pair for one in arguments for pair in one)))
            else:
                made.append(("Arguments", list(arguments)))
        self._attach(made)
        made.append(("Body", self._statements.block(self._draws.below(4))))
        return self._spoiled(made)

    def _argument(self) -> Pairs:
        made = Pairs([("Contract", self.contract())])
        if self._draws.likely(30):
            made.append(("Usage", self._draws.mostly(("Standard", "VarArgs", "KwArgs"), WRONG)))
        if self._draws.likely(40):
            made.append(("Default", self._statements.value(1)))
        self._attach(made)
        return Pairs([(self._draws.pick(ARGUMENTS), self._spoiled(made))])

    def _attach(self, made: Pairs) -> None:
        """Attach metadata to what *made* declares."""
        if self._draws.likely(85):
            return

        def item() -> Any:
            name = self._draws.mostly(META, NO_META)
            if self._draws.likely(50):
                return name
            return Pairs([(name, Pairs([("p", self._statements.value(1))]))])

        made.append(("Meta", self._draws.many(item, 2, 1) if self._draws.likely(80) else item()))


def _rank(argument: Pairs) -> int:
    """Where an argument may stand, so that most of them stand right."""
    usage = dict(argument[0][1]).get("Usage")
    return {"VarArgs": 1, "KwArgs": 2}.get(str(usage), 0)
