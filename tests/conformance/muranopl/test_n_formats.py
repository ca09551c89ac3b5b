"""Checks 242 to 245: versions and types in headers, and what formats differ in."""

from tests.conformance.muranopl.checking import (
    ROOT,
    Raises,
    body,
    check,
    deployed,
    numbered,
    on_object,
    program,
)


@numbered(
    "wanted, found, expected",
    (242, "1.11.111", "0.0.0", Raises("NoPackageForClassFound", "org.example.Main")),
    (242, ">3.0.0,<=4.1", "0.0.0", Raises("NoPackageForClassFound", "org.example.Main")),
    (242, "", "0.0.0", "0.0.0"), (242, "1.11.111", "1.11.111", "1.11.111"),
    (242, ">3.0.0,<=4.1", "4.1.9", "4.1.9"),
)  # fmt: skip
def test_242_versions_of_headers(wanted, found, expected):
    def load():
        own = program("Name: Main\n", version=found)
        header = {"id": "x", "type": "org.example.Main", "classVersion": wanted}
        return str(own.load({"?": header}).cls.package.version)

    check(load, expected)


@numbered(
    "name, expected",
    (243, "Bar", Raises("NoPackageForClassFound", '"Bar"')), (243, "org.example.Bar", True),
)  # fmt: skip
def test_243_types_of_headers_are_absolute(name, expected):
    text = f"""
    - $b: new({{'?' => {{type => '{name}'}}}})
    - Return: $b is Bar
    """
    check(lambda: body(text, more="Name: Bar\n"), expected)


OLD = """
Name: Parent
Methods:
  m:
    Body:
      - Return: parent
---
Name: Main
Extends: Parent
Methods:
  m:
    Body:
      - Return: child
  run:
    Body:
      - $s: ' Text '
      - $l: [a, b]
      - Return: EXPRESSION
"""
NO_METHOD, NO_FUNCTION = (
    Raises("NoMethodRegisteredException"),
    Raises("NoFunctionRegisteredException"),
)


@numbered(
    "text, form, expected",
    (244, "$.super($.m())", "1.4", NO_METHOD), (244, "$.super($.m())", "1.0", ["parent"]),
    (244, "$.psuper($.m())", "1.4", NO_METHOD), (244, "$.psuper($.m())", "1.0", ["parent"]),
    (244, "$.cast(Parent)", "1.4", NO_METHOD), (244, "$.cast(Parent).m()", "1.0", "parent"),
    (244, "$.id()", "1.4", NO_METHOD), (244, "$.id() = id($)", "1.0", True),
    (244, "$.type()", "1.4", NO_METHOD), (244, "$.type()", "1.0", "org.example.Main"),
    (244, "$s.substr(0, 1)", "1.4", NO_METHOD), (244, "$s.substr(0, 2)", "1.0", " T"),
    (244, "toUpper($s)", "1.4", NO_FUNCTION), (244, "toUpper($s)", "1.0", " TEXT "),
    (244, "toLower($s)", "1.4", NO_FUNCTION), (244, "toLower($s)", "1.0", " text "),
    (244, "trim($s)", "1.4", NO_FUNCTION), (244, "trim($s)", "1.0", "Text"),
    (244, "join($l, '')", "1.4", NO_FUNCTION), (244, "join($l, '')", "1.0", "ab"),
)  # fmt: skip
def test_244_calls_of_old_formats(text, form, expected):
    check(lambda: on_object(OLD.replace("EXPRESSION", text), form=form), expected)


SAME = """
Name: Base
Properties:
  label: {Contract: $.string(), Default: base}
  parts: {Contract: [$.class(Base)], Usage: InOut}
Methods:
  describe:
    Arguments: [{word: {Contract: $.string(), Default: is}}]
    Body:
      - Return: format('{0} {1} {2}', $.label, $word, len($.parts))
---
Name: Main
Extends: Base
Properties: {state: {Contract: {}, Usage: Out}}
Methods:
  describe:
    Arguments: [{word: {Contract: $.string()}}]
    Body:
      - Return: super($, $.describe($word)).first().toUpper()
  run:
    Scope: Public
    Body:
      - $.parts: range(0, 3).select(new(Base, label => str($)))
      - $.state.list[0]: $.parts.where($.label != '1').select($.describe(was))
      - $.state.dict: {a: 1, b: [true, null, 1.5]}
      - Try:
          - $.nothing()
        Catch:
          - With: yaql.language.exceptions.NoMethodRegisteredException
            As: e
            Do:
              - $.state.error: $e.name
      - Switch:
          $.describe() = 'BASE IS 3': [{Return: wrong}]
          $.describe(has) = 'BASE HAS 3':
            - Return:
                - $.state
                - $.describe(has)
                - cast($, Base).describe()
"""


def test_245_the_formats_agree_on_what_they_do_not_tell_apart():
    """``conftest.py`` runs all other checks in both formats, too."""
    first, *others = [
        deployed(SAME, ROOT, ("root", "run", {}), form=form)
        for form in ("1.0", "1.1", "1.2", "1.3", "1.4")
    ]
    assert first["outcome"] == "succeeded"
    assert first["result"]["result"][1:] == ["BASE HAS 3", "base is 3"]
    assert others == [first] * 4
