"""Functions of contracts: what each converts, what it only tests, and what it refuses."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import ContractViolationException
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example, std: io.murano}
Name: Part
Properties:
  n: {Contract: $.int()}
Methods:
  isSmall:
    Body:
      - Return: $.n < 10
---
Name: Special
Extends: Part
---
Name: Holder
Properties:
  wanted: {Contract: $.string(), Usage: InOut, Default: 'org.example.Part'}
Methods:
  take:
    Arguments:
      - x:
          Contract: CONTRACT
    Body:
      - Return: $x
  ask:
    Body:
      - $part: new(Part, $this, n => 1)
      - $deep: new(Part, $part, n => 2)
      - $free: new(Part, n => 3)
      - $special: new(Special, n => 4)
      - Return: EXPRESSION
"""


class Asked:
    """A method whose argument has a contract, and an expression that may call it."""

    def __init__(self, contract, expression="null"):
        text = CLASSES.replace("CONTRACT", contract).replace("EXPRESSION", expression)
        self.own = Program(package(text))
        self.holder = self.own.load({"?": {"type": "org.example.Holder", "id": "holder"}})

    def take(self, value):
        return self.own.call(self.holder, "take", value)

    def value(self):
        return self.own.call(self.holder, "ask")


def ask(contract, expression):
    return Asked(contract, expression).value()


def refused(contract, expression, text):
    with pytest.raises(ContractViolationException, match=text):
        ask(contract, expression)


# ---------------------------------------------------------------- conversions


def test_string_takes_an_object_for_its_id():
    assert ask("$.string()", "$.take($part) = id($part)") is True
    assert ask("$.string()", "$.take(cast($special, Part)) = id($special)") is True


@pytest.mark.parametrize(
    ("contract", "count"),
    [
        ("$.string(5)", 1),
        ("$.check()", 0),
        ("$.class()", 0),
        ("$.class(Part, Part, '0', more)", 4),
        ("$.class(Part, other => 5)", 2),
        ("$.class(Part, name => Part)", 2),
        ("$.template()", 0),
        ("$.owned(5)", 1),
        ("$.notOwned(5)", 1),
        ("$.class() or 5", 0),
    ],
)
def test_arguments_that_a_function_does_not_take_are_an_error(contract, count):
    with pytest.raises(exceptions.NoMatchingMethodException):
        Asked(contract).take(None)


def test_an_unknown_function_is_an_error_even_for_null():
    with pytest.raises(exceptions.NoMethodRegisteredException, match="nothing"):
        Asked("$.nothing()").take(None)


# ---------------------------------------------------------------- class()


def test_class_takes_a_view_as_what_it_is_seen_as():
    assert ask("$.class(Part)", "$.take(cast($special, Part)) = $special") is False
    refused("$.class(Special)", "$.take(cast($special, Part))", "not compatible")


@pytest.mark.parametrize("contract", ["$.class($this.wanted)", "$.class(name => $this.wanted)"])
def test_the_type_of_class_may_be_computed_each_time(contract):
    asked = Asked(contract, "$.take($free) = $free")
    assert asked.value() is True
    asked.holder.values["wanted"] = "org.example.Special"
    with pytest.raises(ContractViolationException, match=r"requested type org\.example\.Special"):
        asked.value()


def test_class_takes_a_version():
    assert ask("$.class(Part, versionSpec => '0.1')", "$.take($free) = $free") is True
    refused("$.class(Part, null, '>=1')", "$.take($free)", "not compatible")


# ---------------------------------------------------------------- template()


def test_template_takes_an_object_or_a_view_of_one_as_its_model():
    assert ask("$.template(Part)", "$.take($free).n") == 3
    made = ask("$.template(Part)", "$.take(cast($special, Part))")
    assert made["n"] == 4
    assert made["?"]["type"].name == "org.example.Special"


@pytest.mark.parametrize("value", ["5", "text", "[1]"])
def test_template_takes_nothing_else(value):
    refused("$.template(Part)", f"$.take({value})", "cannot be represented as class")


def test_template_takes_null_but_not_of_a_type_that_is_not_there():
    assert Asked("$.template(Part)").take(None) is None
    with pytest.raises(exceptions.NoClassFound):
        Asked("$.template(None)").take(None)


# ---------------------------------------------------------------- check(), owned(), notOwned()


def test_the_message_of_check_may_be_computed_of_the_value():
    refused("$.check($.isSmall(), concat(id($), '!'))", "$.take(new(Part, n => 99))", "!$")


