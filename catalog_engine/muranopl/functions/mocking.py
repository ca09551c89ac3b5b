"""Functions of tests: what methods are replaced by. Elsewhere they do not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.scopes import Scope
from catalog_engine.muranopl.functions.seams import FunctionRuntime
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import freeze

subject = Subject()
_function = subject.function


@_function(
    "inject",
    target=p.Required,
    method_name=p.String,
    mock_object=p.Required,
    mock_method_name=p.String,
)
def _inject_method(
    rt: FunctionRuntime,
    caller: Any,
    target: Any,
    method_name: str,
    mock_object: Any,
    mock_method_name: str,
) -> None:
    mocks = _mocks(rt, "inject")
    if not rt.is_object(mock_object) and not rt.is_type(mock_object):
        raise exceptions.NoMatchingFunctionException("inject")
    target = _target(rt, caller, target)
    mocks.by_method(target, method_name, mock_object, mock_method_name, caller)


@_function("inject", target=p.Required, method_name=p.String, expression=p.Lambda)
def _inject_expression(
    rt: FunctionRuntime,
    caller: Any,
    target: Any,
    method_name: str,
    expression: Callable[..., Any] | None,
) -> None:
    mocks = _mocks(rt, "inject")
    mocks.by_expression(_target(rt, caller, target), method_name, expression)


@_function("originalMethod")
def _original_method(rt: FunctionRuntime) -> Any:
    return _mocks(rt, "originalMethod").original()


@_function("withOriginal", values=p.Lambda)
def _with_original(rt: FunctionRuntime, **values: Callable[[Scope], Any]) -> Scope:
    site = _mocks(rt, "withOriginal").call_site()
    return Scope({name: freeze(value(site)) for name, value in values.items()})


def _mocks(rt: FunctionRuntime, function: str) -> Any:
    if rt.mocks is None:
        raise exceptions.NoFunctionRegisteredException(function)
    return rt.mocks


def _target(rt: FunctionRuntime, caller: Any, target: Any) -> Any:
    return target if rt.is_object(target) else rt.resolve_type(target, caller)
