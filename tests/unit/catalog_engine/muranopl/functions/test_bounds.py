"""What would take for ever or all memory ends in an error."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.muranopl.functions import timed


@pytest.mark.parametrize(
    "text",
    [
        "pow(10, 1000000000)",
        "shiftBitsLeft(1, 100000000000)",
        "('a' * 1000000000)",
        "([0] * 1000000000)",
        "round(5, -1000000000)",
        "('ab' * 100000).replace('a', 'b' * 100000)",
        "(['a' * 100000] * 100).join('')",
        "concat('a' * 300000, 'b' * 300000)",
        "('a' * 300000).replace(regex('a'), 'bbbb')",
        "('a' * 100000).toCharArray()",
    ],
)
def test_too_large(evaluate: Any, text: str) -> None:
    with pytest.raises(Exception, match="too much memory"):
        evaluate(text)


@pytest.mark.parametrize(
    "text",
    [
        "sequence().where(false).toList()",
        "generate(0, true, $).toList()",
        "[1].cycle().toSet()",
        "1.repeat().sum()",
        "generateMany(0, [$ + 1, $ + 2]).count()",
        "sequence().orderBy($).first()",
        "list(sequence())",
        "sequence().last()",
        "sequence().groupBy($)",
        "sequence().any($ < 0)",
    ],
)
def test_endless(evaluate: Any, text: str) -> None:
    with pytest.raises(Exception, match="exceeds"):
        evaluate(text)


@pytest.mark.parametrize(
    "text",
    [
        "('a' * 60).matches('(a|a)*b')",
        "regex('(a+)+b').search('a' * 60)",
        "('a' * 60).replace(regex('(a*)*b'), '')",
        "('a' * 60).split(regex('(a|aa)+b'))",
        "regex('(x+x+)+y').searchAll('x' * 60).toList()",
        "('a' * 60) =~ '(a|a)*b'",
    ],
)
def test_regular_expression_bombs(
    evaluate: Any,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timed, "SECONDS", 0.05)
    with pytest.raises(TimeoutError, match="regular expression"):
        evaluate(text)


def test_long_pattern_is_refused(evaluate: Any) -> None:
    with pytest.raises(ValueError, match="at most"):
        evaluate("'a'.matches('a' * 100000)")
