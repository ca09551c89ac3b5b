"""Over PostgreSQL and MariaDB: checks 155 to 175: environment templates and their applications."""

from tests.conformance.rest.test_13_7_templates import *  # noqa: F403
