"""Tokens that the language and Python see differently."""

from __future__ import annotations

import pytest

from catalog_engine.muranopl.expressions.lexer import tokens


@pytest.mark.parametrize(
    ("text", "value"), [(r"'\0'", "\0"), (r"'\101\1'", "A\1"), (r"'\777'", "\u01ff")]
)
def test_octal_escapes_of_three_digits_are_characters_without_a_warning(text, value):
    assert tokens(text)[0].value == value
