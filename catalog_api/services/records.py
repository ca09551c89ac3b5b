"""What services return and are given: rows of the catalog's tables, and the database itself."""

from oslo_db import exception as _oslo
from sqlalchemy import exc as _sql

from catalog_api.db.database import Database
from catalog_api.db.encryption import EncryptionError
from catalog_api.db.models import (
    Category,
    ConfigurationSession,
    Environment,
    EnvironmentTemplate,
    Package,
    Report,
    Task,
)
from catalog_common.contract.messages import ContractError

UNREACHABLE = (
    _oslo.DBConnectionError, _oslo.DBNonExistentDatabase, _oslo.DBDeadlock,
    _sql.OperationalError, _sql.InterfaceError, _sql.TimeoutError,
)  # fmt: skip
"""Errors of a database that does not answer; trying again later may help."""

UNREADABLE = (EncryptionError, ContractError)
"""Errors of a row that cannot be read here: its key is missing, or another release wrote it."""

__all__ = [
    "UNREACHABLE",
    "UNREADABLE",
    "Category",
    "ConfigurationSession",
    "Database",
    "Environment",
    "EnvironmentTemplate",
    "Package",
    "Report",
    "Task",
]
