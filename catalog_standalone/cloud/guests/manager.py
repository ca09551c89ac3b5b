"""Boots, ends and forgets local guests; each has a folder that outlives its processes."""

from __future__ import annotations

import json
import logging
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catalog_standalone.cloud.compute import MachineError
from catalog_standalone.cloud.config import GuestConfig
from catalog_standalone.cloud.guests import isolation, user_data
from catalog_standalone.cloud.guests.relay import Forward, Relay
from catalog_standalone.cloud.store import Document

LOG = logging.getLogger(__name__)
HERE = Path(__file__).parent
EMPTY_FOLDERS = ("etc/systemd/system", "etc/init.d", "var/log", "var/lib", "var/tmp", "var/cache")
OWN_FOLDERS = ("etc", "run", "tmp", "var", "root", "home", "opt", "srv")
BOOT_SECONDS = 30.0
CONSOLE_BYTES = 1024 * 1024
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"
GROUP = "root:x:0:\nnogroup:x:65534:\n"


class Spawner:
    """Starts processes from one thread that lives as long as this object.

    A guest dies with the thread that started it (PDEATHSIG), not merely with the process, so
    no thread that comes and goes may start one.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="spawn guests", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while job := self._jobs.get():
            job()

    def spawn(self, command: list[str], console: Path) -> subprocess.Popen[bytes]:
        """Start ``command`` with its output in ``console``."""
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()

        def job() -> None:
            try:
                with console.open("ab") as output:
                    done.put(
                        subprocess.Popen(
                            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                            start_new_session=True,
                        )
                    )  # fmt: skip
            except OSError as error:
                done.put(error)

        self._jobs.put(job)
        result = done.get()
        if isinstance(result, OSError):
            raise MachineError(f"cannot start the sandbox: {result}")
        return result

    def close(self) -> None:
        """End the thread; guests that still run die with it."""
        self._jobs.put(None)
        self._thread.join()


class _Guest:
    """The processes of one server that runs."""

    def __init__(self, process: subprocess.Popen[bytes], limits: list[str]) -> None:
        self.process, self.limits = process, limits
        self.relay: Relay | None = None


class GuestManager:
    """``Machines`` that are sandboxed process trees on this machine."""

    def __init__(self, folder: Path, config: GuestConfig) -> None:
        """Raises ConfigError when no isolation works here."""
        self._folder, self._config = folder, config
        folder.mkdir(parents=True, exist_ok=True)
        self._method, failures = isolation.choose(config.isolation, folder)
        if failures:
            LOG.warning("Guests are isolated by %s; not available: %s", self._method,
                        "; ".join(failures))  # fmt: skip
        self._spawner = Spawner()
        self._guests: dict[str, _Guest] = {}
        self._lock = threading.Lock()
        forwards = folder / "forwards"
        forwards.mkdir(exist_ok=True)
        self._forwards = [
            Forward(forwards / f"{index}.sock", target)
            for index, target in enumerate(config.forwards)
        ]

    # -- Machines -----------------------------------------------------------------------------

    def boot(self, server: Document, data: bytes, addresses: list[str]) -> None:
        """Start a guest; returns when its init answers."""
        folder = self._folder / server["id"]
        self._prepare(folder, server, data)
        limits = isolation.limit_folders(
            server["id"], self._config.memory_mb * 1024 * 1024, self._config.processes
        )
        command = isolation.METHODS[self._method](self._layout(folder))
        command = [
            sys.executable, "-I", "-S", str(HERE / "confine.py"), str(os.getpid()),
            str(self._config.memory_mb * 1024 * 1024), ":".join(limits), *command,
        ]  # fmt: skip
        guest = _Guest(self._spawner.spawn(command, folder / "console.log"), limits)
        with self._lock:
            self._guests[server["id"]] = guest
        self._await(server["id"], guest, folder, addresses)

    def _await(self, id: str, guest: _Guest, folder: Path, addresses: list[str]) -> None:
        path = folder / "root" / "run" / "local-cloud" / "relay.sock"
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline and guest.process.poll() is None:
            try:
                guest.relay = Relay(id, path, addresses)
                return
            except OSError:
                time.sleep(0.02)
        self.halt(id)
        tail = self.console(id).strip().splitlines()[-3:]
        raise MachineError("The guest did not boot: " + " / ".join(tail))

    def halt(self, server_id: str) -> None:
        """End the whole process tree: the sandbox's first process takes the rest with it."""
        with self._lock:
            guest = self._guests.pop(server_id, None)
        if guest is None:
            return
        if guest.relay:
            guest.relay.close()
        if guest.process.poll() is None:
            # Child first: killing the outer process alone leaves it to PDEATHSIG.
            for pid in [*_children(guest.process.pid), guest.process.pid]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        guest.process.wait()
        for folder in guest.limits:
            _remove_limit(Path(folder))

    def remove(self, server_id: str) -> None:
        """End the guest and delete its folder."""
        self.halt(server_id)
        shutil.rmtree(self._folder / server_id, ignore_errors=True)

    def console(self, server_id: str) -> str:
        """The end of the guest's console."""
        try:
            with (self._folder / server_id / "console.log").open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - CONSOLE_BYTES))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def readdress(self, server_id: str, addresses: list[str]) -> None:
        """Move the guest's ports to other addresses."""
        guest = self._guests.get(server_id)
        if guest and guest.relay:
            guest.relay.readdress(addresses)

    def endpoints(self, server_id: str) -> dict[tuple[str, int], tuple[str, int]]:
        """Where the ports of a guest are served: (address, port) -> real address and port."""
        guest = self._guests.get(server_id)
        return guest.relay.endpoints() if guest and guest.relay else {}

    def close(self) -> None:
        """End all guests; their folders stay."""
        for server_id in list(self._guests):
            self.halt(server_id)
        for forward in self._forwards:
            forward.close()
        self._spawner.close()

    # -- what a guest is made of ------------------------------------------------------------

    def _prepare(self, folder: Path, server: Document, data: bytes) -> None:
        root = folder / "root"
        for name in (*OWN_FOLDERS, *EMPTY_FOLDERS):
            (root / name).mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for path in (root / "run", root / "tmp"):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
        (root / "run" / "local-cloud").mkdir()
        etc = root / "etc"
        if not (etc / "passwd").exists():
            (etc / "passwd").write_text(PASSWD)
            (etc / "group").write_text(GROUP)
            (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
            (etc / "resolv.conf").write_text("")
        plan = user_data.plan(data, server["name"])
        tools = folder / "tools"
        (tools / "bin").mkdir(parents=True, exist_ok=True)
        for name in ("guest_init.py", "systemctl.py"):
            shutil.copy(HERE / name, tools / name)
        commands = dict(self._config.commands)
        for name in ("systemctl", "service"):
            commands[name] = [sys.executable, "-I", "-S", f"/opt/local-cloud/bin/.{name}"]
            shutil.copy(HERE / "systemctl.py", tools / "bin" / f".{name}")
        for name, words in commands.items():
            path = tools / "bin" / name
            path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
            path.chmod(0o755)
        (tools / "plan.json").write_text(json.dumps(plan | {"forwards": self._config.forwards}))

    def _layout(self, folder: Path) -> isolation.Layout:
        root = folder / "root"
        writable = [(str(root / name), f"/{name}") for name in OWN_FOLDERS]
        read_only = [(path, path) for path in isolation.READ_ONLY_ETC if os.path.exists(path)]
        seen: set[str] = set()
        paths = [sys.prefix, sys.base_prefix, *self._config.read_only_paths]
        paths.append(str(Path(sys.executable).resolve().parent.parent))
        for path in paths:
            covered = path.startswith("/usr/") or path == "/usr" or path in seen
            if not covered and os.path.exists(path):
                seen.add(path)
                read_only.append((path, path))
        read_only.append((str(folder / "tools"), "/opt/local-cloud"))
        if self._forwards:
            read_only.append((str(self._folder / "forwards"), "/run/forwards"))
        shares = []
        for host, guest in self._config.shares.items():
            if not os.path.exists(host):
                raise MachineError(f"The share {host} does not exist on this machine.")
            shares.append((host, guest))
        for name in ("systemctl", "service"):
            for place in (f"/usr/bin/{name}", f"/usr/sbin/{name}"):
                if os.path.exists(place) and not os.path.islink(place):
                    read_only.append((str(folder / "tools" / "bin" / name), place))
        scratch = folder / "mount"
        scratch.mkdir(exist_ok=True)
        command = [sys.executable, "-I", "-S", "/opt/local-cloud/guest_init.py"]
        return isolation.Layout(writable + shares, read_only, command, scratch)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def _remove_limit(folder: Path) -> None:
    # The group empties when the kernel has reaped the namespace, a moment after the kill.
    for _ in range(100):
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.02)
