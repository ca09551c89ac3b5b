"""Mocks: what replaces methods, for whom, and what their expressions see."""

import textwrap

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.limits import Limits
from tests.conformance.muranopl.checking import instance, plain, program

CLASSES = """
Name: Server
Properties:
  size: {Contract: $.int(), Default: 3, Usage: InOut}
Methods:
  boot:
    Arguments:
      - image: {Contract: $.string()}
      - flavor: {Contract: $.string().notNull(), Default: small}
    Body:
      - Return: format('booted {0} {1} with {2}', $image, $flavor, $.size)
  name:
    Body: [{Return: real}]
  grow:
    Body:
      - $.size: $.size + 1
      - Return: (str($.size) + ' ' + $.name())
  gather:
    Arguments:
      - first: {Contract: $}
      - rest: {Contract: $.int(), Usage: VarArgs}
      - more: {Contract: $, Usage: KwArgs}
    Body: [{Return: [$first, $rest, $more]}]
  version:
    Usage: Static
    Arguments: [{of: {Contract: $.string()}}]
    Body: [{Return: real}]
  extended:
    Usage: Extension
    Arguments: [{of: {Contract: $.string().notNull()}}]
    Body: [{Return: real}]
  loop:
    Body:
      - $names: []
      - For: i
        In: range(3)
        Do:
          - $names: $names + list($.name())
      - Return: $names
  asks:
    Body:
      - $secret: 42
      - $list: [1, 2]
      - Return: $.boot('x')
  callsInLambda:
    Body:
      - $add: 10
      - Return: list(5, 6).select($this.boot(str($ + $add)))
---
Name: BigServer
Extends: Server
Methods:
  name:
    Body:
      - Return: super($, $.name()).single()
---
Name: Small
Extends: Server
"""


def run(body, mocking=True, more="", limits=None, **given):
    """Value of a body of a test object that knows a server, `$.server`, and its class."""
    source = (
        CLASSES + "---\nName: Main\nProperties:\n  server:\n    Contract: $.class(Server)\n"
        "    Usage: Runtime\n  prop: {Contract: $, Default: mine, Usage: InOut}\nMethods:\n"
        "  .init:\n    Body: [{$.server: new(Server)}]\n"
        "  mock:\n    Arguments: [{a: {Contract: $}}, {b: {Contract: $}}]\n"
        "    Body: [{Return: $.prop + ' ' + str($a) + ' ' + str($b)}]\n"
        "  plain:\n    Body: [{Return: mocked}]\n"
        "  stat:\n    Usage: Static\n    Arguments: [{a: {Contract: $}}]\n"
        "    Body: [{Return: ('static ' + $a)}]\n"
        + textwrap.indent(textwrap.dedent(more), "  ")
        + "  run:\n    Body:\n"
        + textwrap.indent(textwrap.dedent(body).strip("\n"), "      ") + "\n"
    )  # fmt: skip
    own = program(source, mocking=mocking, limits=limits)
    return plain(own.call(instance(own), "run"))


def test_a_method_of_another_object_answers():
    assert (
        run("""
        - inject(Server, boot, $this, mock)
        - Return: $.server.boot(fedora)
    """)
        == "mine fedora small"
    )


def test_the_object_that_answers_may_be_of_another_class():
    more = "other:\n  Body:\n    - inject(BigServer, name, new(Small), loop)\n"
    assert run("- $.other()\n- Return: new(BigServer).name()", more=more) == ["real"] * 3


def test_a_static_method_answers():
    assert run("- inject(Server, version, $this, stat)\n- Return: $.server.version(x)") == (
        "static x"
    )
    assert run("- inject(Server, version, :Main, stat)\n- Return: :Server.version(x)") == "static x"


