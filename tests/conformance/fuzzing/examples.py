"""The programs under trial: what each kind of them is made of."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from tests.conformance.fuzzing.classes import NAMESPACES, Classes
from tests.conformance.fuzzing.draws import Draws
from tests.conformance.fuzzing.expressions import Expressions
from tests.conformance.fuzzing.models import Models
from tests.conformance.fuzzing.mutations import mutated
from tests.conformance.fuzzing.notation import Expression, Pairs, written
from tests.conformance.fuzzing.statements import Statements

FORMS: Final = ("1.4", "1.4", "1.0", "1.2")
MODEL: Final = {"?": {"type": "org.example.Main", "id": "root"}, "p": {"a": [1, "b"]},
                "b": {"?": {"type": "org.example.Base", "id": "one"}, "p": "two"}}  # fmt: skip
ARGUMENTS: Final = ([3, 1, 2], {"a": 1, "b": "x"}, "abc")


class Example(NamedTuple):
    """A program with what it is given.

    :ivar form: format of its package.
    :ivar model: model of the object whose methods are called.
    :ivar arguments: arguments of each call.
    """

    text: str
    form: str = "1.4"
    model: Any = MODEL
    arguments: Any = ARGUMENTS


def expression(draws: Draws) -> Example:
    """One expression, whose value a method answers."""
    grammar = Expressions(draws)
    text = grammar.high() if draws.likely(4) else grammar.make(draws.below(5))
    if draws.odd(30):
        text = mutated(draws, text)
    body = [Pairs([("Return", Expression(text, draws.likely(10)))])]
    return Example(main_of(body), draws.pick(FORMS))


def statements(draws: Draws) -> Example:
    """One method of some statements."""
    grammar = Statements(draws, Expressions(draws))
    block = grammar.block(1 + draws.below(3))
    if isinstance(block, list) and not isinstance(block, Pairs) and draws.likely(60):
        # What fails does not keep the rest from running.
        block = [_guarded(draws, one) for one in block]
    destroy = grammar.block(1) if draws.likely(30) else None
    return Example(main_of(block, destroy), draws.pick(FORMS))


def _guarded(draws: Draws, statement: Any) -> Any:
    handler = Pairs([("As", "e"), ("Do", draws.pick(([], [Expression("$e.message")])))])
    return Pairs([("Try", [statement]), ("Catch", [handler])])


def classes(draws: Draws) -> Example:
    """Several classes, and a model of theirs."""
    models = Models(draws)
    text = written(Classes(draws).documents())
    arguments = draws.many(lambda: models.value(1), 3)
    return Example(text, draws.pick(FORMS), models.model(), arguments)


def mutations(draws: Draws) -> Example:
    """The text of several classes, with a few signs or lines changed."""
    whole = classes(draws)
    return whole._replace(text=mutated(draws, whole.text))


def straight(draws: Draws) -> Example:
    """One expression, all of whose parts are evaluated."""
    text = Expressions(draws, eager=True).make(draws.below(4))
    return Example(main_of([Pairs([("Return", Expression(text))])]), arguments=())


def main_of(body: Any, destroy: Any = None) -> str:
    """A class whose methods ``run``, of objects, and ``make``, of the class, have a body,
    and another class, whose object it owns.
    """
    anything = ("Contract", Expression("$"))
    arguments = [Pairs([(name, Pairs([anything]))]) for name in "axy"]
    properties = [
        ("p", Pairs([anything, ("Usage", "InOut"), ("Default", [1, "a"])])),
        ("q", Pairs([anything, ("Usage", "Runtime")])),
        ("s", Pairs([anything, ("Usage", "Static"), ("Default", 1)])),
    ]
    base = ("b", Pairs([("Contract", Expression("$.class(Base)"))]))
    other = Pairs([("Arguments", arguments[:1]), ("Body", Expression("$.p"))])
    methods = [
        ("run", Pairs([("Arguments", arguments), ("Body", body)])),
        ("make", Pairs([("Usage", "Static"), ("Body", body)])),
    ]
    main = [("Namespaces", NAMESPACES), ("Name", "Main"),
            ("Properties", Pairs([*properties, base])), ("Methods", Pairs(methods))]  # fmt: skip
    second = [
        ("Name", "Base"),
        ("Properties", Pairs(properties[:1])),
        ("Methods", Pairs([("other", other), ("destroy", Pairs([("Body", destroy)]))])),
    ]
    return written([Pairs(main), Pairs(second)])
