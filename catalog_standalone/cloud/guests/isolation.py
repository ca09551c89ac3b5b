"""How a guest is walled off: bubblewrap where it works, else ``unshare``; tried, not assumed."""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from catalog_standalone.cloud.config import ConfigError

SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib64", "/lib32")
READ_ONLY_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ssl", "/etc/ca-certificates",
                 "/etc/mime.types", "/etc/localtime")  # fmt: skip
CAPABILITIES = ("NET_BIND_SERVICE", "DAC_OVERRIDE", "FOWNER", "CHOWN", "KILL")


@dataclasses.dataclass(frozen=True)
class Layout:
    """What a guest sees: (host path, guest path) pairs and the command that it runs."""

    writable: list[tuple[str, str]]
    read_only: list[tuple[str, str]]
    command: list[str]
    scratch: Path


def bubblewrap(layout: Layout) -> list[str]:
    """The command line for bubblewrap."""
    words = [shutil.which("bwrap") or "bwrap", "--unshare-user", "--uid", "0", "--gid", "0",
             "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net",
             "--unshare-cgroup-try", "--die-with-parent", "--new-session",
             "--ro-bind", "/usr", "/usr"]  # fmt: skip
    for folder in SYSTEM_FOLDERS:
        if os.path.islink(folder):
            words += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            words += ["--ro-bind", folder, folder]
    words += ["--proc", "/proc", "--dev", "/dev"]
    for host, guest in layout.writable:
        words += ["--bind", host, guest]
    for host, guest in layout.read_only:
        words += ["--ro-bind", host, guest]
    for capability in CAPABILITIES:
        words += ["--cap-add", f"CAP_{capability}"]
    return [*words, "--", *layout.command]


def unshare(layout: Layout) -> list[str]:
    """The command line for ``unshare``: a script that builds the same root and enters it."""
    root = str(layout.scratch)
    q = shlex.quote
    lines = ["set -e", f"mount -t tmpfs -o mode=755 guest {q(root)}", f"cd {q(root)}",
             "mkdir usr proc dev", "mount --rbind /usr usr"]  # fmt: skip
    lines.append("mount -o remount,bind,ro usr")
    for folder in SYSTEM_FOLDERS:
        name = folder[1:]
        if os.path.islink(folder):
            lines.append(f"ln -s {q(os.readlink(folder))} {name}")
        elif os.path.isdir(folder):
            lines += [f"mkdir {name}", f"mount --rbind {folder} {name}",
                      f"mount -o remount,bind,ro {name}"]  # fmt: skip
    lines += ["mount -t proc proc proc", "ip link set lo up"]
    for device in ("null", "zero", "full", "random", "urandom", "tty"):
        lines += [f"touch dev/{device}", f"mount --bind /dev/{device} dev/{device}"]
    lines.append("ln -s /proc/self/fd dev/fd; mkdir dev/shm; ln -s /proc/self/fd/1 dev/stdout; "
                 "ln -s /proc/self/fd/2 dev/stderr")  # fmt: skip
    for pairs, option in ((layout.writable, ""), (layout.read_only, "ro")):
        for host, guest in pairs:
            target = q(guest.lstrip("/"))
            if os.path.isdir(host):
                lines.append(f"mkdir -p {target}")
            else:
                lines.append(f"mkdir -p {q(os.path.dirname(guest).lstrip('/') or '.')}; "
                             f"[ -e {target} ] || touch {target}")  # fmt: skip
            lines.append(f"mount --bind {q(host)} {target}")
            if option:
                lines.append(f"mount -o remount,bind,ro {target}")
    lines.append("mkdir -p .old; pivot_root . .old; cd /; umount -l /.old; rmdir /.old")
    lines.append("mount -o bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys")
    # The shell stays as first process: it reaps what the guest leaves behind.
    lines.append(f"{shlex.join(layout.command)} || exit 1")
    return [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--mount", "--pid",
            "--fork", "--kill-child=SIGKILL", "--ipc", "--uts", "--net", "--cgroup",
            "/bin/sh", "-c", "\n".join(lines)]  # fmt: skip


METHODS: dict[str, Callable[[Layout], list[str]]] = {"bubblewrap": bubblewrap, "unshare": unshare}


def choose(wanted: str, folder: Path) -> tuple[str, list[str]]:
    """The first method that works here, and what was tried in vain; ConfigError when none does."""
    if wanted not in ("auto", *METHODS):
        raise ConfigError(f"unknown isolation {wanted!r}: auto, {', '.join(METHODS)}")
    scratch = folder / "probe"
    scratch.mkdir(parents=True, exist_ok=True)
    failures = []
    for name, build in METHODS.items():
        if wanted not in ("auto", name):
            continue
        command = build(Layout([], [], ["/bin/true"], scratch))
        try:
            done = subprocess.run(command, capture_output=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            failures.append(f"{name}: {error}")
            continue
        if done.returncode == 0:
            return name, failures
        failures.append(f"{name}: {done.stderr.decode(errors='replace').strip()[:200]}")
    raise ConfigError(
        "this machine lets no guest be isolated (" + "; ".join(failures) + "); install bubblewrap"
        " and allow unprivileged user namespaces"
    )


def limit_folders(name: str, memory: int, processes: int) -> list[str]:
    """Control groups made for a guest, where they are writable."""
    made = []
    base = Path("/sys/fs/cgroup")
    for controller, file, value in (
        ("pids", "pids.max", processes), ("memory", "memory.limit_in_bytes", memory)
    ):  # fmt: skip
        folder = base / controller / f"local-guest-{name}"
        if not folder.parent.is_dir():
            continue
        try:
            folder.mkdir(exist_ok=True)
            (folder / file).write_text(str(value))
            made.append(str(folder))
        except OSError:
            continue
    return made
