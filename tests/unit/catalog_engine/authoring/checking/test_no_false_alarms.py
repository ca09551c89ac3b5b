"""What is right has no findings: our packages, and whatever the language allows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catalog_engine.authoring.checking.checker import check

PACKAGES = Path(__file__).parents[5] / "packages"
FOLDERS = sorted(path.parent for path in PACKAGES.glob("*/manifest.yaml"))
#: Further packages that are known to be right, for those who have some at hand.
MORE = os.environ.get("BURANO_GOOD_PACKAGES", "")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_packages_of_ours(folder):
    assert check([str(folder)], [str(PACKAGES)]).findings == []


@pytest.mark.skipif(not MORE, reason="set BURANO_GOOD_PACKAGES to folders of packages")
@pytest.mark.parametrize("path", MORE.split(os.pathsep))
def test_packages_of_others(path):
    assert check([path]).findings == []


ALL_OF_IT = """
Namespaces:
  =: org.example
  std: io.murano
  sys: io.murano.system
  m: io.murano.metadata
  e: io.murano.metadata.engine
---
Name: Base
Properties:
  size: {Contract: $.int().notNull(), Default: 1}
  log: {Contract: $, Usage: Runtime}
Methods:
  .init:
    Arguments:
      - extra: {Contract: $.string()}
    Body:
      - $._extra: $extra
      - $.fill()
  fill:
    Body:
      - $.size: $.size + 1
  work: {Arguments: [n: {Contract: $.int(), Default: $.size}]}
  # Subclasses have a step() that may take more.
  run:
    Body:
      - $.step(1)
      - Return: $._extra
  call:
    Arguments:
      - names: {Contract: $.string(), Usage: VarArgs}
      - options: {Contract: $, Usage: KwArgs}
    Body: {Return: [$names, $options]}
---
Name: Tools
Methods:
  double:
    Usage: Extension
    Arguments: {value: {Contract: $.int()}}
    Body: {Return: 2 * $value}
  make:
    Usage: Static
    Body:
      - :Tools.count()
      - $.count()
      - Return: new(App, $this, label, extra => x, size => 3)
  count: {Usage: Static}
---
Name: Mark
Usage: Meta
Applies: [Property, Argument]
Cardinality: Many
Properties:
  level: {Contract: $.int().notNull()}
---
Name: App
Extends: Base
Import: Tools
Properties:
  total: {Contract: $.int(), Usage: Static, Default: 0}
  items:
    Contract:
      - name: $.string().notNull()
        kind: $.string().check($ in list(a, b, null))
        parts: [$.class(Base).owned(), 1, 8]
      - 0
    Default: []
    Meta: [Mark: {level: 1}, Mark: {level: $.total + 1}]
  table:
    Contract: {$.string().notNull(): $.int(), fixed: $.class(Base), also: null}
    Default: {fixed: {size: 2}, other: 1}
  even:
    Contract: $.int().check($ mod 2 = 0 and $this.size > 0, 'it is odd')
    Default: 2
  form:
    Contract: $.template(Base, excludeProperties => [size, log]).notNull()
  out: {Contract: $, Usage: Out}
Methods:
  step:
    Arguments: [n: {Contract: $}, more: {Contract: $, Default: null}]
  run:
    Scope: Public
    Meta: [m:Title: {text: Run it}, e:Synchronize: {onThis: true}]
    Body:
      - Return: $.chain() + $.members() + $.flow(1)
  chain:
    Body:
      - $x: $.items.where($.kind = a).select($.name).orderBy($)
      - $y: let(a => 1, b => 2) -> $a + $b
      - $z: def(f, $ + 1) -> f(f(1))
      - $pairs: $x.zip($x.select([$, $this.size])).toDict($[0], $[1])
      - $text: ('{0} {name}'.format($y, name => $z) + format('{0}', $pairs))
      - $n: 3.double() + 4.double().double()
      - $first: $x.first(null)?.len()
      - $call: call(run, [], {}, $this)
      - $sum: $x.aggregate($1 + $2, '')
      - $t: switch($y > 1 => a, true => b)
      - Return: list($text, $n, $first, $call, $sum, $t, $x.name, $x[0], {a => $y}.a)
  members:
    Body:
      - super($, $.run())
      - psuper($, $.work(n => 2))
      - cast($, Base).work()
      - $.call(1, 2, 3, a => 1, b => 2)
      - $.setAttr(done, true)
      - :App.total: :App.total + 1
      - $.total: $.total + type(App).total
      - $app: :Tools.make()
      - $app.anything.goes: 1
      - $.out.a.b[0]: 1
      - $._own[key]: 2
      - $model: {':Base': {size: 1}, id: n}
      - $other: new($model, $this)
      - $third: new(std:Application, $other, some)
      - $same: new(:App, {size => 1}, owner => $this)
      - $info: typeinfo($).methods.where($.name = run).single().invoke($this)
      - $env: $.find(std:Environment).require()
      - sys:GC.subscribeDestruction($env, $this, onGone)
      - $list: $env.reporter.report($this, text)
      - $kinds: [$other is App, $same is ':Base']
      - Return: [$third, $._own, $.out.a, $kinds, $model, $info, $list, id($env)]
  onGone: {Arguments: [gone: {Contract: $.class(std:Object)}]}
  flow:
    Arguments: [n: {Contract: $.int()}]
    Body:
      - While: $n > 0
        Do:
          - $n: $n - 1
          - If: $before = $n
            Then: {Break: }
            Else: [$before: $n, Continue: ]
      - For: i
        In: [1, 2]
        Do:
          - If: $i > 1
            Then: [$found: $i, Break: ]
      - Repeat: 2
        Do: {Parallel: [$a: 1, $b: $a, Break: ], Limit: $n}
      - Match: {1: [$c: 1], '1': [$c: 2], 2: []}
        Value: $n
        Default: [$c: 3]
      - Switch: {$n > 1: [$d: 1], $n < 1: [$d: $c]}
        Default: [$d: 2]
      - Try:
          - Throw: [Failure, 'other.Failure', std:Whatever]
            Message: format('{0}', $b)
            Extra: {a: $found}
        Catch:
          - With: [Failure, std:Some]
            As: error
            Do:
              - $message: $error.message
              - Try: [Rethrow: ]
                Catch: {As: again, Do: [$log: $again.stackTrace]}
          - Do: {Rethrow: }
        Finally: [$e: $d]
      - Return: [$message, $e, $i, $log]
---
Name: AppTest
Extends: io.murano.test.TestFixture
Methods:
  testIt:
    Body:
      - inject(:App, run, $this, mocked)
      - inject(App, step, withOriginal(x => $y) -> originalMethod() + $x + $2)
      - $app: new(App)
      - $app.run()
  mocked:
"""


def test_whatever_the_language_allows(workshop):
    names = ("Base", "Tools", "Mark", "App", "AppTest")
    listed = {f"org.example.{name}": "App.yaml" for name in names}
    assert workshop.findings(ALL_OF_IT, Classes=listed) == []


def test_code_of_old_formats(workshop):
    source = """
Name: org.example.App
Properties:
  list: {Contract: []}
Methods:
  run:
    Usage: Action
    Body:
      - $.super($.getAttr(x))
      - $x: $.id() + $.type() + toLower(A)
      - Return: $.cast(io.murano.Object).id() + $.list[$ > 1].firstOrDefault($x).substr(1)
"""
    assert workshop.findings(source, Format="1.0") == []
    found = {finding.code for finding in workshop.findings(source, Format="1.4")}
    assert found == {"unknown-method", "unknown-function", "deprecated-usage"}
