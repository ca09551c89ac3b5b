"""Checks 239 to 265: further facts."""

import logging

import pytest

from tests.conformance.muranopl.checking import (
    Raises,
    body,
    check,
    deployed,
    expression,
    instance,
    numbered,
    on_object,
    plain,
    program,
)

LEVELS = ("trace", "debug", "info", "warning", "error", "critical")
LOGGED = """
Name: Main
Methods:
  run:
    Body:
      - $l: logger(checks)
      - $l.LEVEL(ARGUMENTS)
"""


@pytest.fixture
def logged(caplog):
    """Levels and texts of what package code logs."""

    def rows():
        return [
            (row.levelname.lower(), row.getMessage())
            for row in caplog.records
            if row.name == "applications.checks"
        ]

    with caplog.at_level(1, "applications.checks"):
        yield rows


@pytest.fixture(autouse=True)
def name_of_trace():
    """Level 5 has no name of its own in Python."""
    before = logging.getLevelName(5)
    logging.addLevelName(5, "TRACE")
    yield
    logging.addLevelName(5, before)


def log(level, arguments):
    on_object(LOGGED.replace("LEVEL", level).replace("ARGUMENTS", arguments))


@pytest.mark.parametrize("level", LEVELS)
@numbered(
    "arguments, expected",
    (239, "'str'", "str"), (239, "'str', 1", "str"), (239, "'str {0}', message", "str message"),
    (239, "'str {message}', message => message", "str message"), (239, "'солнце ♥'", "солнце ♥"),
)  # fmt: skip
def test_239_logging(logged, level, arguments, expected):
    log(level, arguments)
    assert logged() == [(level, expected)]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("arguments", ["", ", message => message", ", 1"])
def test_239_arguments_that_do_not_fit(logged, level, arguments):
    log(level, f"'str {{message}}{{0}}'{arguments}")
    text = "str {message}{0}"
    assert logged() == [("warning", f"Can not format string: {text}"), (level, text)]


THROWN = """
Name: Main
Methods:
  fail:
    Body:
      - Throw: Bad
        Message: the message
  run:
    Body:
      - $l: logger(checks)
      - Try:
          - $.fail()
        Catch:
          - As: e
            Do:
              - $l.exception($e, ARGUMENTS)
"""
FRAMES = """
File "Classes/all.yaml", line 13:13 in method run of type org.example.Main
    $.fail()
File "Classes/all.yaml", line 7:9 in method fail of type org.example.Main
    block construct"""


@numbered(
    "arguments, expected",
    (240, "'str'", "str"), (240, "'str', 1", "str"), (240, "'str {0}', message", "str message"),
    (240, "'str {message}', message => message", "str message"),
)  # fmt: skip
def test_240_logging_an_exception(logged, arguments, expected):
    on_object(THROWN.replace("ARGUMENTS", arguments))
    assert logged() == [("error", expected + FRAMES)]


def test_240_arguments_that_do_not_fit(logged):
    on_object(THROWN.replace("ARGUMENTS", "'str {message}{0}'"))
    text = "str {message}{0}"
    assert logged() == [("warning", f"Can not format string: {text}"), ("error", text + FRAMES)]


TAKES_A_LOGGER = """
Name: Main
Methods:
  take:
    Arguments: [{log: {Contract: $.class(sys:Logger).notNull()}}]
    Body:
      - $log.info('heard')
      - Return: $log is sys:Logger
  run:
    Body:
      - Return: $.take({'?' => {type => 'io.murano.system.Logger'}, loggerName => checks})
"""


def test_241_a_logger_needs_a_name(logged):
    check(lambda: expression("new(sys:Logger)"), Raises("ArgumentException", "logger_name"))
    assert expression("new(sys:Logger, loggerName => x) is sys:Logger") is True
    assert on_object(TAKES_A_LOGGER) is True
    assert logged() == [("info", "heard")]


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


