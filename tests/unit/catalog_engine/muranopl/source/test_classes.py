"""Class documents: declarations, and errors that say what to do."""

import pytest

from catalog_engine.muranopl.source.declarations import ABSENT
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.packages import format_version, load_package


def load(text, classes=("t.A",), **manifest):
    return load_package(
        {"FullName": "t", "Classes": dict.fromkeys(classes, "a.yaml"), **manifest},
        {"Classes/a.yaml": text.encode()}.__getitem__,
    )


def declaration(text, **manifest):
    source = load("Namespaces: {=: t, o: other.ns}\nName: A\n" + text, **manifest).classes["t.A"]
    if isinstance(source, CompileError):
        raise source
    return source.declaration


def test_defaults_of_a_class():
    found = declaration("")
    assert (found.name, found.usage, found.extends) == ("t.A", "Class", ("io.murano.Object",))
    assert (found.properties, found.methods, found.imports, found.meta) == ({}, {}, (), ())


def test_names_are_resolved():
    found = declaration("Extends: [B, o:C, ':D', x.Y]\nImport: o:Ext\nMeta: o:M")
    assert found.extends == ("t.B", "other.ns.C", "t.D", "x.Y")
    assert found.imports == ("other.ns.Ext",)
    assert found.meta[0].name == "other.ns.M"


def test_properties():
    found = declaration(
        "Properties:\n  a: {Contract: $.int(), Default: 5, Usage: Out}\n"
        "  b: {Contract: $, Default: $.a + 1}\n  c: {Contract: $, Default: null}\n"
        "  d: {Contract: $}\n"
    ).properties
    assert [(p.usage, p.constant_default, p.default is ABSENT) for p in found.values()] == [
        ("Out", (5,), False),
        ("In", None, False),
        ("In", (None,), False),
        ("In", None, True),
    ]


def test_methods_and_arguments():
    found = declaration(
        """
Workflow:
  initialize: {Body: 5}
  nothing:
  act: {Usage: Action}
  m:
    Scope: Public
    Arguments:
      a: {Contract: $}
      b: {Contract: $, Default: 2}
      rest: {Contract: $, Usage: VarArgs}
      more: {Contract: $, Usage: KwArgs}
""".replace("{Body: 5}", "{Body: $x}")
    ).methods
    assert list(found) == [".init", "nothing", "act", "m"]
    assert found["nothing"].body is None and found[".init"].body is not None
    assert (found["act"].scope, found["act"].usage) == ("Public", "Action")
    assert [(a.name, a.usage) for a in found["m"].arguments] == [
        ("a", "Standard"),
        ("b", "Standard"),
        ("rest", "VarArgs"),
        ("more", "KwArgs"),
    ]


def test_actions_are_deprecated_in_the_newest_format():
    text = "Methods: {m: {Usage: Action}}"
    assert declaration(text, Format="1.4").warnings
    assert not declaration(text, Format="1.3").warnings


def test_metadata_forms():
    found = declaration(
        "Meta: [M, {o:N: {x: 1}}]\nProperties:\n  a: {Contract: $, Meta: {o:T: {text: hi}}}"
    )
    assert [item.name for item in found.meta] == ["t.M", "other.ns.N"]
    assert found.properties["a"].meta[0].name == "other.ns.T"


def test_metaclasses():
    found = declaration("Usage: Meta\nCardinality: Many\nApplies: [Type, Method]\nInherited: true")
    assert (found.usage, found.cardinality, found.applies, found.inherited) == (
        "Meta",
        "Many",
        ("Type", "Method"),
        True,
    )


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("Usage: Klass", "ValueError", "did you mean 'Class'"),
        ("Properties: {a: {}}", "DslSyntaxError", "property a of class t.A has no Contract"),
        ("Properties: {a: {contract: $}}", "DslSyntaxError", "meant to be 'Contract'"),
        ("Properties: {a: {Contract: $, Usage: in}}", "DslSyntaxError", "In, Out, InOut"),
        ("Properties: [a]", "DslSyntaxError", "must be a mapping"),
        ("Methods: {m: {Usage: Foo}}", "ValueError", "Runtime, Action, Static, Extension"),
        ("Methods: {m: {Usage: Action, Scope: Session}}", "ValueError", "Both"),
        (
            "Methods: {m: {Arguments: [{a: {Contract: $}, b: {Contract: $}}]}}",
            "DslSyntaxError",
            "Invalid arguments declaration",
        ),
        (
            "Methods: {m: {Arguments: {a: {Contract: $, Usage: VarArgs}, b: {Contract: $}}}}",
            "DslSyntaxError",
            "Invalid argument order in method m",
        ),
        (
            "Methods: {m: {Arguments: [{a: {Contract: $}}, {a: {Contract: $}}]}}",
            "DslSyntaxError",
            "declared twice",
        ),
        ("Methods: {m: {Arguments: [{a: {}}]}}", "DslSyntaxError", "argument a of method m"),
        ("Cardinality: Two", "ValueError", "One, Many"),
        ("Applies: Foo", "ValueError", "Applies"),
        ("Inherited: maybe", "ValueError", "true or false"),
        ("Extends: x:Foo", "KeyError", "Unknown namespace prefix x"),
        ("Extends: a/b", "ValueError", "Invalid type name"),
        ("Extends: [{a: b}]", "SyntaxError", "name of a class"),
        ("Meta: [{A: 1, B: 2}]", "DslSyntaxError", "one name as its key"),
        ("Meta: [{A: 1}]", "DslSyntaxError", "are a mapping"),
        ("Methods: {m: {Body: Return}}", "SyntaxError", "Syntax is incorrect in expression"),
    ],
)
def test_mistakes(text, kind, message):
    with pytest.raises(CompileError, match=message) as raised:
        declaration(text)
    assert raised.value.kind.rpartition(".")[2] == kind
    assert raised.value.line > 0 and raised.value.file == "Classes/a.yaml"


