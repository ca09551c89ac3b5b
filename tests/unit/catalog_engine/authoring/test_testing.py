"""``burano package test``: what it finds, runs and tells."""

import json
import textwrap
import xml.etree.ElementTree as ElementTree

import pytest

from catalog_engine.authoring.command import main
from catalog_engine.authoring.folders import LoadError, load
from catalog_engine.authoring.running import RequestError
from catalog_engine.authoring.testing import Test, TestRunner, selected
from catalog_engine.authoring.texts import printable
from catalog_engine.muranopl.runtime.limits import Limits
from tests.unit.catalog_engine.authoring.conftest import write_package

HEAD = """
Namespaces: {'=': org.example, std: io.murano, sys: io.murano.system, test: io.murano.test}
"""
FIXTURE = """
Name: App
Extends: test:TestFixture
Methods:
"""


@pytest.fixture
def write(tmp_path):
    """Write a package of some documents; the methods of a fixture are enough."""

    def make(source, name="org.example", classes=("App",), folder="tested", **changes):
        text = textwrap.dedent(source)
        if "Name:" not in text:
            text = FIXTURE + textwrap.indent(text, "  ")
        changes["Classes"] = {f"org.example.{own}": "App.yaml" for own in classes}
        return write_package(tmp_path / folder, HEAD + text, FullName=name, **changes)

    return make


@pytest.fixture
def outcomes(write):
    """Results of the tests of such a package, by method."""

    def run(source, seconds=60.0, limits=None, **more):
        runner = TestRunner(load([write(source, **more)]), seconds=seconds, limits=limits)
        tests, broken = runner.find()
        rows = [*broken, *(runner.run(test) for test in tests)]
        return {row.method or row.class_name: row for row in rows}

    return run


@pytest.fixture
def command(capsys):
    """Exit code and output of the command."""

    def run(*arguments):
        code = main(["test", *(str(argument) for argument in arguments)])
        return code, capsys.readouterr()

    return run


# ---------------------------------------------------------------- finding


def test_own_methods_of_fixtures_are_tests(write):
    source = """
        Name: App
        Extends: test:TestFixture
        Methods:
          testFoo: {Body: []}
          test_foo: {Body: []}
          test: {Body: []}
          test1: {Body: []}
          testing: {Body: []}
          tests: {Body: []}
          aTest: {Body: []}
        ---
        Name: More
        Extends: App
        Methods:
          testMore: {Body: []}
        ---
        Name: NoFixture
        Methods:
          testNothing: {Body: []}
    """
    tests, broken = TestRunner(load([write(source, classes=["App", "NoFixture", "More"])])).find()
    assert [test.name.removeprefix("org.example.") for test in tests] == [
        "App.testFoo", "App.test_foo", "App.test", "App.test1", "More.testMore",
    ]  # fmt: skip
    assert broken == []


def test_packages_that_are_only_needed_are_not_tested(write):
    needed = write("testNeeded: {Body: []}", name="org.example.lib", folder="needed",
                   classes=["Lib"])  # fmt: skip
    (needed / "Classes/App.yaml").write_text(
        HEAD + "Name: Lib\nExtends: test:TestFixture\nMethods: {testLib: {Body: []}}"
    )
    tested = write("testApp:\n  Body: [$.assertTrue(isObject(new(Lib)))]",
                   Require={"org.example.lib": "*"})  # fmt: skip
    runner = TestRunner(load([tested]), load([needed]))
    tests, broken = runner.find()
    assert [test.method for test in tests] == ["testApp"]
    assert broken == []
    assert runner.run(tests[0]).problems == []


TESTS = [Test("a.One", "testX"), Test("a.One", "testY"), Test("b.Two", "testX")]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], [0, 1, 2]), (["testX"], [0, 2]), (["a.One"], [0, 1]), (["Two"], [2]),
        (["a.One.testY"], [1]), (["One.testX", "Two"], [0, 2]),
    ],
)  # fmt: skip
def test_selection(names, expected):
    assert selected(TESTS, names) == [TESTS[index] for index in expected]


def test_a_name_that_means_nothing():
    with pytest.raises(RequestError, match=r"did you mean 'a\.One'"):
        selected(TESTS, ["testX", "a.Ona"])


# ---------------------------------------------------------------- running