@pytest.mark.parametrize(
    ("target", "mocked"),
    [
        ("Server", ["mocked", "mocked", "mocked"]),
        (":Server", ["mocked", "mocked", "mocked"]),
        ("'org.example.Server'", ["mocked", "mocked", "mocked"]),
        ("Small", ["real", "mocked", "real"]),
        ("BigServer", ["real", "real", "mocked"]),
        ("$.server", ["mocked", "real", "real"]),
        ("cast($.server, Server)", ["mocked", "real", "real"]),
    ],
)
def test_whom_a_mock_is_for(target, mocked):
    """A class and those that inherit the method, or one object; what calls super gets it too."""
    assert (
        run(f"""
        - $all: [$.server, new(Small), new(BigServer)]
        - $all.select($.name())
        - inject({target}, name, mocked)
        - Return: $all.select($.name())
    """)
        == mocked
    )


def test_an_object_stands_before_its_class():
    assert run("""
        - inject($.server, name, one)
        - inject(Server, name, all)
        - Return: [$.server.name(), new(Server).name()]
    """) == ["one", "all"]


def test_the_last_mock_counts_and_call_sites_forget_earlier_ones():
    more = "ask:\n  Body: [{Return: $.server.name()}]\n"
    assert run(
        """
        - $seen: [$.ask(), $.ask()]
        - inject(Server, name, first)
        - $seen: $seen + [$.ask(), $.ask()]
        - inject(Server, name, second)
        - $seen: $seen + [$.ask(), $.server.loop().last()]
        - inject($.server, name, third)
        - Return: $seen + [$.ask(), $.server.loop().last()]
        """,
        more=more,
    ) == ["real", "real", "first", "first", "second", "second", "third", "third"]


def test_a_mocked_object_is_what_it_was():
    assert run("""
        - $before: [typeinfo($.server), $.server.size]
        - inject($.server, name, mocked)
        - Return:
          - $.server is Server
          - type($.server) = :Server
          - typeinfo($.server).name = $before[0].name
          - $.server.size
          - $.server = cast($.server, Server).find(Main) or true
          - dump($.server).get('?').get(type)
    """) == [True, True, True, 3, True, "org.example.Server/0.1.0@org.example"]


def test_a_mocked_object_goes_where_its_class_is_asked_for():
    more = """
        take:
          Arguments:
            - server: {Contract: $.class(Server).notNull()}
          Body: [{Return: $server.grow()}]
    """
    assert (
        run(
            """
        - inject($.server, name, mocked)
        - $grown: $.take($.server)
        - sys:GC.collect()
        - Return: $grown
        """,
            more=more,
        )
        == "4 mocked"
    )


def test_what_the_engine_calls_by_name_is_mocked_too():
    """Handlers of destruction, and calls of what holds no code of a package."""
    own = program(CLASSES, mocking=True)
    server = instance(own, "Server")
    own.rt.mocks.by_expression(own.cls("org.example.Server").reference, "name", lambda *_: 5)
    assert own.call(server, "name") == 5
    assert own.rt.run(lambda: own.rt.call_method(server, "name", (), {}, server.cls)) == 5


# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("call", "seen"),
    [
        ("boot(7)", ["mine", "7", "small", None]),
        ("boot(flavor => big, image => x)", ["mine", "x", "big", None]),
        ("boot()", ["mine", None, "small", None]),
    ],
)
def test_parameters_come_contracted_with_defaults_in_their_order(call, seen):
    assert (
        run(f"""
        - inject(Server, boot, [$.prop, $2, $3, $4])
        - Return: $.server.{call}
    """)
        == seen
    )


def test_surplus_parameters():
    assert run("""
        - inject(Server, gather, [$2, $3, $4, $5])
        - Return:
          - $.server.gather(1, 2, 3)
          - $.server.gather(1, 2, x => 5)
    """) == [[1, 2, 3, None], [1, 2, {"x": 5}, None]]


def test_a_mock_of_a_native_method_needs_no_parameters_for_its_defaults():
    more = """
        named:
          Arguments: [{name: {Contract: $}}]
          Body: [{Return: $name}]
    """
    assert run(
        """
        - inject('io.murano.Object', getAttr, $this, named)
        - Return: [$.server.getAttr(x), $.server.getAttr(name => y)]
    """,
        more=more,
    ) == ["x", "y"]


