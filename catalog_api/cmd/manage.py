"""``burano-manage``: brings the database up to date and fills the catalog, without the API."""

from __future__ import annotations

import argparse
import functools
import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog_api.db import schema
from catalog_api.db.database import Database, database_from_options
from catalog_api.db.encryption import EncryptionError
from catalog_api.services import categories, packages
from catalog_api.services.callers import Caller
from catalog_api.services.errors import CatalogError
from catalog_common import configuration
from catalog_common import logging as burano_logging

PROGRAM = "burano-manage"
SECTIONS = (configuration.DATABASE, configuration.DATABASE_ENCRYPTION)
OWNER = ""
"""Packages that are imported here belong to no project."""


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
    except (configuration.ConfigurationError, CatalogError, EncryptionError, OSError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    database.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    nouns = parser.add_subparsers(required=True, metavar="NOUN")
    database = nouns.add_parser("db", help="the database").add_subparsers(required=True)
    sync = database.add_parser("sync", help="bring the tables to this release's schema")
    sync.set_defaults(run=lambda database, _options: schema.sync(database))
    revision = database.add_parser("revision", help="print the schema's revision")
    revision.set_defaults(run=_revision)
    package = nouns.add_parser("package", help="packages").add_subparsers(required=True)
    imported = package.add_parser("import", help="publish folders or archives")
    imported.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    imported.add_argument("--public", action="store_true", help="for all projects")
    imported.add_argument("--category", action="append", default=[], metavar="NAME")
    imported.set_defaults(run=_import)
    category = nouns.add_parser("category", help="categories").add_subparsers(required=True)
    added = category.add_parser("add", help="add a category")
    added.add_argument("name")
    added.set_defaults(
        run=lambda database, options: database.transact(
            lambda session: categories.create(session, {"name": options.name})
        )
    )
    return parser


def _revision(database: Database, _options: Any) -> None:
    print(schema.current_revision(database) or "none")


def _import(database: Database, options: Any) -> None:
    caller = Caller("", OWNER, is_admin=True)
    metadata = {"is_public": options.public, "categories": options.category}
    for path in options.paths:
        contents = packages.read(path.read_bytes() if path.is_file() else zipped(path))
        made = database.transact(
            functools.partial(packages.publish, caller=caller, contents=contents, metadata=metadata)
        )
        print(f"{made.fully_qualified_name} {made.version}: {made.id}")


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
