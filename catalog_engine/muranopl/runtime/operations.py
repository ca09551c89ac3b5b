"""The namespace in which the code of a linked class runs, and what it asks of the runtime.

Generated code reads the names listed in ``codegen/verifier.py`` and nothing else; there are no
builtins. The linker runs it once for each linked class::

    namespace = operations.namespace(rt, cls)
    exec(cls.compiled.code, namespace)

What these modules rely on (owner: the rest of ``runtime/``, ``types/`` and ``objects/``):

``runtime.values``
    MList (tuple), MDict (dict), MSet, ``freeze(value)``.
``runtime.exceptions``
    MuranoPLError(names, message, extra, cause, frames) whose frames may be set later, the named
    native errors of the language, ``public_name(error)``, Stop (BaseException).
``Runtime`` (``rt``)
    ``functions_for(format_version)`` -> FunctionTable; ``steps`` with ``left``, counted down at
    every pass of a loop, and ``out_of_steps()``, called when it is below zero;
    ``resolve_type(name or reference, cls)``, ``is_instance(value, type)``,
    ``new_object(type, properties, owner=, name=, extra=, caller=)``,
    ``parallel(branches, limit)``: runs callables in branches, answers their results in order
    after all have ended, and raises the error of the first in order that failed.
``objects.model``
    ``MuranoObject``: ``cls`` (LinkedClass), ``values`` (its instance properties by name; a
    property that is not set is absent). ``View``: ``object``, ``cls``. ``TypeReference``: ``cls``,
    ``name``.
``LinkedClass``
    ``name``, ``package.format_version``, ``compiled`` (CompiledClass), ``declaration``,
    ``imports`` (linked types), ``find_method(name)`` and ``find_property(name)`` (None when there
    is none, an error when there are several), ``method_names()``.
``Method``
    ``usage``; ``invoke(receiver, args, kwargs)``; ``fast(count)``: a callable of
    ``(receiver, *args)`` for exactly so many positional arguments, with contracts, lock, depth
    and steps, or None when only ``invoke`` will do; for extension methods ``accepts(value)`` and
    ``type_reference`` (of the declaring class).
``runtime.properties``
    ``get_property(target, name, caller_class)``, ``set_property(target, name, value,
    caller_class)``: the complete paths of reading and writing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from catalog_engine.muranopl.functions import operators
from catalog_engine.muranopl.functions.table import NO_VALUE
from catalog_engine.muranopl.runtime import operations_faults as faults
from catalog_engine.muranopl.runtime import operations_values as values
from catalog_engine.muranopl.runtime.operations_frames import CLASS_KEY
from catalog_engine.muranopl.runtime.operations_functions import FunctionSites
from catalog_engine.muranopl.runtime.operations_objects import ObjectSites

_COMMON = {
    "__builtins__": {},
    "NO_VALUE": NO_VALUE,
    "type": type,
    "int": int,
    "Exception": Exception,
    "settle": values.settle,
    "literal": values.literal,
    "moment": values.moment,
    "make_list": values.make_list,
    "make_dict": values.make_dict,
    "item": values.item,
    "items_of": values.items_of,
    "repetitions": values.repetitions,
    "add": values.add,
    "less": operators.less,
    "less_equal": operators.less_equal,
    "greater": operators.greater,
    "greater_equal": operators.greater_equal,
    "no_operator": values.no_operator,
    "mapping_rule": values.mapping_rule,
    "no_keyword": values.no_keyword,
    "scoped": values.scoped,
    "scoped_call": values.scoped_call,
    "enter_scope": values.enter_scope,
    "no_loop": values.no_loop,
    "invalid_target": values.invalid_target,
    "bad_assignment": values.bad_assignment,
    "caught": faults.handled,
    "unwind": faults.unwind,
    "matches": faults.matches,
    "rethrow": faults.rethrow,
}


class BranchSignal(Exception):
    """A branch of ``Parallel`` that left it by Return, Break or Continue."""

    def __init__(self, signal: tuple[Any, ...]):
        super().__init__(signal)
        self.signal = signal


def namespace(rt: Any, cls: Any) -> dict[str, Any]:
    """The namespace for the code of *cls*."""
    functions = FunctionSites(rt.functions_for(cls.package.format_version), rt, cls)
    objects = ObjectSites(rt, cls, functions)
    raising = faults.Faults(rt, cls)
    return {
        **_COMMON,
        "_rt": rt,
        CLASS_KEY: cls,
        "steps": rt.steps,
        "out_of_steps": rt.out_of_steps,
        "function_site": functions.function_site,
        "named_function_site": functions.named_function_site,
        "subtract": functions.operator("#operator_-"),
        "divide": functions.operator("#operator_/"),
        "modulo": functions.operator("#operator_mod"),
        "multiply": _multiplication(functions.operator("#operator_*")),
        "own_property": objects.own_property,
        "own_setter": objects.own_setter,
        "attribute_site": objects.attribute_site,
        "type_site": objects.type_site,
        "instance_of": objects.instance_of,
        "updated": objects.updated,
        "method_site": objects.method_site,
        "named_method_site": objects.named_method_site,
        "parallel": _parallel(rt),
        "exception_object": raising.exception_object,
        "exception_name": raising.exception_name,
        "throw": raising.throw,
    }


def _multiplication(general: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    small = 1 << 62

    def multiply(left: Any, right: Any) -> Any:
        if (
            left.__class__ is int
            and right.__class__ is int
            and (-small < left < small and -small < right < small)
        ):
            return left * right
        return general(left, right)

    return multiply


def _parallel(rt: Any) -> Callable[[Sequence[Callable[[], Any]], Any], Any]:
    def parallel(branches: Sequence[Callable[[], Any]], limit: Any) -> Any:
        """Run branches; answers the signal of the first in order that left by one, or None."""
        if limit is not None and (not isinstance(limit, int) or limit < 1):
            raise ValueError("Limit must be a positive integer")
        try:
            rt.parallel([_signalling(branch) for branch in branches], limit)
        except BranchSignal as left:
            return left.signal
        return None

    return parallel


def _signalling(branch: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        signal = branch()
        if signal is not None:
            raise BranchSignal(signal)

    return run
