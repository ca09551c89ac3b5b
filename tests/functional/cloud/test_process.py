"""The cloud as a process: ready line, guests through Heat, kill -9, restart, SIGTERM."""

import json
import subprocess
import sys
import time
import urllib.request

import pytest
from heatclient.client import Client
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

USER_DATA = """#!/bin/sh
mkdir -p /srv/www; echo page > /srv/www/index.html; echo ran >> /var/lib/runs
cat > /etc/systemd/system/web.service <<'UNIT'
[Service]
ExecStart=/usr/bin/env python3 -m http.server 80 --directory /srv/www
UNIT
systemctl enable --now web
"""


def start(path):
    process = subprocess.Popen(
        [sys.executable, "-m", "catalog_standalone.cloud", "--config", str(path)],
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    return process, json.loads(process.stdout.readline())["endpoints"]


def fetch(url):
    for _ in range(400):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nothing at {url}")


@pytest.mark.timeout(120)
def test_kill_and_restart(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"state_dir": str(tmp_path / "state")}))
    process, endpoints = start(path)
    try:
        auth = v3.Password(
            auth_url=endpoints["identity"], username="demo", password="demo",
            project_name="demo", user_domain_id="default", project_domain_id="default",
        )  # fmt: skip
        heat = Client("1", session=keystone_session.Session(auth=auth))
        server = {"name": "web", "flavor": "m1.small", "image": "local-linux",
                  "user_data": USER_DATA, "user_data_format": "RAW", "networks": []}  # fmt: skip
        heat.stacks.create(stack_name="s", template={
            "heat_template_version": "2013-05-23",
            "resources": {"srv": {"type": "OS::Nova::Server", "properties": server}},
            "outputs": {"a": {"value": {"get_attr": ["srv", "accessIPv4"]}}},
        })  # fmt: skip
        for _ in range(400):
            stack = heat.stacks.get("s")
            if stack.stack_status != "CREATE_IN_PROGRESS":
                break
            time.sleep(0.05)
        assert stack.stack_status == "CREATE_COMPLETE", stack.stack_status_reason
        url = f"http://{stack.outputs[0]['output_value']}/"
        assert fetch(url) == "page\n"
        process.kill()
        process.wait()
        process.stdout.close()
        process, endpoints = start(path)
        assert fetch(url) == "page\n"
        runs = list((tmp_path / "state" / "guests").glob("*/root/var/lib/runs"))
        assert [run.read_text() for run in runs] == ["ran\n"]
    finally:
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()


def test_a_bad_configuration_is_named(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"state_dir": str(tmp_path), "porst": {}}))
    done = subprocess.run(
        [sys.executable, "-m", "catalog_standalone.cloud", "--config", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "unknown key 'porst'" in done.stderr