@pytest.mark.parametrize("function", ["check($.isSmall())", "owned()", "notOwned()"])
def test_an_object_passes_that_the_load_has_not_come_to_yet(function):
    classes = f"""
        Namespaces: {{=: org.example}}
        Name: Pair
        Properties:
          first: {{Contract: $.class(Part).{function}}}
          second: {{Contract: $.class(Part)}}
        ---
        Name: Part
        Methods:
          isSmall: {{Body: [{{Return: false}}]}}
    """
    model = {
        "?": {"type": "org.example.Pair", "id": "pair"},
        "first": "later",
        "second": {"?": {"type": "org.example.Part", "id": "later"}},
    }
    pair = Program(package(classes)).load(model)
    assert pair.values["first"] is pair.values["second"]


def test_owned_looks_at_all_owners():
    assert ask("$.class(Part).owned()", "$.take($deep) = $deep") is True
    refused("$.class(Part).owned()", "$.take($free)", r"violates owned\(\)")


def test_not_owned_is_the_opposite():
    assert ask("$.class(Part).notOwned()", "$.take($free) = $free") is True
    refused("$.class(Part).notOwned()", "$.take($deep)", r"violates notOwned\(\)")


@pytest.mark.parametrize("contract", ["$.owned()", "$.notOwned()"])
def test_only_objects_have_owners(contract):
    refused(contract, "$.take(5)", "Value 5 is not an object")
    assert ask(contract, "$.take(null)") is None


# ---------------------------------------------------------------- testing without converting

DECLARED_TWICE = """
Namespaces: {=: org.example, std: io.murano}
Name: Part
---
Name: Other
---
Name: Base
Properties:
  p:
    Contract: BASE
    Usage: InOut
---
Name: Derived
Extends: Base
Properties:
  p:
    Contract: $
    Usage: InOut
Methods:
  set:
    Body:
      - $part: new(Part, $this)
      - $other: new(Other)
      - $.p: EXPRESSION
      - Return: $.p = EXPRESSION
"""


def assign(contract, expression):
    text = DECLARED_TWICE.replace("BASE", contract).replace("EXPRESSION", expression)
    own = Program(package(text))
    model = {"?": {"type": "org.example.Derived", "id": "d"}, "p": INITIAL.get(contract)}
    holder = own.load(model)
    return own.call(holder, "set")


INITIAL = {
    "[]": [], "[$.int()]": [], "{}": {}, "{a: $.int()}": {"a": 1}, "$.notNull()": 1, "5": 5,
    "$.check($ > 3)": 4,
}  # fmt: skip


@pytest.mark.parametrize(
    ("contract", "expression"),
    [
        ("$.string()", "text"),
        ("$.string()", "null"),
        ("$.int()", "5"),
        ("$.bool()", "true"),
        ("$.bool()", "null"),
        ("$.notNull()", "5"),
        ("$.class(Part)", "$part"),
        ("$.class(Part)", "null"),
        ("$.template(Part)", "dict(a => 1)"),
        ("$.template(Part)", "null"),
        ("$.class(Part).owned()", "$part"),
        ("[$.int()]", "[1, 2]"),
        ("{a: $.int()}", "dict(a => 2)"),
        ("5", "5"),
        ("$", "5"),
    ],
)
def test_another_declaration_lets_pass_what_needs_no_conversion(contract, expression):
    assert assign(contract, expression) is True


@pytest.mark.parametrize(
    ("contract", "expression", "text"),
    [
        ("$.string()", "5", r"violates string\(\)"),
        ("$.int()", "'5'", r"violates int\(\)"),
        ("$.int()", "true", r"violates int\(\)"),
        ("$.bool()", "1", r"violates bool\(\)"),
        ("$.class(Part)", "$other", "not compatible with requested type"),
        ("$.class(Part)", "{}", "is not an object of class org.example.Part"),
        ("$.class(Part)", "id($part)", "is not an object of class org.example.Part"),
        ("$.template(Part)", "$part", "is not a template"),
        ("[$.int()]", "1", "is not a list"),
        ("[$.int()]", "null", "is not a list"),
        ("{}", "null", "is not of a dictionary type"),
        ("$.notNull()", "null", r"violates notNull\(\)"),
        ("$.check($ > 3)", "3", "doesn't match predicate"),
    ],
)
def test_another_declaration_converts_nothing(contract, expression, text):
    with pytest.raises(ContractViolationException, match=rf"\[org\.example\.Base\.p\].*{text}"):
        assign(contract, expression)