LIFETIMES = """
Name: Log
Methods:
  add:
    Usage: Static
    Arguments: [{text: {Contract: $}}]
    Body:
      - $l: logger(checks)
      - $l.info($text)
---
Name: Thing
Properties:
  label: {Contract: $.string()}
  runtime: {Contract: $.class(Thing), Usage: Runtime}
  part: {Contract: $.class(Thing), Usage: InOut}
Methods:
  keep:
    Arguments: [{thing: {Contract: $.class(Thing)}}]
    Body:
      - $.secret: $thing
  .destroy:
    Body:
      - :Log.add('destroy ' + $.label)
---
Name: Main
Properties:
  static: {Contract: $.class(Thing), Usage: Static}
  child: {Contract: $.class(Thing), Usage: InOut}
Methods:
  leave:
    Body:
      - $local: new(Thing, label => local)
      - $local.label
  holdStatic:
    Scope: Public
    Body:
      - $.static: new(Thing, label => static)
      - sys:GC.collect()
      - :Log.add(collected)
  holdLocal:
    Scope: Public
    Body:
      - $dead: new(Thing, label => dead)
      - $dead.keep(new(Thing, label => private))
      - sys:GC.collect()
      - :Log.add(collected)
"""
ROOT = {"?": {"type": "org.example.Main", "id": "root"}}


def thing(label, **more):
    return {"?": {"type": "org.example.Thing", "id": label}, "label": label, **more}


@numbered(
    "method, after",
    (246, "holdStatic", ["destroy static"]), (246, "holdLocal", ["destroy dead", "destroy private"]),
)  # fmt: skip
def test_246_what_only_the_call_held_goes_when_the_run_ends(logged, method, after):
    result = deployed(LIFETIMES, ROOT, ("root", method, {}))
    assert result["outcome"] == "succeeded"
    first, *rest = [text for _level, text in logged()]
    assert first == "collected"
    assert sorted(rest) == after


def test_246_what_a_destroyed_object_held_goes_with_it(logged):
    source = LIFETIMES + """
  drop:
    Scope: Public
    Body:
      - $.child.keep(new(Thing, label => private))
      - $.child: null
      - :Log.add(dropped)
"""  # fmt: skip
    result = deployed(source, {**ROOT, "child": thing("child")}, ("root", "drop", {}))
    assert result["outcome"] == "succeeded"
    first, *rest = [text for _level, text in logged()]
    assert first == "dropped"
    assert sorted(rest) == ["destroy child", "destroy private"]


REMOVED = """
Name: Child
Methods:
  .destroy:
    Body:
      - $.find(Main).remember('last words')
---
Name: Main
Properties:
  children: {Contract: [$.class(Child).owned()], Usage: InOut}
Methods:
  remember:
    Arguments: [{text: {Contract: $}}]
    Body:
      - $.secret: $text
  recall:
    Scope: Public
    Body:
      - Return: $.secret
"""


def test_247_what_a_removed_object_leaves_behind():
    child = {"?": {"type": "org.example.Child", "id": "child"}}
    result = deployed(
        REMOVED, {**ROOT, "children": []}, ("root", "recall", {}),
        copy={**ROOT, "children": [child]},
    )  # fmt: skip
    assert result["result"] == {"result": "last words", "isException": False}


UNCAUGHT = """
Name: Main
Methods:
  run:
    Scope: Public
    Body:
      - $x: 1
      - $.fail($x + 1)
  fail:
    Arguments: [{x: {Contract: $}}]
    Body:
      - If: $x > 1
        Then:
          - Throw: Bad
            Message: too much
"""


def test_248_the_report_of_an_uncaught_throw():
    result = deployed(UNCAUGHT, ROOT, ("root", "run", {}))
    assert result["result"]["isException"] is True
    assert result["result"]["result"] == {
        "message": "[org.example.Bad]: too much",
        "details": "\n".join((
            "org.example.Bad: too much",
            "Traceback (most recent call last):",
            '  File "Classes/all.yaml", line 9:9 in method run of type org.example.Main',
            "      $.fail($x + 1)",
            '  File "Classes/all.yaml", line 15:13 in method fail of type org.example.Main',
            "      block construct",
        )),
    }  # fmt: skip


FRESH = """
Name: Thing
Properties:
  label: {Contract: $.string()}
  inner: {Contract: $.class(Thing).owned()}
---
Name: Main
Methods:
  make:
    Scope: Public
    Body:
      - $inner: {':Thing': {label: inside}}
      - Return: new(Thing, label => fresh, inner => $inner)
"""


