"""A program that does a bit of everything, and the journal of its tasks as text.

``python -m tests.unit.catalog_engine.deployment.wide`` prints the journal: one line for every
use of a port and every answer, in the order in which they come, and one for each task's result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from catalog_engine.host.memory import MemoryPorts
from tests.unit.catalog_engine.deployment.tasks import (
    ENVIRONMENT,
    SERVER,
    Journal,
    Packages,
    rows_of,
    run_over,
)
from tests.unit.catalog_engine.muranopl.language import package

CLASSES = """
Namespaces: {'=': org.wide, std: io.murano, sys: io.murano.system, res: io.murano.resources}
Name: Mark
Usage: Meta
Cardinality: Many
Inherited: true
Properties: {text: {Contract: $.string()}}
---
Name: Only
Usage: Meta
Inherited: true
Properties: {text: {Contract: $.string()}}
---
Name: Root
Meta: [Mark: {text: root}, Only: {text: root}]
Properties:
  label: {Contract: $.string(), Default: root}
  seen: {Contract: [], Usage: Out}
Methods:
  describe:
    Meta: {Mark: {text: described}}
    Body:
      - Return: [root]
  note:
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.seen: $.seen.append($x)
---
Name: Left
Extends: Root
Meta: {Mark: {text: left}}
Properties: {left: {Contract: $.int(), Default: 1}}
Methods:
  describe:
    Meta: [Mark: {text: of left}, Mark: {text: more}]
    Body:
      - $parents: super($, $.describe())
      - Return: $parents.flatten() + [left]
---
Name: Right
Extends: Root
Meta: [Mark: {text: right}]
Properties: {right: {Contract: $.int(), Default: 2}}
Methods:
  describe:
    Body:
      - $parents: psuper($, $.describe())
      - Return: $parents.flatten() + [right]
---
Name: Part
Properties:
  label: {Contract: $.string()}
  size: {Contract: $.int()}
  peers: {Contract: {}, Usage: InOut}
Methods:
  .destroy:
    Body:
      - $.find(std:Environment).reporter.report($, 'destroyed ' + $.label)
      - $stack: $.find(std:Environment).stack
      - $template: $stack.current()
      - $template.resources: $template.get(resources, {}).delete($.label)
      - $stack.setTemplate($template)
      - $stack.push()
---
Name: App
Extends: [Left, Right, std:Application]
Meta: [Mark: {text: app}, Only: {text: app}]
Properties:
  instance: {Contract: $.class(res:LinuxMuranoInstance).owned()}
  parts: {Contract: [$.class(Part).owned()], Usage: InOut}
  names: {Contract: {}, Usage: Out}
  texts: {Contract: [$.string()], Usage: Out}
  fails: {Contract: $.bool(), Default: false}
