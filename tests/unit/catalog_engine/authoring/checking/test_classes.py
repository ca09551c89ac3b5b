"""Every kind of finding in a class: a text that has it, and one near to it that has not."""

from __future__ import annotations

import pytest

from catalog_engine.authoring.checking.codes import CODES
from catalog_engine.authoring.folders import Packages, load
from catalog_engine.authoring.session import Session

from .conftest import HEAD


def body(*lines: str, **options: str) -> str:
    """A class with one method of these instructions."""
    arguments = options.get("arguments", "")
    usage = options.get("usage", "Runtime")
    text = "".join(f"      - {line}\n" for line in lines)
    return (
        f"{options.get('head', 'Name: App')}\nProperties:\n"
        "  size: {Contract: $.int(), Usage: InOut}\n  name: {Contract: $.string()}\n"
        "  made: {Contract: $.int(), Usage: Static, Default: 0}\n"
        f"Methods:\n  run:\n    Usage: {usage}\n{arguments}    Body:\n{text}"
        f"{options.get('tail', '')}"
    )


OTHER = (
    "  other:\n    Arguments:\n      - one: {Contract: $}\n      - two: {Contract: $, Default: 1}\n"
)
STATIC = "  make:\n    Usage: Static\n    Arguments:\n      - one: {Contract: $}\n"
PAIR = (
    "\n---\nName: A\nProperties:\n  p: {Contract: $}\nMethods:\n  m:\n"
    "---\nName: B\nProperties:\n  p: {Contract: $}\nMethods:\n  m:\n"
)
BOTH = {
    "Classes": {
        "org.example.App": "App.yaml", "org.example.A": "App.yaml", "org.example.B": "App.yaml",
    }
}  # fmt: skip


BASED = (
    "Name: App\nExtends: Base\nProperties:\n  a: {{Contract: $, {own}}}\n---\nName: Base\n"
    "Properties:\n  a: {{Contract: $, {base}}}\n"
)


def properties(*lines: str) -> str:
    """A class with properties."""
    return "Name: App\nProperties:\n" + "".join(f"  {line}\n" for line in lines)


def attached(meta: str, on: str = "") -> str:
    """A class with metadata on itself or on a method."""
    if on:
        return f"Name: App\nMethods:\n  run:\n    {on}\n    Meta:\n      {meta}\n"
    return f"Name: App\nMeta:\n  {meta}\n"


