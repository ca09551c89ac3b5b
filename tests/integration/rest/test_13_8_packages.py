"""Over PostgreSQL and MariaDB: checks 176 to 206: packages."""

from tests.conformance.rest.test_13_8_packages import *  # noqa: F403
