"""A grammar of class files: several classes that know one another, and near misses of them."""

from __future__ import annotations

from typing import Any, Final

from tests.conformance.fuzzing.draws import Draws
from tests.conformance.fuzzing.expressions import OWN, Expressions
from tests.conformance.fuzzing.notation import Expression, Pairs, Raw
from tests.conformance.fuzzing.statements import SCALARS, Statements

CLASSES: Final = ("Main", "Base", "Loop", "Label", "Many")
NAMESPACES: Final = Pairs(
    [("=", "org.example"), ("ex", "org.example"), ("std", "io.murano"), ("sys", "io.murano.system"),
     ("m", "io.murano.metadata"), ("me", "io.murano.metadata.engine")]
)  # fmt: skip
LEAVES: Final = (
    "$", "$.string()", "$.int()", "$.bool()", "$.notNull()", "$.string().notNull()",
    "$.int().notNull().check($ > 0)", "$.class(Main)", "$.class(ex:Base)", "$.class(:Base).owned()",
    "$.class(std:Object).notOwned()", "$.class(Unknown)", "$.template(Base)", "$.class()", "$.int(1)",
    "$.template(Main, excludeProperties => [p, q.r])", "$.check($ in [1, 2])", "$.check(false, oh)",
    "$.check($.matches('a+'))", "$.check($this.p = $)", "$.unknown()", "$.class(Main, Base)",
    "$.class(Main, versionSpec => '>=0.1')", "$.class(Main, null, '<0')", "$.int() + 1", "$this",
    "$.class(Main).class(Base)", "$.string().len()", "not $", "$.template($)", "$.owned()", "$.p",
    "$.class(Main, x => 1)", "$.check()", "$.notNull().notNull(1)", "1", "'a'", "$x", "$.class(1)",
)  # fmt: skip
META: Final = ("Label", "ex:Many", "m:Title", "me:Synchronize", "me:Serialize", "Main", "Unknown",
               "m:ModelBuilder", "x:Label", "no name")  # fmt: skip
USAGES: Final = ("In", "Out", "InOut", "Const", "Runtime", "Static", "Config", "Wrong", None)
METHOD_USAGES: Final = ("Runtime", "Static", "Extension", "Action", None, "Wrong")
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
        if self._draws.likely(5):
            found.insert(self._draws.below(len(found)), self._draws.pick(ODD))
        return found

    def _class(self, name: str) -> Pairs:
        made = Pairs([("Name", name)])
        is_meta = name in ("Label", "Many")
        if is_meta:
            made.append(("Usage", "Meta"))
            self._metaclass(made)
        parents = ("Base", "Loop", "ex:Loop", "Main", "std:Object", "Unknown", "Label", "x:Y", "io.murano.Exception")
        if self._draws.likely(50):
            made.append(("Extends", self._draws.many(lambda: self._draws.pick(parents), 2)))
        if self._draws.likely(20):
            made.append(("Import", self._draws.many(lambda: self._draws.pick(parents), 2)))
        self._attach(made)
        properties = ("p", "q", "r", "s", "name", "é", "a b", ".x", "?", "x")
        made.append(("Properties", self._members(properties, self._property)))
        names = ("run", "make", "other", "extend", ".init", "initialize", ".destroy", *OWN, ".x")
        made.append(("Methods", self._members(names, self._method)))
        return self._spoiled(made)

    def _metaclass(self, made: Pairs) -> None:
        if self._draws.likely(50):
            made.append(("Cardinality", self._draws.pick(("One", "Many", "Two"))))
        if self._draws.likely(50):
            targets = ("All", "Package", "Type", "Method", "Property", "Argument", "Wrong")
            made.append(("Applies", self._draws.many(lambda: self._draws.pick(targets), 2)))
        if self._draws.likely(50):
            made.append(("Inherited", self._draws.pick((True, False, 1, "yes"))))

    def _members(self, names: tuple[str, ...], make: Any) -> Pairs:
        return Pairs(self._draws.many(lambda: (self._draws.pick(names), make()), 4))

    def _spoiled(self, made: Pairs) -> Pairs:
        """A mapping, of which one in some has something odd in it."""
        if made and self._draws.likely(5):
            at = self._draws.below(len(made))
            made[at] = (made[at][0], self._draws.pick((*ODD, self._statements.value())))
        return made

    # ------------------------------------------------------------ members

    def _property(self) -> Any:
        made = Pairs([("Contract", self.contract())])
        if self._draws.likely(60):
            made.append(("Usage", self._draws.pick(USAGES)))
        if self._draws.likely(50):
            made.append(("Default", self._statements.value()))
        self._attach(made)
        return self._spoiled(made)

    def contract(self, depth: int = 2) -> Any:
        """A contract."""
        kind = self._draws.below(10)
        if kind < 6 or depth <= 0:
            return Expression(self._draws.pick(LEAVES))
        if kind == 6:
            return self._draws.pick((*SCALARS, self._statements.expression()))
        if kind == 7:
            pairs = self._draws.many(lambda: (self._key(), self.contract(depth - 1)), 3)
            return Pairs(pairs)
        items = self._draws.many(lambda: self.contract(depth - 1), 2)
        return [*items, *self._draws.many(lambda: self._draws.pick((0, 1, 2, -1, True)), 2)]

    def _key(self) -> Any:
        if self._draws.likely(30):
            return Expression(self._draws.pick(LEAVES))
        return self._draws.pick(("a", "b", 1, None, True, "?"))

    def _method(self) -> Any:
        made = Pairs()
        if self._draws.likely(50):
            made.append(("Usage", self._draws.pick(METHOD_USAGES)))
        if self._draws.likely(30):
            made.append(("Scope", self._draws.pick(("Public", "Session", None, "Wrong"))))
        if self._draws.likely(50):
            arguments = self._draws.many(self._argument, 3)
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
            made.append(("Usage", self._draws.pick(("Standard", "VarArgs", "KwArgs", "Wrong"))))
        if self._draws.likely(40):
            made.append(("Default", self._statements.value(1)))
        self._attach(made)
        return Pairs([(self._draws.pick(("a", "b", "x", "1", "this", "é")), self._spoiled(made))])

    def _attach(self, made: Pairs) -> None:
        """Attach metadata to what *made* declares."""
        if self._draws.likely(85):
            return

        def item() -> Any:
            name = self._draws.pick(META)
            if self._draws.likely(50):
                return name
            return Pairs([(name, Pairs([("p", self._statements.value(1))]))])

        made.append(("Meta", self._draws.many(item, 2, 1) if self._draws.likely(80) else item()))
