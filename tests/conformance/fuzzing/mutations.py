"""Small changes to texts that were right."""

from __future__ import annotations

from typing import Final

from tests.conformance.fuzzing.draws import Draws

_SIGNS: Final = (
    *"$.:()[]{}'\"=>-&*!?#%@,|\\ \t\n0a_", "é", "\0", "\u2028", "\x85", "\ufeff", "\ud7ff", "😀",
    "=> ", "- ", ": ", " #", "---\n", "<<: ", "!!int ", "!!binary ", "!yaql ", "&a ", "*a",
)  # fmt: skip


def mutated(draws: Draws, text: str, most: int = 3) -> str:
    """A text with a few signs or lines left out, put in, repeated or moved."""
    for _ in range(draws.below(most) + 1):
        text = draws.pick((_sign, _sign, _line))(draws, text)
    return text


def _sign(draws: Draws, text: str) -> str:
    at = draws.below(len(text) + 1)
    length = draws.pick((0, 1, 2, 10))
    return text[:at] + draws.pick(("", *_SIGNS)) + text[at + length :]


def _line(draws: Draws, text: str) -> str:
    lines = text.split("\n")
    at = draws.below(len(lines))
    kind = draws.below(4)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[draws.below(len(lines))])
    elif kind == 2:
        lines[at] = " " * draws.below(10) + lines[at].lstrip()
    else:
        other = draws.below(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines)
