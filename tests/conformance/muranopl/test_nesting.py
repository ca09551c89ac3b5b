"""How deep calls nest: to the configured limit by every way of calling, and then a clear error.

Each case is a class whose ``down`` calls itself in one particular way and answers how often it
did. What is between two calls differs much in Python frames; what is counted are the calls.
"""

from __future__ import annotations

import pytest

from catalog_engine.muranopl.runtime.limits import Limits
from tests.conformance.muranopl.checking import instance, program

FORMATS = ["1.4"]
DEFAULT = Limits().depth
DEEP = 200

HEADER = """
Name: Base
Methods:
  down:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - Return: $this.again($n)
  again:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - Return: 0
---
Name: Main
Extends: Base
Properties:
  seen: {Contract: $.int(), Usage: Runtime, Default: 0}
Methods:
"""
# Branches share the object, and a method holds its object's lock while it waits for them.
DOWN = """
  down:
    Meta: {io.murano.metadata.engine.Synchronize: {onThis: false}}
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - If: $n = 0
        Then: [{Return: 0}]
"""
GUARDED = """
  guarded:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - Try:
          - Return: $.down($n)
        Catch:
          - With: io.murano.limits.DepthLimitExceeded
            As: e
            Do:
              - Return: $e.message
"""
#: Body lines, indented as in the class; each level of ``down`` adds one.
WAYS = {
    "plain": "- Return: 1 + $.down($n - 1)",
    "by name": "- Return: 1 + $.down(n => $n - 1)",
    "call()": "- Return: 1 + call(down, [$n - 1], {}, $this)",
    "select": "- Return: 1 + [$n].select($this.down($ - 1)).first()",
    "map": "- Return: 1 + [$n].map($this.down($ - 1)).sum()",
    "where": "- Return: 1 + [$n - 1].where($this.down($) >= 0).select($this.down(0) + $).first()",
    "selectMany": "- Return: 1 + [$n].selectMany([$this.down($ - 1)]).first()",
    "orderBy": "- Return: $n + 0 * [2, 1].orderBy($this.down(($n - 1) * ($ - 1))).first()",
    "groupBy": "- Return: 1 + [$n].groupBy($this.down($ - 1)).first().first()",
    "aggregate": "- Return: list(1, $n).aggregate($1 + $this.down($2 - 1))",
    "toDict": "- Return: 1 + [$n].toDict(x, $this.down($ - 1)).get(x)",
    "chain": "- Return: 1 + [$n].where(true).select($ - 1).select($this.down($)).where(true).last()",
    "let": "- Return: let(x => $this.down($n - 1)) -> 1 + $x",
    "switch": "- Return: 1 + switch($n > 0 => $this.down($n - 1))",
    "coalesce": "- Return: 1 + coalesce(null, $.down($n - 1))",
    "in a list": "- Return: 1 + [[[$.down($n - 1)]]].first()[0][0]",
    "cast": "- Return: 1 + cast($, Main).down($n - 1)",
    "pselect": "- Return: 1 + [$n].pselect($this.down($ - 1)).first()",
    "for": "- For: x\n  In: [$n - 1]\n  Do: [{Return: 1 + $.down($x)}]",
    "while": "- While: $n > 0\n  Do: [{Return: 1 + $.down($n - 1)}]",
    "match": "- Match:\n    0: [{Return: 0}]\n  Value: $n\n  Default: [{Return: 1 + $.down($n - 1)}]",
    "parallel": "- Parallel:\n    - $x: $.down($n - 1)\n    - $y: 1\n- Return: $x + $y",
    "try": "- Try: [{$x: $.down($n - 1)}]\n  Catch: {With: NoSuch, Do: [{$x: 0}]}\n"
           "  Finally: [{$y: 1}]\n- Return: $x + $y",
    "in finally": "- Try: [{$y: 1}]\n  Finally: [{$x: $.down($n - 1)}]\n- Return: $x + $y",
    "in catch": "- Try: [{Throw: Out}]\n  Catch: {With: Out, Do: [{$x: $.down($n - 1)}]}\n"
                "- Return: $x + 1",
    "mixture": "- Parallel:\n    - Try:\n        - $x: list($n).select($this.down($ - 1)).orderBy($)\n"
               "      Finally: [{$y: 1}]\n- Return: $x.first() + $y",
}  # fmt: skip


