"""Over PostgreSQL and MariaDB: checks 212 and 213: statistics."""

from tests.conformance.rest.test_13_8_statistics import *  # noqa: F403
