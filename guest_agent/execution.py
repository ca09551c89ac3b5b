"""Running one plan, in a process of its own: the body, and the scripts that it calls."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from guest_agent import files, protocol
from guest_agent.protocol import FAILED, SCRIPT_FAILED, PlanError

MAX_OUTPUT = 1 << 20
"""Bytes kept of each output of a script: half from its beginning, half from its end."""
Call = Callable[..., Any]


class Bunch(dict[str, Any]):
    """A map whose items are attributes as well; what is missing raises."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def iteritems(self) -> Any:
        """As bodies of old packages write it."""
        return self.items()

    def has_key(self, name: str) -> bool:
        """As bodies of old packages write it."""
        return name in self


class ScriptError(Exception):
    """A script ended with an error; a body may catch it."""

    def __init__(self, name: str, outcome: Bunch) -> None:
        super().__init__(f"Script {name} returned error code")
        self.error_code = 0
        self.additional_data = outcome


def run(plan: Mapping[str, Any], plan_id: str, folder: Path) -> dict[str, Any]:
    """Run a plan; its result document. Never raises for what the plan does."""
    try:
        protocol.validate(plan)
        return protocol.success(plan_id, _run_body(plan, folder))
    except PlanError as error:
        return protocol.failure(plan_id, error.code, error.message, error.details)
    except ScriptError as error:
        return protocol.failure(
            plan_id, SCRIPT_FAILED + error.error_code, str(error), error.additional_data
        )
    except BaseException as error:
        return protocol.failure(plan_id, FAILED, str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_body(plan: Mapping[str, Any], folder: Path) -> Any:
    source = textwrap.dedent(plan["Body"].replace("\r\n", "\n").replace("\t", "    "))
    code = "def __body__():\n" + textwrap.indent(source, "    ")
    scripts = {
        name: _script(plan, name, folder / files.script_folder(name)) for name in plan["Scripts"]
    }
    namespace: dict[str, Any] = {
        "__name__": "plan", "args": Bunch(plan.get("Parameters") or {}), **scripts,
    }  # fmt: skip
    exec(compile(code, f"<plan {plan.get('Name', '')}>", "exec"), namespace)
    return namespace["__body__"]()


def _script(plan: Mapping[str, Any], name: str, folder: Path) -> Call:
    """The callable that a body knows a script by."""
    if plan["Scripts"][name]["Type"] != "Application":
        return lambda *_args, **_kwargs: _unsupported(name, plan["Scripts"][name]["Type"])
    laid_out: list[Path] = []

    def call(commandline: Any = "", input: Any = None) -> Bunch:
        if not laid_out:
            laid_out.append(files.lay_out(plan, name, folder))
        return _execute(name, laid_out[0], str(commandline), input, plan["Scripts"][name])

    return _Named(call)


class _Named:
    """A callable any attribute of which is the callable itself."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(*args, **kwargs)

    def __getattr__(self, _name: str) -> Call:
        return self._call


def _unsupported(name: str, kind: str) -> Any:
    raise PlanError(FAILED, f"Script {name} is of type {kind}, which this agent cannot run")


def _execute(
    name: str, entry: Path, commandline: str, given: Any, script: Mapping[str, Any]
) -> Bunch:
    options = script.get("Options") or {}
    command = f"./{shlex.quote(entry.name)} {commandline}"
    data = None if given is None else str(given).encode()
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=entry.parent, check=False, input=data,
        stdin=None if data is not None else subprocess.DEVNULL,
        stdout=_target(options.get("captureStdout", True)),
        stderr=_target(options.get("captureStderr", True)),
    )  # fmt: skip
    code = done.returncode if done.returncode >= 0 else 128 - done.returncode
    outcome = Bunch(exitCode=code, stdout=_text(done.stdout), stderr=_text(done.stderr))
    if options.get("verifyExitcode", True) and code != 0:
        raise ScriptError(name, outcome)
    return outcome


def _target(captured: Any) -> int | None:
    return subprocess.PIPE if captured else None


def _text(output: bytes | None) -> str | None:
    """Output as text, its middle left out when it is long; empty output is null."""
    if output is None:
        return None
    if len(output) > MAX_OUTPUT:
        half = MAX_OUTPUT // 2
        mark = f"\n[… {len(output) - MAX_OUTPUT} bytes left out …]\n".encode()
        output = output[:half] + mark + output[-half:]
    text = output.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n").strip()
    return text or None


# ---------------------------------------------------------------- the process


def main() -> int:
    """Run the plan of a folder: ``plan.json`` in, ``result.json`` out, durable."""
    folder = Path(sys.argv[1])
    order = json.loads((folder / "plan.json").read_bytes())
    work = folder / "work"
    work.mkdir(mode=0o700, exist_ok=True)
    os.chdir(work)
    result = run(order["plan"], order["id"], work)
    store(folder / "result.json", protocol.encode(result))
    return 0


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
    sys.exit(main())
