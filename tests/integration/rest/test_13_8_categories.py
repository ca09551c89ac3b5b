"""Over PostgreSQL and MariaDB: checks 207 to 211: categories."""

from tests.conformance.rest.test_13_8_categories import *  # noqa: F403
