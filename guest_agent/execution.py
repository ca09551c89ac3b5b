"""Running one plan, in a process of its own: the body, and the scripts that it calls.

The process holds a lock that it was born with: while it is held the plan runs, and an agent that
was started anew can tell. It outlives the agent, and leaves ``result.json`` in the run's folder.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guest_agent import protocol
from guest_agent.files import Layout
from guest_agent.protocol import FAILED, PlanError
from guest_agent.scripts import Bunch, Lenient, Script, ScriptError
from guest_agent.validation import validate

PLAN, RESULT, STARTED = "plan.json", "result.json", "started"
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def run(plan: Mapping[str, Any], plan_id: str, folder: Path) -> dict[str, Any]:
    """Run a plan; its result document. Never raises for what the plan does."""
    try:
        validate(plan)
        return protocol.success(plan_id, _run_body(plan, folder))
    except PlanError as error:
        return protocol.failure(plan_id, error.code, error.message, error.details)
    except ScriptError as error:
        return protocol.failure(plan_id, error.error_code, str(error), error.additional_data)
    except BaseException as error:
        return protocol.failure(plan_id, FAILED, _text(error))


def _run_body(plan: Mapping[str, Any], folder: Path) -> Any:
    layout = Layout(plan, folder)
    namespace: dict[str, Any] = {
        "__name__": "plan", "args": Bunch(_lenient(plan.get("Parameters") or {}, top=True)),
        **{name: Script(name, script, layout) for name, script in plan["Scripts"].items()},
    }  # fmt: skip
    exec(compile_body(plan["Body"]), namespace)
    return namespace["__body__"]()


def _lenient(value: Any, *, top: bool = False) -> Any:
    if isinstance(value, dict):
        items = {key: _lenient(item) for key, item in value.items()}
        return items if top else Lenient(items)
    return [_lenient(item) for item in value] if isinstance(value, list) else value


def compile_body(source: str) -> Any:
    """Code that defines the function ``__body__``.

    The statements become a function's in the syntax tree, so that no text in them changes. A tab
    counts as four blanks only where the body could not be read otherwise.

    :raises SyntaxError: it is no Python.
    :raises PlanError: it has no statement.
    """
    try:
        tree = _parse(source)
    except IndentationError:
        tree = _parse(_INDENT.sub(lambda found: found[0].replace("\t", "    "), source))
    if not tree:
        raise PlanError(FAILED, "Body has no statement")
    module = ast.parse("def __body__(): pass", "<plan>")
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = tree
    return compile(module, "<plan>", "exec")


def _parse(source: str) -> list[ast.stmt]:
    """The statements of a body, whose lines may all be indented."""
    indented = next((line[:1].isspace() for line in source.splitlines() if _says(line)), False)
    if not indented:
        return ast.parse(source, "<plan>").body
    try:
        tree = ast.parse(f"if True:\n{source}", "<plan>")
    except SyntaxError as error:
        error.lineno = (error.lineno or 1) - 1
        raise
    ast.increment_lineno(tree, -1)
    block = tree.body[0]
    assert isinstance(block, ast.If)
    return [*block.body, *tree.body[1:]]


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception's own method
        return type(error).__name__


# ---------------------------------------------------------------- the process


def main() -> None:
    """Run the plan of a folder, and end the process whatever the body left running in it.

    Arguments: the run's folder, the plan's working folder, the descriptor of the lock.
    """
    folder, work, lock = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    os.set_inheritable(lock, False)
    os.environ.pop("PYTHONPATH", None)
    order = json.loads((folder / PLAN).read_bytes())
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    os.chdir(work)
    store(folder / STARTED, str(os.getpid()).encode())
    result = run(order["plan"], order["id"], work)
    os.chdir(folder)
    shutil.rmtree(work, ignore_errors=True)
    store(folder / RESULT, protocol.encode(result))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(0)


def store(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole or not at all, also after a power cut."""
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main()
