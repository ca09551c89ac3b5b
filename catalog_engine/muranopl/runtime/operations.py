"""What generated code may call: attributes, calls, operators, loops, faults, branches.

Generated code is run in the namespace that :func:`namespace` makes for one linked class.

What this module relies on (owner: the rest of ``runtime/``, ``types/`` and ``objects/``):

``runtime.values``
    MList (tuple), MDict (dict), MSet, ``freeze(value)``.
``runtime.exceptions``
    MuranoPLError(names, message, extra, cause, frames), the named native errors of the language,
    Stop (BaseException).
``Runtime`` (``rt``)
    ``rt.functions``: FunctionTable of the class's format (``rt.functions_for(format_version)``),
    ``rt.limits``, ``rt.scheduler``, ``rt.resolve_type(name, cls)``.
``MuranoObject``
    ``cls`` (LinkedClass), ``values`` (declared properties by name), ``destroyed``.
``View``
    ``object`` (the MuranoObject) and ``cls`` (the ancestor it is seen as).
``TypeReference``
    ``cls`` (LinkedClass).
``LinkedClass``
    ``name``, ``ancestors``, ``find_method(name)``, ``find_property(name)``, ``is_a(other)``.
``Method``
    ``invoke(receiver, args, kwargs)``; ``fast(count)``: a Python callable
    ``(receiver, *args)`` for exactly so many positional arguments, with contracts, lock, depth
    and steps, or None when only ``invoke`` will do.
``get_property(target, name, caller_class)``, ``set_property(target, name, value, caller_class)``
    the slow, complete paths of reading and writing.
"""

from __future__ import annotations