def test_249_a_fresh_object_as_result():
    """The reference has destroyed it before it is serialised, and fails; here it comes out whole."""
    result = deployed(FRESH, ROOT, ("root", "make", {}))
    assert result["outcome"] == "succeeded"
    found = result["result"]["result"]
    assert found["?"]["type"] == "org.example.Thing/0.1.0@org.example"
    assert "destroyed" not in found["?"]
    assert (found["label"], found["inner"]["label"]) == ("fresh", "inside")
    assert result["model"]["Objects"]["?"]["id"] == "root"


CALLED = """
Name: Main
Methods:
  hidden: {Body: []}
  act:
    Scope: Public
    Arguments: [{a: {Contract: $.int()}}]
    Body:
      - Return: $a
"""


@numbered(
    "method, arguments, expected",
    (250, "hidden", {}, Raises("MethodNotExposed", "hidden is not an action")),
    (250, "nothing", {}, Raises("NoMethodFound", 'Method "nothing" is not found')),
    (250, "act", {"b": 1}, Raises("NoMatchingMethodException")),
    (250, "act", {"a": "x"}, Raises("ContractViolationException", "[org.example.Main::act(a)]")),
    (250, "act", {"a": "5"}, 5),
)  # fmt: skip
def test_250_calls_from_outside(method, arguments, expected):
    def ask():
        own = program(CALLED)
        made = instance(own)
        return own.rt.run(lambda: own.rt.call_action(made, method, arguments))

    check(ask, expected)


@numbered(
    "text, expected",
    (251, "{'$Z' => true}.bind({Z => b})", {"b": True}),
    (251, "{'$Z' => {'$Y' => '$Z'}}.bind({Z => b, Y => c})", {"b": {"c": "b"}}),
    (251, "bind(list('$value of d'), {'value of d' => 7})", [7]),
    (251, "bind(list('$value of d'), {value => 7})", Raises("KeyError", "value of d")),
)  # fmt: skip
def test_251_binding(text, expected):
    check(lambda: expression(f"({text})"), expected)


@pytest.mark.parametrize("given", ["{true => 1, 5 => 2, y => 3}", "$literal"])
def test_252_keys_that_are_no_texts(given):
    source = f"""
    Name: Main
    Methods:
      take:
        Arguments: [{{d: {{Contract: {{}}}}}}]
        Body:
          - Return: $d.keys()
      run:
        Body:
          - $literal: {{true: 1, 5: 2, y: 3}}
          - Return: $.take({given})
    """
    assert sorted(on_object(source), key=str) == [5, True, "y"]


EMPTY = """---
---
# Nothing but a comment.
---
Name: A
---
# And another.
---
---
Name: Main
Methods:
  run:
    Usage: Static
    Body:
      - Return: list(typeinfo(A).name, typeinfo(std:Object).name)
---
# The end.
"""


def test_253_empty_documents_change_nothing():
    assert plain(program(EMPTY).call("org.example.Main", "run")) == [
        "org.example.A", "io.murano.Object"
    ]  # fmt: skip


def test_254_one_item_of_metadata():
    source = """
    Name: Main
    Properties:
      p: {Contract: $, Meta: {io.murano.metadata.Title: {text: of a property}}}
    Methods:
      m:
        Arguments:
          a: {Contract: $, Meta: {io.murano.metadata.Title: {text: of an argument}}}
      run:
        Body:
          - $t: typeinfo($)
          - Return:
              - $t.properties.where($.name = p).single().meta.text
              - $t.methods.where($.name = m).single().arguments.single().meta.text
    """
    assert on_object(source) == [["of a property"], ["of an argument"]]


DERIVED_META = """
Name: BaseMeta
Usage: Meta
Inherited: true
Properties: {value: {Contract: $.int()}}
---
Name: DerivedMeta
Usage: Meta
Inherited: true
Extends: BaseMeta
---
Name: Parent
Methods:
  m:
    Meta: [BaseMeta: {value: 1}, DerivedMeta: {value: 2}]
---
Name: Main
Extends: Parent
Methods:
  m: {Body: []}
  run:
    Body:
      - $m: typeinfo(TYPE).methods.where($.name = m).single()
      - Return:
          - $m.meta.where($ is BaseMeta).value.orderBy($)
          - $m.meta.where($ is DerivedMeta).value
"""


