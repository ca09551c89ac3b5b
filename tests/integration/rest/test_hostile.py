"""Hostile ids, filters and bodies, over PostgreSQL and MariaDB."""

from tests.functional.api.test_hostile import (  # noqa: F401
    TestBodies,
    TestIds,
    TestPatches,
    TestQueries,
    drafted,
    made,
    send,
)
