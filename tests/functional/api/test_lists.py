"""Lists: what they tell of many rows, by how many statements, and in which pages."""

import pytest
import sqlalchemy as sa
import webtest

from catalog_api import app as api
from catalog_api import setting_up
from catalog_api.db.models import ConfigurationSession
from catalog_api.services.trusts import Trusts
from catalog_common import configuration
from tests.functional.api.test_packages import upload

STATES = ("opened", "deploying", "deployed", "deploy failure", "delete failure")


@pytest.fixture
def statements():
    """SQL statements that were executed since the last time one asked."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)

    def taken():
        found = list(seen)
        seen.clear()
        return found

    yield taken
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def made(app, name):
    return app.post_json("/v1/environments", {"name": name}).json["id"]


@pytest.mark.parametrize("path", ["/v1/environments", "/v1/catalog/packages"])
def test_the_statements_do_not_grow_with_the_rows(demo, package, statements, path):
    def add(number):
        made(demo, f"environment-{number}")
        upload(demo, package(f"org.example.App{number}"), {"tags": [f"tag-{number}"]})

    add(0)
    demo.get(path)
    statements()
    assert len(demo.get(path).json.popitem()[1]) == 1
    once = statements()
    for number in range(1, 6):
        add(number)
    statements()
    assert len(demo.get(path).json.popitem()[1]) == 6
    assert len(statements()) == len(once) == 2


class TestStatuses:
    """A list tells the same status as the environment itself, whatever its sessions were."""

    @pytest.mark.parametrize(
        ("sessions", "status"),
        [
            ([], "ready"),
            ([("opened", 0)], "pending"),
            ([("deployed", 0)], "ready"),
            ([("deployed", 0), ("opened", 0)], "pending"),
            ([("opened", 0), ("deployed", 0)], "ready"),
            ([("opened", 0), ("deployed", 1)], "ready"),
            ([("deployed", 0), ("deploying", 1)], "deploying"),
            ([("deploying", 1), ("opened", 1)], "deploying"),
            ([("deploy failure", 0)], "deploy failure"),
            ([("deploy failure", 0), ("deployed", 1)], "ready"),
            ([("deploy failure", 0), ("opened", 1)], "deploy failure"),
            ([("deployed", 3), ("delete failure", 4), ("opened", 5)], "delete failure"),
        ],
    )
    def test_it_follows_from_the_sessions(self, demo, client, database, sessions, status):
        """Sessions are (state, version), the oldest first."""
        made(client("other"), "of another project")
        one, other = made(demo, "one"), made(demo, "other")
        with database.writer() as session:
            for number, (state, version) in enumerate(sessions):
                row = ConfigurationSession(
                    environment_id=one, user_id="u", state=state, version=version, description={}
                )
                session.add(row)
                session.flush()
                moment = f"2026-01-01 00:00:{number:02}.000000"
                session.execute(
                    sa.text("UPDATE sessions SET updated = :moment WHERE id = :id"),
                    {"moment": moment, "id": row.id},
                )
        for path in ("/v1/environments", "/v1/environments?all_tenants=false"):
            rows = {row["id"]: row for row in demo.get(path).json["environments"]}
            assert {key: row["status"] for key, row in rows.items()} == {
                one: status, other: "ready"
            }  # fmt: skip
            whole = demo.get(f"/v1/environments/{one}").json
            assert rows[one].items() <= whole.items()
        everybody = client("admin").get("/v1/environments?all_tenants=true").json["environments"]
        assert {row["status"] for row in everybody if row["id"] == one} == {status}
        assert len(everybody) == 3


class TestPages:
    """Pages of packages follow one another in every order, of own and of public packages."""

    @pytest.mark.parametrize("direction", ["asc", "desc"])
    @pytest.mark.parametrize(
        "query",
        ["", "order_by=fqn", "order_by=created", "order_by=fqn&order_by=name", "order_by=none",
         "search=app,none", "search=100%25", "tag=in:web,x", "category=none", "type=application"],
    )  # fmt: skip
    def test_they_miss_nothing_and_repeat_nothing(self, demo, client, package, query, direction):
        for number in range(5):
            upload(demo, package(f"org.example.App{number}"))
            upload(
                client("admin"), package(f"org.public.App{number}"), {"is_public": number % 2 == 0}
            )
        path = f"/v1/catalog/packages?sort_dir={direction}&{query}"
        whole = [row["id"] for row in demo.get(path).json["packages"]]
        assert len(whole) == len(set(whole)) == (0 if "%25" in query or (query[-4:] == "none" and
                                                 "category" in query) else 8)  # fmt: skip
        paged, marker = [], ""
        while True:
            body = demo.get(f"{path}&limit=3{marker}").json
            paged += [row["id"] for row in body["packages"]]
            if "next_marker" not in body:
                break
            marker = f"&marker={body['next_marker']}"
        assert paged == whole

    def test_a_marker_that_is_no_package(self, demo):
        answer = demo.get("/v1/catalog/packages?marker=none", status=404).json
        assert "No package with id 'none'" in answer["error"]["message"]

    def test_words_are_taken_literally(self, demo, package):
        for number, name in enumerate(("a%b", "a_b", "a/b", "aXb")):
            archive = package(
                manifest=f"Format: 1.4\nType: Application\nFullName: org.example.N{number}\n"
                f"Name: '{name}'\nDescription: x\nAuthor: x\nClasses: {{}}\n"
            )
            upload(demo, archive)
        for word, name in (("a%25b", "a%b"), ("a_b", "a_b"), ("a/b", "a/b")):
            rows = demo.get(f"/v1/catalog/packages?search={word}").json["packages"]
            assert [row["name"] for row in rows] == [name]


class TestLetters:
    """Names are what they are to the letter; words are found whatever their case."""

    def test_names_that_differ_in_case_are_two(self, demo, package):
        first, second = made(demo, "web"), made(demo, "Web")
        assert first != second
        for name, tag in (("org.example.App", "web"), ("org.example.APP", "WEB"), ("é.A", "é")):
            upload(demo, package(name), {"tags": [tag]})
        for query, count in (
            ("fqn=org.example.App", 1), ("fqn=org.example.app", 0), ("fqn=e.A", 0),
            ("class_name=org.example.APP", 1), ("class_name=org.example.aPP", 0), ("tag=WEB", 1),
            ("tag=e", 0),
        ):  # fmt: skip
            found = demo.get(f"/v1/catalog/packages?{query}").json["packages"]
            assert len(found) == count, query

    @pytest.mark.parametrize("word", ["docker", "DOCKER", "dOcKer"])
    def test_words(self, demo, package, word):
        upload(demo, package("org.example.DockerHost"))
        upload(demo, package("org.example.App"), {"tags": ["docker"]})
        upload(demo, package("org.example.Other"))
        found = demo.get(f"/v1/catalog/packages?search={word}").json["packages"]
        assert [row["fully_qualified_name"] for row in found] == [
            "org.example.DockerHost", "org.example.App",
        ]  # fmt: skip


@pytest.fixture
def configured(conf, database, woken, tmp_path):
    """The API with the configuration of these tests changed: ``configured(old=…, new=…)``."""

    def make(old, new):
        path = tmp_path / "burano.conf"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        changed = configuration.load(
            [f"--config-file={path}"], *setting_up.SECTIONS, program="burano-api"
        )
        return webtest.TestApp(api.make(changed, database, Trusts(changed), woken))

    return make


class TestProxies:
    """What a proxy says of the request is believed only where the operator says so."""

    HEADERS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "catalog.example.org"}

    def link(self, application):
        versions = application.get("/", headers=self.HEADERS, status=300).json["versions"]
        return versions[0]["links"][0]["href"]

    def test_not_by_default(self, application):
        assert self.link(webtest.TestApp(application)) == "http://localhost/v1/"

    def test_where_configured(self, configured):
        believing = "[oslo_middleware]\nenable_proxy_headers_parsing = true\n[cors]"
        assert self.link(configured("[cors]", believing)) == "https://catalog.example.org/v1/"


def test_without_a_configured_origin_nothing_is_said_to_pages(application, configured):
    headers = {"Origin": "http://page"}
    answer = webtest.TestApp(application).get("/", headers=headers, status=300)
    assert answer.headers["Access-Control-Allow-Origin"] == "http://page"
    answer = configured("allowed_origin = http://page", "").get("/", headers=headers, status=300)
    assert "Access-Control-Allow-Origin" not in answer.headers
