"""Code blocks: unusual instructions that are well formed, and what is said of malformed ones."""

import pytest

from catalog_engine.muranopl.runtime.exceptions import DslInvalidOperationError, MuranoPLError
from catalog_engine.muranopl.source.errors import CompileError
from tests.unit.catalog_engine.muranopl.language import run


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("- Return", "Syntax is incorrect in expression: 'Return'"),
        ("- [1, 2]", "Syntax is incorrect in expression: a list"),
        ("- 5", "Syntax is incorrect in expression: 5"),
        ("- {Foo: 1}", r"Syntax is incorrect in expression: \{Foo\}"),
        ("- {Retrun: 1}", "did you mean 'Return'"),
        ("- {If: 1}", "If needs Then"),
        ("- {For: x}", "For needs Do, In"),
        ("- {If: 1, Then: [], Otherwise: []}", "If does not take Otherwise"),
        ("- {}", r"Syntax is incorrect in expression: \{\}"),
        ("- {$x: 1, $y: 2}", "an assignment must be the only key"),
        ("- {$x: 1, Do: []}", "an assignment must be the only key"),
        ("- {Break: 1}", "Break cannot have value"),
        ("- {Continue: [1]}", "Continue cannot have value"),
        ("- {Break: $x}", "Break cannot have value"),
        ("- {While: false, Do: []}", "While takes an expression"),
        ("- {While: [1], Do: []}", "While takes an expression"),
        ("- {For: 5, In: [], Do: []}", r"For takes the name of a variable, without \$"),
        ("- {For: [x], In: [], Do: []}", r"For takes the name of a variable, without \$"),
        ("- {For: $x, In: [], Do: []}", r"For takes the name of a variable, without \$"),
        ("- {Repeat: x, Do: []}", "Repeat takes an integer or an expression"),
        ("- {Repeat: 1.5, Do: []}", "Repeat takes an integer or an expression"),
        ("- {Repeat: [1], Do: []}", "Repeat takes an integer or an expression"),
        ("- {Match: [1], Value: 1}", "Match takes a mapping of constants to blocks"),
        ("- {Match: 5, Value: 1}", "Match takes a mapping of constants to blocks"),
        ("- {Switch: [1]}", "Switch takes a mapping of conditions to blocks"),
        ("- {Switch: 5}", "Switch takes a mapping of conditions to blocks"),
        ("- {Try: [], Catch: X}", "An entry of Catch is a mapping"),
        ("- {Try: [], Catch: [[X]]}", "An entry of Catch is a mapping"),
        ("- {Try: [], Catch: {Wiht: X}}", "Unknown key 'Wiht' in Catch; did you mean 'With'"),
        ("- {Try: [], Catch: {With: X, 5: 1}}", "Unknown key 5 in Catch"),
        ("- {Try: [], Catch: {As: 5}}", r"As takes the name of a variable, without \$"),
        ("- {Try: [], Catch: {As: [e]}}", r"As takes the name of a variable, without \$"),
        ("- {Try: [], Catch: {With: 5}}", "With must be the name of a class"),
        ("- {Try: [], Catch: {With: 'no:Name'}}", "Unknown namespace prefix no"),
        ("- {Try: [], Catch: {With: 'a b'}}", "Invalid type name"),
        ("- {Do: {Nonsense: 1}}", r"Syntax is incorrect in expression: \{Nonsense\}"),
        ("- {Match: {$x: {Nonsense: 1}}, Value: 1}", "Nonsense"),
    ],
)
def test_malformed_instructions(body, text):
    with pytest.raises(CompileError, match=text):
        run(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Return: 5", 5),
        ("- {Do: {Return: 5}}", 5),
        ("- {Do: }\n- {Return: 5}", 5),
        ("- {If: true, Then: {Return: 5}}", 5),
        ("- {If: false, Then: , Else: {Return: 5}}", 5),
        ("- {Try: {Return: 5}, Finally: }", 5),
        ("- {Try: {Throw: X}, Catch: {As: }}\n- {Return: 5}", 5),
        ("- {Match: {5: }, Value: 5, Default: {Return: 1}}\n- {Return: 5}", 5),
        ("- {Match: {$x: {Return: 1}, 5: {Return: 5}}, Value: 5}", 5),
        ("- {Match: {}, Value: 5}\n- {Return: 5}", 5),
        ("- {Switch: {}, Default: {Return: 5}}", 5),
        ("- {Parallel: {Return: 5}, Limit: }", 5),
    ],
)
def test_blocks_may_be_single_instructions_or_nothing(body, expected):
    assert run(body) == expected


@pytest.mark.parametrize("word", ["Break", "Continue"])
def test_a_loop_is_left_inside_of_it_alone(word):
    with pytest.raises(DslInvalidOperationError, match=f"{word} cannot be used on method level"):
        run(f"- {{{word}: }}")


def test_a_catch_without_entries_catches_nothing():
    with pytest.raises(MuranoPLError, match="X"):
        run("- {Try: {Throw: X}, Catch: }\n- {Return: 5}")


@pytest.mark.parametrize("throw", ["std:Name", "'std:Name'", "[std:Name]", "io.murano.Name"])
def test_the_name_of_an_exception_may_look_like_a_type(throw):
    body = f"- Try:\n    - Throw: {throw}\n  Catch:\n    With: std:Name\n    Do: {{Return: 5}}"
    assert run(body) == 5


def test_a_name_of_an_exception_that_is_computed_is_no_type():
    with pytest.raises(Exception, match="#operator_:"):
        run("- Throw: $a:$b", "x", "y")
