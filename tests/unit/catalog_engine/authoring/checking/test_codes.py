"""The table of codes that authors read is the one that the checker has."""

import re
from pathlib import Path

from catalog_engine.authoring.checking.codes import CODES
from catalog_forms.findings import CODES as FORM_CODES

PAGE = Path(__file__).parents[5] / "doc" / "authoring" / "checking.rst"


def test_the_page_has_every_code():
    rows = re.findall(r"^``([\w-]+)`` +(error|warning) +(.+)$", PAGE.read_text(), re.MULTILINE)
    style = " (with ``--style``)"
    assert rows == [
        (code, known.severity, known.meaning + style * known.is_style)
        for code, known in CODES.items()
    ]


def test_the_page_has_every_code_of_forms():
    rows = re.findall(r"^``ui/([\w-]+)`` +(error|warning) +(.+)$", PAGE.read_text(), re.MULTILINE)
    assert rows == [(code, known.severity, known.meaning) for code, known in FORM_CODES.items()]
