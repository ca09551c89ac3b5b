"""A name reaches what the language has under it, however it is called, and nothing else."""

from __future__ import annotations

import builtins

import pytest

from catalog_engine.library.natives import NATIVES
from catalog_engine.muranopl.functions.library import FunctionTables
from catalog_engine.muranopl.types.native import native_methods
from tests.conformance.sandbox.language import said, strange

UNKNOWN = ("NoFunctionRegisteredException", "NoMethodRegisteredException")
REFUSED = (*UNKNOWN, "NoMatchingMethodException", "NoMatchingFunctionException")
SOURCE = """
Name: Main
Properties: {x: {Contract: $, Default: 1, Usage: InOut}}
Methods:
  .init:
    Body:
      - $.initialised: 1
  .destroy:
    Body:
      - $.destroyed: 1
  run:
    Body:
      - $o: RECEIVER
      - Return: !yaql >-
          EXPRESSION
"""


def result(expression: str, receiver: str = "$") -> object:
    source = SOURCE.replace("EXPRESSION", expression).replace("RECEIVER", receiver)
    return said(source)


def is_refused(found: object, errors: tuple[str, ...] = REFUSED) -> bool:
    return isinstance(found, str) and any(f"exceptions.{name}]" in found for name in errors)


# ---------------------------------------------------------------- names of the host

HOST = [
    *(name for name in dir(builtins) if name[:1] != "_" and name[:1].islower()),
    "__import__", "__build_class__", "__loader__", "os", "os.system", "sys.exit", "subprocess.run",
    "builtins.eval", "importlib.import_module", "ctypes.CDLL", "socket.socket", "pickle.loads",
    "yaml.load", "types.FunctionType", "gc.get_objects", "inspect.currentframe", "rt", "caller",
    "table", "this", "runtime", "host", "ports", "settle", "caught", "own_property", "updated",
    "function_site", "method_site", "_cls", "globals", "locals", "vars", "decrypt", "get_context",
]  # fmt: skip
KNOWN = set(FunctionTables().for_format("1.4").names("function"))


@pytest.mark.parametrize("name", [name for name in HOST if name not in KNOWN])
def test_no_function_of_the_host(name):
    assert is_refused(result(f"call('{name}', [], {{}})"), UNKNOWN)
    assert is_refused(result(f"call('{name}', ['1'], {{x => 1}})"), UNKNOWN)
    if name.isidentifier() and not name.startswith("__"):
        assert is_refused(result(f"{name}('1')"), UNKNOWN)


OPERATORS = [
    "#operator_.", "#operator_?.", "#operator_:", "#operator_->", "#operator_is", "#operator_and",
    "#operator_=>", "#unary_operator_:", "#property#x", "#property#__class__", "#call", "#finalize",
    "#get_context_data", "#iter", "#nested", "operator_+", "#operator_", "#", "", " ", "\\0", "$",
    "$this", "*", "*equal ", "x y", "new ", "NEW",
]  # fmt: skip


@pytest.mark.parametrize("name", OPERATORS)
def test_no_operator_that_walks(name):
    assert is_refused(result(f"call('{name}', [$o, x], {{}})"), UNKNOWN)
    assert is_refused(result(f"call('{name}', [x], {{}}, $o)"))
    assert is_refused(result(f"call('{name}', [x], {{}}, text)"))


@pytest.mark.parametrize(
    "name", sorted(name for name in KNOWN if not name[:1].isalpha())
)  # fmt: skip
def test_operators_that_are_functions_are_harmless(name):
    for args in ("$o, $o", "$o, x", "list($o), 0", "1, 2", "text, '__class__'"):
        assert strange(result(f"call('{name}', [{args}], {{}})"), scopes=True) == []


# ---------------------------------------------------------------- names of objects

DUNDERS = sorted(
    {name for kind in (object, type, str, dict, Exception, test_no_operator_that_walks.__class__)
     for name in dir(kind) if name.startswith("__")}
)  # fmt: skip


@pytest.mark.parametrize("receiver", ["$", "type(Main)", "typeinfo($)", "text", "1", "list(1)"])
def test_no_name_with_underscores(receiver):
    for name in DUNDERS:
        assert is_refused(result(f"call('{name}', [], {{}}, $o)", receiver)), name
        assert is_refused(result(f"call('{name}', [], {{'{name}' => 1}}, $o)", receiver)), name


@pytest.mark.parametrize("name", [".init", ".destroy", "initialize", "destroy"])
def test_what_the_engine_runs_is_not_called(name):
    assert is_refused(result(f"call('{name}', [], {{}}, $o)"))
    assert is_refused(result(f"call('{name}', [], {{}}, :Main)"))
    methods = result("typeinfo($o).methods.select($.name).where($ in ['.init', '.destroy'])")
    assert methods == ()


@pytest.mark.parametrize("keyword", ["__owner", "__class__", "self", "rt", "caller", "x y", "1"])
def test_no_keyword_fills_in_what_is_hidden(keyword):
    found = result(f"call('new', ['org.example.Main'], {{'{keyword}' => burano}})")
    assert strange(found) == []
    found = result(f"call('str', [1], {{'{keyword}' => 1}})")
    assert is_refused(found) or found == "1" or "ArgumentException" in str(found)


MAKING = {
    "io.murano.system.Logger": "logger(x)", "io.murano.system.Resources": "new(sys:Resources)",
    "io.murano.system.HeatStack": "new(sys:HeatStack, name => x)", "io.murano.Object": "$",
    "io.murano.Exception": "new(std:Exception)", "io.murano.StackTrace": "new(std:StackTrace)",
    "io.murano.system.MetadefBrowser": "new(sys:MetadefBrowser)",
    "io.murano.system.StatusReporter": "new(sys:StatusReporter)",
    "io.murano.system.InstanceNotifier": "new(sys:InstanceNotifier)",
    "io.murano.system.NetworkExplorer": "new(sys:NetworkExplorer)",
}  # fmt: skip


@pytest.mark.parametrize("name", NATIVES)
def test_only_marked_methods_of_python_halves_are_callable(name):
    """Neither their private methods, nor what Python gives every class."""
    receiver = MAKING.get(name, f"type('{name}')")
    assert result("isObject($o)", receiver) is True
    marked = set(native_methods(NATIVES[name]))
    for member in dir(NATIVES[name]):
        if member not in marked:
            found = result(f"call('{member}', [], {{}}, $o)", receiver)
            assert is_refused(found), (member, found)
