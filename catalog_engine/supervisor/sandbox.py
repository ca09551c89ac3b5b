"""How the fork server is walled off: bubblewrap where it works, else ``unshare``; tried first."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import catalog_common

SYSTEM_FOLDERS = ("/bin", "/lib", "/lib64", "/lib32")
OWN_CODE = ("catalog_common", "catalog_engine", "guest_agent")
SECONDS = 20


class SandboxError(Exception):
    """The sandbox that is asked for cannot be had; the text says why, and the remedy."""


@dataclasses.dataclass(frozen=True)
class Sandbox:
    """A way to start a command.

    :ivar name: bubblewrap, unshare or none.
    :ivar prefix: words that come before the command.
    :ivar warnings: what could not be had, for one line in the log.
    """

    name: str
    prefix: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def code_folders() -> list[str]:
    """Folders that Python code is loaded from: they are all that a worker can see."""
    root = Path(catalog_common.__file__).resolve().parent.parent
    folders = {sys.prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable))}
    # The first is the folder of the script or the current one, with whatever lies there.
    paths = sys.path if sys.flags.safe_path else sys.path[1:]
    folders |= {os.path.realpath(path) for path in paths if path and os.path.isdir(path)}
    if not any(root.is_relative_to(prefix) for prefix in (sys.prefix, sys.base_prefix)):
        # A checkout: what else lies in it is none of a worker's business.
        folders.discard(str(root))
        folders |= {str(root / name) for name in OWN_CODE}
    return sorted(folder for folder in folders if not folder.startswith("/usr/"))


def bubblewrap() -> list[str]:
    """The words for bubblewrap: no network, nothing to write, code to read."""
    words = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--die-with-parent",
             "--new-session", "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr"]  # fmt: skip
    for folder in SYSTEM_FOLDERS:
        if os.path.islink(folder):
            words += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            words += ["--ro-bind", folder, folder]
    words += ["--proc", "/proc", "--dev", "/dev"]
    for folder in code_folders():
        words += ["--ro-bind", folder, folder]
    return [*words, "--"]


def unshare() -> list[str]:
    """The words for ``unshare``: namespaces, but the host's files."""
    return [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--net", "--ipc",
            "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]  # fmt: skip


METHODS: dict[str, Callable[[], list[str]]] = {"bubblewrap": bubblewrap, "unshare": unshare}


def choose(wanted: str, tried: Callable[[Sequence[str]], str | None] | None = None) -> Sandbox:
    """The strongest sandbox that works here, or the one that is wanted.

    :param wanted: auto, bubblewrap, unshare or none.
    :param tried: says why a prefix does not work, None when it does.
    :raises SandboxError: the wanted one does not work.
    """
    attempt = tried or try_out
    if wanted == "none":
        return Sandbox("none", (), ("workers are not isolated ([engine] sandbox = none)",))
    failures = []
    for name, words in METHODS.items():
        if wanted not in ("auto", name):
            continue
        prefix = words()
        reason = attempt(prefix)
        if reason is None:
            if name == "unshare":
                failures.append("workers can see the host's files until they are ready")
            return Sandbox(name, tuple(prefix), tuple(failures))
        failures.append(f"{name}: {reason}")
    if wanted == "auto":
        return Sandbox("none", (), ("workers are isolated by system call filters only", *failures))
    raise SandboxError(
        f"[engine] sandbox = {wanted} does not work here: {'; '.join(failures)} (apt-get install"
        " bubblewrap; sysctl kernel.unprivileged_userns_clone=1; on Ubuntu also sysctl"
        " kernel.apparmor_restrict_unprivileged_userns=0; or set [engine] sandbox = auto)"
    )


def try_out(prefix: Sequence[str]) -> str | None:
    """Run Python behind a prefix; why it did not work, None when it did."""
    try:
        done = subprocess.run(
            [*prefix, sys.executable, "-P", "-c", "import catalog_engine.host.messages"],
            capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL, env={},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else f"exit code {done.returncode}"