def test_parameters_of_native_methods():
    assert run("""
        - inject('io.murano.Object', setAttr, [$2, $3, $4])
        - Return: $.server.setAttr(value => 5, name => x)
    """) == ["x", 5, None]
    more = """
        log:
          Arguments: [{m: {Contract: $}}, {a: {Contract: $}}, {k: {Usage: KwArgs, Contract: $}}]
          Body:
            - $.prop: [$m, $a, $k]
    """
    assert run(
        """
        - inject(sys:Logger, info, $this, log)
        - logger(x).info('{0} {k}', 1, k => 2)
        - Return: $.prop
        """,
        more=more,
    ) == ["{0} {k}", 1, {"k": 2}]


def test_a_mock_whose_parameters_do_not_fit():
    with pytest.raises(exceptions.NoMatchingMethodException):
        run("- inject(Server, boot, $this, plain)\n- $.server.boot(x)")
    with pytest.raises(exceptions.NoMatchingMethodException):
        run("- inject(Server, name, 5)\n- $.server.name(5)")


def test_contracts_of_the_real_method_hold():
    with pytest.raises(exceptions.ContractViolationException):
        run("- inject(Server, boot, 5)\n- $.server.boot(x, null)")


# ---------------------------------------------------------------- expressions


def test_what_an_expression_sees():
    more = "helper:\n  Arguments: [{x: {Contract: $}}]\n  Body: [{Return: [$x, $.prop]}]\n"
    assert run(
        """
        - $local: one
        - inject(Server, name, list($local, $.prop, $this.prop, $1.prop, $.helper($local)))
        - $local: two
        - Return: $.server.name()
        """,
        more=more,
    ) == ["two", "mine", "mine", "mine", ["two", "mine"]]


def test_the_object_that_injects_is_meant_inside_other_lambdas_too():
    assert run("""
        - list(Server, Small).select(inject($, name, $.prop))
        - Return: [$.server.name(), new(Small).name()]
    """) == ["mine", "mine"]


def test_the_real_method():
    assert run("""
        - inject(Server, boot, '<' + originalMethod() + '>')
        - Return:
          - $.server.boot(x)
          - $.server.boot(x, flavor => big)
    """) == ["<booted x small with 3>", "<booted x big with 3>"]


def test_the_real_method_of_nested_mocks_and_of_branches():
    assert run("""
        - inject(Server, name, 'n:' + originalMethod())
        - inject(Server, boot, $this.server.name() + ' ' + originalMethod())
        - inject(Server, loop, list(1, 2).pselect(originalMethod().len()))
        - Return: [$.server.boot(x), $.server.loop()]
    """) == ["n:real booted x small with 3", [3, 3]]


def test_lazy_values_of_an_expression_are_drained_while_the_call_lasts():
    assert run("""
        - inject(Server, name, list(1, 2).select(originalMethod()))
        - Return: $.server.name()
    """) == ["real", "real"]


def test_static_and_extension_methods():
    assert run("""
        - inject(Server, version, $2 + originalMethod())
        - inject(:Server, extended, $2 + originalMethod())
        - Return:
          - :Server.version(a)
          - $.server.version(b)
          - :Server.extended(c)
    """) == ["areal", "breal", "creal"]


@pytest.mark.parametrize(
    ("method", "values", "seen"),
    [
        ("asks", "a => $secret, b => $list.len(), c => $nothing", [42, 2, None]),
        ("asks", "a => $.size, b => $this.size + 1, c => $list.select($ * 2)", [3, 4, [2, 4]]),
        ("callsInLambda", "a => $add, b => $, c => $this.size", [[10, 5, 3], [10, 6, 3]]),
    ],
)
def test_variables_of_the_code_that_calls(method, values, seen):
    assert (
        run(f"""
        - $secret: not this
        - $nothing: not this either
        - inject(Server, boot, withOriginal({values}) -> [$a, $b, $c])
        - Return: $.server.{method}()
    """)
        == seen
    )


def test_variables_right_of_an_arrow_and_in_branches():
    more = """
        let:
          Body: [{Return: let(x => 5) -> $this.server.name()}]
        branch:
          Body:
            - $x: 6
            - Parallel:
              - $y: $.server.name() + $x * 0
            - Return: $y
    """
    assert run(
        """
        - inject(Server, name, withOriginal(v => $x) -> $v)
        - Return: [$.let(), $.branch()]
        """,
        more=more,
    ) == [5, 6]