def test_the_order_of_things(outcomes):
    rows = outcomes("""
        Name: Base
        Extends: test:TestFixture
        Methods:
          setUp: {Body: [$.say(setUp)]}
          tearDown: {Body: [$.say(tearDown)]}
          say:
            Arguments: [{text: {Contract: $}}]
            Body: [logger(x).info($text)]
        ---
        Name: App
        Extends: Base
        Methods:
          initialize: {Body: [$.say(initialize)]}
          testOne: {Body: [$.say(one)]}
          testTwo:
            Scope: Public
            Body:
              - $.say(two)
              - Throw: problem
    """, classes=["App", "Base"])  # fmt: skip
    log = {name: [row["message"] for row in outcome.log] for name, outcome in rows.items()}
    assert log == {
        "testOne": ["initialize", "setUp", "one", "tearDown"],
        "testTwo": ["initialize", "setUp", "two", "tearDown"],
    }
    assert [row.status for row in rows.values()] == ["passed", "error"]


def test_a_failure_tells_its_place(outcomes):
    (row,) = outcomes("""
        testSum:
          Body:
            - $sum: 2 + 2
            - $.assertEqual(5, $sum, 'sums')
    """).values()
    assert row.status == "failed"
    line = len((HEAD + FIXTURE).splitlines()) + 5
    assert row.message == f"Classes/App.yaml:{line}:9: sums: expected 5, observed 4"
    assert "in method testSum of type org.example.App" in row.problems[0]["report"]


def test_tear_down_comes_after_every_set_up(outcomes):
    rows = outcomes("""
        setUp:
          Body:
            - Throw: unset
        tearDown:
          Body:
            - logger(x).info('cleaned')
            - Throw: torn
        testOne: {Body: []}
    """)
    row = rows["testOne"]
    assert row.status == "error"
    assert [problem["phase"] for problem in row.problems] == ["setUp", "tearDown"]
    assert [entry["message"] for entry in row.log] == ["cleaned"]


def test_assertions_outside_of_the_test_are_errors(outcomes):
    rows = outcomes("""
        setUp: {Body: [$.assertTrue(false)]}
        testOne: {Body: []}
    """)
    assert rows["testOne"].status == "error"


def test_a_failed_test_stays_failed_when_tear_down_fails_too(outcomes):
    rows = outcomes("""
        tearDown: {Body: [{Throw: torn}]}
        testOne: {Body: [$.assertTrue(false)]}
        testTwo: {Body: []}
    """)
    assert [row.status for row in rows.values()] == ["failed", "error"]


def test_every_test_is_in_a_world_of_its_own(outcomes):
    """Objects, mocks, static properties, attributes, stacks and ids of one are no other's."""
    rows = outcomes("""
        Name: App
        Extends: test:TestFixture
        Properties:
          count: {Usage: Static, Contract: $.int(), Default: 0}
        Methods:
          answer: {Body: [Return: real]}
          change:
            Body:
              - $stack: new(sys:HeatStack, name => stack)
              - $.assertEqual(null, $stack.current().get(resources))
              - $.assertEqual([real, 0, null], list($.answer(), $.count, $.getAttr(seen)))
              - inject(App, answer, mocked)
              - $.count: 1
              - $.setAttr(seen, 1)
              - $stack.setTemplate({resources => {}})
              - $stack.push()
              - $.assertEqual('mocked', $.answer())
          testOne: {Body: [$.change()]}
          testTwo: {Body: [$.change()]}
    """)
    assert [row.message for row in rows.values()] == ["", ""]


def test_models_are_loaded(outcomes):
    rows = outcomes("""
        Name: App
        Extends: test:TestFixture
        Properties:
          environment: {Usage: Runtime, Contract: $.class(std:Environment)}
        Methods:
          load_:
            Body:
              Return:
                Objects:
                  '?': {type: io.murano.Environment, id: env}
                  name: test
                  defaultNetworks:
                    environment: {'?': {type: io.murano.test.DummyNetwork, id: net}}
                    flat: null
                Attributes:
                  - [env, io.murano.Environment, known, 5]
                ObjectsCopy:
                  '?': {type: io.murano.Environment, id: env}
                  name: test
                  applications:
                    - '?': {type: org.example.Gone, id: gone}
                  defaultNetworks:
                    environment: {'?': {type: io.murano.test.DummyNetwork, id: net}}
                    flat: null
          testLoad:
            Body:
              - $environment: $.load($.load_())
              - $.assertEqual(env, id($environment))
              - $.assertEqual(5, $environment.getAttr(known, owner => std:Environment))
              - $.assertEqual(test, $environment.name)
              - $.startEnv()
              - $environment.deploy()
              - $.finishEnv()
              - $.assertFalse(sys:GC.isDestroyed($environment))
          testObjectsAlone:
            Body:
              - $.assertEqual(one, $.load({'?' => {type => 'org.example.Gone', id => one}}).id())
        ---
        Name: Gone
        Extends: std:Application
        Methods:
          id: {Body: [{Return: id($)}]}
          .destroy: {Body: [logger(x).info(gone)]}
    """, classes=["App", "Gone"])  # fmt: skip
    assert [row.message for row in rows.values()] == ["", ""]
    assert [row["message"] for row in rows["testLoad"].log] == ["gone"]


