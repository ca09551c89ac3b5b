"""What a worker has loaded: nothing that reaches the world, and all that it will ever import."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import catalog_engine

ROOT = Path(catalog_engine.__file__).parents[1]
LIST = """
import importlib, json, sys
from catalog_engine.worker import forkserver
for name in forkserver.LAZY_MODULES:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""
REACHING = {
    "amqp", "aiohttp", "catalog_api", "catalog_standalone", "cinderclient", "eventlet", "ftplib",
    "glanceclient", "heatclient", "http.client", "http.server", "httplib", "keystoneauth1",
    "keystoneclient", "keystonemiddleware", "kombu", "neutronclient", "novaclient", "openstack",
    "oslo_config", "oslo_db", "oslo_log", "oslo_messaging", "oslo_middleware", "paramiko", "pecan",
    "psycopg2", "pymysql", "requests", "smtplib", "sqlalchemy", "sqlite3", "ssl", "telnetlib",
    "urllib.request", "urllib3", "webob", "xmlrpc.client", "guest_agent.transports",
    "guest_agent.signing", *(f"catalog_engine.{name}" for name in (
        "supervisor", "clouds", "agents", "packages", "authoring", "cmd")),
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", LIST], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout))


def test_nothing_that_reaches_the_world_is_loaded(loaded):
    assert {n for n in loaded if any(n == r or n.startswith(r + ".") for r in REACHING)} == set()


def test_nothing_is_left_to_import_in_a_worker(loaded):
    """A worker can open no file, so an import inside a function must find its module loaded."""
    missing = {}
    for name in loaded:
        path = ROOT / Path(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if not path.is_file():
            continue
        for wanted in imports(ast.parse(path.read_text())):
            if wanted not in loaded:
                missing[name] = wanted
    assert missing == {}


def imports(tree: ast.AST):
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module
