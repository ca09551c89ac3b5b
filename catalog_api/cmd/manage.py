"""``burano-manage``: brings the database up to date and fills the catalog, without the API."""

from __future__ import annotations

import argparse
import datetime
import functools
import io
import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog_api.db import schema
from catalog_api.db.database import Database, database_from_options
from catalog_api.db.encryption import EncryptionError
from catalog_api.schemas.checking import Checker
from catalog_api.schemas.packages import NEW_CATEGORY
from catalog_api.services import categories, packages, purging
from catalog_api.services.callers import Caller
from catalog_api.services.errors import BadRequest, CatalogError
from catalog_api.services.records import UNREACHABLE
from catalog_common import configuration
from catalog_common import logging as burano_logging

PROGRAM = "burano-manage"
SECTIONS = (configuration.DATABASE, configuration.DATABASE_ENCRYPTION)
OPERATOR = Caller("", "", is_admin=True)
"""Who runs this: packages that are imported here belong to no project."""
MOST_DAYS = 36500


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = _parser()
    options, rest = parser.parse_known_args(given)
    try:
        conf = configuration.load(rest, *SECTIONS, program=PROGRAM)
        burano_logging.setup(conf, PROGRAM)
        database = database_from_options(conf.database, conf.database_encryption["keys"])
        options.run(database, options)
    except (
        configuration.ConfigurationError, CatalogError, EncryptionError, schema.SchemaError,
        OSError, *UNREACHABLE,
    ) as error:  # fmt: skip
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    database.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    nouns = parser.add_subparsers(required=True, metavar="NOUN")
    _database_commands(nouns.add_parser("db", help="the database").add_subparsers(required=True))
    _package_commands(nouns.add_parser("package", help="packages").add_subparsers(required=True))
    shelves = nouns.add_parser("category", help="categories").add_subparsers(required=True)
    _category_commands(shelves)
    return parser


def _database_commands(verbs: Any) -> None:
    sync = verbs.add_parser("sync", help="bring the tables to this release's schema")
    sync.set_defaults(run=lambda database, _options: schema.sync(database))
    revision = verbs.add_parser("revision", help="print the schema's revision")
    revision.set_defaults(run=_revision)
    purge = verbs.add_parser(
        "purge", help="forget journals of deployments that ended, and archives nobody names"
    )
    purge.add_argument(
        "--days", type=_days, default=1.0, help="only of those that ended so long ago (1)"
    )
    purge.set_defaults(run=_purge)


def _package_commands(verbs: Any) -> None:
    imported = verbs.add_parser("import", help="publish folders or archives")
    imported.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    imported.add_argument("--public", action="store_true", help="for all projects")
    imported.add_argument("--category", action="append", default=[], metavar="NAME")
    imported.add_argument(
        "--keep-versions", action="store_true", help="beside other versions of the same name"
    )
    imported.set_defaults(run=_import)
    listed = verbs.add_parser("list", help="print all packages, of every project")
    listed.add_argument("--json", action="store_true", help="as JSON")
    listed.set_defaults(run=_list_packages)
    deleted = verbs.add_parser("delete", help="delete packages of any project")
    deleted.add_argument("ids", nargs="+", metavar="ID")
    deleted.set_defaults(run=_delete_packages)


def _category_commands(verbs: Any) -> None:
    added = verbs.add_parser("add", help="add a category")
    added.add_argument("name")
    added.set_defaults(run=_add_category)
    listed = verbs.add_parser("list", help="print categories and how many packages are in each")
    listed.add_argument("--json", action="store_true", help="as JSON")
    listed.set_defaults(run=_list_categories)
    deleted = verbs.add_parser("delete", help="delete a category that no package is in")
    deleted.add_argument("name")
    deleted.set_defaults(run=_delete_category)


# ---------------------------------------------------------------- the database


def _revision(database: Database, _options: Any) -> None:
    print(schema.current_revision(database) or "none")


def _days(text: str) -> float:
    days = float(text)
    if not 0 <= days <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"days are 0 to {MOST_DAYS}")
    return days


def _purge(database: Database, options: Any) -> None:
    schema.require_current(database)
    retention = datetime.timedelta(days=options.days)
    for name, purge in (
        ("tasks", lambda session: purging.ended_tasks(session, database.now(session), retention)),
        ("guests", purging.guests),
        ("archives", purging.archives),
    ):
        # In batches, so that services that run meanwhile are not locked out.
        count = 0
        while found := database.transact(purge):
            count += found
        print(f"{name}: {count}")


# ---------------------------------------------------------------- packages


def _import(database: Database, options: Any) -> None:
    metadata = {"is_public": options.public, "categories": options.category,
                "keep_versions": options.keep_versions}  # fmt: skip
    for path in options.paths:
        contents = packages.read(zipped(path) if path.is_dir() else path.read_bytes())
        made = database.transact(
            functools.partial(
                packages.publish, caller=OPERATOR, contents=contents, metadata=metadata
            )
        )
        print(f"{made.fully_qualified_name} {made.version}: {made.id}")


def _list_packages(database: Database, options: Any) -> None:
    with database.reader() as session:
        rows = [
            {
                "id": found.id, "fully_qualified_name": found.fully_qualified_name,
                "version": found.version, "owner_id": found.owner_id,
                "is_public": found.is_public, "enabled": found.enabled,
            }
            for found in packages.everything(session)
        ]  # fmt: skip
    _show(rows, options.json)


def _delete_packages(database: Database, options: Any) -> None:
    def work(session: Any) -> None:
        for package_id in options.ids:
            packages.delete(session, packages.find(session, OPERATOR, package_id))

    # All or none: a wrong id must not leave half of a list deleted.
    database.transact(work)


# ---------------------------------------------------------------- categories


def _add_category(database: Database, options: Any) -> None:
    problem = Checker(NEW_CATEGORY).problem({"name": options.name})
    if problem is not None:
        raise BadRequest(problem)
    database.transact(lambda session: categories.create(session, options.name))


def _list_categories(database: Database, options: Any) -> None:
    with database.reader() as session:
        rows = [
            {"id": found.id, "name": found.name, "package_count": count}
            for found, count in categories.listed(session, categories.Paging())
        ]
    _show(rows, options.json)


def _delete_category(database: Database, options: Any) -> None:
    def work(session: Any) -> None:
        for found in categories.by_names(session, [options.name]):
            categories.delete(session, found)

    database.transact(work)


def _show(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows: a JSON list, or a line each with tabs between, for cut and awk."""
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print("\t".join(str(value) for value in row.values()))


def zipped(folder: Path) -> bytes:
    """The archive of a package's folder; the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
