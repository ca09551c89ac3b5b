"""Scalars with a tag whose text is nothing of the kind."""

from __future__ import annotations

import pytest

from catalog_engine.muranopl.expressions.parser import Parser
from catalog_engine.muranopl.source.errors import CompileError
from catalog_engine.muranopl.source.reader import Reader


@pytest.mark.parametrize("text", ["!!int ''", "!!float ''", "!!int x", "!!bool 1", "!!timestamp x"])
def test_a_text_of_another_kind_than_its_tag_is_an_error_with_its_place(text):
    with pytest.raises(CompileError, match="is not of type") as caught:
        Reader(Parser()).documents("all.yaml", f"a:\n  {text}\n".encode())
    assert (caught.value.line, caught.value.column) == (2, 3)