def test_the_fixture_with_an_environment(outcomes):
    (row,) = outcomes("""
        Name: App
        Extends: test:TestFixtureWithEnvironment
        Methods:
          testDeploy:
            Body:
              - $.assertEqual('test', $.environment.name)
              - $.environment.deploy()
              - $region: $.environment.regions.values().first()
              - $.assertTrue($region.defaultNetworks.environment is test:DummyNetwork)
    """).values()
    assert row.message == ""


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("assertEqual(1, 1)", None),
        ("assertEqual([1, {a => [2]}], [1, {a => [2]}])", None),
        ("assertEqual([1, {a => [2, 3]}], [1, {a => [2, 4]}])",
         "the first difference is at [1]['a'][1]: expected 3, observed 4"),
        ("assertEqual({a => 1}, {b => 1})", "expected {'a': 1}, observed {'b': 1}"),
        ("assertEqual([1, 2], [1, 2, 3])", "expected [1, 2], observed [1, 2, 3]"),
        ("assertEqual(range(300).toList(), range(299).toList())", "expected a list of 300 items"),
        ("assertEqual('a' * 300 + 'x', 'a' * 300 + 'y')",
         "expected '…aaaaaaaaaaaaaaaaaaaax', observed '…aaaaaaaaaaaaaaaaaaaay'"),
        ("assertEqual(null, '', 'why')", "why: expected None, observed ''"),
        ("assertTrue(1)", None), ("assertTrue([], 'some')", "some: [] is not true"),
        ("assertFalse('')", None), ("assertFalse(5)", "5 is not false"),
        ("assertIn(1, [1])", None), ("assertIn(b, abc)", None), ("assertIn(a, {a => 1})", None),
        ("assertIn(2, [1])", "2 is not in [1]"),
        ("assertNotIn(2, [1])", None), ("assertNotIn(2, [2], x)", "x: 2 is in [2]"),
        ("assertEqual(observed => 1, expected => 1, message => x)", None),
    ],
)  # fmt: skip
def test_assertions(outcomes, claim, message):
    (row,) = outcomes(f"testOne:\n  Body:\n    - $.{claim}\n").values()
    if message is None:
        assert row.problems == []
    else:
        assert message in row.message
        assert row.status == "failed"


def test_packages_may_catch_what_assertions_raise(outcomes):
    (row,) = outcomes("""
        testOne:
          Body:
            - Try: [$.assertEqual(1, 2)]
              Catch:
                - With: AssertionError
                  As: e
                  Do: [{Return: }]
            - Throw: notCaught
    """).values()
    assert row.status == "error"
    (row,) = outcomes("""
        testOne:
          Body:
            - Try:
                - $.assertEqual(1, 2)
              Catch:
                As: e
                Do:
                  - $.assertEqual('testtools.matchers._impl.MismatchError', $e.name)
                  - Return:
            - Throw: notCaught
    """, folder="other").values()  # fmt: skip
    assert row.message == ""


# ---------------------------------------------------------------- hostile


