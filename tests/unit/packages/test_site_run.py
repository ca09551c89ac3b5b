"""The sample over ports in memory: deployed, deployed again, rebuilt by its action."""

from __future__ import annotations

import copy
import uuid
from importlib.resources import files

import pytest
import yaml

from catalog_engine.deployment.run import run_task
from catalog_engine.host.direct import DirectDriver
from catalog_engine.host.memory import MemoryAgents, MemoryCloud, MemoryPorts
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.source.packages import load_package

NAMES = ("io.murano", "io.burano.samples.Site")


def tree(folder, prefix=""):
    for item in folder.iterdir():
        if item.is_dir():
            yield from tree(item, f"{prefix}{item.name}/")
        else:
            yield f"{prefix}{item.name}", item.read_bytes()


class Folders:
    """The packages of this repository."""

    def __init__(self):
        self.rows, self.contents, self.compiled = [], {}, {}
        for name in NAMES:
            content = dict(tree(files("burano_packages") / name))
            manifest = yaml.safe_load(content["manifest.yaml"])
            package = load_package(manifest, content.__getitem__)
            self.compiled[name] = compile_package(package)
            self.rows.append(
                (name, set(manifest["Classes"]), str(manifest.get("Version", "0.0.0")))
            )
            self.contents[name] = {"manifest": manifest, "compiled": None, "files": content}

    def find(self, name, class_name, version_spec):
        for full_name, classes, version in self.rows:
            if full_name == name or class_name in classes:
                return {"name": full_name, "version": version, "digest": full_name}
        raise AssertionError(f"{name} {class_name}")

    def content(self, digest):
        return self.contents[digest]


@pytest.fixture(scope="module")
def folders():
    return Folders()


@pytest.fixture
def ports(folders):
    runs = []

    def answer(guest, plan):
        runs.append(plan["Parameters"])
        body = {"text": plan["Parameters"]["text"], "runs": len(runs)}
        return {"FormatVersion": "2.0.0", "SourceID": "x", "ErrorCode": 0, "Body": body}

    cloud = MemoryCloud({
        "networks": [{"id": "ext", "name": "ext-net", "router:external": True}],
        "extensions": [{"alias": "security-group"}, {"alias": "router"}],
    })  # fmt: skip
    made = MemoryPorts(agents=MemoryAgents(answer), cloud=cloud, packages=folders)
    made.configuration.options.update({
        ("networking", "external_network"): "ext-net", ("networking", "create_router"): True,
        ("networking", "router_name"): "router", ("networking", "env_ip_template"): "10.0.0.0",
        ("networking", "max_environments"): 250, ("networking", "max_hosts"): 250,
    })  # fmt: skip
    return made


def environment() -> dict:
    return {
        "Objects": {
            "?": {"id": "e" * 32, "type": "io.murano.Environment"}, "name": "shop",
            "defaultNetworks": {
                "environment": {
                    "?": {"id": "n" * 32, "type": "io.murano.resources.NeutronNetwork"},
                    "name": "shop-network",
                },
                "flat": None,
            },
            "applications": [{
                "?": {"id": "a" * 32, "type": "io.burano.samples.Site", "name": "site"},
                "title": "Title", "text": "First",
                "instance": {
                    "?": {"id": "i" * 32, "type": "io.murano.resources.LinuxMuranoInstance"},
                    "name": "web", "flavor": "m1.small", "image": "local-linux",
                    "assignFloatingIp": True,
                },
            }],
        },
        "Attributes": [], "project_id": "p", "user_id": "u",
    }  # fmt: skip


def run(folders, ports, model, object_id, method, **arguments):
    task = {
        "id": "t", "kind": "deployment", "seed": uuid.uuid4().hex, "project_id": "p",
        "user_id": "u", "environment_id": "e" * 32, "model": copy.deepcopy(model),
        "action": {"object_id": object_id, "method": method, "args": arguments},
    }  # fmt: skip
    result = run_task(task, DirectDriver(ports), preloaded=folders.compiled)
    assert result["outcome"] == "succeeded", result["result"]["result"]["details"]
    return result


def test_deployed_and_rebuilt(folders, ports):
    first = run(folders, ports, environment(), "e" * 32, "deploy")
    (site,) = first["model"]["Objects"]["applications"]
    assert site["instance"]["floatingIpAddress"].startswith("203.0.113.")
    assert site["url"] == f"http://{site['instance']['floatingIpAddress']}:8080/"
    assert [report["text"] for report in ports.reports.reports][
        -1
    ] == f"The site is at {site['url']}"
    assert [plan["Parameters"]["text"] for _, plan in ports.agents.plans] == ["First"]
    actions = site["?"]["_actions"]
    assert actions["a" * 32 + "_rebuild"]["name"] == "rebuild"

    # Deploying again what is built already runs nothing on the guest.
    again = run(folders, ports, first["model"], "e" * 32, "deploy")
    assert len(ports.agents.plans) == 1

    built = run(folders, ports, again["model"], "a" * 32, "rebuild", text="Second", seconds=3)
    assert built["result"]["result"] == {"text": "Second", "runs": 2}
    assert ports.agents.plans[-1][1]["Parameters"]["seconds"] == 3
    assert built["model"]["Objects"]["applications"][0]["text"] == "Second"

    run(folders, ports, built["model"], "e" * 32, "deploy")
    assert len(ports.agents.plans) == 2
