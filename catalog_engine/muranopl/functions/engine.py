"""Functions of the engine: parallel selection, names, loggers, secrets, configuration."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable
from typing import Any, Final

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.seams import FunctionRuntime
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MList

subject = Subject()
_function = subject.function

PARALLEL: Final = 1000
"""Branches that pselect runs at a time."""

_BASE36: Final = string.digits + string.ascii_lowercase
_COUNTER: Final = 1295


@_function("pselect", kind="both", collection=p.Iterable, selector=p.Lambda)
def _pselect(rt: FunctionRuntime, collection: Iterable[Any], selector: Callable[..., Any]) -> MList:
    branches = [_applied(selector, item) for item in collection]
    return MList(rt.parallel(branches, PARALLEL))


def _applied(selector: Callable[..., Any], item: Any) -> Callable[[], Any]:
    return lambda: selector(item)


@_function("randomName")
def _random_name(rt: FunctionRuntime) -> str:
    # As long as a name with a time stamp in it, but made of the task's seed alone, so that a
    # later attempt of the task makes the same one.
    generator = rt.random()
    letters = "".join(generator.choice(string.ascii_lowercase) for _ in range(5))
    middle = "".join(generator.choice(_BASE36) for _ in range(8))
    return letters + middle + _base36(rt.next_number() % _COUNTER + 1)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits


@_function("logger", name=p.String)
def _logger(rt: FunctionRuntime, caller: Any, name: str) -> Any:
    type_ = rt.resolve_type("io.murano.system.Logger", caller)
    return rt.new_object(
        type_, {"loggerName": name}, owner=None, name=None, extra=None, caller=caller
    )


@_function("decryptData", kind="both", value=p.String)
def _decrypt_data(rt: FunctionRuntime, value: str) -> str:
    return rt.host.ports.secrets.decrypt(value)


@_function("config", group=p.String, setting=p.String, read_as_file=p.Bool)
def _config(
    rt: FunctionRuntime, caller: Any, group: str, setting: str, read_as_file: bool = False
) -> Any:
    _only_core_library(caller)
    if read_as_file:
        raise ValueError("Files of the engine's host cannot be read; read a resource instead")
    return rt.host.ports.configuration.option(group, setting)


@_function("config", setting=p.String)
def _config_default(rt: FunctionRuntime, caller: Any, setting: str) -> Any:
    _only_core_library(caller)
    return rt.host.ports.configuration.option("DEFAULT", setting)


def _only_core_library(caller: Any) -> None:
    package = getattr(caller, "package", None)
    if getattr(package, "name", None) != "io.murano":
        raise exceptions.NoFunctionRegisteredException("config")