@numbered("name", (255, "Parent"), (255, "Main"))
def test_255_a_derived_metaclass_is_another(name):
    assert on_object(DERIVED_META.replace("TYPE", name)) == [[1, 2], [2]]


NODES = """
Name: N
Properties: {x: {Contract: $.int()}}
---
Name: Main
Properties: {nodes: {Contract: [$.class(N)], Usage: InOut}}
Methods:
  .init:
    Body:
      - $.nodes: {':N': {x: 5}}
  run:
    Body:
      - Return: $.nodes.select($.x)
"""


def test_256_one_model_for_a_list():
    assert on_object(NODES) == [5]
    own = program(NODES.replace("      - $.nodes: {':N': {x: 5}}\n", "      - $.nodes\n"))
    given = {"?": {"type": "org.example.N"}, "x": 6}
    assert plain(own.call(own.load({**ROOT, "nodes": given}), "run")) == [6]


MEMBERS = """
Name: Base
Properties: {inherited: {Contract: $}}
Methods:
  base: {Scope: Public}
  session: {Body: []}
---
Name: Main
Extends: Base
Properties: {s: {Contract: $, Usage: Static}, p: {Contract: $}}
Methods:
  own: {Scope: Public}
  old: {Usage: Action}
  static: {Usage: Static, Scope: Public}
  run:
    Body:
      - $t: typeinfo($)
      - Return:
          - $t.properties.select($.name).orderBy($)
          - $t.ancestors.select($.name)
          - $t.methods.select($.name).orderBy($)
"""


def test_257_members_of_a_type():
    properties, ancestors, methods = on_object(MEMBERS)
    assert properties == ["inherited", "p", "s"]
    assert ancestors == ["org.example.Base", "io.murano.Object"]
    assert methods == sorted(
        ["base", "session", "own", "old", "static", "run", "getAttr", "setAttr"]
    )


def test_258_actions_of_an_object():
    found = deployed(MEMBERS, ROOT)["model"]["Objects"]["?"]["_actions"]
    assert set(found) == {"root_base", "root_own", "root_old", "root_static"}


BUILDERS = """
Namespaces: {=: org.example, m: io.murano.metadata}
Name: Main
Methods:
  one:
    Usage: Static
    Scope: Public
    Meta: m:ModelBuilder
    Arguments: [{a: {Contract: $.int()}}]
  two: {Usage: Static, Scope: Public, Meta: m:ModelBuilder}
  instance: {Scope: Public, Meta: m:ModelBuilder}
  session: {Usage: Static, Meta: m:ModelBuilder}
  plain: {Usage: Static, Scope: Public}
"""


@numbered(
    "methods, expected",
    (259, "one", {"one"}), (259, "instance", set()), (259, ["two", "session", "plain"], {"two"}),
    (259, None, {"", "one", "two"}),
)  # fmt: skip
def test_259_model_builders(methods, expected):
    found = program(BUILDERS).schemas("org.example.Main", methods)
    assert set(found) == expected
    for name in found:
        assert (found[name]["formSections"], found[name]["additionalProperties"]) == ({}, False)


PRIVATE = """
Name: Top
Methods:
  setTop:
    Body:
      - $.privateName: top
  name:
    Body:
      - Return: $.privateName
---
Name: Middle
Extends: Top
Methods:
  setMiddle:
    Body:
      - $.privateName: middle
  name:
    Body:
      - Return: $.privateName
---
Name: Main
Extends: Middle
Methods:
  name:
    Body:
      - Return: $.privateName
  run:
    Body:
      - $.setMiddle()
      - $.privateName: main
      - $.setTop()
      - Return: list($.privateName, $.name(), cast($, Middle).name(), cast($, Top).name())
"""


def test_260_private_slots():
    assert on_object(PRIVATE) == ["main", "main", "middle", "top"]


