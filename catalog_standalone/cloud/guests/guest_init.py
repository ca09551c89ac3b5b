"""First process of a local guest: boots it from its plan, runs units, relays ports.

Copied into the guest; standard library only. Everything it prints is the guest's console.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import threading
import time
from typing import Any

STATE = "/var/lib/local-cloud"
RUN = "/run/local-cloud"
UNITS = ("/etc/systemd/system", "/run/systemd/system", "/lib/systemd/system")
WANTS = "/etc/systemd/system/multi-user.target.wants"
PATH = "/opt/local-cloud/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SCAN_SECONDS = 0.2


def log(text: Any) -> None:
    """Write a line to the console."""
    print(f"[guest] {text}", flush=True)


def run(command: Any, cwd: str = "/") -> None:
    """Run one command of the plan; its output goes to the console."""
    shell = isinstance(command, str)
    try:
        code = subprocess.call(
            ["/bin/sh", "-c", command] if shell else [str(part) for part in command], cwd=cwd
        )
    except OSError as error:
        log(f"cannot run {command!r}: {error}")
        return
    if code:
        log(f"command ended with {code}: {str(command)[:200]}")


def write_file(entry: Any) -> None:
    """One entry of write_files."""
    path = entry["path"]
    try:
        os.makedirs(os.path.dirname(path) or "/", exist_ok=True)
        with open(path, "ab" if entry["append"] else "wb") as file:
            file.write(base64.b64decode(entry["content"]))
        os.chmod(path, int(entry["permissions"], 8))
    except (OSError, ValueError) as error:
        log(f"cannot write {path}: {error}")


class Unit(threading.Thread):
    """A running service: starts its ExecStart, and again as its Restart says."""

    def __init__(self, name: Any, settings: Any) -> None:
        super().__init__(daemon=True, name=name)
        self.unit, self.settings = name, settings
        self.process: subprocess.Popen[bytes] | None = None
        self.stopped, self.status = threading.Event(), "activating"

    def run(self) -> None:
        """Run until it ends for good or is stopped."""
        get = self.settings.get
        environment = dict(os.environ)
        for line in self.settings.get("Environment*", []):
            for item in shlex.split(line):
                key, _, value = item.partition("=")
                environment[key] = value
        while not self.stopped.is_set():
            code = self._once(get("ExecStart", ""), get("WorkingDirectory") or "/", environment)
            restart = get("Restart", "no")
            if self.stopped.is_set():
                break
            log(f"{self.unit} ended with {code}")
            if restart != "always" and not (restart == "on-failure" and code):
                self.status = "failed" if code else "inactive"
                return
            delay = re.match(r"[\d.]+", get("RestartSec", "0.1")) or re.match("", "")
            self.stopped.wait(float(delay.group() or 0.1) if delay else 0.1)
        self.status = "inactive"

    def _once(self, command: Any, cwd: Any, environment: Any) -> int:
        words = shlex.split(command.lstrip("-@+!:"))
        try:
            self.process = process = subprocess.Popen(
                words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
            )
        except (OSError, IndexError) as error:
            log(f"{self.unit}: cannot run {command!r}: {error}")
            return 203
        self.status = "active"
        return process.wait()

    def stop(self) -> None:
        """End its processes: politely, then not."""
        self.stopped.set()
        process = self.process
        if process and process.poll() is None:
            for number, wait in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
                try:
                    os.killpg(process.pid, number)
                except ProcessLookupError:
                    break
                try:
                    process.wait(wait)
                    break
                except subprocess.TimeoutExpired:
                    continue
        self.status = "inactive"


class Units:
    """What ``systemctl`` asks for."""

    def __init__(self) -> None:
        self.running: dict[str, Unit] = {}
        self.lock = threading.Lock()

    @staticmethod
    def find(name: Any) -> dict[str, Any] | None:
        """Settings of a unit's [Service] section, or None."""
        for folder in UNITS:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                settings: dict[str, Any] = {"Environment*": []}
                section = ""
                with open(path) as file:
                    for line in file.read().replace("\\\n", " ").splitlines():
                        line = line.strip()
                        if line.startswith("["):
                            section = line
                        elif "=" in line and section == "[Service]" and line[0] not in "#;":
                            key, _, value = line.partition("=")
                            if key.strip() == "Environment":
                                settings["Environment*"].append(value.strip())
                            else:
                                settings[key.strip()] = value.strip()
                return settings
        return None

    def start(self, name: Any) -> bool:
        """Start a unit unless it runs; tell whether there is such a unit."""
        with self.lock:
            unit = self.running.get(name)
            if unit and unit.is_alive():
                return True
            settings = self.find(name)
            if settings is None:
                return False
            log(f"starting {name}")
            self.running[name] = unit = Unit(name, settings)
            unit.start()
            return True

    def stop(self, name: Any) -> None:
        """Stop a unit."""
        unit = self.running.pop(name, None)
        if unit:
            log(f"stopping {name}")
            unit.stop()

    def boot(self) -> None:
        """Start what is enabled."""
        for name in sorted(os.listdir(WANTS)) if os.path.isdir(WANTS) else []:
            self.start(name)

    def command(self, words: Any) -> tuple[int, str]:
        """Carry out a systemctl command line; returns exit code and output."""
        flags = [w for w in words if w.startswith("-")]
        words = [w for w in words if not w.startswith("-")]
        verb, names = (words or ["list-units"])[0], words[1:]
        names = [n if "." in n else n + ".service" for n in names]
        code, output = 0, []
        for name in names:
            missing = self.find(name) is None
            if verb in ("enable", "disable", "reenable"):
                link = os.path.join(WANTS, name)
                os.makedirs(WANTS, exist_ok=True)
                if os.path.lexists(link):
                    os.unlink(link)
                if verb != "disable" and not missing:
                    os.symlink(os.path.join("..", name), link)
            if verb in ("stop", "restart") or (verb == "disable" and "--now" in flags):
                self.stop(name)
            if verb in ("start", "restart") or (verb == "enable" and "--now" in flags):
                self.start(name)
            if verb in ("status", "is-active"):
                status = getattr(self.running.get(name), "status", "inactive")
                output.append(status)
                code = 0 if status == "active" else 3
            elif verb == "is-enabled":
                enabled = os.path.lexists(os.path.join(WANTS, name))
                output.append("enabled" if enabled else "disabled")
                code = 0 if enabled else 1
            elif missing and verb not in ("stop", "disable", "mask", "unmask"):
                output.append(f"Unit {name} not found.")
                code = 5
        return code, "\n".join(output)


