"""The ``burano VERB`` command: finds what a verb names among installed entry points, runs it."""

from __future__ import annotations

import ast
import difflib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint

GROUP = "burano.commands"
DISTRIBUTION = "burano"

#: Exit code for a command line that cannot be understood.
USAGE = 2


def commands() -> dict[str, EntryPoint]:
    """The installed verbs and where each starts."""
    return {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}


def summary(point: EntryPoint) -> str:
    """First line of the documentation of a verb's module, read without importing it."""
    try:
        source = _source(point.module)
        return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    except (ImportError, OSError, SyntaxError, ValueError):
        return ""


def _source(module: str) -> str:
    # find_spec on a dotted name would import its parents, so only the first one is looked up.
    top, *rest = module.split(".")
    spec = importlib.util.find_spec(top)
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        base = os.path.join(place, *rest)
        for path in (base + ".py", os.path.join(base, "__init__.py")):
            if os.path.isfile(path):
                with open(path, encoding="utf-8") as file:
                    return file.read()
    raise ImportError(f"no source of {module}")


def version() -> str:
    """The installed version, or ``unknown`` where the code runs without installation."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def usage(known: Mapping[str, EntryPoint]) -> str:
    """The text of ``--help``."""
    width = max((len(name) for name in known), default=0)
    lines = [
        "usage: burano VERB [argument ...]",
        "       burano --help | --version",
        "",
        "Verbs (burano VERB --help tells more):",
        *(f"  {name:<{width}}  {summary(known[name])}".rstrip() for name in sorted(known)),
    ]
    if not known:
        lines.append("  none are installed: pip install 'burano[standalone]' adds some")
    return "\n".join(lines)


def unknown(verb: str, known: Mapping[str, EntryPoint]) -> str:
    """What to answer to a verb that is not installed."""
    close = difflib.get_close_matches(verb, known, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "burano --help lists the verbs"
    return f"burano: no verb {verb!r}; {hint}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verb that the command line names; returns its exit code.

    A verb's entry point is a callable that takes the remaining arguments and returns an exit
    code, or None for success.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    known = commands()
    if not words:
        print(usage(known), file=sys.stderr)
        return USAGE
    if words[0] in ("-h", "--help", "help"):
        print(usage(known))
        return 0
    if words[0] == "--version":
        print(f"burano {version()}")
        return 0
    point = known.get(words[0])
    if point is None:
        print(unknown(words[0], known), file=sys.stderr)
        return USAGE
    try:
        start = point.load()
    except ImportError as error:
        print(
            f"burano {point.name}: {error}; a part of the installation is missing:"
            " pip install 'burano[standalone]'",
            file=sys.stderr,
        )
        return 1
    return int(start(words[1:]) or 0)
