"""Functions called with generated arguments give what the published yaql gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from((0.5, -1.5)),
    st.sampled_from(("", "a", "ab", " b ", "1")),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(("a", "b", "c")), inner, max_size=3),
    ),
    max_leaves=5,
)

UNARY_METHODS = (
    "toUpper",
    "len",
    "split",
    "trim",
    "norm",
    "isEmpty",
    "toCharArray",
    "flatten",
    "toList",
    "keys",
    "values",
    "items",
    "distinct",
    "enumerate",
    "any",
    "all",
    "count",
    "memorize",
    "sum",
    "max",
    "min",
    "first",
    "single",
    "last",
    "reverse",
    "toSet",
    "unpack",
)
BINARY_METHODS = (
    "join",
    "get",
    "contains",
    "containsKey",
    "containsValue",
    "delete",
    "deleteAll",
    "insert",
    "indexOf",
    "lastIndexOf",
    "startsWith",
    "endsWith",
    "append",
    "concat",
    "skip",
    "limit",
    "zip",
    "splitAt",
    "split",
    "substring",
    "mergeWith",
    "union",
    "add",
    "set",
    "replace",
    "repeat",
    "slice",
    "defaultIfEmpty",
    "sum",
    "first",
    "last",
    "select",
    "where",
    "matches",
    "trim",
)
FUNCTIONS = (
    "str",
    "int",
    "float",
    "bool",
    "abs",
    "len",
    "list",
    "dict",
    "set",
    "isList",
    "isDict",
    "isString",
    "isNumber",
    "sign",
    "round",
    "norm",
    "hex",
    "range",
    "max",
    "pow",
    "concat",
)
OPERATORS = ("+", "-", "*", "/", "mod", "<", ">", "<=", ">=", "=", "!=", "in", "and", "or")


@settings(max_examples=150, deadline=None)
@given(method=st.sampled_from(UNARY_METHODS), value=VALUES)
def test_methods_without_arguments(same: Any, method: str, value: Any) -> None:
    if method != "unpack":
        same(f"$.v.{method}()", {"v": value})


@settings(max_examples=400, deadline=None)
@given(method=st.sampled_from(BINARY_METHODS), value=VALUES, argument=VALUES)
def test_methods_with_an_argument(same: Any, method: str, value: Any, argument: Any) -> None:
    if method == "slice" and (not isinstance(argument, int) or argument < 1):
        return
    same(f"let(v => $.v, w => $.w) -> $v.{method}($w)", {"v": value, "w": argument})


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(
        (
            "replace",
            "substring",
            "insert",
            "indexOf",
            "get",
            "set",
            "delete",
            "reduce",
            "accumulate",
            "replaceMany",
            "insertMany",
            "toDict",
        )
    ),
    value=VALUES,
    first=VALUES,
    second=VALUES,
)
def test_methods_with_two_arguments(
    same: Any,
    method: str,
    value: Any,
    first: Any,
    second: Any,
) -> None:
    same(
        f"let(v => $.v, w => $.w, x => $.x) -> $v.{method}($w, $x)",
        {"v": value, "w": first, "x": second},
    )


@settings(max_examples=200, deadline=None)
@given(function=st.sampled_from(FUNCTIONS), arguments=st.lists(VALUES, min_size=1, max_size=3))
def test_functions(same: Any, function: str, arguments: Any) -> None:
    names = ", ".join(f"$.v[{index}]" for index in range(len(arguments)))
    same(f"{function}({names})", {"v": arguments})


@settings(max_examples=400, deadline=None)
@given(operator=st.sampled_from(OPERATORS), left=VALUES, right=VALUES)
def test_operators(same: Any, operator: str, left: Any, right: Any) -> None:
    same(f"$.v {operator} $.w", {"v": left, "w": right})