INITIALISED = """
Name: Node
Properties:
  next: {Contract: $.class(Node)}
  label: {Contract: $.string()}
---
Name: Main
Methods:
  .init:
    Body:
      - $model:
          '?': {type: org.example.Node, id: first}
          label: a
          next:
            '?': {type: org.example.Node, id: second}
            label: b
            next: first
      - $.ring: new($model)
      - :Log.add(init)
  act:
    Scope: Public
    Body:
      - :Log.add(act)
      - Return: list($.ring.next.label, $.ring.next.next.label, $.ring.next.next = $.ring)
---
"""


def test_261_initialisation_comes_before_any_action(logged):
    source = INITIALISED + LIFETIMES.partition("---")[0]
    result = deployed(source, ROOT, ("root", "act", {}))
    assert result["result"]["result"] == ["b", "a", True]
    assert [text for _level, text in logged()] == ["init", "act"]


@numbered(
    "statements, expected",
    (262, "- Try: [{Throw: x}]\n  Catch: {With: x, Do: [{Return: caught}]}", "caught"),
    (262, "- Try: [{Return: done}]\n  Finally:", "done"),
    (262, "Try: [{Throw: x}]\nCatch: {With: x, Do: [{Return: one}]}\nFinally:", "one"),
)  # fmt: skip
def test_262_short_forms(statements, expected):
    assert body(statements) == expected


STATIC = """
Name: T
Methods:
  m:
    Usage: Static
    Scope: Public
    Body:
      - Return: typeinfo($this).name
---
Name: Main
Methods:
  m:
    Usage: Static
    Scope: Public
    Body:
      - Return: list(call(m, [], {}, :T), new(T).m(), :T.m())
"""


def test_263_ways_to_a_static_method():
    action = {"class_name": "org.example.T", "method": "m", "args": {}}
    outside = deployed(STATIC, None, kind="call", action=action)
    assert outside["result"]["result"] == "org.example.T"
    assert plain(program(STATIC).call("org.example.Main", "m")) == ["org.example.T"] * 3


BOTH = """
Name: A
Methods:
  a: {Body: [{Return: a}]}
---
Name: B
Methods:
  b: {Body: [{Return: b}]}
---
Name: C
Extends: [A, B]
---
Name: Main
Properties: {p: {Contract: $.class(A).class(B).notNull()}}
Methods:
  run:
    Body:
      - Return: list($.p.a(), $.p.b())
"""


def test_264_methods_of_both_contracts():
    own = program(BOTH)
    both = {"?": {"type": "org.example.C"}}
    assert plain(own.call(own.load({**ROOT, "p": both}), "run")) == ["a", "b"]
    only = {"?": {"type": "org.example.A"}}
    check(
        lambda: own.load({**ROOT, "p": only}),
        Raises("ContractViolationException", "is not compatible with requested type"),
    )


ARGUMENT = """
Name: Thing
Properties: {label: {Contract: $}}
---
Name: Main
Properties: {mine: {Contract: $.class(Thing).owned()}, free: {Contract: $.class(Thing)}}
Methods:
  plain:
    Scope: Public
    Arguments: [{x: {Contract: $.class(Thing).notNull()}}]
    Body:
      - Return: $x.label
  owned:
    Scope: Public
    Arguments: [{x: {Contract: $.class(Thing).owned()}}]
    Body:
      - Return: $x.label
  foreign:
    Scope: Public
    Arguments: [{x: {Contract: $.class(Thing).notOwned()}}]
    Body:
      - Return: $x.label
"""


@numbered(
    "method, given, expected",
    (265, "plain", "thing", "mine"), (265, "owned", "thing", "mine"),
    (265, "foreign", "thing", "violates notOwned() contract"),
    (265, "plain", "nobody", 'Object "nobody" is not found in object store'),
)  # fmt: skip
def test_265_ids_as_arguments_of_actions(method, given, expected):
    model = {**ROOT, "mine": {"?": {"type": "org.example.Thing", "id": "thing"}, "label": "mine"}}
    result = deployed(ARGUMENT, model, ("root", method, {"x": given}))["result"]
    value = result["result"]
    assert expected in (value["message"] if result["isException"] else value)
