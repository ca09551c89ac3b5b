"""Imports run one way: every arrow between our folders is on the page that draws them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = (
    "buranoclient", "catalog_api", "catalog_common", "catalog_dashboard", "catalog_engine",
    "catalog_forms", "catalog_standalone", "guest_agent",
)  # fmt: skip

#: Who may import whom, the longest matching name first; all may import below themselves. What
#: stands here is doc/contributor/architecture.rst in the form of a table.
QUIET = tuple(
    f"catalog_common.{name}"
    for name in ("archive", "canonical", "contract", "manifest", "versions")
)  # fmt: skip
ALLOWED: dict[str, tuple[str, ...]] = {
    "buranoclient": (),
    "guest_agent": (),
    "catalog_forms": (),
    "catalog_common": (),
    **dict.fromkeys(QUIET, QUIET),
    "catalog_dashboard": ("buranoclient", "catalog_forms"),
    "catalog_standalone": tuple(name for name in TOP if name != "catalog_dashboard"),
    "catalog_standalone.cloud": ("catalog_common.stopping",),
    "catalog_standalone.hub": ("catalog_common.stopping", "guest_agent.transports"),
    "catalog_api": ("catalog_common", "catalog_forms", "catalog_api"),
    "catalog_api.controllers": (
        "catalog_common", "catalog_forms", "catalog_api.services", "catalog_api.policies",
        "catalog_api.schemas",
    ),
    "catalog_api.services": (
        "catalog_common", "catalog_forms", "catalog_api.db", "catalog_api.schemas",
    ),
    "catalog_api.schemas": (),
    "catalog_api.db": ("catalog_common",),
    "catalog_api.policies": ("catalog_common",),
    "catalog_api.conductor": ("catalog_common", "catalog_api.services"),
    "catalog_api.service_broker": ("catalog_common", "catalog_api.services"),
    "catalog_engine.cmd": (
        "catalog_common",
        *(f"catalog_engine.{n}" for n in ("supervisor", "host", "clouds", "agents", "packages")),
    ),
    "catalog_engine.supervisor": (
        "catalog_common",
        *(f"catalog_engine.{name}" for name in ("host", "clouds", "agents", "packages")),
    ),
    "catalog_engine.clouds": ("catalog_common", "catalog_engine.host"),
    "catalog_engine.agents": (
        "catalog_common", "catalog_engine.host", "guest_agent.protocol", "guest_agent.signing",
        "guest_agent.transports",
    ),
    "catalog_engine.packages": ("catalog_common", "catalog_engine.host"),
    "catalog_engine.host": QUIET,
    "catalog_engine.muranopl": QUIET,
    "catalog_engine.library": (
        *QUIET, "catalog_engine.muranopl", "catalog_engine.host", "guest_agent.protocol",
    ),
    "catalog_engine.deployment": (
        *QUIET, "catalog_engine.muranopl", "catalog_engine.library", "catalog_engine.host",
    ),
    "catalog_engine.worker": (*QUIET, "catalog_engine.deployment", "catalog_engine.host"),
    "catalog_engine.authoring": (
        "catalog_common", "catalog_forms",
        *(f"catalog_engine.{n}" for n in ("deployment", "muranopl", "library", "packages", "host")),
    ),
}  # fmt: skip


def modules() -> dict[str, Path]:
    found = {}
    for top in TOP:
        for path in (ROOT / top).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name: str, path: Path, everywhere: bool) -> Iterator[str]:
    """Our modules that a module imports; only those at its import unless ``everywhere``."""
    for node in _nodes(ast.parse(path.read_text()), everywhere):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in TOP)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name if path.name == "__init__.py" else name.rpartition(".")[0]
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            if base.split(".")[0] in TOP:
                for alias in node.names:
                    below = f"{base}.{alias.name}"
                    yield below if below in MODULES else base


def _nodes(tree: ast.AST, everywhere: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not everywhere and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not everywhere and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _nodes(node, everywhere)


def is_within(name: str, folder: str) -> bool:
    return name == folder or name.startswith(folder + ".")


def rule_of(name: str) -> str:
    return max((folder for folder in ALLOWED if is_within(name, folder)), key=len)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_arrow_is_on_the_page(name):
    rule = rule_of(name) if any(is_within(name, folder) for folder in ALLOWED) else ""
    own = rule or name.split(".")[0]
    allowed = (own, *ALLOWED.get(rule, ()))
    wrong = {
        imported
        for imported in imports(name, MODULES[name], everywhere=True)
        if not any(is_within(imported, folder) for folder in allowed)
    }
    assert not wrong, f"{name} may import {', '.join(allowed)}"


def test_no_imports_go_in_circles():
    graph = {
        name: {i for i in imports(name, path, everywhere=False) if i in MODULES and i != name}
        for name, path in MODULES.items()
    }
    state: dict[str, int] = {}

    def visit(name: str, trail: list[str]) -> None:
        if state.get(name) == 2:
            return
        assert state.get(name) != 1, " -> ".join([*trail[trail.index(name) :], name])
        state[name] = 1
        for imported in sorted(graph[name]):
            visit(imported, [*trail, name])
        state[name] = 2

    for name in sorted(graph):
        visit(name, [])


def test_the_agent_needs_few_libraries():
    import sys

    allowed = {"kombu", "amqp", "yaml", "cryptography", "guest_agent"}
    for name, path in MODULES.items():
        if is_within(name, "guest_agent"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module or ""]
                for top in {n.split(".")[0] for n in names}:
                    assert top in sys.stdlib_module_names or top in allowed, f"{name}: {top}"
