"""Every command of the published ``murano`` and ``openstack`` clients, its errors included."""

from __future__ import annotations

import ast
import functools
import http.server
import json
import re
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from importlib import metadata
from pathlib import Path

import pytest

muranoclient = pytest.importorskip("muranoclient.shell", reason="pip install python-muranoclient")

OPENSTACK = Path(sys.executable).with_name("openstack")
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("standalone")]
CLASS = """
Namespaces:
  std: io.murano
Name: {package}.Greeter
Extends: std:Application
Properties:
  text:
    Contract: $.string()
    Default: hello
Methods:
  deploy:
    Body:
      - $this.find(std:Environment).reporter.report($this, done)
  say:
    Scope: Public
    Arguments:
      - times:
          Contract: $.string().notNull()
    Body:
      - Return: concat($times, ' times ', $.text)
  greet:
    Scope: Public
    Usage: Static
    Meta:
      - io.murano.metadata.ModelBuilder:
          enabled: true
    Arguments:
      - whom:
          Contract: $.string().notNull()
    Body:
      - Return: concat('Hello, ', $whom)
"""


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def _openstack(words: list[str]) -> int:
    """In a process of its own: its logging is set up once a process."""
    done = subprocess.run(
        [str(OPENSTACK), *words], capture_output=True, text=True, check=False, timeout=120
    )
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


@pytest.fixture
def murano(shell):
    return shell(muranoclient.main)


@pytest.fixture
def openstack(shell):
    if not OPENSTACK.exists():
        pytest.skip("python-openstackclient is not installed: pip install python-openstackclient")
    return shell(_openstack)


@pytest.fixture
def folder(tmp_path):
    """Folder of a package's source: a manifest, a class, a resource."""

    def make(name: str, version: str = "0.1.0"):
        made = tmp_path / name
        (made / "Classes").mkdir(parents=True, exist_ok=True)
        (made / "Resources").mkdir(exist_ok=True)
        (made / "Classes" / "Greeter.yaml").write_text(CLASS.format(package=name))
        (made / "manifest.yaml").write_text(
            textwrap.dedent(f"""\
            Format: 1.4
            Type: Application
            FullName: {name}
            Name: {name.rpartition(".")[2]}
            Version: {version}
            Description: Greets
            Author: Tester
            Tags: [greeting]
            Classes: {{{name}.Greeter: Greeter.yaml}}
            """)
        )
        return made

    return make


@pytest.fixture
def repository(tmp_path):
    """A repository of packages as clients take them from: its URL and its folder."""
    root = tmp_path / "repository"
    for part in ("apps", "bundles", "images"):
        (root / part).mkdir(parents=True)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", root
        server.shutdown()
        thread.join(30)


@pytest.fixture
def published(murano, folder, tmp_path):
    """A package that was imported by the client: its name and id."""
    name = f"org.example.cli{uuid.uuid4().hex[:8]}"
    source = folder(name)
    archive = f"{name}.zip"
    _zip(source, tmp_path / archive)
    said = murano("package-import", archive)
    (identifier,) = [row[0] for row in said.rows if name in row]
    yield name, identifier
    for left in murano("package-list", "--fqn", name, "--include-disabled").column("id"):
        murano("package-delete", left)


def _zip(source, target):
    from catalog_standalone.catalog_client import archive

    target.write_bytes(archive(source))


def _identifier(row: dict) -> str:
    return {key.lower(): value for key, value in row.items()}["id"]


