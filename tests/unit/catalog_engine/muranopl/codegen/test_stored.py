"""Compiled packages come out of their stored form as they went in."""

from __future__ import annotations

import datetime

import pytest

from tests.unit.catalog_engine.muranopl.language import Program, package

DAY = datetime.date(2013, 5, 23)
MOMENT = datetime.datetime(2013, 5, 23, 10, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("default", "value"),
    [
        ("2013-05-23", DAY),
        ("2013-05-23T10:30:00Z", MOMENT),
        ("{a: [2013-05-23], 2013-05-23: b}", {"a": (DAY,), DAY: "b"}),
        # A list that looks like what stands for a declaration, a position or nothing at all.
        *((rf'["\0{letter}", x]', (f"\0{letter}", "x")) for letter in "prfadmt"),
        (r'[["\0r", MethodDeclaration, []]]', (("\0r", "MethodDeclaration", ()),)),
    ],
)
def test_constants(default, value):
    text = f"Name: Main\nProperties:\n  p: {{Contract: $, Default: {default}}}\n"
    program = Program(package("Namespaces: {=: org.example}\n" + text))
    assert program.load({"?": {"type": "org.example.Main"}}).values["p"] == value


def test_a_date_as_a_contract():
    text = "Name: Main\nProperties:\n  p: {Contract: 2013-05-23}\n"
    program = Program(package("Namespaces: {=: org.example}\n" + text))
    model = {"?": {"type": "org.example.Main"}, "p": DAY}
    assert program.load(model).values["p"] == DAY
