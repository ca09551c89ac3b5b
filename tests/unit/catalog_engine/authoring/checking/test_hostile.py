"""Whatever stands in a package, the checker ends in bounded time with findings, not errors."""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

import pytest

from catalog_engine.authoring.checking.checker import check
from catalog_engine.authoring.checking.sources import DEFAULT_LIMITS

LIBRARY = Path(__file__).parents[5] / "packages" / "io.murano"
HEAD = "Name: org.example.App\n"


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def nested(depth: int) -> str:
    text = "      - Return: 1\n"
    for _ in range(depth):
        text = f"{' ' * 6}- Do:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    return text


def bomb(levels: int) -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, levels):
        rows.append(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]")
    return "\n".join(rows) + "\n"


SOURCES = {
    "binary": bytes(range(256)) * 20,
    "nulls": b"\0" * 1000,
    "not UTF-8": b"Name: \xff\xfe",
    "no YAML": b"Name: [",
    "a list": b"- 1\n- 2\n",
    "a scalar": b"text",
    "a bomb": bomb(12).encode(),
    "a circle": b"Name: &a [*a]\n",
    "a tag": b"Name: !!python/object:os.system x\n",
    "deep flow": f"{HEAD}x: {'[' * 5000}{']' * 5000}\n".encode(),
    "deep blocks": f"{HEAD}Methods:\n  run:\n    Body:\n{nested(40)}".encode(),
    "deeper blocks": f"{HEAD}Methods:\n  run:\n    Body:\n{nested(200)}".encode(),
    "deep expression": (
        f"{HEAD}Methods:\n  run:\n    Body:\n      - Return: {'(' * 3000}$\n"
    ).encode(),
    "long expression": (
        f"{HEAD}Methods:\n  run:\n    Body:\n      - Return: {' + '.join(['$.x'] * 20000)}\n"
    ).encode(),
    "high expression": (
        f"{HEAD}Methods:\n  run:\n    Body:\n      - Return: {'(' * 60}$.x{')' * 60}\n"
    ).encode(),
    "keys that are no texts": b"1: 2\nnull: 3\ntrue: 4\n2020-01-01: 5\nName: 7\n",
    "members that are no texts": f"{HEAD}Properties: {{1: 2, null: 3}}\nMethods: [1]\n".encode(),
    "contracts that are no contracts": (
        f"{HEAD}Properties:\n  a: {{Contract: 2020-01-01, Default: [[[1]]]}}\n"
        "  b: {Contract: [1, 2, 3], Default: {a: b}}\n  c: {Contract: {1: 2}, Default: 5}\n"
        "  d: {Contract: $.check(), Default: 1}\n  e: {Contract: $.class(), Default: 1}\n"
        "  f: {Contract: $.string(1).foo(=> 2), Default: 1}\n"
    ).encode(),
    "weird statements": (
        f"{HEAD}Methods:\n  run:\n    Body:\n      - $: 1\n      - $x[]: 1\n      - $x[1, 2]: 1\n"
        "      - (1): 2\n      - $.x.(1): 2\n      - f(, 1, a => b): 2\n      - $a->$b: 1\n"
        "      - let(a => $.x.y) -> $a.b($c).d\n      - null.x: 2\n      - $.run(, , 1)\n"
        "      - $.a?.b?.c()\n      - {{}}\n      - []\n      - {{a: 1, $x: 2}}\n"
    ).encode(),
    "meta of all kinds": (
        f"{HEAD}Meta: [io.murano.metadata.Title: {{1: 2, text: [1]}}, {{a: 1, b: 2}}, 5, null]\n"
        "Extends: [1, null, [x], {a: b}]\nImport: {a: b}\nUsage: [1]\nApplies: 5\n"
    ).encode(),
    "huge names": (
        f"{HEAD}Extends: {'io.murano.extensions.' * 90000}X\n"
        f"Methods:\n  run:\n    Body:\n      - $.{'x' * 900000}()\n"
    ).encode(),
    "empty": b"",
    "comments": b"# nothing\n---\n---\n",
}


@pytest.mark.parametrize("name", SOURCES)
def test_class_files(workshop, name):
    root = workshop.write("example", {"Classes/App.yaml": SOURCES[name]})
    findings = check([str(root)], style=True).findings
    assert findings or name in ("deep expression", "deep blocks")
    assert all(f.line >= 1 and f.column >= 1 and 0 < len(f.message) <= 500 for f in findings)