def serve_control(units: Any) -> None:
    """Answer the systemctl shim on a UNIX socket."""
    server = listen(f"{RUN}/control.sock")
    while True:
        connection, _ = server.accept()
        threading.Thread(target=answer, args=(units, connection), daemon=True).start()


def answer(units: Any, connection: Any) -> None:
    """One command line in, exit code and output out."""
    with connection, connection.makefile("rw") as stream:
        try:
            code, output = units.command(json.loads(stream.readline()))
        except (OSError, ValueError) as error:
            code, output = 1, str(error)
        stream.write(json.dumps([code, output]) + "\n")


def listen(path: Any) -> socket.socket:
    """A listening UNIX socket in place of whatever lies at ``path``."""
    if os.path.lexists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(64)
    return server


def listening() -> dict[int, str]:
    """Port -> address of what listens on TCP in this guest."""
    found: dict[int, str] = {}
    for table, family in (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6)):
        try:
            with open(table) as file:
                rows = [line.split() for line in file.readlines()[1:]]
        except OSError:
            continue
        for row in rows:
            if row[3] != "0A":
                continue
            address, port = row[1].split(":")
            if family == socket.AF_INET:
                text = socket.inet_ntoa(bytes.fromhex(address)[::-1])
                target = "127.0.0.1" if text == "0.0.0.0" else text
            else:
                target = "::1"
            found.setdefault(int(port, 16), target)
    return found


