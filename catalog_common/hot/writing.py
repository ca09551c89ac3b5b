"""YAML whose texts are plainly texts or plainly expressions, however they look; expressions."""

from __future__ import annotations

from typing import Any

import yaml

from catalog_common.hot.template import Parameter


class Expression(str):
    """A text that is to be evaluated."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Quotes each text, as an unquoted one is an expression when it can be read as one."""

    def ignore_aliases(self, data: Any) -> bool:
        """Values that stand twice are written twice."""
        return True


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)
_Dumper.add_representer(
    Expression, lambda dumper, text: dumper.represent_scalar("!yaql", str(text), style='"')
)


def dumped(document: Any) -> bytes:
    """A document as YAML; all its texts but its expressions are quoted."""
    text: str = yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1 << 20
    )
    return text.encode()


def literal(value: Any) -> str:
    """A constant as expressions write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if value is None:
        return "null"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{text}'"


def conditions(parameter: Parameter, kind: str, value: Any) -> list[str]:
    """What must hold of ``$`` so that it satisfies a constraint."""
    if kind == "allowed_values":
        # A text may be written as a number.
        kinds = value if parameter.type in ("number", "boolean") else map(str, value)
        return [f"$ in list({', '.join(map(literal, kinds))})"]
    if kind == "allowed_pattern":
        return [f"regex({literal(f'^(?:{value})$')}).matches($)"]
    what = "len($)" if kind == "length" else "$"
    ends = {"min": ">=", "max": "<="}
    return [f"{what} {sign} {literal(value[end])}" for end, sign in ends.items() if end in value]
