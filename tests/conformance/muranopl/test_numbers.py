"""Every numbered check has a test that bears its number."""

import importlib
import pathlib
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

FORMATS = ["1.4"]
LAST = 265
EXCEPTIONS: dict[int, str] = {}
"""Number -> why no test can have it."""


def modules() -> Iterator[ModuleType]:
    """Test modules of this folder."""
    for path in sorted(pathlib.Path(__file__).parent.glob("test_*.py")):
        if path.stem != pathlib.Path(__file__).stem:
            yield importlib.import_module(f"tests.conformance.muranopl.{path.stem}")


def numbers_of(name: str, function: object) -> set[int]:
    """Numbers that a test bears: those of its cases, or else those in its name.

    A range in the name alone says nothing.
    """
    found: set[int] = set()
    for mark in getattr(function, "pytestmark", ()):
        for case in mark.args[1] if mark.name == "parametrize" else ():
            matched = re.match(r"(\d{3})-", str(getattr(case, "id", "")))
            if matched:
                found.add(int(matched[1]))
    if not found and not re.search(r"\d_to_\d", name):
        found.update(int(number) for number in re.findall(r"(?<!\d)\d{3}(?!\d)", name))
    return found


def test_every_check_has_a_test():
    borne: set[int] = set()
    for module in modules():
        for name, function in vars(module).items():
            if name.startswith("test_"):
                borne |= numbers_of(name, function)
    assert sorted(set(range(1, LAST + 1)) - borne - set(EXCEPTIONS)) == []
    assert sorted(borne & set(EXCEPTIONS)) == []
    assert max(borne) == LAST


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test_007_008_names", {7, 8}),
        ("test_026_to_038", set()),
        ("test_160_to_itself", {160}),
        ("test_m2_x", set()),
    ],
)
def test_a_range_claims_nothing(name, expected):
    assert numbers_of(name, test_a_range_claims_nothing) == expected


def test_a_name_claims_no_more_than_its_cases_do():
    @pytest.mark.parametrize("x", [pytest.param(1, id="027-x"), pytest.param(2, id="x")])
    def cases(x):
        del x

    assert numbers_of("test_026_027", cases) == {27}
