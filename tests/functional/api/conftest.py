"""The API over SQLite with a local cloud's Keystone, in process."""

import io
import threading
import zipfile

import pytest
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from catalog_api import app as api
from catalog_api import setting_up
from catalog_api.conductor.recorder import Recorder, Rules
from catalog_api.db import schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.services.trusts import Trusts
from catalog_common import configuration
from catalog_common.contract.claims import ClaimRequest
from catalog_common.contract.instances import InstanceRequest
from catalog_common.contract.results import ResultRequest
from catalog_standalone.cloud.app import LocalCloud
from catalog_standalone.cloud.config import from_mapping
from tests.functional.api.documented import Client

USERS = [
    {"name": "admin", "password": "admin", "projects": {"admin": ["admin"], "demo": ["admin"]}},
    {"name": "demo", "password": "demo", "projects": {"demo": ["member"]}},
    {"name": "colleague", "password": "colleague", "projects": {"demo": ["member"]}},
    {"name": "reader", "password": "reader", "projects": {"demo": ["reader"]}},
    {"name": "manager", "password": "manager", "projects": {"demo": ["manager"]}},
    {"name": "guest", "password": "guest", "projects": {"demo": ["some_role"]}},
    {"name": "other", "password": "other", "projects": {"other": ["member"]}},
    {"name": "burano", "password": "burano", "projects": {"service": ["admin", "service"]}},
]
OF_DEMO = dict.fromkeys(("colleague", "reader", "manager", "guest"), "demo")
KEY = "ZmVybmV0LWtleS1mb3ItdGVzdHMtMzItYnl0ZXMhISE="
ENGINE = {"name": "engine-1", "host": "h", "python_version": "3.11", "language_revision": 1}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cloud")
    cloud = LocalCloud(from_mapping({"state_dir": str(folder), "users": USERS}))
    cloud.endpoints = cloud.start()
    yield cloud
    cloud.stop()


@pytest.fixture(scope="session")
def tokens(cloud):
    """Project-scoped tokens by user name (and project, where the user has several)."""
    found = {}
    lock = threading.Lock()

    def token(name, project=None):
        with lock:
            key = (name, project)
            if key not in found:
                auth = v3.Password(
                    auth_url=cloud.endpoints["identity"], username=name, password=name,
                    user_domain_id="default", project_domain_id="default",
                    project_name=project or OF_DEMO.get(name, name),
                )  # fmt: skip
                found[key] = keystone_session.Session(auth=auth).get_token()
            return found[key]

    return token


class Woken:
    """Notes the tasks that a conductor was told of."""

    def __init__(self):
        self.tasks = []

    def wake(self, task_id):
        self.tasks.append(task_id)


@pytest.fixture
def conf(cloud, tmp_path):
    auth = {
        "auth_type": "password", "auth_url": cloud.endpoints["identity"], "username": "burano",
        "password": "burano", "project_name": "service", "user_domain_id": "default",
        "project_domain_id": "default", "www_authenticate_uri": cloud.endpoints["identity"],
    }  # fmt: skip
    path = tmp_path / "burano.conf"
    lines = ["[keystone_authtoken]", *(f"{key} = {value}" for key, value in auth.items())]
    lines += ["[cors]", "allowed_origin = http://page", "[packages_opts]", "package_size_limit = 1"]
    path.write_text("\n".join(lines) + "\n")
    return configuration.load([f"--config-file={path}"], *setting_up.SECTIONS, program="burano-api")


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/burano.sqlite", Cipher([KEY]))
    schema.sync(database)
    yield database
    database.close()


@pytest.fixture
def woken():
    return Woken()


@pytest.fixture
def application(conf, database, woken):
    return api.make(conf, database, Trusts(conf), woken)


@pytest.fixture
def client(application, tokens):
    """A client as one user: ``client("demo").get("/v1/…")``."""

    def make(name="demo", project=None):
        app = Client(application)
        app.extra_environ = {"HTTP_X_AUTH_TOKEN": tokens(name, project)}
        return app

    return make


@pytest.fixture
def demo(client):
    return client("demo")


@pytest.fixture
def engine(database, conf):
    """Takes the next task and ends it: what an engine would do, said to the recorder."""
    recorder = Recorder(database, Rules.of(conf.conductor))

    class Engine:
        def claim(self):
            return recorder.claim(ClaimRequest.from_dict({"engine": ENGINE}))

        def count(self, task, instance, change="track", number=100, **given):
            change = {"change": change, "instance_id": instance, "instance_type": 200,
                      "type_name": "io.test.Server", "unit_count": 1, **given}  # fmt: skip
            request = {"claim": task.claim, "number": number, "instance": change}
            return recorder.record_instance(task.task_id, InstanceRequest.from_dict(request))

        def finish(self, task, model=None, result=None, failed=False, number=1):
            body = {
                "claim": task.claim, "number": number,
                "result": {
                    "outcome": "failed" if failed else "succeeded",
                    "result": {"result": result, "isException": failed},
                    "model": task.model if model is None else model,
                },
            }  # fmt: skip
            return recorder.record_result(task.task_id, ResultRequest.from_dict(body))

    return Engine()


MANIFEST = """
Format: 1.4
Type: Application
FullName: {name}
Name: A test application
Description: For tests
Author: Tester
Tags: [web, test]
Classes: {{{class_name}: Main.yaml}}
Version: {version}
"""


@pytest.fixture
def package():
    """An archive: ``package("org.example.App", extra={"path": b"…"})``."""

    def make(
        name="org.example.App", manifest=None, extra=None, version="0.0.0", class_name=None
    ):  # fmt: skip
        class_name = class_name or name
        text = MANIFEST.format(name=name, class_name=class_name, version=version)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("manifest.yaml", manifest or text)
            archive.writestr("Classes/Main.yaml", f"Name: {class_name}\n")
            archive.writestr("UI/ui.yaml", "Version: 2.2\n")
            for path, content in (extra or {}).items():
                archive.writestr(path, content)
        return buffer.getvalue()

    return make