def settled(murano, environment) -> str:
    """Status of an environment once nothing runs in it."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        status = murano("environment-show", environment).table["status"]
        if status not in ("deploying", "deleting"):
            return status
    raise AssertionError("the environment did not settle")


def acted(murano, environment, action, argument):
    """Result of an action that a component offers; of none, and of no task, an error is told."""
    none = murano("environment-action-call", environment, "--action-id", "none", code=1)
    assert "404" in none.err
    words = ("--action-id", action, "--arguments", argument)
    said = murano("environment-action-call", environment, *words).out
    task = re.search("[0-9a-f]{32}", said)
    assert task, said
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        got = murano("environment-action-get-result", environment, "--task-id", task[0]).out
        if "isException" in got:
            found = ast.literal_eval(got[got.index("{") :].strip())
            break
    else:
        raise AssertionError("the action gave no result")
    assert not found["isException"]
    words = ("--task-id", uuid.uuid4().hex)
    assert "404" in murano("environment-action-get-result", environment, *words, code=1).err
    return found["result"]


class TestMurano:
    """The command that came with the service."""

    def test_environments(self, murano, published, tmp_path):
        package, _identifier = published
        name, other = unique("env"), unique("other")
        (identifier,) = [row[0] for row in murano("environment-create", name).rows if name in row]
        assert "409" in murano("environment-create", name, code=1).err
        assert identifier in murano("environment-list").column("id")
        assert name in murano("environment-list", "--all-tenants", user="admin").column("name")
        assert "403" in murano("environment-list", "--all-tenants", code=1).err
        assert other in murano("environment-rename", name, other).column("name")
        assert "not found" in murano("environment-rename", name, "x", code=1).err
        assert murano("environment-show", other).table["id"] == identifier
        assert "not found" in murano("environment-show", uuid.uuid4().hex, code=1).err

        session = murano("environment-session-create", identifier).table["id"]
        assert "404" in murano("environment-session-create", uuid.uuid4().hex, code=1).err
        component = uuid.uuid4().hex
        patch = tmp_path / "patch.json"
        value = {"?": {"id": component, "type": f"{package}.Greeter", "name": "greeter"}}
        patch.write_text(json.dumps([{"op": "add", "path": "/-", "value": value}]))
        murano("environment-apps-edit", identifier, patch, "--session-id", session)
        assert component not in murano("app-show", identifier).out
        seen = murano("environment-show", identifier, "--session-id", session, "--only-apps")
        assert seen.json[0]["?"]["id"] == component
        patch.write_text("{]")
        murano("environment-apps-edit", identifier, patch, "--session-id", session, code=1)

        patch.write_text(json.dumps([
            {"op": "add", "path": "/?/metadata", "value": {"com.example": "kept"}},
        ]))  # fmt: skip
        murano("environment-model-edit", identifier, patch, "--session-id", session)
        model = murano("environment-model-show", identifier, "--session-id", session)
        assert model.json["?"]["metadata"] == {"com.example": "kept"}
        part = ("environment-model-show", identifier, "--session-id", session, "--path")
        assert murano(*part, "/services/0/?/id").out.strip().strip('"') == component
        assert "404" in murano(*part, "/nothing", code=1).err
        patch.write_text(json.dumps([{"op": "add", "path": "/name", "value": "x"}]))
        refused = murano(
            "environment-model-edit", identifier, patch, "--session-id", session, code=1
        )
        assert "403" in refused.err

        no_session = ("environment-deploy", identifier, "--session-id", uuid.uuid4().hex)
        assert "404" in murano(*no_session, code=1).err
        murano("environment-deploy", identifier, "--session-id", session)
        assert settled(murano, identifier) == "ready"
        assert murano("deployment-list", identifier).column("state") == ["success"]
        assert "success" in murano("deployment-list", "--all-environments").column("state")
        assert component in murano("app-show", identifier).out
        assert package in murano("app-show", identifier, "-p", f"/{component}").out
        assert acted(murano, identifier, f"{component}_say", "times=2") == "2 times hello"
        again = ("environment-deploy", identifier, "--session-id", session)
        assert "403" in murano(*again, code=1).err
        murano("environment-delete", identifier, "--abandon")
        assert "not found" in murano("environment-delete", identifier, code=1).out

    def test_a_network_to_join(self, murano):
        name = unique("env")
        murano("environment-create", name, "--join-net-id", "n1", "--join-subnet-id", "s1")
        identifier = murano("environment-show", name).table["id"]
        network = murano("environment-model-show", identifier, "--path", "/defaultNetworks").json
        assert network["environment"]["internalNetworkName"] == "n1"
        assert network["flat"] is None
        murano("environment-delete", name)

    def test_templates(self, murano, published, tmp_path):
        package, _identifier = published
        name, other = unique("template"), unique("template")
        said = murano("env-template-create", name, "--is-public")
        (identifier,) = [row[0] for row in said.rows if name in row]
        assert "409" in murano("env-template-create", name, code=1).err
        app = tmp_path / "app.json"
        component = uuid.uuid4().hex
        app.write_text(json.dumps({"?": {"id": component, "type": f"{package}.Greeter"}}))
        assert component in murano("env-template-add-app", identifier, app).out
        assert component in murano("env-template-show", identifier).out
        murano("env-template-update", identifier, other)
        assert other in murano("env-template-list").column("name")
        copy = unique("copy")
        (copied,) = [
            row[0] for row in murano("env-template-clone", identifier, copy).rows if copy in row
        ]
        environment = unique("env")
        murano("env-template-create-env", identifier, environment)
        made = murano("environment-list").out
        assert environment in made
        murano("env-template-del-app", identifier, component)
        assert component not in murano("env-template-show", identifier).out
        assert "not found" in murano("env-template-show", uuid.uuid4().hex, code=1).err
        murano("env-template-delete", identifier, copied)
        assert other not in murano("env-template-list").out
        murano("environment-delete", environment)

    def test_packages(self, murano, published, folder, tmp_path):
        package, identifier = published
        archive = f"{package}.zip"
        shown = murano("package-show", identifier).table
        assert (shown["fully_qualified_name"], shown["enabled"]) == (package, "True")
        assert "not found" in murano("package-show", uuid.uuid4().hex, code=1).err
        assert identifier not in murano("package-import", archive, "--exists-action", "s").out
        assert "already registered" in murano("package-import", archive, "--exists-action", "a").out
        _zip(folder(package, "0.2.0"), tmp_path / archive)
        said = murano("package-import", archive, "--exists-action", "u")
        (identifier,) = [row[0] for row in said.rows if package in row]
        assert murano("package-list", "--fqn", package).column("version") == ["0.2.0"]

        for words in (
            ["--fqn", package], ["--name", package.rpartition(".")[2]], ["--owned"],
            ["--class_name", f"{package}.Greeter"], ["--search", package], ["--tag", "greeting"],
            ["--type", "Application"],
        ):  # fmt: skip
            assert identifier in murano("package-list", *words).column("id"), words
        assert identifier not in murano("package-list", "--category", "Web").out
        murano("package-list", "--limit", "1", "--include-disabled")
        murano(
            "package-update", identifier, "--name", "Renamed", "--enabled", "false", "--tags",
            "one", "two", "--description", "Says hello",
        )  # fmt: skip
        shown = murano("package-show", identifier).table
        assert (shown["name"], shown["enabled"]) == ("Renamed", "False")
        assert "403" in murano("package-update", identifier, "--is-public", "true", code=1).err
        murano("package-download", identifier, "got.zip")
        assert (tmp_path / "got.zip").read_bytes() == (tmp_path / archive).read_bytes()
        assert murano("package-download", uuid.uuid4().hex, "none.zip", code=1)
        murano("package-delete", identifier)
        assert package not in murano("package-list", "--include-disabled").out

    def test_packages_that_the_client_makes(self, murano, folder, tmp_path):
        name = f"org.example.cli{uuid.uuid4().hex[:8]}"
        source = folder(name)
        (tmp_path / "stack.yaml").write_text(
            "heat_template_version: 2013-05-23\nresources: {a: {type: 'OS::Heat::None'}}\n"
        )
        classes = ("--classes-dir", source / "Classes", "--resources-dir", source / "Resources")
        for number, words in enumerate(
            ((*classes, "--type", "Library"), ("--template", "stack.yaml"))
        ):
            own, file = f"{name}{number}", f"made{number}.zip"
            murano("package-create", "--full-name", own, *words, "--output", file)
            said = murano("package-import", file)
            (identifier,) = [row[0] for row in said.rows if own in row]
            murano("package-delete", identifier)

    def test_archives_that_are_none(self, murano, tmp_path):
        (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 cut")
        said = murano("package-import", "broken.zip", code=1)
        assert "Failed to create package" in said.out

    def test_a_bundle(self, murano, folder, tmp_path):
        name = f"org.example.cli{uuid.uuid4().hex[:8]}"
        _zip(folder(name), tmp_path / f"{name}.zip")
        (tmp_path / "some.bundle").write_text(json.dumps({"Packages": [{"Name": name}]}))
        said = murano("bundle-import", "some.bundle", "--exists-action", "s")
        (identifier,) = [row[0] for row in said.rows if name in row]
        murano("bundle-import", "nowhere.bundle", "--exists-action", "s")
        murano("package-delete", identifier)

    def test_a_repository(self, murano, folder, repository, tmp_path):
        url, root = repository
        names = [f"org.example.cli{uuid.uuid4().hex[:8]}" for _ in range(2)]
        for name in names:
            _zip(folder(name), root / "apps" / f"{name}.zip")
        bundle = {"Packages": [{"Name": name} for name in names]}
        (root / "bundles" / "some.bundle").write_text(json.dumps(bundle))
        of_it = ("--murano-repo-url", url)
        murano(*of_it, "package-save", names[0], "--path", tmp_path / "one")
        assert [each.name for each in (tmp_path / "one").iterdir()] == [f"{names[0]}.zip"]
        murano(*of_it, "bundle-save", "some", "--path", tmp_path / "all")
        assert {each.name for each in (tmp_path / "all").iterdir()} == {
            "some.bundle", *(f"{name}.zip" for name in names),
        }  # fmt: skip
        assert "404" in murano(*of_it, "package-save", "none").out
        listed = murano(*of_it, "bundle-import", "some", "--exists-action", "s").rows
        found = {row[0] for row in listed if any(name in row for name in names)}
        assert len(found) == 2
        for identifier in found:
            murano("package-delete", identifier)

    def test_categories(self, murano, published):
        _package, identifier = published
        name = unique("Shelf")
        assert "403" in murano("category-create", name, code=1).err
        said = murano("category-create", name, user="admin")
        (category,) = [row[0] for row in said.rows if name in row]
        assert "409" in murano("category-create", name, code=1, user="admin").err
        assert name in murano("category-list").column("name")
        assert murano("category-show", category).table["name"] == name
        assert "not found" in murano("category-show", uuid.uuid4().hex).out
        murano("category-delete", category, user="admin")
        assert name not in murano("category-list").out
        assert murano("package-show", identifier).table["categories"] == ""

    def test_static_actions_and_schemas(self, murano, published):
        package, _identifier = published
        name = f"{package}.Greeter"
        greeted = murano("static-action-call", name, "greet", "--arguments", "whom=world")
        assert "Hello, world" in greeted.out
        assert "nothing" in murano("static-action-call", name, "nothing").out
        assert "org.example.None" in murano("static-action-call", "org.example.None", "greet").out
        schema = murano("class-schema", name).json
        assert "string" in schema[""]["properties"]["text"]["type"]
        greet = murano("class-schema", name, "greet", "--package-name", package).json
        assert "whom" in greet["greet"]["properties"]
        assert murano("class-schema", "org.example.Nothing", code=1).err


class TestOpenstack:
    """The plugin of the ``openstack`` command."""

    def test_environments(self, openstack, published, tmp_path):
        package, _identifier = published
        name, other = unique("env"), unique("other")
        identifier = openstack("environment", "create", name, "-f", "json").json[0]["Id"]
        assert "409" in openstack("environment", "create", name, code=1).err
        listed = openstack("environment", "list", "-f", "json").json
        assert name in [row["Name"] for row in listed]
        assert other in openstack("environment", "rename", name, other).out
        session = openstack("environment", "session", "create", identifier, "-f", "json").json["id"]
        component = uuid.uuid4().hex
        patch = tmp_path / "patch.json"
        value = {"?": {"id": component, "type": f"{package}.Greeter", "name": "greeter"}}
        patch.write_text(json.dumps([{"op": "add", "path": "/-", "value": value}]))
        named = ("--session-id", session)
        openstack("environment", "apps", "edit", identifier, patch, *named)
        patch.write_text(json.dumps([
            {"op": "add", "path": "/?/metadata", "value": {"com.example": "kept"}},
        ]))  # fmt: skip
        openstack("environment", "model", "edit", identifier, patch, *named)
        shown = openstack("environment", "model", "show", identifier, *named, "-f", "json")
        assert shown.json["?"]["metadata"] == {"com.example": "kept"}
        openstack("environment", "deploy", identifier, *named)
        deadline = time.monotonic() + 120
        shown: dict = {}
        while shown.get("status") in (None, "deploying"):
            assert time.monotonic() < deadline
            shown = openstack("environment", "show", identifier, "-f", "json").json
        assert shown["status"] == "ready"
        assert "success" in openstack("deployment", "list", identifier).out
        assert component in openstack("environment", "show", identifier, "--only-apps").out
        openstack("environment", "delete", identifier, "--abandon")
        assert openstack("environment", "show", identifier, code=1).err
        assert openstack("environment", "deploy", identifier, *named, code=1).err

    def test_packages(self, openstack, folder, tmp_path):
        name = f"org.example.cli{uuid.uuid4().hex[:8]}"
        archive = f"{name}.zip"
        _zip(folder(name), tmp_path / archive)
        listed = openstack("package", "import", archive, "--exists-action", "s", "-f", "json").json
        (identifier,) = [_identifier(row) for row in listed if name in row.values()]
        assert identifier in openstack("package", "list", "--fqn", name).out
        updated = openstack("package", "update", identifier, "--name", "Renamed", "-f", "json").json
        assert updated["name"] == "Renamed"
        assert openstack("package", "show", identifier, "-f", "json").json["enabled"] is True
        openstack("package", "download", identifier, "got.zip")
        assert (tmp_path / "got.zip").read_bytes() == (tmp_path / archive).read_bytes()
        called = openstack(
            "static-action", "call", f"{name}.Greeter", "greet", "--arguments", "whom=world"
        )
        assert "Hello, world" in called.out
        assert "text" in openstack("class-schema", f"{name}.Greeter").out
        openstack("package", "delete", identifier)
        assert identifier not in openstack("package", "list").out

    def test_a_package_that_the_client_makes_and_a_bundle(self, openstack, folder, tmp_path):
        name = f"org.example.cli{uuid.uuid4().hex[:8]}"
        source = folder(name)
        openstack(
            "package", "create", "--full-name", name, "--classes-dir", source / "Classes",
            "--type", "Library", "--output", tmp_path / f"{name}.zip",
        )  # fmt: skip
        (tmp_path / "some.bundle").write_text(json.dumps({"Packages": [{"Name": name}]}))
        listed = openstack("bundle", "import", "some.bundle", "--exists-action", "s", "-f", "json")
        (identifier,) = [_identifier(row) for row in listed.json if name in row.values()]
        openstack("package", "delete", identifier)

    def test_categories(self, openstack):
        name = unique("Shelf")
        assert "403" in openstack("category", "create", name, code=1).err
        made = openstack("category", "create", name, "-f", "json", user="admin").json
        (category,) = [row["ID"] for row in made if row["Name"] == name]
        assert name in openstack("category", "list").out
        assert openstack("category", "show", category, "-f", "json").json["name"] == name
        openstack("category", "delete", category, user="admin")
        assert name not in openstack("category", "list").out


def _called(client: str) -> list[tuple[str, ...]]:
    """First words of all commands that tests of this module give to one client."""
    calls = (
        node
        for node in ast.walk(ast.parse(Path(__file__).read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == client
    )
    return [
        tuple(arg.value for arg in call.args[:5] if isinstance(arg, ast.Constant)) for call in calls
    ]


def test_no_command_of_murano_is_left_out():
    shell = pytest.importorskip("muranoclient.v1.shell", reason="pip install python-muranoclient")
    commands = {name[3:].replace("_", "-") for name in dir(shell) if name.startswith("do_")}
    assert len(commands) > 30
    called = {word for words in _called("murano") for word in words}
    assert commands - called == set()


def test_no_command_of_openstack_is_left_out():
    points = metadata.entry_points(group="openstack.application_catalog.v1")
    commands = {tuple(point.name.replace("_", " ").split()) for point in points}
    called = _called("openstack")
    assert len(commands) > 20
    assert [
        words for words in commands if not any(call[: len(words)] == words for call in called)
    ] == []
