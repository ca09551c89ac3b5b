"""Over PostgreSQL and MariaDB: checks 19 to 62: environments."""

from tests.conformance.rest.test_13_2_environments import *  # noqa: F403