#: code, severity, text that has it, text that has not.
CASES = [
    ("syntax", "error", body("Retrun: 1"), body("Return: 1")),
    ("syntax", "error", "Name: App\nUsage: Klass\n", "Name: App\nUsage: Class\n"),
    ("syntax", "error", properties("a: {Default: 1}"), properties("a: {Contract: $}")),
    ("repeated-key", "warning", properties("a: {Contract: $}", "a: {Contract: $.int()}"),
     properties("a: {Contract: $}", "b: {Contract: $.int()}")),
    ("unknown-key", "warning", "Name: App\nPropertys: {}\n", "Name: App\nProperties: {}\n"),
    ("unknown-key", "warning", properties("a: {Contract: $, Defalt: 1}"),
     properties("a: {Contract: $, Default: 1}")),
    ("ignored-key", "warning", "Name: App\nColour: red\n", "Name: App\nImport: []\n"),
    ("not-an-expression", "warning", body("Return: $.size +"), body("Return: '$.size +'")),
    ("unquoted-text", "error", body("Return: foo-bar"), body("Return: 'foo-bar'")),
    ("unquoted-text", "error", body("Return: 80/tcp"), body("Return: 80/2 + 1")),
    ("unquoted-text", "error", body("Return: (a:b):c"), body("Return: 'a:b:c'")),
    # names
    ("unknown-class", "error", body("Return: new('1 2')"), body("Return: new('App')")),
    ("unknown-class", "error", body("Return: typeinfo(Ap)"), body("Return: typeinfo(App)")),
    ("unknown-class", "error", properties("a: {Contract: '$', Default: 1}", "b:",
                                          "  Contract: $.template(type => Ap)"),
     properties("b:", "  Contract: $.template(type => App)")),
    ("unknown-class", "error", "Name: App\nExtends: Base\n", "Name: App\nExtends: std:Object\n"),
    ("unknown-class", "error", body("Return: new(std:Applicaton)"),
     body("Return: new(std:Application)")),
    ("unknown-class", "error", body("Return: new('io.murano.Applicaton')"),
     body("Return: new('io.murano.Application')")),
    ("unknown-class", "error", body("Return: $this is Ap"), body("Return: $this is App")),
    ("unknown-class", "error", body("Return: $.find(Ap)"), body("Return: $.find(App)")),
    ("unknown-class", "error", body("Return: :Ap.made"), body("Return: :App.made")),
    ("unknown-class", "error", properties("a: {Contract: $.class(Ap)}"),
     properties("a: {Contract: $.class(App)}")),
    ("unknown-class", "error", properties("a: {Contract: '$', Meta: [m:Titel: {text: x}]}"),
     properties("a: {Contract: '$', Meta: [m:Title: {text: x}]}")),
    ("unknown-namespace", "error", body("Return: nova:Thing"), body("Return: std:Object")),
    ("unknown-namespace", "error", "Name: App\nExtends: nova:Thing\n",
     "Name: App\nExtends: std:Object\n"),
    # inheritance
    ("inheritance", "error", "Name: App\nExtends: App\n", "Name: App\nExtends: std:Object\n"),
    ("inheritance", "error", "Name: App\nExtends: m:Title\n",
     "Name: App\nUsage: Meta\nExtends: m:Title\n"),
    ("conflicting-property", "warning",
     "Name: App\nExtends: std:File\nProperties:\n  name: {Contract: $.int()}\n"
     "---\nName: Base\nProperties:\n  name: {Contract: $.string()}\n".replace("std:File", "Base"),
     "Name: App\nExtends: Base\nProperties:\n  name: {Contract: $.string().notNull()}\n"
     "---\nName: Base\nProperties:\n  name: {Contract: $.string()}\n"),
    ("conflicting-property", "warning", BASED.format(base="Usage: Static", own="Usage: InOut"),
     BASED.format(base="Usage: Static", own="Usage: Static")),
    ("conflicting-property", "warning", BASED.format(base="Usage: In", own="Usage: Out"),
     BASED.format(base="Usage: InOut", own="Usage: Out")),
    # members
    ("unknown-property", "error", body("Return: $.run"), body("Return: $.run()")),
    ("unknown-method", "warning", body("$.size()"), body("$.run()")),
    ("unknown-method", "error", body(":App.where(1)"), body(":App.require()")),
    ("ambiguous-member", "error", body("$.p: 1", head="Name: App\nExtends: [A, B]", tail=PAIR),
     body("$.size: 1", head="Name: App\nExtends: [A, B]", tail=PAIR)),
    ("ambiguous-member", "error", body(":App.m()", head="Name: App\nExtends: [A, B]", tail=PAIR),
     body("cast($, B).m()", head="Name: App\nExtends: [A, B]", tail=PAIR)),
    ("wrong-arguments", "error", body("$.find()"), body("$.find(App)")),
    ("wrong-arguments", "error", body("Return: find($)"), body("Return: find($, App)")),
    ("wrong-arguments", "error", body("Return: id(1, 2)"), body("Return: id($).len()")),
    ("wrong-arguments", "error", body("$.other(1, 2, three => $)", tail=OTHER),
     body("$.other(1,, $ => 1)", tail=OTHER)),
    ("uncallable-method", "warning", "Name: App\nMethods:\n  .run: {}\n",
     "Name: App\nMethods:\n  run: {}\n"),
    ("unknown-property", "error", body("Return: $.sizes"), body("Return: $.size")),
    ("unknown-property", "error", body("Return: $._own"), body("$._own: 1", "Return: $._own")),
    ("unknown-property", "error", body("Return: :App.mode"), body("Return: :App.made")),
    ("unknown-property", "error", body("Return: $.mode", usage="Static"),
     body("Return: $.made", usage="Static")),
    ("unknown-property", "error", body("$.mode: 1", usage="Static"),
     body("$.made: 1", usage="Static")),
    ("unknown-method", "warning", body("$.ran()"), body("$.run()")),
    ("unknown-method", "warning", body("$x: 1", "$x.fuu()"), body("$x: 1", "$x.toString()")
     .replace("toString", "run")),
    ("unknown-method", "error", body(":App.ran()"), body(":App.make(1)", tail=STATIC)),
    ("unknown-method", "error", body("new(App).ran()"), body("new(App).run()")),
    ("unknown-method", "error", body("super($, $.run())"), body("super($, $.getAttr(a))")),
    ("unknown-function", "error", body("Return: fromat('x')"), body("Return: format('x')")),
    ("unknown-function", "error", body("run()"), body("$.run()")),
    ("unknown-function", "error", body("Return: config(a, b)"), body("Return: id($)")),
    ("ambiguous-member", "error", body("$.m()", head="Name: App\nExtends: [A, B]", tail=PAIR),
     body("$.cast(A).m()", head="Name: App\nExtends: [A, B]", tail=PAIR)
     .replace("$.cast(A)", "cast($, A)")),
    ("ambiguous-member", "error", body("Return: $.p", head="Name: App\nExtends: [A, B]", tail=PAIR),
     body("Return: $.size", head="Name: App\nExtends: [A, B]", tail=PAIR)),
    ("not-static", "error", body(":App.run()"), body(":App.make(1)", tail=STATIC)),
    ("not-static", "error", body("Return: :App.size"), body("Return: :App.made")),
    ("not-static", "error", body("Return: $.size", usage="Static"),
     body("Return: $.made", usage="Static")),
    ("not-static", "error", body("$.size: 1", usage="Static"), body("$.size: 1")),
    ("wrong-arguments", "error", body("$.other(1, 2, 3)", tail=OTHER),
     body("$.other(1, 2)", tail=OTHER)),
    ("wrong-arguments", "error", body("$.other(three => 3)", tail=OTHER),
     body("$.other(two => 2, one => 1)", tail=OTHER)),
    ("wrong-arguments", "error", body("$.other(1, one => 1)", tail=OTHER),
     body("$.other()", tail=OTHER)),
    ("wrong-arguments", "error", body(":App.make(1, 2)", tail=STATIC),
     body(":App.make(1)", tail=STATIC)),
    ("wrong-arguments", "error", body("$.getAttr()"), body("$.getAttr(a, 1)")),
    ("wrong-arguments", "error", body("Return: id()"), body("Return: id($)")),
    ("wrong-arguments", "error", body("Return: sleep(second => 1)"),
     body("Return: sleep(seconds => 1)")),
    ("wrong-arguments", "warning", body("Return: $.name.substring()"),
     body("Return: $.name.substring(1)")),
    ("wrong-arguments", "error", properties("a: {Contract: $.int(5)}"),
     properties("a: {Contract: $.int()}")),
    ("ignored-argument", "warning", body("Return: new(App, sise => 1)"),
     body("Return: new(App, size => 1)")),
    ("read-only-property", "warning", body("$.name: x"), body("$.size: 1")),
    ("read-only-property", "warning", body("$.name: x"),
     body("$.name: x", tail="  .init:\n    Body:\n      - $.run()\n")),
    ("uncallable-method", "warning", "Name: App\nMethods:\n  .init: {Scope: Public}\n",
     "Name: App\nMethods:\n  init: {Scope: Public}\n"),
    ("uncallable-method", "warning", "Name: App\nMethods:\n  e: {Usage: Extension}\n",
     "Name: App\nMethods:\n  e: {Usage: Extension, Arguments: {s: {Contract: $.string()}}}\n"),
    ("deprecated-usage", "warning", body("Return: 1", usage="Action"), body("Return: 1")),
    # bodies
    ("unknown-variable", "warning", body("Return: $x"), body("$x: 1", "Return: $x")),
    ("unknown-variable", "warning", body("Return: $x", "$x: 1"), body("$x: 1", "Return: $x")),
    ("unknown-variable", "error", body("Return: $x.foo"), body("Return: let(x => $) -> $x.foo")),
    ("unknown-variable", "error", body("$x.a: 1", "Return: $x"),
     body("$x: {}", "$x.a: 1", "Return: $x")),
    ("unused-variable", "warning", body("$x: 1"), body("$x: 1", "Return: $x")),
    ("invalid-target", "error", body("$: 1"), body("$.size: 1")),
    ("invalid-target", "error", body("id($): 1"), body("$.size: id($)")),
    ("unreachable", "warning", body("Return: 1", "$.run()"), body("$.run()", "Return: 1")),
    ("unreachable", "warning", body("{If: $.size, Then: [Return: 1], Else: [Throw: x]}", "$.run()"),
     body("{If: $.size, Then: [Return: 1]}", "$.run()")),
    ("unreachable", "warning", body("Match: {a-b: []}\n        Value: $.name"),
     body("Match: {'a-b': []}\n        Value: $.name")),
    ("outside-loop", "error", body("Break:"), body("{While: $.size, Do: [Break: ]}")),
    ("outside-loop", "error", body("Continue:"), body("{Repeat: 2, Do: [Parallel: [Continue: ]]}")),
    ("outside-catch", "error", body("Rethrow:"), body("{Try: [], Catch: [{Do: [Rethrow: ]}]}")),
    # contracts
    ("unknown-contract-function", "error", properties("a: {Contract: $.strnig()}"),
     properties("a: {Contract: $.string()}")),
    ("unknown-contract-function", "error", properties("a: {Contract: [$.len()]}"),
     properties("a: {Contract: [$.check($.len() > 1)]}")),
    ("literal-contract", "warning", properties("a: {Contract: string}"),
     properties("a: {Contract: fixed}")),
    ("literal-contract", "warning", properties("a: {Contract: '$.string('}"),
     properties("a: {Contract: $.string()}")),
    ("contract-violation", "error", properties("a: {Contract: $.int(), Default: x}"),
     properties("a: {Contract: $.int(), Default: 5}")),
    ("contract-violation", "error", properties("a: {Contract: $.int().notNull(), Default: null}"),
     properties("a: {Contract: $.int(), Default: null}")),
    ("contract-violation", "error", properties("a: {Contract: $.int().check($ > 0), Default: 0}"),
     properties("a: {Contract: $.int().check($ > 0), Default: 1}")),
    ("contract-violation", "error",
     properties("a:", "  Contract: $.string().check($ in [a])", "  Default: b"),
     properties("a:", "  Contract: $.string().check($ in [a, b])", "  Default: b")),
    ("contract-violation", "error",
     properties("a: {Contract: {x: [$.int().notNull()]}, Default: {x: [1, null]}}"),
     properties("a: {Contract: {x: [$.int().notNull()]}, Default: {x: [1, 2]}}")),
    ("contract-violation", "error", properties("a: {Contract: $.class(App), Default: 5}"),
     properties("a: {Contract: $.class(App), Default: {size: 5}}")),
    ("contract-violation", "warning",
     properties("a: {Contract: $.int().notNull(), Usage: Runtime, Default: null}"),
     properties("a: {Contract: $.int().notNull(), Usage: Runtime}")),
    ("contract-violation", "error", attached("- m:Title: {}"), attached("- m:Title: {text: x}")),
    ("impossible-contract", "error", properties("a: {Contract: [$, 3, 2]}"),
     properties("a: {Contract: [$, 2, 3]}")),
    ("impossible-contract", "error", properties("a: {Contract: $.check($ > 5 and $ < 3)}"),
     properties("a: {Contract: $.check($ > 3 and $ < 5)}")),
    ("contract-violation", "error", properties("a: {Contract: $.string(), Default: [x]}"),
     properties("a: {Contract: $.int().check($ > b), Default: 2}")),
    ("contract-violation", "error", properties("a: {Contract: fixed, Default: other}"),
     properties("a: {Contract: fixed, Default: fixed}")),
    ("contract-violation", "error", properties("a: {Contract: [$, 2], Default: [1]}"),
     properties("a: {Contract: [2], Default: [1, 1]}")),
    ("contract-violation", "error", properties("a: {Contract: {x: $}, Default: text}"),
     properties("a: {Contract: {x: $}, Default: {y: 1}}")),
    ("contract-violation", "error", properties("a: {Contract: $.check($ > b), Default: a}"),
     properties("a: {Contract: $.check($ > b), Default: 5}")),
    ("contract-violation", "error", properties("a: {Contract: $.check($ < 5), Default: 5}"),
     properties("a: {Contract: $.check($ < 5), Default: null}")),
    ("impossible-contract", "error", properties("a: {Contract: $.check(false)}"),
     properties("a: {Contract: $.check(true)}")),
    ("impossible-contract", "error", properties("a: {Contract: {x: [$.check($ >= 5 and $ < 5)]}}"),
     properties("a: {Contract: {x: [$.check($ >= 5 and $ <= 5)]}}")),
    ("impossible-contract", "error", properties("a:", "  Contract: $.check($ in [])"),
     properties("a:", "  Contract: $.check($ in [1])")),
    ("impossible-contract", "error", properties("a: {Contract: {$.int(): $, $.string(): $}}"),
     properties("a: {Contract: {$.int(): $}}")),
    ("impossible-contract", "warning", properties("a: {Contract: $.class(App).owned().notOwned()}"),
     properties("a: {Contract: $.class(App).owned()}")),
    # metadata
    ("invalid-meta", "error", attached("- std:Object"), attached("- m:Title: {text: x}")),
    ("invalid-meta", "error", attached("- m:Title: {text: x}\n  - m:Title: {text: y}"),
     attached("- m:Title: {text: x}\n  - m:Description: {text: y}")),
    ("invalid-meta", "error", attached("- m:ModelBuilder"),
     attached("- m:ModelBuilder", "Usage: Static\n    Scope: Public")),
    ("ignored-meta", "warning", attached("- m:Title: {text: x, color: y}"),
     attached("- m:Title: {text: x}")),
    ("ignored-meta", "warning", attached("- m:ModelBuilder", "Scope: Public"),
     attached("- m:ModelBuilder", "{Scope: Public, Usage: Static}"[1:-1].replace(", ", "\n    "))),
    ("ignored-meta", "warning",
     attached("- io.murano.metadata.engine.Synchronize: {onArgs: [x]}",
              "Arguments: {y: {Contract: $}}"),
     attached("- io.murano.metadata.engine.Synchronize: {onArgs: [y]}",
              "Arguments: {y: {Contract: $}}")),
    ("ignored-meta", "warning",
     attached("- io.murano.metadata.engine.Synchronize: {onArgs: servr}",
              "Arguments: {server: {Contract: $}}"),
     attached("- io.murano.metadata.engine.Synchronize: {onArgs: server}",
              "Arguments: {server: {Contract: $}}")),
]  # fmt: skip


