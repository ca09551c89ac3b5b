"""Classes: inheritance, dispatch, properties, statics, extensions, casts, versions."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import Program, package

DIAMOND = """
Namespaces: {'=': org.example}
Name: R
Methods:
  m: {Body: [{Return: R}]}
  who: {Body: [{Return: R}]}
---
Namespaces: {'=': org.example}
Name: A
Extends: R
Methods:
  who: {Body: [{Return: A}]}
---
Namespaces: {'=': org.example}
Name: B
Extends: R
Methods:
  m: {Body: [{Return: B}]}
  who: {Body: [{Return: B}]}
---
Namespaces: {'=': org.example}
Name: T
Extends: [A, B]
Methods:
  supers:
    Body: [{Return: 'super($, $.who())'}]
  parents:
    Body:
      - Return: super($, $.who())
  asB:
    Body:
      - Return: cast($, B).who()
  is:
    Arguments: [{name: {Contract: $}}]
    Body:
      - Return: $ is $name
"""


def make(text, name="T", **model):
    program = Program(package(text))
    return program, program.load({"?": {"type": f"org.example.{name}", "id": "t"}, **model})


def test_a_mixin_overrides_what_another_way_reaches():
    program, t = make(DIAMOND)
    assert program.call(t, "m") == "B"


def test_unrelated_declarations_are_ambiguous_when_used():
    program, t = make(DIAMOND)
    with pytest.raises(exceptions.AmbiguousMethodName, match="who"):
        program.call(t, "who")
    assert program.call(t, "parents") == ("A", "B")
    assert program.call(t, "asB") == "B"


def test_is_follows_the_hierarchy():
    program, t = make(DIAMOND)
    assert program.call(t, "is", "R") is True
    assert program.call(t, "is", "io.murano.Object") is True


def test_inheriting_from_nothing_or_oneself_is_refused():
    program = Program(package("Name: org.example.T\nExtends: org.example.Nosuch\n"))
    with pytest.raises(exceptions.NoClassFound, match="Nosuch"):
        program.load({"?": {"type": "org.example.T", "id": "t"}})
    program = Program(package("Name: org.example.T\nExtends: org.example.T\n"))
    with pytest.raises(exceptions.InvalidInheritanceError):
        program.load({"?": {"type": "org.example.T", "id": "t"}})


PROPERTIES = """
Namespaces: {'=': org.example}
Name: T
Properties:
  given: {Contract: $.int(), Default: 1}
  out: {Contract: $.int(), Usage: Out}
  both: {Contract: $.int(), Usage: InOut, Default: 3}
  run: {Contract: $.int(), Usage: Runtime}
  made: {Contract: $.int(), Usage: Static, Default: 10}
  later: {Contract: $.int(), Default: $.both + 1}
  set: {Contract: $.string(), Usage: Config, Default: none}
Methods:
  .init:
    Body:
      - $.given: $.given + 100
  write:
    Arguments: [{name: {Contract: $}}, {value: {Contract: $}}]
    Body:
      - If: $name = given
        Then: [{$.given: $value}]
      - If: $name = both
        Then: [{$.both: $value}]
      - If: $name = own
        Then: [{$.own: $value}]
      - If: $name = made
        Then:
          - :T.made: $value
  read: {Body: [{Return: 0}]}
  readOwn: {Body: [{Return: 0}]}
  values:
    Body:
      - Return: [$.given, $.both, $.later, $.made, $.set]
  readRun:
    Body:
      - Return: $.run
  readPrivate:
    Body:
      - Return: $.own