def test_a_missing_class_is_named():
    found = load("Name: t.B", ("t.BB",)).classes["t.BB"]
    assert "did you mean 't.B'" in str(found)


def test_a_missing_file():
    package = load_package({"Classes": {"A": "b.yaml"}}, {}.__getitem__)
    assert "no such file" in str(package.classes["A"])


def test_one_bad_class_does_not_spoil_its_file():
    package = load("Name: t.A\n---\nName: t.B\nUsage: Foo\n", ("t.A", "t.B"))
    assert not isinstance(package.classes["t.A"], CompileError)
    assert isinstance(package.classes["t.B"], CompileError)


def test_classes_of_a_listed_file_that_the_manifest_does_not_list():
    package = load("Name: t.A\n---\nName: t.B\n---\nName: t.C\nUsage: Foo\n", ("t.A",))
    assert list(package.classes) == ["t.A", "t.B", "t.C"]
    assert package.classes["t.B"].declaration.name == "t.B"
    assert isinstance(package.classes["t.C"], CompileError)


@pytest.mark.parametrize(
    ("given", "version"),
    [
        (None, "1.0"),
        ("1.3", "1.3"),
        ("MuranoPL/1.4", "1.4"),
        ("MuranoPL/1.4.0", "1.4"),
        (1.2, "1.2"),
        ("1.6", "1.4"),
        ("MuranoPL/1", "1.0"),
    ],
)
def test_formats(given, version):
    assert format_version(given) == version


@pytest.mark.parametrize("given", ["MuranoPL/2.0", "Heat.HOT/1.0", "x", "MuranoPL/1.4.1", "1.x"])
def test_unsupported_formats(given):
    with pytest.raises(CompileError, match="Unsupported format"):
        format_version(given)


def test_contract_specifications():
    properties = declaration(
        """
Properties:
  any: {Contract: $}
  chain:
    Contract: $.string().notNull().check($ > 3 and $ <= 9 and 5 < $ and foo($), hm)
  klass:
    Contract: $.class(o:C, D)
  other: {Contract: $.int() + 1}
  fixed: {Contract: 5}
  items: {Contract: [$.int(), $, 1, 7]}
  limits: {Contract: [2]}
  pairs: {Contract: {a: $, $.string(): [$]}}
"""
    ).properties
    specs = {name: found.contract for name, found in properties.items()}
    assert specs["any"][0] == "any"
    kind, calls, _position = specs["chain"]
    assert kind == "chain" and [call[0] for call in calls] == ["string", "notNull", "check"]
    predicate, message = calls[2][1]
    assert predicate[0] == "fn" and message == ("const", "hm")
    assert predicate[2] == ((">", ("const", 3)), ("<=", ("const", 9)), (">", ("const", 5)))
    assert specs["klass"][1] == (("class", (("type", "o:C"), ("const", "D")), ()),)
    assert specs["other"][0] == "expr"
    assert specs["fixed"][:2] == ("const", 5)
    assert [item[0] for item in specs["items"][1]] == ["chain", "any"]
    assert specs["items"][2:4] == (1, 7)
    assert specs["limits"][1:4] == ((), 2, None)
    assert specs["pairs"][1][0][0] == "a" and specs["pairs"][2][0][0][0] == "chain"


def test_package_metadata():
    package = load("Name: t.A", Meta=[{"io.murano.metadata.Title": {"text": "T"}}])
    assert package.meta[0].name == "io.murano.metadata.Title"