def options(source: str) -> dict[str, object]:
    names = [line.removeprefix("Name: ") for line in source.splitlines() if "Name: " in line[:6]]
    return {"Classes": {f"org.example.{name}": "App.yaml" for name in names}}


@pytest.mark.parametrize(
    ("code", "severity", "has", "near"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)]
)
def test_a_class_that_has_it_and_one_that_has_not(workshop, code, severity, has, near):
    found = workshop.codes(has, **options(has))
    assert found.get(code) == severity, found
    near_found = workshop.codes(near, **options(near))
    assert code not in near_found, near_found
    assert "syntax" not in near_found, near_found


ELSEWHERE = {
    "unreadable", "manifest", "missing-file", "missing-package", "missing-class",
    "unlisted-class", "unlisted-file", "too-many", "unused-namespace", "ui",
}  # fmt: skip

#: Errors that making an object and calling its method reaches: metadata is made when it is asked
#: for, and contracts of items wait for items.
AT_ONCE = [
    (code, has)
    for code, severity, has, _near in CASES
    if severity == "error" and "Meta:" not in has and "[$." not in has
]


def test_every_code_is_tested():
    assert {case[0] for case in CASES} | ELSEWHERE == set(CODES)


@pytest.mark.parametrize("source", [c[1] for c in AT_ONCE], ids=[c[0] for c in AT_ONCE])
def test_an_error_is_where_running_fails(workshop, source):
    root = workshop.write("example", {"Classes/App.yaml": HEAD + source}, **options(source))
    session = Session(Packages(load([root])))
    with pytest.raises(Exception) as raised:
        run(session, source)
    assert not isinstance(raised.value, AssertionError)


def run(session: Session, source: str) -> None:
    """Make an object and call its method; a method that fails must not hide in a good one."""
    if "Usage: Static\n" in source.partition("  run:\n")[2][:30]:
        session.call("org.example.App", "run")
    else:
        made = session.new("org.example.App")
        if "  run:\n" in source:
            session.call(made, "run")
