"""The operator's commands over a database of their own, as a shell runs them."""

import datetime
import json

import pytest

from catalog_api.cmd import manage, status
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.db.models import JournalEntry, Task
from catalog_api.services import tasks

KEY = "ZmVybmV0LWtleS1mb3ItdGVzdHMtMzItYnl0ZXMhISE="


@pytest.fixture
def file(tmp_path):
    """A configuration whose database is not there yet."""
    path = tmp_path / "burano.conf"
    path.write_text(
        f"[database]\nconnection = sqlite:///{tmp_path}/catalog.db\n"
        f"[database_encryption]\nkeys = {KEY}\n"
    )
    return path


@pytest.fixture
def run(file, capsys):
    """Runs one command; what it printed to either stream, after its exit code was checked."""

    def run_(*arguments, code=0):
        assert manage.main([*arguments, "--config-file", str(file)]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return run_


@pytest.fixture
def synced(run):
    run("db", "sync")
    return run


def check(file, *arguments):
    return status.main(["--config-file", str(file), "upgrade", "check", *arguments])


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "package"
    (folder / "Classes").mkdir(parents=True)
    (folder / "manifest.yaml").write_text(
        "Format: 1.4\nType: Library\nFullName: org.example.Shelf\nName: Shelf\nVersion: 1.2.0\n"
        "Classes: {org.example.Shelf: shelf.yaml}\n"
    )
    (folder / "Classes" / "shelf.yaml").write_text("Name: org.example.Shelf\n")
    return folder


class TestPackages:
    """Published without an API, whoever they belong to."""

    def test_from_a_folder_to_its_deletion(self, synced, package):
        synced("category", "add", "Shelves")
        said = synced("package", "import", "--public", "--category", "Shelves", str(package))
        package_id = said.split(": ")[1].strip()
        assert said.startswith("org.example.Shelf 1.2.0")
        assert json.loads(synced("package", "list", "--json")) == [{
            "id": package_id, "fully_qualified_name": "org.example.Shelf", "version": "1.2.0",
            "owner_id": "", "is_public": True, "enabled": True,
        }]  # fmt: skip
        line = synced("package", "list")
        assert line.split("\t")[:2] == [package_id, "org.example.Shelf"]
        synced("package", "delete", package_id)
        assert synced("package", "list") == ""

    def test_versions_side_by_side(self, synced, package):
        synced("package", "import", str(package))
        manifest = package / "manifest.yaml"
        manifest.write_text(manifest.read_text().replace("1.2.0", "1.3.0"))
        assert "already registered" in synced("package", "import", str(package), code=1)
        synced("package", "import", "--keep-versions", str(package))
        versions = [row["version"] for row in json.loads(synced("package", "list", "--json"))]
        assert versions == ["1.2.0", "1.3.0"]

    def test_one_wrong_id_deletes_nothing(self, synced, package):
        package_id = synced("package", "import", str(package)).split(": ")[1].strip()
        said = synced("package", "delete", package_id, "0" * 32, code=1)
        assert "0" * 32 in said
        assert package_id in synced("package", "list")

    def test_what_is_no_package(self, synced, tmp_path):
        (tmp_path / "x.zip").write_bytes(b"PK no archive")
        assert "burano-manage: " in synced("package", "import", str(tmp_path / "x.zip"), code=1)
        said = synced("package", "import", str(tmp_path / "nowhere"), code=1)
        assert "nowhere" in said


class TestCategories:
    """Shelves of the catalog."""

    def test_from_the_first_to_the_last(self, synced, package):
        synced("category", "add", "Shelves")
        assert "already exists" in synced("category", "add", "Shelves", code=1)
        package_id = synced("package", "import", "--category", "Shelves", str(package))
        counts = {
            row["name"]: row["package_count"]
            for row in json.loads(synced("category", "list", "--json"))
        }
        assert counts["Shelves"] == 1
        assert "packages are in it" in synced("category", "delete", "Shelves", code=1)
        synced("package", "delete", package_id.split(": ")[1].strip())
        synced("category", "delete", "Shelves")
        assert "Shelves" not in synced("category", "list")
        assert "doesn't exist" in synced("category", "delete", "Shelves", code=1)


class TestDatabase:
    """Brought up to date, asked, and cleaned."""

    def test_revisions(self, run):
        assert run("db", "revision") == "none\n"
        run("db", "sync")
        assert run("db", "revision") != "none\n"
        run("db", "sync")

    def test_purge_forgets_what_ended_long_ago(self, synced, package, tmp_path):
        package_id = synced("package", "import", str(package)).split(": ")[1].strip()
        synced("package", "delete", package_id)
        database = Database(f"sqlite:///{tmp_path}/catalog.db", Cipher([KEY]))

        def two_tasks(session):
            now = database.now(session)
            for name, days in (("old", 10), ("new", 1)):
                tasks.enqueue(
                    session, kind="call", task_id=name, environment_id=None, project_id="p",
                    user_id="u", action={}, model={}, trust_id=None,
                )  # fmt: skip
                task = session.get(Task, name)
                task.state, task.ended = tasks.ENDED, now - datetime.timedelta(days=days)

        database.transact(two_tasks)
        assert synced("db", "purge", "--days", "5") == "tasks: 1\nguests: 0\narchives: 1\n"
        with database.reader() as session:
            assert session.get(Task, "old") is None
            assert session.get(Task, "new") is not None
            assert session.query(JournalEntry).count() == 0
        database.close()
        assert synced("db", "purge", "--days", "5") == "tasks: 0\nguests: 0\narchives: 0\n"

    def test_purge_of_a_database_without_tables(self, run):
        assert "burano-manage db sync" in run("db", "purge", code=1)

    @pytest.mark.parametrize("days", ["-1", "many", "1e300", "nan", "inf"])
    def test_days_that_are_none(self, file, days):
        with pytest.raises(SystemExit) as ended:
            manage.main(["db", "purge", f"--days={days}", "--config-file", str(file)])
        assert ended.value.code == 2


class TestUpgradeCheck:
    """Exit codes 0, 1 and 2, as of all services of the field."""

    def test_a_database_that_is_behind(self, file, capsys):
        assert check(file) == 2
        assert "burano-manage db sync" in " ".join(capsys.readouterr().out.split())

    def test_all_is_well(self, file, synced, capsys):
        assert check(file, "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert {row["result"] for row in found["checks"]} == {0}
        assert len(found["checks"]) == 3

    def test_secrets_in_clear_are_warned_of(self, file, synced):
        file.write_text(file.read_text().partition("[database_encryption]")[0])
        assert check(file) == 1

    def test_a_key_that_is_none(self, file, synced):
        file.write_text(file.read_text().replace(KEY, "short"))
        assert check(file) == 2

    def test_a_policy_file_of_the_old_kind(self, file, synced, tmp_path):
        (tmp_path / "policy.json").write_text('{"default": ""}')
        with file.open("a") as more:
            more.write(f"[oslo_policy]\npolicy_file = {tmp_path}/policy.json\n")
        assert check(file) == 2

    def test_a_database_that_is_away(self, file):
        file.write_text(file.read_text().replace("sqlite:///", "sqlite:////nowhere"))
        assert check(file) == 2