MANIFESTS = {name: data for name, data in SOURCES.items() if name not in ("a scalar",)} | {
    "huge": b"Name: " + b"x" * (5 << 20),
    "numbers": b"FullName: 1e999\nVersion: .nan\nClasses: {a: .inf}\n",
    "classes of all kinds": b"FullName: a.b\nType: Library\nClasses: {a: [1], b: null, 3: x}\n",
    "dates": b"FullName: a.b\nType: Library\nVersion: 2020-13-45\n",
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests(workshop, name):
    root = workshop.write("example", {"Classes/App.yaml": HEAD})
    (root / "manifest.yaml").write_bytes(MANIFESTS[name])
    assert check([str(root)], style=True).findings


ARCHIVES = {
    "nothing in it": packed({}),
    "no manifest": packed({"Classes/App.yaml": b"Name: App\n"}),
    "cut off": packed({"manifest.yaml": b"Name: x\n" * 100})[:-60],
    "a way out": packed({"../manifest.yaml": b"", "manifest.yaml": b""}),
    "a bomb": packed({"manifest.yaml": b"", "big": b"\0" * (3 << 20)}),
    "names": packed({"manifest.yaml": b"", "a\\b": b""}),
    "a file and a folder": packed({"a": b"", "a/b": b"", "manifest.yaml": b""}),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives(tmp_path, name):
    path = tmp_path / "package.zip"
    path.write_bytes(ARCHIVES[name])
    report = check([str(path)])
    assert [finding.code for finding in report.findings] == ["unreadable"]
    assert not report.is_readable


def test_links_that_go_in_circles_or_nowhere(workshop):
    root = workshop.write("example", {"Classes/App.yaml": HEAD})
    os.symlink(root, root / "Classes" / "again")
    os.symlink(root / "nowhere", root / "Classes" / "More.yaml")
    assert check([str(root)]).findings == []


def test_more_files_than_a_package_may_have(workshop, monkeypatch):
    root = workshop.write("example", {"Classes/App.yaml": HEAD, **{f"f{i}": "" for i in range(9)}})
    limits = type(DEFAULT_LIMITS)(members=5)
    monkeypatch.setattr("catalog_engine.authoring.checking.sources.DEFAULT_LIMITS", limits)
    assert [finding.code for finding in check([str(root)]).findings] == ["unreadable"]


def test_many_instructions_that_an_alias_repeats(workshop):
    lines = ["      - &a {If: $.b, Then: [$.gone($.way, $x)], Else: [{$y: $.lost()}]}"]
    lines += ["      - *a"] * 15000
    text = f"{HEAD}Methods:\n  run:\n    Body:\n" + "\n".join(lines) + "\n"
    assert 0 < len(workshop.findings(text)) < 10


def test_many_variables(workshop):
    lines = [f"      - $v{i}: $v{i - 1}" for i in range(1, 20000)]
    text = f"{HEAD}Methods:\n  run:\n    Body:\n" + "\n".join(lines) + "\n"
    assert {f.code for f in workshop.findings(text)} == {"unknown-variable", "unused-variable"}


# ---------------------------------------------------------------- mutations


def mutated(text: str, chance: random.Random, words: list[str]) -> str:
    """A text with one small change."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    kind = chance.randrange(7)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[chance.randrange(len(lines))])
    elif kind == 2:
        lines[at] = " " * chance.randrange(8) + lines[at].lstrip()
    elif kind == 3:
        line = lines[at]
        place = chance.randrange(len(line) + 1)
        lines[at] = line[:place] + chance.choice("$.:()[]{}'\"=>-&*!?#%@\0é\t") + line[place:]
    elif kind == 4:
        line = lines[at]
        place = chance.randrange(len(line) + 1)
        lines[at] = line[:place] + line[place + 1 :]
    else:
        parts = lines[at].split(" ")
        parts[chance.randrange(len(parts))] = chance.choice(words)
        lines[at] = " ".join(parts)
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(8))
def test_mutated_classes_of_the_library_end_in_findings(tmp_path, seed):
    chance = random.Random(seed)
    sources = {path: path.read_text() for path in sorted(LIBRARY.rglob("*.yaml"))}
    words = sorted({word for text in sources.values() for word in text.split()})
    for path, text in sources.items():
        changed = text
        if path.name != "manifest.yaml":
            for _ in range(chance.randrange(1, 4)):
                changed = mutated(changed, chance, words)
        target = tmp_path / path.relative_to(LIBRARY)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(changed)
    report = check([str(tmp_path)], style=True)
    assert report.is_readable
    assert len(report.findings) > 5