def test_branches_keep_their_calls_apart():
    """Each branch's expression waits while the others are in theirs."""
    more = """
        ask:
          Arguments: [{n: {Contract: $}}]
          Body:
            - Return: new(Server).boot(str($n))
        pause:
          Body:
            - sleep(0)
            - Return: ''
    """
    assert run(
        """
        - inject(Server, boot, withOriginal(n => $n) -> ($.pause() + str($n) + originalMethod()))
        - Parallel:
          - $a: $.ask(1)
          - $b: $.ask(2)
          - $c: $.ask(3)
        - $more: range(4, 6).pselect($this.ask($))
        - Return: list($a, $b, $c) + $more
        """,
        more=more,
    ) == [f"{n}booted {n} small with 3" for n in range(1, 6)]


def test_what_mocks_need_is_no_garbage():
    more = """
        prepare:
          Body:
            - $held: new(Small)
            - inject(BigServer, name, $held.loop())
            - inject(Server, name, new(Small), loop)
    """
    assert (
        run(
            """
        - $.prepare()
        - sys:GC.collect()
        - inject(Small, name, still)
        - Return: [new(BigServer).name(), $.server.name()]
        """,
            more=more,
        )
        == [["still"] * 3] * 2
    )


# ---------------------------------------------------------------- errors and limits


@pytest.mark.parametrize(
    ("body", "error", "text"),
    [
        ("inject(Server, nam, 5)", exceptions.NoMethodFound, "did you mean 'name'"),
        ("inject($.server, nam, 5)", exceptions.NoMethodFound, "did you mean 'name'"),
        ("inject(Server, name, $this, plan)", exceptions.NoMethodFound, "did you mean 'plain'"),
        ("inject(Serve, name, 5)", exceptions.NoClassFound, "Serve"),
        ("inject(Server, '.init', 5)", ValueError, ".init"),
        ("inject(Server, name, 5, plain)", exceptions.NoMatchingFunctionException, "inject"),
        ("inject(Server, name, :Main, plain)", exceptions.NoMatchingMethodException, "plain"),
        ("inject(Server)", exceptions.NoMatchingFunctionException, "inject"),
        ("originalMethod()", exceptions.NoFunctionRegisteredException, "inject()"),
        ("withOriginal(a => $) -> $a", exceptions.NoFunctionRegisteredException, "inject()"),
    ],
)
def test_errors(body, error, text):
    with pytest.raises(error) as raised:
        run(f"- {body}")
    assert text in str(raised.value)


def test_a_method_that_answers_has_no_original():
    more = "bad:\n  Body: [{Return: originalMethod()}]\n"
    with pytest.raises(exceptions.NoFunctionRegisteredException):
        run("- inject(Server, name, $this, bad)\n- $.server.name()", more=more)


@pytest.mark.parametrize(
    "call", ["inject(Server, name, 5)", "originalMethod()", "withOriginal(a => 1) -> $a"]
)
def test_outside_of_tests_nothing_can_be_mocked(call):
    with pytest.raises(exceptions.NoFunctionRegisteredException):
        run(f"- {call}", mocking=False)


def test_a_mock_that_calls_itself_ends():
    with pytest.raises(exceptions.DepthLimitExceeded):
        run("- inject(Server, name, $this.server.name())\n- $.server.name()")


def test_calls_of_mocks_are_steps():
    with pytest.raises(exceptions.StepLimitExceeded):
        run(
            "- inject(Server, name, 5)\n- For: i\n  In: range(2000)\n  Do: [$.server.name()]",
            limits=Limits(steps=3000),
        )


def test_a_destroyed_object_stays_destroyed():
    own = program(CLASSES, mocking=True)
    server = instance(own, "Server")
    own.rt.mocks.by_expression(server, "name", None)
    assert own.call(server, "name") is None
    server.destroyed = True
    with pytest.raises(exceptions.ObjectDestroyedError):
        own.call(server, "name")