def of_way(lines: str) -> str:
    body = "\n".join("      " + line for line in lines.splitlines())
    return HEADER + GUARDED + DOWN + body + "\n"


SUPER = (
    HEADER
    + GUARDED
    + """
  down:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - Return: super($, $.down($n)).first()
  again:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - If: $n = 0
        Then: [{Return: 0}]
      - Return: 1 + $.down($n - 1)
"""
)
"""Three calls a level."""

INIT = (
    """
Name: Node
Properties:
  n: {Contract: $.int().notNull()}
  depth: {Contract: $.int(), Usage: Out, Default: 0}
Methods:
  .init:
    Body:
      - If: $.n > 0
        Then:
          - $child: new(Node, n => $.n - 1)
          - $.depth: 1 + $child.depth
---
Name: Main
Methods:
"""
    + GUARDED
    + """
  down:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - Return: new(Node, n => $n).depth
"""
)

DEFAULTS = (
    """
Name: Node
Properties:
  n: {Contract: $.int().notNull()}
  depth: {Contract: $.int().notNull(), Default: $.below()}
Methods:
  below:
    Body:
      - If: $.n = 0
        Then: [{Return: 0}]
      - Return: 1 + new(Node, n => $.n - 1).depth
---
Name: Main
Methods:
"""
    + GUARDED
    + """
  down:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - Return: new(Node, n => $n).depth
"""
)

TEMPLATE = (
    """
Name: Node
Properties:
  n: {Contract: $.int().notNull()}
  depth: {Contract: $.int(), Usage: Out, Default: 0}
Methods:
  .init:
    Body:
      - If: $.n > 0
        Then: [{$.depth: '1 + $.made({n => $.n - 1}).depth'}]
        Else: [{$.depth: 0}]
  made:
    Arguments: [{node: {Contract: $.class(Node).notNull()}}]
    Body: [{Return: $node}]
---
Name: Main
Methods:
""".replace("'1 + $.made({n => $.n - 1}).depth'", "!yaql '1 + $.made({n => $.n - 1}).depth'")
    + (
        GUARDED
        + """
  down:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - Return: new(Node, n => $n).depth
"""
    )
)

CONTRACT = (
    HEADER
    + GUARDED
    + """
  down:
    Arguments: [{n: {Contract: $.int().notNull().check($ = 0 or $this.tried($))}}]
    Body:
      - Return: $n
  tried:
    Arguments: [{n: {Contract: $.int().notNull()}}]
    Body:
      - Return: $.down($n - 1) >= 0
"""
)

#: name -> class, and how many calls one level takes.
CASES = {name: (of_way(lines), 1) for name, lines in WAYS.items()} | {
    "super": (SUPER, 3),
    "init": (INIT, 1),
    "default": (DEFAULTS, 1),
    "template": (TEMPLATE, 2),
    "contract": (CONTRACT, 2),
}


@pytest.mark.parametrize("name", CASES)
def test_calls_nest_two_hundred_deep(name: str) -> None:
    source, calls = CASES[name]
    own = program(source, limits=Limits(depth=max(DEFAULT, DEEP * calls + 10)))
    main = instance(own)
    assert own.call(main, "down", DEEP) == DEEP


@pytest.mark.parametrize("name", CASES)
def test_at_the_limit_an_error_names_it_and_can_be_caught(name: str) -> None:
    own = program(CASES[name][0])
    main = instance(own)
    for _again in range(2):
        message = own.call(main, "guarded", DEFAULT * 2)
        assert f"Calls nest deeper than {DEFAULT}" in str(message)
        assert "limit_depth" in message
    assert own.call(main, "guarded", 20) == 20


@pytest.mark.parametrize("name", ["plain", "orderBy", "parallel", "mixture"])
@pytest.mark.parametrize("depth", [10, 1500])
def test_the_limit_is_the_configured_one(name: str, depth: int) -> None:
    own = program(CASES[name][0], limits=Limits(depth=depth))
    main = instance(own)
    assert own.call(main, "down", depth - 1) == depth - 1
    message = own.call(main, "guarded", depth)
    assert f"Calls nest deeper than {depth};" in message
