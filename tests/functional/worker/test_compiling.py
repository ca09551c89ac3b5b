"""Packages compile in a process of their own, and their errors say where."""

from __future__ import annotations

import contextlib

import pytest

from catalog_engine.host.errors import PortError

MANIFEST = {
    "FullName": "t.Pack", "Version": "1.0.0", "Format": "1.4", "Classes": {"t.Pack": "Pack.yaml"},
}  # fmt: skip
LIMITS = {"memory": 512 << 20, "cpu_seconds": 20}
GOOD = b"""
Namespaces: {=: t, std: io.murano}
Name: Pack
Extends: std:Object
Methods:
  good: {Usage: Static, Scope: Public, Body: [{Return: 1}]}
"""


def compiled(host, text: bytes, **limits: int) -> bytes:
    return host.server.compile(MANIFEST, {"Classes/Pack.yaml": text}, {**LIMITS, **limits})


def problem(host, text: bytes, **limits: int) -> str:
    with pytest.raises(PortError) as caught:
        compiled(host, text, **limits)
    assert caught.value.type == "PackageError"
    return str(caught.value)


def failure(result) -> str:
    assert result["outcome"] == "failed"
    return result["result"]["result"]["message"]


def is_well(host) -> bool:
    return compiled(host, GOOD) == compiled(host, GOOD)


def test_the_same_files_give_the_same_bytes(host):
    assert compiled(host, GOOD) == compiled(host, GOOD)


def test_a_file_that_is_missing_fails_its_users(host):
    host.packages.add_files("t.Gone", {})
    assert "Classes/it.yaml" in failure(host.run("t.Gone", "go"))
    assert is_well(host)


def test_a_class_that_does_not_compile_fails_its_users(host):
    host.packages.add(
        "t.Wrong",
        "Name: t.Wrong\nMethods:\n  go:\n    Usage: Static\n    Scope: Public\n    Body:\n"
        "    - While: true\n      Do: []\n",
    )
    assert "Classes/it.yaml:7:14: " in failure(host.run("t.Wrong", "go"))


def test_a_manifest_of_an_unknown_format(host):
    with pytest.raises(PortError, match="Unsupported format"):
        host.server.compile({**MANIFEST, "Format": "9.0"}, {}, LIMITS)
    assert is_well(host)


def test_a_file_that_never_ends(host):
    """References that grow in the reader, one for two."""
    lines = [b"a0: &a0 [x, x]"]
    lines += [b"a%d: &a%d [*a%d, *a%d]" % (n, n, n - 1, n - 1) for n in range(1, 40)]
    text = b"\n".join([*lines, GOOD])
    host.packages.add("t.Growing", text.decode())
    assert "Classes/it.yaml" in failure(host.run("t.Growing", "good"))
    assert is_well(host)


def test_a_package_that_takes_too_long(host):
    body = b"\n".join(b"    - $x%d: (1 + 2) * $x.a.b.c(1, d => 2)" % n for n in range(60_000))
    text = GOOD + b"  slow:\n    Body:\n" + body + b"\n"
    assert "time or memory" in problem(host, text, cpu_seconds=1)
    assert is_well(host)


def test_expressions_that_nest_without_end_harm_nobody(host):
    nested = "(" * 100_000 + "1" + ")" * 100_000
    text = GOOD + f"  deep: {{Body: [{{Return: '{nested}'}}]}}\n".encode()
    with contextlib.suppress(PortError):
        compiled(host, text)
    assert is_well(host)
