"""``burano-status``: says before an upgrade whether the database and configuration are ready."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from oslo_config import cfg
from oslo_upgradecheck import common_checks, upgradecheck

from catalog_api.db import schema
from catalog_api.db.database import Database, database_from_options
from catalog_api.db.encryption import EncryptionError
from catalog_api.services.records import UNREACHABLE
from catalog_common import configuration
from catalog_common.configuration import ConfigurationError

PROGRAM = "burano-status"
SECTIONS = (configuration.DATABASE, configuration.DATABASE_ENCRYPTION)
SUCCESS, WARNING, FAILURE = (
    upgradecheck.Code.SUCCESS, upgradecheck.Code.WARNING, upgradecheck.Code.FAILURE,
)  # fmt: skip


class Checks(upgradecheck.UpgradeCommands):
    """What ``burano-status upgrade check`` looks at; its exit codes are those of the field:
    0 ready, 1 warnings, 2 not ready.
    """

    def __init__(self, conf: Any) -> None:
        self._conf = conf

    def _schema(self) -> upgradecheck.Result:
        database: Database | None = None
        try:
            keys = self._conf.database_encryption["keys"]
            database = database_from_options(self._conf.database, keys)
            schema.require_current(database)
        except (
            ConfigurationError, EncryptionError, schema.SchemaError, ValueError, *UNREACHABLE,
        ) as error:  # fmt: skip
            return upgradecheck.Result(FAILURE, str(error))
        finally:
            if database is not None:
                database.close()
        return upgradecheck.Result(SUCCESS)

    def _encryption(self) -> upgradecheck.Result:
        if self._conf.database_encryption["keys"]:
            return upgradecheck.Result(SUCCESS)
        return upgradecheck.Result(
            WARNING,
            "[database_encryption] keys is empty: models, journals and secrets are stored in clear",
        )

    def _policy_file(self) -> upgradecheck.Result:
        return common_checks.check_policy_json(self, self._conf)

    _upgrade_checks = (
        ("Database schema", _schema),
        ("Encryption of stored secrets", _encryption),
        ("Policy file is YAML", _policy_file),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks; the exit code says how it stands."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    conf = cfg.ConfigOpts()
    for section in SECTIONS:
        conf.register_opts(list(section.options), group=section.name)
    code: int = upgradecheck.main(conf, configuration.PROJECT, Checks(conf), given)
    return code


if __name__ == "__main__":
    sys.exit(main())