def test_tests_without_end(outcomes):
    rows = outcomes("""
        testLoop:
          Body:
            - While: true or $
              Do: []
        testRecursion:
          Body: [$.testRecursion()]
        testMemory:
          Body:
            - $x: ['xxxxxxxxxxxxxxxx']
            - While: true or $
              Do:
                - $x: $x + $x
        tearDown: {Body: [logger(x).info(cleaned)]}
        testDeadlock:
          Body:
            - Parallel:
                - $.deadlock()
                - $.deadlock()
        deadlock:
          Body:
            - Parallel: [$.deadlock(), sleep(0)]
        testAfterwards: {Body: []}
    """, limits=Limits(steps=200_000))  # fmt: skip
    assert [row.status for row in rows.values()] == ["error"] * 4 + ["passed"]
    assert "StepLimitExceeded" in rows["testLoop"].problems[0]["names"][0]
    assert "DepthLimitExceeded" in rows["testRecursion"].problems[0]["names"][0]
    assert "Deadlock" in rows["testDeadlock"].problems[0]["names"][0]
    assert {row.log[-1]["message"] for row in rows.values()} == {"cleaned"}
    assert {len(row.log) for row in rows.values()} == {1}


def test_a_test_that_takes_too_long_is_stopped_where_it_is(outcomes):
    (row,) = outcomes("""
        tearDown: {Body: [logger(x).info(cleaned)]}
        testLoop:
          Body:
            - Try:
                - While: true or $
                  Do: []
              Catch:
                Do: [{Return: }]
    """, seconds=0.05).values()  # fmt: skip
    assert row.status == "error"
    assert "took longer than 0.05 seconds (--timeout)" in row.message
    assert row.message.startswith("Classes/App.yaml:")
    assert [entry["message"] for entry in row.log] == ["cleaned"]


def test_memory_that_runs_out(outcomes, monkeypatch):
    def exhausted(_value):
        raise MemoryError

    monkeypatch.setattr("catalog_engine.library.testing.shown", exhausted)
    (row,) = outcomes("testOne: {Body: [$.assertTrue(false)]}").values()
    assert row.status == "error"
    assert "more memory than there is" in row.message


def test_a_log_without_end_is_cut(outcomes):
    (row,) = outcomes("""
        testLog:
          Body:
            - $text: ('x' * 100000)
            - $log: logger(x)
            - For: i
              In: range(30)
              Do: [$log.info($text)]
            - $.fail()
    """).values()
    assert len(row.log) == 10
    assert row.log[-1]["message"] == "(the log is full; what follows is left out)"


def test_unusable_classes_are_errors_and_the_others_run(outcomes):
    rows = outcomes("""
        Name: App
        Extends: test:TestFixture
        Methods:
          testOne: {Body: []}
        ---
        Name: Orphan
        Extends: Nothing
        ---
        Name: Wrong
        Methods:
          run:
            Body:
              - While: 1
                Dont: 2
    """, classes=["App", "Orphan", "Wrong", "Missing"])  # fmt: skip
    assert {name: row.status for name, row in rows.items()} == {
        "testOne": "passed", "org.example.Orphan": "error", "org.example.Wrong": "error",
        "org.example.Missing": "error",
    }  # fmt: skip
    assert "Nothing" in rows["org.example.Orphan"].message


def test_a_package_of_a_format_that_is_unknown(outcomes):
    with pytest.raises(LoadError, match=r"Other/1\.0"):
        outcomes("testOne: {Body: []}", Format="Other/1.0")


def test_a_package_given_twice(write):
    path = write("testOne: {Body: []}")
    with pytest.raises(LoadError, match="twice"):
        TestRunner(load([path, path]))


def test_text_that_can_be_shown():
    assert printable("a\tb\nc é \U0001f600") == "a\tb\nc é \U0001f600"
    assert printable("\x00\x1b[31m\r\x7f\x9b\ud800\ufffe") == (
        "\\x00\\x1b[31m\\x0d\\x7f\\x9b\\ud800\\ufffe"
    )


# ---------------------------------------------------------------- the command

MIXED = r"""
testGood:
  Body: [logger(x).info('all is well')]
testBad:
  Body:
    - logger(x).info("before \u001b[31m <&> ]]> \u0000")
    - $.assertEqual("\u001b[31m", "\u0000 <&> \ud800")
testUgly:
  Body:
    - Throw: oops
      Message: ugly
"""


def test_output(write, command):
    code, out = command(write(MIXED))
    assert code == 1
    lines = out.out.splitlines()
    assert lines[0] == "About to execute 3 tests"
    assert lines[1] == "org.example.App.testGood .... OK"
    assert lines[2] == "org.example.App.testBad .... FAIL!"
    assert lines[-1].endswith(" seconds: 1 passed, 1 failed, 1 error")
    assert "before \\x1b[31m" in out.out
    assert "all is well" not in out.out
    assert "\x1b" not in out.out