Methods:
  describe:
    Meta: {Mark: {text: of app}}
    Body:
      - $left: cast($, Left).describe()
      - $right: cast($, Right).describe()
      - Return: $left + $right + [app]
  environment:
    Body:
      - Return: $.find(std:Environment).require()
  tell:
    Arguments: [{text: {Contract: $}}]
    Body:
      - $.environment().reporter.report($, str($text))
  deploy:
    Body:
      - $.sets()
      - $.reflect()
      - $.branches()
      - $.errors()
      - $.collect()
      - $.push()
      - If: $.instance
        Then: [$.instance.deploy()]
  sets:
    Body:
      - $s: set(b, a, c, 1, 2.5, null, true, list(x, y), dict(k => v))
      - $more: set(z, a, y).union(set(w, v)).difference(set(v))
      - For: item
        In: $more
        Do:
          - $.tell($item)
      - $.tell(format('{0} {1}', $s, $more))
      - $common: set(q, p).intersect(set(p, q)).toList()
      - $.texts: $more.toList() + list(a, b, a, c).distinct() + $common
      - $.names.set: $s.select(str($))
      - $.names.grouped: list(aa, ab, ba, bb, ca).groupBy($.substring(0, 1), $.toUpper())
      - $.names.merged: dict(x => dict(b => 1), y => 2).mergeWith(dict(x => dict(a => 2), z => 3))
      - $.names.random: [randomName(), randomName()]
      - $.names.numbers: [random(), random()]
      - $objects: $.parts.toSet()
      - $.names.objects: $objects.select($.label)
      - $.names.types: set(type(Left), type(Right), type(App)).select(str(typeinfo($).name))
      - $keyed: $.parts.toDict($, $.size)
      - $.names.keyed: $keyed.items().select($[1])
  reflect:
    Body:
      - $t: typeinfo($)
      - $.names.marks: $t.meta.where($ is Mark).select($.text)
      - $.names.only: $t.meta.where($ is Only).select($.text)
      - $.names.methods: $t.methods.select($.name)
      - $.names.properties: $t.properties.select($.name)
      - $.names.ancestors: $t.ancestors.select($.name)
      - $.names.described: $t.methods.where($.name = describe).select($.meta.select($.text))
      - $.names.words: $.describe()
      - $.names.all: $t.package.types.select($.name)
  branches:
    Body:
      - $done: {}
      - Parallel:
          - Do:
              - sleep(3)
              - $done.first: 1
              - $.tell(first)
          - Do:
              - $.tell(second)
              - sleep(1)
              - $done.second: randomName()
          - Do:
              - $stack: new(sys:HeatStack, name => third, description => d)
              - $outputs: {o: {value: 5}}
              - $stack.setTemplate({outputs => $outputs, resources => {r => {type => t}}})
              - $stack.push()
              - $done.third: $stack.output()
          - $.note(fourth)
        Limit: 3
      - $.names.done: $done
      - $.names.squares: set(3, 1, 2).toList().pselect($this.slow($))
  slow:
    Arguments: [{n: {Contract: $.int()}}]
    Body:
      - sleep($n)
      - $part: new(Part, $, label => format('slow {0}', $n))
      - Return:
          - $n * $n
          - id($part)
          - randomName()
  errors:
    Body:
      - Try:
          - Parallel:
              - Throw: [One, Two]
                Message: first
                Extra: {b: 1, a: [x]}
              - $.nothing()
        Catch:
          - With: Two
            As: e
            Do:
              - $.names.caught: list($e.name, $e.message, $e.extra, $e.stackTrace.toString())
        Finally:
          - $.tell(finally)
      - Try:
          - new(Part, label => [1], size => x, unknown => y)
        Catch:
          - As: e
            Do:
              - $.names.violation: $e.message
      - Try:
          - $.names.get(nothing).attribute
        Catch:
          - As: e
            Do:
              - $.names.unknown: $e.message
  collect:
    Body:
      - $a: new(Part, $, label => a, size => 1)
      - $b: new(Part, $a, label => b, size => 2)
      - $c: new(Part, $, label => c)
      - sys:GC.subscribeDestruction($a, $, heard)
      - sys:GC.subscribeDestruction($b, $, heard)
      - sys:GC.subscribeDestruction($c, $, heard)
      - $.hidden: $c
      - $a: null
      - $b: null
      - $c: null
      - sys:GC.collect()
      - $.parts: $.parts + [new(Part, $, label => left, size => 9)]
  heard:
    Arguments: [{part: {Contract: $.class(Part)}}]
    Body:
      - $.tell('heard of ' + $part.label)
      - $.note($part.label)
  push:
    Body:
      - $stack: $.environment().stack
      - $resources: $.parts.toDict($.label, {type => 'OS::Heat::Value', length => $.size})
      - $extra: set(gamma, alpha, beta).toList().toDict($, {type => 'OS::Heat::None'})
      - $stack.updateTemplate({resources => $resources})
      - $stack.push()
      - $stack.updateTemplate({resources => $extra, outputs => {both => {value => $extra.keys()}}})
      - $stack.push(async => true)
      - $.setAttr(pushed, {keys => $extra.keys(), count => len($resources)})
  act:
    Scope: Public
    Arguments: [{more: {Contract: $, Usage: KwArgs}}]
    Body:
      - If: $.fails
        Then:
          - Throw: Broken
            Message: it broke
            Extra:
              given: $more
              set: set(b, a).union(set(c))
      - Return:
          more: $more
          attribute: $.getAttr(pushed)
          self: $
          set: set(y, x).union(set(z))
"""


def _part(name: str, **more: Any) -> dict[str, Any]:
    return {"?": {"type": "org.wide.Part", "id": name}, "label": name, "size": 3, **more}


def _app(name: str, **more: Any) -> dict[str, Any]:
    parts = [_part(f"{name}-{index}", peers={"z": index, "a": [None]}) for index in range(3)]
    return {"?": {"type": "org.wide.App", "id": name}, "parts": parts, **more}


def tasks() -> Iterator[tuple[dict[str, Any], Any]]:
    """Tasks in their order: what a task does to the model before it, and its action."""
    apps = [_app("one", instance=SERVER), _app("two")]
    yield {"Objects": {**ENVIRONMENT, "applications": apps}}, ("env", "deploy", {})
    yield {}, ("one", "act", {"z": 1, "y": [2], "x": {"b": 1, "a": 2}})
    yield {"fails": True}, ("two", "act", {"given": 1})
    yield {"Objects": {**ENVIRONMENT, "applications": [_app("two")]}}, ("env", "deploy", {})
    yield {"Objects": None}, None


def journal() -> Iterator[str]:
    """Lines of the journal, tasks one after the other over the same world."""
    rows = rows_of(package(CLASSES, name="org.wide"))
    ports = MemoryPorts(packages=Packages(rows))
    ports.cloud.rows["networks"] = [{"id": "ext", "name": "ext-net", "router:external": True}]
    model: dict[str, Any] = {"Objects": None, "ObjectsCopy": None, "Attributes": []}
    for number, (change, action) in enumerate(tasks()):
        if change.pop("fails", False):
            model["Objects"]["applications"][1]["fails"] = True
        model.update(change)
        names = ("object_id", "method", "args")
        driver = Journal(ports)
        result = run_over(
            rows, driver, seed=f"seed {number}", model=model,
            action=action and dict(zip(names, action, strict=True)),
        )  # fmt: skip
        for row in driver.asked:
            yield json.dumps(row)
        for branch, asked, answer in driver.answers:
            value = (
                "…" if isinstance(answer.value, dict) and "files" in answer.value else answer.value
            )
            yield json.dumps([branch, asked, value, answer.error])
        yield json.dumps(result)
        model = result["model"]


if __name__ == "__main__":
    for line in journal():
        print(line)
