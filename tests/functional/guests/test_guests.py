"""Local guests: boot from user data, serve a page, die whole, boot again from their folders."""

import os
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from catalog_standalone.cloud.config import ConfigError, GuestConfig
from catalog_standalone.cloud.guests import isolation
from catalog_standalone.cloud.guests.manager import GuestManager

USER_DATA = b"""Content-Type: multipart/mixed; boundary="BOUNDARY"
MIME-Version: 1.0

--BOUNDARY
Content-Type: text/cloud-config

#cloud-config
hostname: web-1
write_files:
- path: /srv/www/index.html
  content: aGVsbG8gZ3Vlc3Q=
  encoding: b64
packages: [nginx]
--BOUNDARY
Content-Type: text/plain

#!/bin/sh
echo ran >> /var/lib/runs
cat > /etc/systemd/system/web.service <<'UNIT'
[Service]
ExecStart=/usr/bin/env python3 -m http.server 8080 --directory /srv/www
Restart=on-failure
UNIT
systemctl daemon-reload; systemctl enable --now web.service
hostname
--BOUNDARY--
"""
ADDRESS = "127.77.250.1"
REMEDIES = {
    "bubblewrap": "apt-get install bubblewrap; sysctl kernel.unprivileged_userns_clone=1",
    "unshare": "apt-get install util-linux; sysctl kernel.unprivileged_userns_clone=1",
}


def fetch(url: str) -> str:
    """The page, as soon as it is served."""
    for _ in range(400):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nothing at {url}")


def processes(marker: str) -> list[str]:
    """Command lines of host processes that name ``marker``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in text:
            found.append(text)
    return found


@pytest.fixture(params=list(isolation.METHODS))
def method(request, tmp_path):
    try:
        isolation.choose(request.param, tmp_path)
    except ConfigError as error:
        pytest.skip(f"{error}: {REMEDIES[request.param]}")
    return request.param


@pytest.mark.timeout(120)
def test_life_of_a_guest(tmp_path, method):
    config = GuestConfig(isolation=method)
    server = {"id": "11111111-0000", "name": "fallback"}
    manager = GuestManager(tmp_path / "guests", config)
    try:
        manager.boot(server, USER_DATA, [ADDRESS])
        assert fetch(f"http://{ADDRESS}:8080/") == "hello guest"
        console = manager.console(server["id"])
        assert "web-1" in console and "packages are not installed" in console
        root = tmp_path / "guests" / server["id"] / "root"
        assert (root / "var/lib/runs").read_text() == "ran\n"

        manager.halt(server["id"])
        assert not processes(str(tmp_path))

        manager.boot(server, USER_DATA, [ADDRESS])
        assert fetch(f"http://{ADDRESS}:8080/") == "hello guest"
        assert (root / "var/lib/runs").read_text() == "ran\n"

        manager.readdress(server["id"], ["127.77.250.2"])
        assert fetch("http://127.77.250.2:8080/") == "hello guest"
        manager.remove(server["id"])
        assert not root.exists()
    finally:
        manager.close()
    assert not processes(str(tmp_path))


@pytest.mark.timeout(60)
def test_a_guest_cannot_see_or_write_the_host(tmp_path, method):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    script = f"#!/bin/sh\ncat {secret}; touch /usr/x; ls /proc | grep -c '^[0-9]'; echo done\n"
    manager = GuestManager(tmp_path / "guests", GuestConfig(isolation=method))
    try:
        manager.boot({"id": "g", "name": "g"}, script.encode(), [])
        for _ in range(400):
            if "booted" in manager.console("g"):
                break
            time.sleep(0.05)
        console = manager.console("g")
        assert "done" in console and "Read-only file system" in console
        assert "No such file" in console and not os.path.exists("/usr/x")
    finally:
        manager.close()


@pytest.mark.timeout(60)
def test_guests_die_with_a_killed_cloud(tmp_path, method):
    code = (
        "import sys, pathlib\n"
        "from catalog_standalone.cloud.config import GuestConfig\n"
        "from catalog_standalone.cloud.guests.manager import GuestManager\n"
        "m = GuestManager(pathlib.Path(sys.argv[1]), GuestConfig(isolation=sys.argv[2]))\n"
        "m.boot({'id': 'k', 'name': 'k'}, b'#!/bin/sh\\nsleep 3600 & sleep 3601', [])\n"
        "print('up', flush=True); sys.stdin.read()\n"
    )
    import sys

    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), method],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout and child.stdout.readline() == b"up\n"
    assert processes(str(tmp_path / "k"))
    child.kill()
    child.wait()
    for _ in range(200):
        if not processes(str(tmp_path / "k")):
            break
        time.sleep(0.05)
    assert not processes(str(tmp_path / "k"))
    child.stdout.close()
    child.stdin.close()
