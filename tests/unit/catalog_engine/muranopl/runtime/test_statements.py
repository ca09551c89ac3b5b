"""Statements, as programs see them."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import MuranoPLError
from catalog_engine.muranopl.runtime.limits import Limits
from tests.unit.catalog_engine.muranopl.language import Program, package, run


def test_while_with_break_and_continue():
    assert (
        run("""
        - $i: 0
        - $sum: 0
        - While: (1 = 1)
          Do:
            - $i: $i + 1
            - If: $i = 3
              Then: {Continue: }
            - If: $i > 5
              Then: {Break: }
            - $sum: $sum + $i
        - Return: $sum
    """)
        == 12
    )


def test_for_repeat_match_switch():
    assert run("""
        - $found: []
        - For: x
          In: [1, 2, 3]
          Do:
            - Match:
                1:
                  - $found: $found.append(one)
                2:
                  - $found: $found.append(two)
              Value: $x
              Default:
                - $found: $found.append(more)
        - Repeat: 2
          Do:
            - $found: $found.append(again)
        - Switch:
            $found.len() = 5:
              - $found: $found.append(five)
            $found.len() = 9:
              - $found: $found.append(nine)
          Default:
            - $found: $found.append(none)
        - Return: $found
    """) == ("one", "two", "more", "again", "again", "five")


def test_try_catch_else_finally():
    body = """
        - $log: []
        - Try:
            - If: $a
              Then: {Throw: Full, Message: 'is full', Extra: {size: 3}}
          Catch:
            - With: Other
              Do:
                - $log: $log.append(other)
            - With: Full
              As: e
              Do:
                - $log: $log.append($e.name, $e.message, $e.extra.size)
          Else:
            - $log: $log.append(else)
          Finally:
            - $log: $log.append(finally)
        - Return: $log
    """
    assert run(body, True) == ("org.example.Full", "is full", 3, "finally")
    assert run(body, False) == ("else", "finally")


def test_native_errors_have_the_names_that_packages_catch():
    assert (
        run("""
        - Try:
            - $x: 0
            - $x: 1 / $x
          Catch:
            - As: e
              Do:
                - Return: $e.name
    """)
        == "ZeroDivisionError"
    )
    with pytest.raises(exceptions.NoFunctionRegisteredException, match="nosuch"):
        run("- Return: nosuch()")


@pytest.mark.parametrize(
    "query", ["list().first()", "list(1).where($ > 2).single()", "$this.none()"]
)
def test_a_query_without_the_item_it_is_asked_for_is_a_stop_of_iteration(query):
    program = Program(
        package(f"""
        Namespaces: {{=: org.example, py: ''}}
        Name: Main
        Methods:
          none: {{Body: [Return: list().last()]}}
          go:
            Body:
              Try:
                - Return: {query}
              Catch:
                With: py:StopIteration
                As: e
                Do:
                  - Return: $e.name
    """)
    )
    main = program.load({"?": {"type": "org.example.Main", "id": "m"}})
    assert program.call(main, "go") == "StopIteration"


def test_rethrow_keeps_the_error():
    with pytest.raises(MuranoPLError) as caught:
        run("""
            - Try: [{Throw: Bad, Message: m}]
              Catch: [{Do: [{Rethrow: }]}]
        """)
    assert caught.value.names == ["org.example.Bad"]


def test_assignment_builds_new_values_along_a_path():
    assert run("""
        - $d: {a: {b: [1, 2]}}
        - $before: $d
        - $d.a.b[0]: 9
        - $d.a.c: 5
        - Return: [$before, $d]
    """) == ({"a": {"b": (1, 2)}}, {"a": {"b": (9, 2), "c": 5}})


def test_parallel_shares_variables_and_returns():
    assert run("""
        - $x: 0
        - Parallel:
            - $x: 1
            - $y: 2
        - Return: [$x, $y]
    """) == (1, 2)
    assert (
        run("""
        - Parallel:
            - sleep(1)
            - Return: from a branch
        - Return: after
    """)
        == "from a branch"
    )


def test_parallel_with_a_limit_runs_so_many_at_a_time():
    program = Program(
        package("""
        Namespaces: {=: org.example}
        Name: Main
        Properties:
          log: {Contract: [$.string()], Usage: Runtime, Default: []}
        Methods:
          go:
            Body:
              - Parallel: [{Do: [$.step(a)]}, {Do: [$.step(b)]}, {Do: [$.step(c)]}]
                Limit: 2
              - Return: $.log
          step:
            Arguments: [{name: {Contract: $.string()}}]
            Meta: {io.murano.metadata.engine.Synchronize: {onThis: false}}
            Body:
              - $.log: $.log + ['enter']
              - sleep(0)
              - $.log: $.log + ['exit']
    """)
    )
    main = program.load({"?": {"type": "org.example.Main", "id": "m"}})
    assert program.call(main, "go") == ("enter", "enter", "exit", "exit", "enter", "exit")


def test_a_lock_on_one_argument_may_be_named_without_a_list():
    program = Program(
        package("""
        Namespaces: {=: org.example}
        Name: Main
        Properties:
          log: {Contract: [$.string()], Usage: Runtime, Default: []}
        Methods:
          go:
            Body:
              - Parallel: [{Do: [$.step(a)]}, {Do: [$.step(a)]}, {Do: [$.step(b)]}]
              - Return: $.log
          step:
            Arguments: [{name: {Contract: $.string()}}]
            Meta: {io.murano.metadata.engine.Synchronize: {onThis: false, onArgs: name}}
            Body:
              - $.log: $.log + [$name]
              - sleep(0)
              - $.log: $.log + [$name]
    """)
    )
    main = program.load({"?": {"type": "org.example.Main", "id": "m"}})
    assert program.call(main, "go") == ("a", "b", "a", "b", "a", "a")


def test_unannotated_methods_of_one_object_exclude_each_other():
    program = Program(
        package("""
        Namespaces: {=: org.example}
        Name: Main
        Properties:
          log: {Contract: [$.string()], Usage: Runtime, Default: []}
        Methods:
          go:
            Body:
              - list(1, 2).pselect($this.step())
              - Return: $.log
          step:
            Body:
              - $.log: $.log + ['enter']
              - sleep(1)
              - $.log: $.log + ['exit']
    """)
    )
    main = program.load({"?": {"type": "org.example.Main", "id": "m"}})
    assert program.call(main, "go") == ("enter", "exit", "enter", "exit")


# ---------------------------------------------------------------- limits


def test_a_loop_without_end_ends_and_may_clean_up_once():
    with pytest.raises(exceptions.StepLimitExceeded, match="steps"):
        run("- While: (1 = 1)\n  Do: [{$x: 1}]", limits=Limits(steps=5000))
    assert run("""
        - Try:
            - While: (1 = 1)
              Do: [{$x: 1}]
          Catch:
            - With: io.murano.limits.StepLimitExceeded
              Do: [{Return: caught}]
    """, limits=Limits(steps=5000)) == "caught"  # fmt: skip


def test_calls_nest_deep_and_not_for_ever():
    text = """
        Namespaces: {{=: org.example}}
        Name: Main
        Methods:
          down:
            Usage: Static
            Arguments: [{{n: {{Contract: $.int()}}}}]
            Body:
              - If: $n = 0
                Then: [{{Return: 0}}]
              - Return: {expression}
    """
    for expression in ("1 + $.down($n - 1)", "1 + [$n].select($this.down($ - 1)).first()"):
        program = Program(package(text.format(expression=expression)))
        assert program.call("org.example.Main", "down", 300) == 300
        with pytest.raises(exceptions.DepthLimitExceeded, match="nest deeper than 500"):
            program.call("org.example.Main", "down", 600)


@pytest.mark.parametrize(
    "body",
    [
        "- $x: [1]\n- Repeat: 60\n  Do: [{$x: [$x, $x]}]",
        "- $x: {a: 1}\n- Repeat: 60\n  Do: [{$x: {a: $x, b: $x}}]",
        "- $x: a\n- Repeat: 60\n  Do: [{$x: $x + $x}]",
        "- $x: []\n- Repeat: 5000\n  Do: [{$x: [$x]}]",
        "- $x: range(1000000000).toList()",
        "- $x: ('a' * 1000000000)",
        "- $x: sequence().toList()",
        "- $x: 7 * 1\n- Repeat: 100\n  Do: [{$x: $x * $x}]",
    ],
)
def test_values_that_grow_without_bound_are_refused(body):
    with pytest.raises((
        exceptions.MemoryQuotaExceededException, exceptions.CollectionTooLargeException,
        exceptions.NoMatchingFunctionException,
    )):  # fmt: skip
        run(body)


def test_an_error_tells_where():
    from catalog_engine.muranopl.runtime.operations_faults import caught

    with pytest.raises(exceptions.NoMethodRegisteredException) as error:
        run("- $x: 'text'\n- $x.nosuch()")
    frame = [frame for frame in caught(error.value).frames if frame.type is not None][-1]
    assert (frame.file, frame.method, frame.type) == ("Classes/all.yaml", "run", "org.example.Main")
    assert frame.instruction == "$x.nosuch()"
    assert frame.line == 8
