"""The programs under trial: what each kind is made of, and what is done with it."""

from __future__ import annotations

from typing import Any

from tests.conformance.fuzzing.classes import Classes
from tests.conformance.fuzzing.draws import Draws
from tests.conformance.fuzzing.expressions import Expressions
from tests.conformance.fuzzing.models import Models
from tests.conformance.fuzzing.mutations import mutated
from tests.conformance.fuzzing.notation import Expression, Pairs, written
from tests.conformance.fuzzing.programs import Trial
from tests.conformance.fuzzing.statements import Statements
from tests.conformance.fuzzing.classes import NAMESPACES


def main_of(body: Any) -> str:
    main = Pairs(
        [
            ("Namespaces", NAMESPACES),
            ("Name", "Main"),
            (
                "Properties",
                Pairs(
                    [
                        (
                            "p",
                            Pairs(
                                [
                                    ("Contract", Expression("$")),
                                    ("Usage", "InOut"),
                                    ("Default", [1, "a"]),
                                ]
                            ),
                        ),
                        ("q", Pairs([("Contract", Expression("$")), ("Usage", "Runtime")])),
                        (
                            "s",
                            Pairs(
                                [("Contract", Expression("$")), ("Usage", "Static"), ("Default", 1)]
                            ),
                        ),
                    ]
                ),
            ),
            (
                "Methods",
                Pairs(
                    [
                        (
                            "run",
                            Pairs(
                                [
                                    (
                                        "Arguments",
                                        [
                                            Pairs([(n, Pairs([("Contract", Expression("$"))]))])
                                            for n in "axy"
                                        ],
                                    ),
                                    ("Body", body),
                                ]
                            ),
                        ),
                        ("make", Pairs([("Usage", "Static"), ("Body", body)])),
                    ]
                ),
            ),
        ]
    )
    return written([main])


MODEL = {"?": {"type": "org.example.Main", "id": "root"}, "p": {"a": [1, "b"]}}


def expression(d):
    e = Expressions(d)
    text = e.high() if d.below(30) == 29 else e.make(d.below(5))
    if d.likely(10):
        text = mutated(d, text)
    form = d.pick(("1.4", "1.0"))
    src = main_of([Pairs([("Return", Expression(text, d.likely(10)))])])

    def act():
        t = Trial(src, form)
        t.run_all(MODEL, [[3, 1, 2], {"a": 1, "b": "x"}, "abc"])
        return t

    return text, act


def statement(d):
    st = Statements(d, Expressions(d))
    src = main_of(st.block(d.below(6)))
    form = d.pick(("1.4", "1.4", "1.0"))

    def act():
        t = Trial(src, form)
        t.run_all(MODEL, [[3, 1, 2], {"a": 1, "b": "x"}, "abc"])
        return t

    return src, act


def classes(d):
    src = written(Classes(d).documents())
    form = d.pick(("1.4", "1.4", "1.0", "1.2"))
    model = Models(d).model()
    args = d.many(lambda: Models(d).value(1), 3)

    def act():
        t = Trial(src, form)
        t.run_all(model, args)
        return t

    return src + "\n" + repr(model) + repr(args), act


def mutation(d):
    src = mutated(d, written(Classes(d).documents()), 4)
    form = d.pick(("1.4", "1.0"))
    model = Models(d).model()

    def act():
        t = Trial(src, form)
        t.run_all(model, [1, [], {}][: d.below(3)])
        return t

    return src + "\n" + repr(model), act


MAKERS = {
    "expression": expression,
    "statement": statement,
    "classes": classes,
    "mutation": mutation,
}