"""


def test_properties_by_usage():
    program, t = make(PROPERTIES, both=5, run=7, made=9)
    assert program.call(t, "values") == (101, 5, 6, 10, "none")
    with pytest.raises(exceptions.UninitializedPropertyAccessError, match="run"):
        program.call(t, "readRun")


def test_writing_by_usage():
    program, t = make(PROPERTIES)
    with pytest.raises(exceptions.NoWriteAccessError, match="given"):
        program.call(t, "write", "given", 5)
    program.call(t, "write", "both", "7")
    assert program.call(t, "values")[1] == 7
    with pytest.raises(exceptions.ContractViolationException, match=r"\[org.example.T.both\]"):
        program.call(t, "write", "both", "x")


def test_undeclared_properties_are_private():
    program, t = make(PROPERTIES)
    program.call(t, "write", "own", 5)
    assert program.call(t, "readPrivate") == 5
    with pytest.raises(exceptions.PropertyReadError):
        program.rt.get_property(t, "own", None)


def test_class_configuration():
    program = Program(package(PROPERTIES), configs={"org.example.T": {"set": "x", "both": 8}})
    t = program.load({"?": {"type": "org.example.T", "id": "t"}})
    assert program.call(t, "values") == (101, 8, 9, 10, "x")


def test_defaults_that_need_each_other():
    program = Program(
        package("""
        Name: org.example.T
        Properties:
          a: {Contract: $, Default: $.b}
          b: {Contract: $, Default: $.a}
    """)
    )
    with pytest.raises(exceptions.CircularExpressionDependenciesError, match=r"a, b"):
        program.load({"?": {"type": "org.example.T", "id": "t"}})


CALLS = """
Namespaces: {'=': org.example}
Name: T
Methods:
  all:
    Arguments:
      - a: {Contract: $.int()}
      - b: {Contract: $.int(), Default: 2}
      - rest: {Contract: $.int(), Usage: VarArgs}
      - more: {Contract: $.int(), Usage: KwArgs}
    Body:
      - Return: [$a, $b, $rest, $more]
  static:
    Usage: Static
    Arguments: [{x: {Contract: $.int().notNull().check($ > 0)}}]
    Body:
      - Return: $x + 1
  viaType:
    Body:
      - Return: :T.static(4)
  double:
    Usage: Extension
    Arguments: [{x: {Contract: $.int().notNull()}}]
    Body:
      - Return: $x * 2
  useExtension:
    Arguments: [{x: {Contract: $}}]
    Body:
      - Return: $x.double()
  missing:
    Body:
      - Return: $.stattic(1)
"""


def test_binding_of_arguments():
    program, t = make(CALLS)
    assert program.call(t, "all", 1) == (1, 2, (), {})
    assert program.call(t, "all", "1", 3, "4", 5, x="6") == (1, 3, (4, 5), {"x": 6})
    assert program.call(t, "all", b=5) == (None, 5, (), {})
    with pytest.raises(exceptions.NoMatchingMethodException):
        program.call(t, "all", 1, a=2)
    with pytest.raises(exceptions.NoMatchingMethodException):
        program.call(t, "static", 1, 2)
    with pytest.raises(exceptions.ContractViolationException, match=r"T::static\(x\)\] .*null"):
        program.call(t, "static")
    with pytest.raises(exceptions.ContractViolationException, match="doesn't match predicate"):
        program.call(t, "static", -1)


def test_static_and_extension_methods():
    program, t = make(CALLS)
    assert program.call("org.example.T", "static", 1) == 2
    assert program.call(t, "viaType") == 5
    assert program.call(t, "useExtension", 4) == 8
    with pytest.raises(exceptions.NoMatchingMethodException):
        program.call(t, "useExtension", "4")


def test_unknown_names_come_with_a_proposal():
    program, t = make(CALLS)
    with pytest.raises(exceptions.NoMethodRegisteredException, match="did you mean 'static'"):
        program.call(t, "missing")


def test_two_versions_side_by_side():
    old = package("Name: org.lib.C\nMethods: {v: {Usage: Static, Body: [{Return: 1}]}}\n",
                  name="org.lib", version="1.0.0")  # fmt: skip
    new = package("Name: org.lib.C\nMethods: {v: {Usage: Static, Body: [{Return: 2}]}}\n",
                  name="org.lib", version="2.0.0")  # fmt: skip
    user = package(
        "Name: org.example.M\nMethods:\n  v:\n    Usage: Static\n    Body:\n"
        "      - Return: org.lib:C.v()\nNamespaces: {org.lib: org.lib, lib: org.lib}\n".replace(
            "org.lib:C", "lib:C"
        ).replace("org.lib: org.lib, ", ""),
        Require={"org.lib": "2"},
    )
    assert Program(user, old, new).call("org.example.M", "v") == 2


def test_a_class_that_does_not_compile_says_where():
    from catalog_engine.muranopl.source.errors import CompileError

    program = Program(package("Name: org.example.T\nMethods:\n  m:\n    Body:\n      - Try: 1\n"))
    with pytest.raises(CompileError, match=r"Classes/all.yaml:5"):
        program.load({"?": {"type": "org.example.T", "id": "t"}})