def pump(source: Any, target: Any) -> None:
    """Copy bytes one way until the end."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def join(left: Any, right: Any) -> None:
    """Copy bytes both ways, then close both."""
    other = threading.Thread(target=pump, args=(right, left), daemon=True)
    other.start()
    pump(left, right)
    other.join()
    left.close()
    right.close()


def relay(connection: Any, hidden: Any) -> None:
    """``watch`` streams the listening ports; a number connects to that port."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            connection.close()
            return
        line += byte
    if line == b"watch\n":
        last = None
        try:
            while True:
                ports = sorted(
                    port for port, where in listening().items() if (where, port) not in hidden
                )
                if ports != last:
                    connection.sendall(json.dumps(ports).encode() + b"\n")
                    last = ports
                time.sleep(SCAN_SECONDS)
        except OSError:
            return
    port = int(line)
    try:
        target = socket.create_connection((listening().get(port, "127.0.0.1"), port), 10)
        target.settimeout(None)
    except OSError:
        connection.close()
        return
    join(connection, target)


def serve_relay(hidden: Any) -> None:
    """Let the host reach this guest's ports."""
    server = listen(f"{RUN}/relay.sock")
    while True:
        connection, _ = server.accept()
        threading.Thread(target=relay, args=(connection, hidden), daemon=True).start()


def serve_forward(address: Any, port: Any, path: Any) -> None:
    """Let this guest reach one address of the host."""
    server = socket.create_server((address, port))
    while True:
        connection, _ = server.accept()
        target = socket.socket(socket.AF_UNIX)
        try:
            target.connect(path)
        except OSError as error:
            log(f"cannot reach {address}:{port}: {error}")
            connection.close()
            continue
        threading.Thread(target=join, args=(connection, target), daemon=True).start()


def boot(plan: Any, units: Any) -> None:
    """What cloud-init does: every boot its part, the first boot the rest."""
    for note in plan["notes"]:
        log(note)
    first = not os.path.exists(f"{STATE}/booted")
    with contextlib.suppress(OSError):
        socket.sethostname(plan["hostname"])
    with open("/etc/hostname", "w") as file:
        file.write(plan["hostname"] + "\n")
    with open("/etc/hosts", "w") as file:
        file.write(f"127.0.0.1 localhost\n127.0.1.1 {plan['hostname']}\n::1 localhost\n")
    for index, text in enumerate(plan["boothooks"]):
        script(f"boothook-{index}", text)
    for command in plan["bootcmd"]:
        run(command)
    if not first:
        units.boot()
        log("booted again")
        return
    for entry in plan["write_files"]:
        write_file(entry)
    units.boot()
    for command in plan["runcmd"]:
        run(command)
    for index, item in enumerate(plan["scripts"]):
        script(f"{index:03d}-{os.path.basename(item['name'])}", item["text"])
    with open(f"{STATE}/booted", "w") as file:
        file.write("1\n")
    log("booted")


def script(name: Any, text: Any) -> None:
    """Write a script and run it."""
    path = f"{STATE}/scripts/{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o700)
    run([path] if text.startswith("#!") else ["/bin/sh", path])


def main() -> None:
    """Boot, then serve until the sandbox is ended from outside."""
    os.environ.clear()
    os.environ.update(PATH=PATH, HOME="/root", LANG="C.UTF-8", USER="root", LOGNAME="root")
    os.umask(0o022)
    os.makedirs(RUN, exist_ok=True)
    os.makedirs(STATE, exist_ok=True)
    with open("/opt/local-cloud/plan.json") as file:
        plan = json.load(file)
    units, hidden = Units(), set()
    for index, forward in enumerate(plan["forwards"]):
        address, _, port = forward.rpartition(":")
        hidden.add((address, int(port)))
        threading.Thread(
            target=serve_forward,
            args=(address, int(port), f"/run/forwards/{index}.sock"),
            daemon=True,
        ).start()
    threading.Thread(target=serve_control, args=(units,), daemon=True).start()
    threading.Thread(target=serve_relay, args=(hidden,), daemon=True).start()
    log(f"boot of {plan['hostname']}")
    boot(plan, units)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