def test_verbose_output(write, command):
    code, out = command(write(MIXED), "-v", "-t", "testGood")
    assert code == 0
    assert "    info x: all is well" in out.out.splitlines()
    assert "Executed 1 test in " in out.out


def test_junit(write, command, tmp_path):
    path = tmp_path / "results.xml"
    code, _out = command(write(MIXED), "--junit", path)
    assert code == 1
    root = ElementTree.parse(path).getroot()
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "3", "failures": "1", "errors": "1",
    }  # fmt: skip
    (suite,) = root
    assert suite.get("name") == "org.example.App"
    good, bad, ugly = suite
    assert (good.get("classname"), good.get("name")) == ("org.example.App", "testGood")
    assert float(good.get("time")) >= 0
    assert good.findtext("system-out") == "info x: all is well"
    assert bad.findtext("system-out") == "info x: before \\x1b[31m <&> ]]> \\x00"
    failure = bad.find("failure")
    assert failure.get("type") == "testtools.matchers._impl.MismatchError"
    assert failure.get("message").startswith("Classes/App.yaml:")
    assert "in method testBad of type org.example.App" in failure.text
    assert ugly.find("error").get("type") == "org.example.oops"


def test_results_of_a_run_that_is_interrupted_are_kept(write, command, tmp_path, monkeypatch):
    run = TestRunner.run

    def interrupted(self, test):
        if test.method == "testUgly":
            raise KeyboardInterrupt
        return run(self, test)

    monkeypatch.setattr(TestRunner, "run", interrupted)
    path = tmp_path / "results.xml"
    with pytest.raises(KeyboardInterrupt):
        command(write(MIXED), "--junit", path)
    assert ElementTree.parse(path).getroot().get("tests") == "2"


def test_json(write, command):
    code, out = command(write(MIXED), "--json")
    assert code == 1
    answer = json.loads(out.out)
    assert (answer["passed"], answer["failed"], answer["errors"]) == (1, 1, 1)
    bad = answer["tests"][1]
    assert (bad["class"], bad["method"], bad["status"]) == ("org.example.App", "testBad", "failed")
    assert bad["problems"][0]["stack"][-1]["method"] == "assert_equal"
    assert answer["tests"][0]["log"] == [
        {"level": "info", "logger": "x", "message": "all is well"}
    ]  # fmt: skip


def test_class_configurations(write, command, tmp_path):
    source = """
        Name: App
        Extends: test:TestFixture
        Properties:
          limit: {Usage: Config, Contract: $.int()}
        Methods:
          testLimit:
            Body:
              - $.assertEqual(9, $.limit)
    """
    path = write(source)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/org.example.App.yaml").write_text("limit: 9")
    assert command(path)[0] == 1
    assert command(path, "--class-config", tmp_path / "configs")[0] == 0


def test_several_packages_at_once(write, command, tmp_path):
    write("testOne: {Body: []}", folder="all/one")
    other = write("testTwo: {Body: []}", folder="all/two", name="org.other")
    (other / "manifest.yaml").write_text(
        (other / "manifest.yaml").read_text().replace("org.example.App", "org.other.App")
    )
    (other / "Classes/App.yaml").write_text(
        (other / "Classes/App.yaml").read_text().replace("'=': org.example", "'=': org.other")
    )
    code, out = command(tmp_path / "all")
    assert code == 0
    assert "org.example.App.testOne .... OK\norg.other.App.testTwo .... OK\n" in out.out


@pytest.mark.parametrize(
    ("source", "arguments", "text"),
    [
        ("testing: {Body: []}", [], "No tests found"),
        ("testOne: {Body: []}", ["-t", "testOn"], "did you mean 'testOne'"),
        ("testOne: {Body: []}", ["/nowhere"], "/nowhere"),
        ("testOne: {Body: []}", ["--load", "/nowhere"], "/nowhere"),
        ("testOne: {Body: []}", ["--junit", "/nowhere/results.xml"], "--junit"),
        ("testOne: {Body: []}", ["--class-config", "/nowhere"], "class configurations"),
    ],
)
def test_usage(write, command, source, arguments, text):
    code, out = command(write(source), *arguments)
    assert code == 2
    assert text in out.err


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "nan", "inf"])
def test_usage_of_timeout(write, command, seconds):
    with pytest.raises(SystemExit) as raised:
        command(write("testOne: {Body: []}"), "--timeout", seconds)
    assert raised.value.code == 2
